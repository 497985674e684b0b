"""What measures a VPS: Prometheus, and the host's own figures. A host has it once, `<target>-monitoring`: a component
that users do not make, but whatever reads figures asks for (`of`): Alerts, a Dashboard, an Uptime.

It stands in an internal network of its own and is reached from the host alone (`infra-kit connect`). Prometheus goes
nowhere else: whoever measures something (`exporters.py`, an Uptime's prober) has a foot in its network and one where
that is. Each Alerts has an Alertmanager of its own, which has the secrets of its routes and the only way out. It asks
nobody who they are, and whoever reaches it may silence all: so it stands with Prometheus alone, in a second network.
Whom to ask, what is wrong when and whom to tell, whoever it belongs to brings there (`bring`), as sites are brought to
the edge: nothing that stands is made anew for it.

Why not cAdvisor for what containers use: it wants Docker's socket, the host's file system and 100 to 200 MB, and no
container here gets any of the host's paths. A script on the host, of the bootstrap, writes the same figures every 15
seconds (`scripts/measure.sh`), and node_exporter, which mounts that one volume, gives them on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.vps import images, monitoring_conf, room, ssh, tools
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.network import bridge
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told
from infra_kit.spec import Spec

if TYPE_CHECKING:
    from infra_kit.target import Target

SUPPORTS: frozenset[Feature] = frozenset()

USER = "65534:65534"
"""`nobody`, whom the images of the Prometheus project run as."""
PORT, NODE_PORT = 9090, 9100
MEMORY_GB, CPU = 0.375, 0.5
"""Of Prometheus: with 10,000 series, more than 30 components with their exporters have, it took 88 MB in a trial."""
SMALL_GB, SMALL_CPU = 0.0625, 0.25
"""Of each that measures, and of each Alertmanager: they take 10 to 30 MB."""
FOLDER = "/prometheus"
MEASURES = "/measures"
MEASURED = {"infra-kit-measures": "containers"}
"""The label by which the host knows where to write what its containers use."""
DAYS, DISK_GB = 15, 2
"""How long figures are kept, and what they may fill at most."""


class MonitoringSpec(Spec):
    """Nothing: what is measured comes from whoever wants it measured."""


@dataclass(frozen=True, kw_only=True)
class MonitoringEndpoint:
    """Where the figures are."""

    url: pulumi.Output[str]
    """Prometheus, in its own network."""
    native: Monitor


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """How to be measured, and told of."""

    scope: Scope
    """Of the component: exporters are its children, whoever wants them first."""
    network: pulumi.Output[str]
    """The Docker network to have a foot in."""
    telling: pulumi.Output[str]
    """That of Prometheus and those whom it tells of alerts."""
    prometheus: Container
    measured: dict[str, Any]
    """By component, what measures it: each is measured once."""


class Monitoring(Component[MonitoringSpec, MonitoringEndpoint]):
    """What measures a host."""

    KIND = "monitoring"
    SPEC = MonitoringSpec

    def __init__(self, name: str, *, target: Target | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {}, target=target, overrides=None, opts=opts)


def of(scope: Scope) -> Monitor:
    """What measures the host that a component is on."""
    return scope.shared(Monitoring, Monitoring.KIND).endpoint.native


def create(scope: Scope, spec: MonitoringSpec) -> MonitoringEndpoint:  # noqa: ARG001  every driver's form
    network, telling = (bridge(scope, role, internal=True).name for role in ("network", "telling"))
    prometheus = container(scope, "prometheus", _prometheus(scope, [network, telling]))
    node = container(scope, "node", _node(scope, network))
    monitor = Monitor(scope=scope, network=network, telling=telling, prometheus=prometheus, measured={})
    # Its figures name the components that they are of.
    target = monitoring_conf.target(child(scope.name, "node"), NODE_PORT)
    asked = bring(monitor, scope, "node-asked", targets=monitoring_conf.dump([target]), needs=[node.ready])
    return MonitoringEndpoint(url=ssh.after(asked, address(monitor)), native=monitor)


def address(monitor: Monitor) -> str:
    """Of Prometheus, in its network."""
    return f"http://{child(monitor.scope.name, 'prometheus')}:{PORT}"


def bring(
    monitor: Monitor,
    scope: Scope,
    role: str,
    *,
    targets: pulumi.Input[str] = "",
    rules: pulumi.Input[str] = "",
    managers: pulumi.Input[str] = "",
    needs: Sequence[pulumi.Resource] = (),
) -> pulumi.Resource:
    """Tells Prometheus something; done when it goes by it.

    Args:
        monitor: whose Prometheus.
        scope, role: whose it is, and the name of the step.
        targets, rules, managers: whom to ask, what is wrong when, whom to tell: files as it has them.
        needs: what must stand before.
    """
    name, server = child(scope.name, role), monitor.prometheus
    known = pulumi.Output.all(targets, rules, managers).apply(lambda them: _told(name, *them))
    inside = pulumi.Output.format("docker exec -i {0} sh -s", server.id)
    files = (f"{FOLDER}/{it}" for it in (f"targets/{name}.json", f"rules/{name}.yml", f"managers/{name}.json"))
    gone = ssh.inside(server.hostname, _told(name, "", "", ""), stopped=f"rm -f {' '.join(files)}")
    return ssh.run(scope, role, inside, stdin=known, delete=gone, depends_on=[server.ready, *needs])


def _told(name: str, targets: str, rules: str, managers: str) -> str:
    what = {"NAME": name, "TARGETS": targets, "RULES": rules, "MANAGERS": managers}
    where = {"FOLDER": FOLDER, "CONFIG": f"{FILES}/prometheus.yml", "ADDRESS": f"http://127.0.0.1:{PORT}"}
    return told("monitored.sh", {**what, **where})


def _prometheus(scope: Scope, networks: list[pulumi.Output[str]]) -> Run:
    room.take(scope, "data", "disk_gb", DISK_GB)
    return Run(
        image=images.pull(scope, images.PROMETHEUS, "prometheus-image"),
        entrypoint=["sh", f"{FILES}/prometheus.sh", FOLDER],
        command=[
            f"--config.file={FILES}/prometheus.yml",
            f"--storage.tsdb.path={FOLDER}/figures",
            f"--storage.tsdb.retention.time={DAYS}d",
            f"--storage.tsdb.retention.size={DISK_GB}GB",
        ],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        environment=limits(MEMORY_GB),
        health=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/-/ready"],
        networks=networks,
        files={"prometheus.yml": monitoring_conf.prometheus(FOLDER), "prometheus.sh": script("prometheus.sh")},
        volumes={FOLDER: volume(scope, "data").name},
    )


def _node(scope: Scope, network: pulumi.Output[str]) -> Run:
    wanted = ("cpu", "loadavg", "meminfo", "textfile")
    return Run(
        image=images.pull(scope, images.NODE_EXPORTER, "node-image"),
        entrypoint=["/bin/node_exporter"],
        command=[
            "--collector.disable-defaults",
            *(f"--collector.{name}" for name in wanted),
            f"--collector.textfile.directory={MEASURES}",
        ],
        user=USER,
        memory_gb=SMALL_GB,
        cpu=SMALL_CPU,
        environment=limits(SMALL_GB),
        health=tools.asks("127.0.0.1", NODE_PORT, "/", 5),
        networks=[network],
        mounts=[tools.of(scope).holder],
        read_only_volumes={MEASURES: volume(scope, "measures", more=MEASURED).name},
        pids=64,
    )


def limits(memory_gb: float) -> dict[str, str]:
    """What keeps a program of Go's within its container's memory (https://go.dev/doc/gc-guide#Memory_limit)."""
    return {"GOMEMLIMIT": f"{int(memory_gb * 1024 * 0.85)}MiB"}
