"""Service on this machine: instances of a program behind an nginx, on one kept port of the loopback.

`providers/local/workloads.py` says how they run and what of a spec has no meaning here. `port` is such a thing too: the
instances share one machine, so each has another one, which the variable `PORT` tells it.

A new version is released as `release` says; `up` waits for it. Where it is watched (`Release.is_watched`), `rolling`
goes back the way it came; with `blue-green` the old set stands ready until that is over. A new `up` ends the watch.

Private means here: only what is linked is told where the service is, and nothing outside this machine reaches it. A
program on this machine that guesses the port is answered: a loopback has no rules of who may call whom, and a password
would have to come with each request, which no client of the other targets sends (and browsers' `fetch` takes no URL
with one).
"""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.service import Health, Release, ServiceEndpoint, ServiceSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.local import workloads
from infra_kit.providers.local.resource import ServiceServer, server

SUPPORTS = workloads.SUPPORTS | {
    features.STICKY_SESSIONS,
    features.BLUE_GREEN,
    features.ERROR_ROLLBACK,
    features.SMOKE_TESTS,
}

HINTS: Mapping[Feature, str] = {
    **workloads.HINTS,
    features.AUTOSCALING: "more instances on the same CPUs serve no more requests; leave max_instances out here",
}


def create(scope: Scope, spec: ServiceSpec) -> ServiceEndpoint:
    service = server(
        scope,
        "server",
        ServiceServer,
        **workloads.settings(scope, spec),
        instances=spec.min_instances,
        health=_health(spec.health),
        release=_release(spec.release),
        sticky_sessions=spec.sticky_sessions,
    )
    return ServiceEndpoint(
        url=service.public["url"], host=service.public["host"], port=service.public["port"].apply(int)
    )


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  on a loopback there is nothing to open
    grant: Grant = link.to.endpoint.grant()
    return grant


def _health(health: Health) -> dict[str, object]:
    durations = {key: seconds(getattr(health, key)) for key in ("interval", "timeout", "start_timeout")}
    return {**health.model_dump(mode="json"), **durations}


def _release(release: Release) -> dict[str, object]:
    return {**release.model_dump(mode="json"), "watch": seconds(release.watch) if release.is_watched else 0}
