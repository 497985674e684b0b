"""What shows the figures of a VPS: Grafana (https://grafana.com/oss/grafana/). A host has it once,
`<target>-grafana`: a component that users do not make, but each Dashboard asks for (`of`), and brings its board there
(`bring`).

It stands in the network of the host's monitoring, which has no way out, and is reached from the host alone
(`infra-kit connect`). Nobody sees anything without the password of `admin`, which it reads from a file; nobody signs
up; it tells nobody that it is there. Alerts are Alertmanager's, so its own are off. What is made by hand in it stays in
its volume; what a program made, only the program changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common.passwords import password
from infra_kit.providers.vps import images, monitoring, room, ssh, tools
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.monitoring import Monitor
from infra_kit.providers.vps.monitoring_conf import INTERVAL, dump
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told
from infra_kit.spec import Spec

if TYPE_CHECKING:
    from infra_kit.target import Target

SUPPORTS: frozenset[Feature] = frozenset()

USER = "472:472"
"""The image's own; its folders let any user write."""
ADMIN = "admin"
PORT = 3000
MEMORY_GB, CPU = 0.5, 0.5
"""As much memory as it wants at least (https://grafana.com/docs/grafana/latest/setup-grafana/installation/)."""
DISK_GB = 1
FOLDER = "/var/lib/grafana"
BOARDS = f"{FOLDER}/boards"
TMP = "/tmp"  # noqa: S108  a container's own
DATASOURCE = "prometheus"
"""The uid by which boards name it."""


class GrafanaSpec(Spec):
    """Nothing: what is shown comes from whoever has it shown."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """Where boards are brought."""

    server: Container
    name: str
    """By which it is reached in its network."""


@dataclass(frozen=True, kw_only=True)
class GrafanaEndpoint:
    """Where it is."""

    url: pulumi.Output[str]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    """Secret."""
    native: Board


class Grafana(Component[GrafanaSpec, GrafanaEndpoint]):
    """The one Grafana of a host."""

    KIND = "grafana"
    SPEC = GrafanaSpec

    def __init__(self, name: str, *, target: Target | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {}, target=target, overrides=None, opts=opts)


def of(scope: Scope) -> GrafanaEndpoint:
    """The Grafana of the host that a component is on."""
    return scope.shared(Grafana, Grafana.KIND).endpoint


def create(scope: Scope, spec: GrafanaSpec) -> GrafanaEndpoint:  # noqa: ARG001  every driver's form
    secret = password(scope).result
    server = container(scope, "server", _server(scope, monitoring.of(scope), secret))
    native = Board(server=server, name=child(scope.name, "server"))
    return GrafanaEndpoint(
        url=ssh.after(server.ready, f"http://{native.name}:{PORT}"),
        username=pulumi.Output.from_input(ADMIN),
        password=secret,
        native=native,
    )


def bring(scope: Scope, role: str, board: pulumi.Input[str], mark: pulumi.Input[str]) -> pulumi.Resource:
    """Has it show a board; done when it does. It goes with the component.

    Args:
        scope, role: whose it is, and the name of the step.
        board: its JSON.
        mark: a text in it that no other version of it has.
    """
    server = of(scope).native.server
    known = pulumi.Output.all(board, mark).apply(lambda them: _told(scope.name, *them))
    shell = f"{tools.BUSYBOX} sh -s"
    inside = pulumi.Output.format("docker exec -i {0} {1}", server.id, shell)
    remove = f"{tools.BUSYBOX} rm -f {BOARDS}/{scope.name}.json"
    gone = ssh.inside(server.hostname, _told(scope.name, "", ""), stopped=remove)
    return ssh.run(scope, role, inside, stdin=known, delete=gone, depends_on=[server.ready])


def _told(name: str, board: str, mark: str) -> str:
    what = {"NAME": name, "BOARD": board, "MARK": mark}
    where = {"FOLDER": BOARDS, "PASSWORD": f"{FILES}/password", "PORT": str(PORT), "BUSYBOX": tools.BUSYBOX}
    return told("board.sh", {**what, **where})


def _server(scope: Scope, monitor: Monitor, secret: pulumi.Output[str]) -> Run:
    room.take(scope, "data", "disk_gb", DISK_GB)
    return Run(
        image=images.pull(scope, images.GRAFANA),
        entrypoint=["sh", f"{FILES}/grafana.sh"],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        environment={**monitoring.limits(MEMORY_GB), **settings()},
        health=tools.asks("127.0.0.1", PORT, "/api/health", 5),
        networks=[monitor.network],
        files={
            "password": secret,
            "grafana.sh": script("grafana.sh"),
            "datasource.yaml": datasource(monitoring.address(monitor)),
            "boards.yaml": boards(),
        },
        volumes={FOLDER: volume(scope, "data").name},
        tmpfs={TMP: "size=32m", "/var/log/grafana": "size=4m"},
        mounts=[tools.of(scope).holder],
    )


def settings() -> Mapping[str, str]:
    """https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/"""
    off = (
        "ANALYTICS_REPORTING_ENABLED", "ANALYTICS_CHECK_FOR_UPDATES", "ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
        "ANALYTICS_FEEDBACK_LINKS_ENABLED", "NEWS_NEWS_FEED_ENABLED", "SNAPSHOTS_ENABLED",
        "SNAPSHOTS_EXTERNAL_ENABLED", "USERS_ALLOW_SIGN_UP", "USERS_ALLOW_ORG_CREATE", "AUTH_ANONYMOUS_ENABLED",
        "PUBLIC_DASHBOARDS_ENABLED", "UNIFIED_ALERTING_ENABLED", "PLUGINS_PLUGIN_ADMIN_ENABLED",
    )  # fmt: skip
    return {
        "FILES": FILES,
        "BOARDS": BOARDS,
        "GF_PATHS_PROVISIONING": f"{TMP}/provisioning",
        "GF_SERVER_HTTP_PORT": str(PORT),
        "GF_SECURITY_ADMIN_USER": ADMIN,
        "GF_SECURITY_ADMIN_PASSWORD__FILE": f"{FILES}/password",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
        "GF_SECURITY_COOKIE_SAMESITE": "strict",
        # It would load some from the internet when it starts.
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_LOG_LEVEL": "warn",
        **{f"GF_{key}": "false" for key in off},
    }


def datasource(url: str) -> str:
    """The host's Prometheus (https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources)."""
    source = {
        "name": "Prometheus",
        "uid": DATASOURCE,
        "type": "prometheus",
        "access": "proxy",
        "url": url,
        "isDefault": True,
        "editable": False,
        "jsonData": {"timeInterval": INTERVAL, "httpMethod": "POST"},
    }
    return dump({"apiVersion": 1, "datasources": [source]})


def boards() -> str:
    """Where its dashboards are (https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards)."""
    provider = {
        "name": "infra-kit",
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": BOARDS},
    }
    return dump({"apiVersion": 1, "providers": [provider]})
