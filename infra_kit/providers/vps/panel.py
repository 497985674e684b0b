"""Panel on a VPS: a container of its own, which asks the host's Prometheus (`monitoring.py`) how all stands, and what
is firing of the Alerts that it shows.

It reaches nothing else: no database, no Docker socket, no host. What it knows of credentials is a file that it alone
mounts, and of the admin's password a hash. Figures are as old as the monitoring's: what dies is shown within half a
minute (`monitoring_conf.INTERVAL` twice, once where a server itself is asked).

What the planner says of the stack is no part of it: `infra-kit up` brings it when all stands (`panel_plan.py`), so that
the same program is the same container on every machine.

With `domains` the edge publishes it by TLS; without, `infra-kit connect` leads there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.panel import PanelEndpoint, PanelSpec
from infra_kit.components.search import DEFAULT_VERSION
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.panel.passwords import hashed
from infra_kit.providers.common import dns, panel
from infra_kit.providers.common.passwords import password
from infra_kit.providers.vps import edge, images, monitoring, panel_image, panel_plan, signals, ssh, tools
from infra_kit.providers.vps.containers import FILES, Container, container
from infra_kit.providers.vps.images import Image
from infra_kit.providers.vps.monitoring import Monitor
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.tunnels import PRIVATE
from infra_kit.signals import Signal

SUPPORTS: frozenset[Feature] = frozenset({features.DOMAINS})

USER = "10001:10001"
PORT = 8080
MEMORY_GB, CPU = 0.25, 0.5
"""A guess at the password takes 64 MiB (`infra_kit.panel.passwords`), one at a time; all else 60."""
NOTHING_RUNS = frozenset({"budget", "config", "domain", "external_service", "mailer", "network", "secret"})
"""Kinds that have no container."""
WELL = {
    Signal.UPTIME: "{0}",
    Signal.INSTANCES: "{0}",
    Signal.FAILED_RUNS: "100 * (({0}) == bool 0)",
}
"""By what is measured, how many per cent are well."""
AGES = {"backup": ("backup", Signal.BACKUP_AGE, 3_600), "restore_drill": ("restore", Signal.DRILL_AGE, 86_400)}
"""By kind, what is shown of it, by which signal, and the seconds of its unit."""


def create(scope: Scope, spec: PanelSpec) -> PanelEndpoint:
    secret, salt = password(scope), password(scope, "salt")
    known = pulumi.Output.all(secret.result, salt.result).apply(lambda it: hashed(*it))
    server = container(scope, "server", _run(scope, spec, monitoring.of(scope), known))
    return PanelEndpoint(
        url=_published(scope, spec, server),
        username=pulumi.Output.from_input(spec.username),
        password=pulumi.Output.secret(secret.result),
    )


def _published(scope: Scope, spec: PanelSpec, server: Container) -> pulumi.Output[str]:
    here = child(scope.name, "server")
    if not spec.domains:
        return ssh.after(server.ready, f"http://{here}:{PORT}")
    served = edge.serve(scope, spec.domains, dns.zones(spec.zones), edge.to(here, PORT))
    return ssh.after(served, edge.url(spec.domains))


def _run(scope: Scope, spec: PanelSpec, monitor: Monitor, password_hash: pulumi.Output[str]) -> Run:
    credentials = {it.name: own for it in spec.of if (own := panel.credentials(it))}
    told = pulumi.Output.all(**_told(scope, spec), hash=password_hash)
    return Run(
        image=panel_image.build(scope),
        command=[FILES, panel_plan.FILE, str(PORT)],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        health=tools.asks("127.0.0.1", PORT, "/healthz", 5),
        networks=[monitor.network, *([edge.of(scope).network] if spec.domains else [])],
        mounts=[tools.of(scope).holder],
        volumes={panel_plan.FOLDER: None},
        files={
            "told.json": pulumi.Output.secret(told.apply(_json)),
            "credentials.json": pulumi.Output.secret(pulumi.Output.from_input(credentials).apply(_json)),
        },
        pids=64,
    )


def _told(scope: Scope, spec: PanelSpec) -> dict[str, Any]:
    """What `infra_kit.panel.prometheus.Told` reads."""
    figures = {it.name: _figures(scope, it) for it in spec.of}
    return {
        "facts": panel.facts(scope, spec, {it.name: _version(it) for it in spec.of}, PRIVATE),
        "username": spec.username,
        "hosts": list(spec.domains),
        "prometheus": f"http://{child(monitoring.of(scope).scope.name, 'prometheus')}:{monitoring.PORT}",
        "alerts": [it.name for it in spec.of if it.KIND == "alerts"],
        "states": {it.name: _state(it, figures[it.name]) for it in spec.of if it.KIND not in NOTHING_RUNS},
        "ages": {it.name: _age(it, figures[it.name]) for it in spec.of if it.KIND in AGES},
    }


def _figures(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, str]:
    """Of an edge it is enough that its containers run: what it answers is its Alerts' affair."""
    if component.KIND in {"cdn", "gateway"}:
        return {}
    return {signal: them[0].expression for signal, them in signals.of(scope, component).items() if them}


def _state(component: Component[Any, Any], figures: Mapping[Signal, str]) -> str:
    """What copies or proves is well where it runs, and its last run was."""
    told = [how.format(figures[signal]) for signal, how in WELL.items() if signal in figures]
    runs = f'(avg(infra_kit_container_well{{component="{component.name}"}}) or vector(0))'
    if not told:
        return f"100 * {runs}"
    return f"({told[0]}) * {runs}" if component.KIND in AGES else told[0]


def _age(component: Component[Any, Any], figures: Mapping[Signal, str]) -> dict[str, Any]:
    what, signal, unit = AGES[component.KIND]
    return {"what": what, "expression": figures[signal], "unit": unit}


def _version(component: Component[Any, Any]) -> str:
    """Of the image that every host runs; of the user's own, its tag."""
    spec = component.spec
    match component.KIND:
        case "postgres":
            return f"PostgreSQL {spec.version or ''}".rstrip()
        case "redis":
            return _named("Valkey", images.for_redis(spec.version))
        case "object_store":
            return _named("SeaweedFS", images.SEAWEEDFS)
        case "event_bus":
            return _named("NATS", images.NATS)
        case "document_store":
            return _named("MongoDB", images.MONGODB)
        case "search":
            return _named("OpenSearch", images.OPENSEARCH[spec.version or DEFAULT_VERSION])
        case "alerts":
            return _named("Alertmanager", images.ALERTMANAGER)
        case _:
            return panel.tag(str(getattr(spec, "image", "")))


def _named(server: str, image: Image) -> str:
    """A tag also says what the image is built on: `2.15.0-alpine`."""
    return f"{server} {image.tag.removeprefix('v').partition('-')[0]}"


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True)
