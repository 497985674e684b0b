"""What asks a component how it is, for Prometheus: one container each, made when the component is first to be measured.

It has a foot in the network of the host's monitoring and one in a network that only it and the component are in, and a
user of its own there, which may look and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.naming import child
from infra_kit.providers.common import bus_figures, nats, valkey
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.vps import images, monitoring, monitoring_conf, postgres_sql, ssh, tools
from infra_kit.providers.vps.containers import FILES, Container, container
from infra_kit.providers.vps.edge import METRICS
from infra_kit.providers.vps.event_bus import PORT as NATS_PORT
from infra_kit.providers.vps.event_bus import VpsBus, give_user
from infra_kit.providers.vps.link_networks import Reached, enter, join
from infra_kit.providers.vps.monitoring import SMALL_CPU, SMALL_GB, USER, Monitor
from infra_kit.providers.vps.postgres import VpsPostgres
from infra_kit.providers.vps.postgres_conf import PORT as POSTGRES_PORT
from infra_kit.providers.vps.redis import PORT as REDIS_PORT
from infra_kit.providers.vps.redis import VpsRedis
from infra_kit.providers.vps.redis import give_user as give_redis_user
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told

MONITOR = "monitor"
"""The user of all of them."""
POSTGRES, REDIS, BUS, PROBER = 9187, 9121, 9222, 9115
"""The ports of the projects' own choice, and one for the script's."""
BUS_PATH, HOME = "/metrics.txt", "/tmp"  # noqa: S108  a container's own
SECONDS = 15
"""From one look at a bus to the next."""


def once(monitor: Monitor, name: str, make: Callable[[], object]) -> None:
    """Makes what measures something, unless it is there."""
    if name not in monitor.measured:
        monitor.measured[name] = make()


def postgres(monitor: Monitor, component: Component[Any, Any]) -> None:
    """postgres_exporter (https://github.com/prometheus-community/postgres_exporter), with a role that may read
    statistics (https://www.postgresql.org/docs/current/predefined-roles.html)."""
    scope, native, name = monitor.scope, monitor.scope.native(component, VpsPostgres), component.name
    secret = password(scope, f"of-{name}-password").result
    role = ssh.run(
        scope,
        f"of-{name}-role",
        postgres_sql.psql(native.server),
        stdin=pulumi.Output.secret(secret.apply(lambda known: postgres_sql.monitor(MONITOR, known))),
        delete=ssh.inside(native.server.hostname, told("postgres_link_gone.sh", {"ROLE": MONITOR, "OWNER": OWNER})),
        depends_on=[native.settled],
    )
    server = {child(name, "server"): native.server}
    run = Run(
        image=images.pull(scope, images.POSTGRES_EXPORTER, f"of-{name}-image"),
        entrypoint=["/bin/postgres_exporter"],
        command=[f"--extend.query-path={FILES}/queries.yaml", f"--web.listen-address=:{POSTGRES}"],
        files={"queries.yaml": monitoring_conf.dump(postgres_sql.QUERIES), "password": secret},
        environment={
            "DATA_SOURCE_URI": f"{child(name, 'server')}:{POSTGRES_PORT}/postgres?sslmode=disable",
            "DATA_SOURCE_USER": MONITOR,
            "DATA_SOURCE_PASS_FILE": f"{FILES}/password",
        },
        **_common(monitor, name, server, POSTGRES),
    )
    _asked(monitor, name, run, POSTGRES, needs=role)


def redis(monitor: Monitor, component: Component[Any, Any]) -> None:
    """redis_exporter (https://github.com/oliver006/redis_exporter), with a user that reaches no key."""
    scope, native, name = monitor.scope, monitor.scope.native(component, VpsRedis), component.name
    secret, server = password(scope, f"of-{name}-password").result, native.servers["server"]
    user = give_redis_user(scope, f"of-{name}-user", server, MONITOR, secret.apply(valkey.rules_of_monitor))
    url = f"redis://{child(name, 'server')}:{REDIS_PORT}"
    run = Run(
        image=images.pull(scope, images.REDIS_EXPORTER, f"of-{name}-image"),
        entrypoint=["/redis_exporter"],
        command=[
            f"-redis.addr={url}",
            f"-redis.user={MONITOR}",
            f"-redis.password-file={FILES}/passwords.json",
            # What the user may not do is not tried.
            "-config-command=-",
            "-set-client-name=false",
            f"-web.listen-address=:{REDIS}",
        ],
        files={"passwords.json": pulumi.Output.secret(secret.apply(lambda known: _passwords(name, known)))},
        **_common(monitor, name, {child(name, "server"): server}, REDIS),
    )
    _asked(monitor, name, run, REDIS, needs=user)


def _passwords(name: str, secret: str) -> str:
    """By address: newer versions look for it with the user in it, older ones without."""
    place = f"{child(name, 'server')}:{REDIS_PORT}"
    return json.dumps({f"redis://{place}": secret, f"redis://{MONITOR}@{place}": secret})


def event_bus(monitor: Monitor, component: Component[Any, Any]) -> None:
    """A script in `natsio/nats-box`: see `bus_figures`."""
    scope, native, name = monitor.scope, monitor.scope.native(component, VpsBus), component.name
    bus = component.spec.model_dump(mode="json", include={"streams", "consumers"})
    secret = password(scope, f"of-{name}-password").result
    entry = secret.apply(lambda known: json.dumps(nats.monitor_user(bus_figures.USER, known, bus)))
    user = give_user(scope, f"of-{name}-user", native, bus_figures.USER, entry)
    url = f"nats://{child(name, 'server')}:{NATS_PORT}"
    wanted = secret.apply(lambda known: json.dumps(bus_figures.told(bus, url, known)))
    files = {"bus_measures.sh": script("bus_measures.sh"), bus_figures.SCRIPT: bus_figures.script()}
    runs = [f"{FILES}/bus_measures.sh", f"{FILES}/{bus_figures.TOLD}", str(SECONDS), str(BUS), tools.BUSYBOX]
    run = Run(
        image=images.pull(scope, images.NATS_BOX, f"of-{name}-image"),
        entrypoint=["sh", *runs],
        files={**files, bus_figures.TOLD: pulumi.Output.secret(wanted)},
        tmpfs={HOME: "size=1m"},
        environment={"HOME": HOME, "XDG_CONFIG_HOME": HOME},
        **_common(monitor, name, {child(name, "server"): native.server}, BUS, BUS_PATH),
    )
    _asked(monitor, name, run, BUS, needs=user, __metrics_path__=BUS_PATH)


def edge(monitor: Monitor, name: str, proxy: Container) -> None:
    """The host's edge says by itself what it answered: it only has to be reached."""
    scope = monitor.scope
    entered = enter(scope, "edge-joined", monitor.network, {name: proxy})
    target = monitoring_conf.target(name, METRICS, component=name, __metrics_path__="/")
    told_ = entered.apply(lambda _: monitoring_conf.dump([target]))
    monitoring.bring(monitor, scope, "edge-asked", targets=told_)


def certificates(monitor: Monitor, component: Component[Any, Any], names: Sequence[str], proxy: str) -> None:
    """A prober (https://github.com/prometheus/blackbox_exporter) asks the edge for each name as a browser does."""
    scope, role = monitor.scope, "prober"
    once(monitor, f".{role}", lambda: container(scope, role, _prober(monitor)))
    how = {
        "__metrics_path__": "/probe",
        "__param_module": "certificate",
        "__param_target": f"https://{proxy}",
        "__scrape_interval__": LOOKED_AT,
    }
    asked = [
        monitoring_conf.target(
            child(scope.name, role), PROBER, component=component.name, check=name, __param_hostname=name, **how
        )
        for name in names
    ]
    made: Container = monitor.measured[f".{role}"]
    targets = monitoring_conf.dump(asked)
    monitoring.bring(monitor, scope, f"of-{component.name}-certificates", targets=targets, needs=[made.ready])


def _prober(monitor: Monitor) -> Run:
    image = images.pull(monitor.scope, images.BLACKBOX_EXPORTER, "prober-image")
    return prober(monitor.scope, image, [monitor.network], {"certificate": CERTIFICATE})


LOOKED_AT = "5m"
"""How often certificates are."""
CERTIFICATE: Mapping[str, Any] = {
    "prober": "http",
    "timeout": "5s",
    "http": {
        "follow_redirects": False,
        "preferred_ip_protocol": "ip4",
        # One that is not trusted, or of another name, is looked at too: what it is good for its users find out.
        "tls_config": {"insecure_skip_verify": True},
    },
}


def prober(
    scope: Scope, image: pulumi.Output[str], networks: Sequence[pulumi.Output[str]], modules: Mapping[str, Any]
) -> Run:
    """A blackbox_exporter with these modules."""
    return Run(
        image=image,
        entrypoint=["/bin/blackbox_exporter"],
        command=[f"--config.file={FILES}/blackbox.yml", f"--web.listen-address=:{PROBER}"],
        files={"blackbox.yml": monitoring_conf.dump({"modules": modules})},
        health=tools.asks("127.0.0.1", PROBER, "/-/healthy", 5),
        networks=networks,
        mounts=[tools.of(scope).holder],
        environment=monitoring.limits(SMALL_GB),
        **_small(),
    )


def _small() -> dict[str, Any]:
    return {"user": USER, "memory_gb": SMALL_GB, "cpu": SMALL_CPU, "pids": 64}


def _common(monitor: Monitor, name: str, reached: Reached, port: int, path: str = "/") -> dict[str, Any]:
    return {
        "networks": [monitor.network, join(monitor.scope, f"of-{name}", reached)],
        "health": tools.asks("127.0.0.1", port, path, 5),
        "mounts": [tools.of(monitor.scope).holder],
        **_small(),
    }


def _asked(monitor: Monitor, name: str, run: Run, port: int, *, needs: pulumi.Resource, **labels: str) -> None:
    scope, role = monitor.scope, f"of-{name}-exporter"
    made = container(scope, role, run, depends_on=[needs])
    target = monitoring_conf.target(child(scope.name, role), port, component=name, **labels)
    monitoring.bring(monitor, scope, f"of-{name}-asked", targets=monitoring_conf.dump([target]), needs=[made.ready])
