"""A recorded Gateway on AWS, for the tests of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit import Gateway, Health, Jwt, Service
from infra_kit.errors import InfraKitError, SpecError
from infra_kit.testing import Recording
from tests.unit.providers.aws.workloads import AWS, IMAGE, of
from tests.unit.refusals import refusal

DOMAINS = ["api.example.com"]
JWT = Jwt(issuer="https://auth.example.com", audience=["shop"])
RULE = "aws:lb/listenerRule:ListenerRule"


def made(config: Mapping[str, Any] = AWS, *, health: Health | None = None, **asked: Any) -> Recording:
    def program() -> None:
        api = Service("api", image=IMAGE, health=health or Health(), stop_timeout="20s")
        web = Service("web", image=IMAGE, sticky_sessions=True)
        routes = asked.pop("routes", None) or (lambda api, web: {"/*": web, "/api/*": api})
        Gateway("edge", **{"routes": routes(api, web), "domains": DOMAINS, **asked})

    return of(program, config)


def refused(error: type[InfraKitError] = SpecError, environment: str = "staging", **asked: Any) -> str:
    def program() -> None:
        routes = asked.pop("routes", None) or (lambda api: {"/*": api})
        Gateway("edge", **{"routes": routes(Service("api", image=IMAGE)), "domains": DOMAINS, **asked})

    return refusal(program, error, target="aws", environment=environment)


def accepting(gap: str) -> dict[str, Any]:
    return AWS | {"infra-kit:accepted-gaps": {"edge": [gap]}}


def rules(recording: Recording, pattern: str) -> list[Mapping[str, Any]]:
    """In the order in which they are tried."""
    found = [
        it.inputs for it in recording.of_type(RULE) if it.inputs["conditions"][0]["pathPattern"]["values"] == [pattern]
    ]
    return sorted(found, key=lambda it: it["priority"])


def rule(recording: Recording, pattern: str) -> Mapping[str, Any]:
    """What answers its requests."""
    return rules(recording, pattern)[-1]
