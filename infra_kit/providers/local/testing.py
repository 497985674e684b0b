"""What a recorded program (`infra_kit.testing`) gets from this target's servers: what the real ones answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from infra_kit._dynamic import handler
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.server import Server
from infra_kit.providers.local.server_user import ServerUser

SECRET = "recorded-secret"  # noqa: S105  no server has it
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nrecorded\n-----END CERTIFICATE-----\n"
FIRST_PORT = 21_000


def _answer(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Asks the server's own code, so that names and keys are never others than those of a real server."""
    if "kind" not in inputs:  # somebody else's dynamic resource, by one of our names
        return {}
    server = cast(Server, handler({"kind": inputs["kind"]}))
    record = Record(
        kind=server.KIND,
        ports=[inputs.get("port") or FIRST_PORT, *range(FIRST_PORT + 1, FIRST_PORT + server.PORTS)],
        secrets=dict.fromkeys(server.SECRETS, SECRET),
        facts={key: value for key, value in inputs.items() if isinstance(value, str)},
    )
    box = Box(Path(inputs["home"]), inputs["stack"], inputs["name"])
    public, private = server.outputs(box, record, dict(inputs))
    if "ca_certificate" in public:
        public["ca_certificate"] = CERTIFICATE
    return {"public": public, "private": private}


def _answer_for_a_user(inputs: Mapping[str, Any]) -> dict[str, Any]:
    if "kind" not in inputs:
        return {}
    made = cast(ServerUser, handler({"kind": inputs["kind"]}))
    public, private = made.outputs(Credential(inputs["user"], SECRET, inputs["rights"]))
    return {"public": public, "private": private}


_SERVERS = (
    "PostgresServer", "PostgresReplica", "RedisServer", "RedisReplica", "ObjectStoreServer", "EventBusServer",
    "CdnServer", "GatewayServer", "ServiceServer", "WorkerServer", "JobServer", "BackupServer", "RestoreDrillServer",
    "AlertsServer", "DashboardServer", "UptimeServer", "TracesServer", "SecretFile", "ConfigFiles", "PanelServer",
    "LogsServer", "DocumentStoreServer", "SearchServer", "MailerServer", "AuthServer",
)  # fmt: skip
_USERS = (
    "PostgresRole", "RedisUser", "ObjectStoreKey", "EventBusUser", "DocumentStoreUser", "SearchUser", "MailerUser",
)  # fmt: skip
OUTPUTS = {
    f"pulumi-python:dynamic/infra-kit:{made}": answer
    for answer, them in ((_answer, _SERVERS), (_answer_for_a_user, _USERS))
    for made in them
}
