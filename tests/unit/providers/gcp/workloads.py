"""What the tests of services, workers and jobs on Google Cloud record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra_kit import Job, Service, Worker
from infra_kit.testing import Recording, record

IMAGE = "europe-docker.pkg.dev/shop/images/api:1.4"
GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
PRODUCTION = GCP | {"infra-kit:environment": "production"}


def of(program: Callable[[], object], config: Mapping[str, Any] = GCP) -> Recording:
    return record(program, config=config)


def service(config: Mapping[str, Any] = GCP, **asked: Any) -> Recording:
    return of(lambda: Service("api", **{"image": IMAGE, **asked}), config)


def worker(config: Mapping[str, Any] = GCP, **asked: Any) -> Recording:
    return of(lambda: Worker("scorer", **{"image": IMAGE, **asked}), config)


def job(config: Mapping[str, Any] = GCP, **asked: Any) -> Recording:
    return of(lambda: Job("nightly", **{"image": IMAGE, **asked}), config)


def template(made: Recording) -> Mapping[str, Any]:
    found: Mapping[str, Any] = made.named("api-service").inputs["template"]
    return found


def container(made: Recording) -> Mapping[str, Any]:
    found: Mapping[str, Any] = template(made)["containers"][0]
    return found


def variables(made: Recording) -> Mapping[str, Any]:
    """By name, a plain value or where a secret is."""
    return {each["name"]: each.get("value", each.get("valueSource")) for each in container(made)["envs"]}
