"""What the tests of a Cdn on Google Cloud record."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from infra_kit import Cdn, Environment, ObjectStore, Route, Target
from infra_kit.testing import Recording, Resource, record

BACKEND = "gcp:compute/backendService:BackendService"
STAGING = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
HOST = "https://origin.example.com"


def place(environment: Environment = Environment.STAGING) -> Target:
    return Target(name="gcp", app="shop", environment=environment, region="europe-west1")


def cdn(environment: Environment = Environment.STAGING, *, accepted: Sequence[str] = (), **asked: Any) -> Recording:
    arguments = {"routes": {"/*": HOST}, "domains": ["www.example.com"], **asked}
    target = dataclasses.replace(place(environment), accepted_gaps={"edge": tuple(accepted)})
    return record(lambda: Cdn("edge", target=target, **arguments))


def backend(made: Recording, pattern: str) -> Resource:
    (found,) = [each for each in made.of_type(BACKEND) if each.inputs["description"] == pattern]
    return found


def of_one(**options: Any) -> Mapping[str, Any]:
    """The backend of one route to a host."""
    return backend(cdn(routes={"/*": Route(HOST, **options)}), "/*").inputs


def rules(made: Recording) -> list[Mapping[str, Any]]:
    (matcher,) = made.named("edge-routes").inputs["pathMatchers"]
    return sorted(matcher["routeRules"], key=lambda rule: rule["priority"])


def with_store(**options: Any) -> Recording:
    """A host, and a store below `/static/`."""

    def program() -> None:
        target = place()
        static = Route(ObjectStore("files", target=target), **{"ttl": "1h", **options})
        Cdn("edge", target=target, domains=["www.example.com"], routes={"/*": HOST, "/static/*": static})

    return record(program)
