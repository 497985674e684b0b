"""Service on a VPS: containers behind a proxy of the service's own, which is its name.

`workloads.py` says how they run. The number of instances is fixed: a host has the CPUs that it has.

A new version is started whole beside the old one, which needs room for both on the host: Docker replaces no container
in place. Who gets requests is decided by the release (`scripts/service.sh`), which `up` waits for: an instance gets
them once it is well, and with `rolling` one old instance gets none from then on; with `blue-green` all are tried first,
then switched to at once. If it fails, the old ones serve as before, the new ones are stopped, and `up` fails with the
reason and the end of the log. Where the new version is watched (`Release.is_watched`), `up` takes `watch` longer, and
the old set runs on until it is over.

Private: the proxy and the instances stand in a network of the service's own; what is linked has another one in common
with the proxy alone. An instance that is unhealthy is started again by the host (`scripts/bootstrap.sh`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.service import ServiceEndpoint, ServiceSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.naming import child
from infra_kit.providers.vps import service_proxy, ssh, tools, workloads
from infra_kit.providers.vps.containers import Container
from infra_kit.providers.vps.link_networks import Reached, way
from infra_kit.providers.vps.scripts import told
from infra_kit.providers.vps.workloads import Instance, Workload

SUPPORTS = workloads.SUPPORTS | {
    features.STICKY_SESSIONS,
    features.BLUE_GREEN,
    features.ERROR_ROLLBACK,
    features.SMOKE_TESTS,
}

HINTS: Mapping[Feature, str] = workloads.HINTS

RESTARTED = {"infra-kit-if-unhealthy": "restart"}
"""The label by which the host knows what it starts again."""


@dataclass(frozen=True, kw_only=True)
class VpsService:
    """How what is linked to it, and a Gateway, reach it."""

    reached: Reached


def create(scope: Scope, spec: ServiceSpec) -> ServiceEndpoint:
    work = workloads.workload(scope, spec, {"PORT": str(spec.port)})
    work = replace(work, run=replace(work.run, **_health(spec), labels=RESTARTED))
    proxy = service_proxy.proxy(scope, work.network)
    # One that ends at once is told by the release, with its log.
    instances = [
        workloads.instance(work, f"instance-{number}", must_run=False) for number in range(1, spec.min_instances + 1)
    ]
    released = _release(work, spec, proxy, instances)
    host = child(scope.name, service_proxy.ROLE)
    return ServiceEndpoint(
        url=ssh.after(released, f"http://{host}:{service_proxy.PORT}"),
        host=ssh.after(released, host),
        port=ssh.after(released, service_proxy.PORT),
        native=VpsService(reached={host: proxy}),
    )


def link(scope: Scope, link: Link) -> Grant:
    endpoint: ServiceEndpoint = link.to.endpoint
    return endpoint.grant(native=way(scope, link, scope.native(link.to, VpsService).reached))


def _health(spec: ServiceSpec) -> dict[str, Any]:
    """As Docker looks: it answers in its own network."""
    health = spec.health
    return {
        "health": tools.asks("127.0.0.1", spec.port, health.path, seconds(health.timeout)),
        "health_seconds": (seconds(health.interval), seconds(health.timeout)),
        "health_tries": health.unhealthy_after,
        "health_begins": seconds(health.start_timeout),
    }


def _release(work: Workload, spec: ServiceSpec, proxy: Container, instances: Sequence[Instance]) -> pulumi.Resource:
    lines = [
        pulumi.Output.all(it.host.id, it.program.id, *(other.id for other in it.beside)).apply(" ".join)
        for it in instances
    ]
    known = pulumi.Output.all(proxy=proxy.id, network=work.network, instances=pulumi.Output.all(*lines))

    def script(ids: Mapping[str, Any]) -> str:
        there = {"PROXY": ids["proxy"], "NETWORK": ids["network"]}
        return told("service.sh", {**there, "INSTANCES": "\n".join(ids["instances"]), **_told(work.scope, spec)})

    return ssh.run(work.scope, "release", "sh -s", stdin=known.apply(script), depends_on=[proxy.ready])


def _told(scope: Scope, spec: ServiceSpec) -> dict[str, str]:
    health, release = spec.health, spec.release
    return {
        "NAME": scope.name,
        "PORT": str(spec.port),
        "PATH_OF_HEALTH": health.path,
        "CHECK_SECONDS": str(seconds(health.timeout)),
        "HEALTHY_AFTER": str(health.healthy_after),
        "START_SECONDS": str(seconds(health.start_timeout)),
        "STRATEGY": release.strategy,
        "SMOKE_TESTS": " ".join(release.smoke_tests),
        "MAX_SMOKE_PERCENT": str(release.max_smoke_failures_percent),
        "WATCH_SECONDS": str(seconds(release.watch) if release.is_watched else 0),
        "EVERY_SECONDS": str(min(seconds(health.interval), seconds(release.watch))),
        "MAX_FAILED": str(release.max_failed_checks),
        "MAX_ERROR_PERCENT": "" if release.max_error_percent is None else f"{release.max_error_percent:g}",
        "DRAIN_SECONDS": str(seconds(spec.stop_timeout)),
        "PIDS": str(workloads.PIDS),
        "SITE": service_proxy.site(spec),
    }
