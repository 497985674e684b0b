"""The way from outside into a network on Google Cloud: SSH through IAP, by a machine of its own.

The machine is that of `tunnel.py`, made by the user's own gcloud and rights; whoever ends `infra-kit connect` deletes
it, and it goes by itself if that never came to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from infra_kit.errors import ToolError, TunnelError
from infra_kit.providers.common.programs import ask, check, found
from infra_kit.providers.common.tunnels import LOOPBACK, Destination, Wait, held
from infra_kit.providers.gcp import cli

PRIVATE = frozenset({"Postgres", "Redis", "Service"})
"""The components that are not reached from outside; to a service, no machine leads either."""
CLOUD_RUN = "gcp:cloudrunv2/service:Service"
TUNNEL = "infra-kit:index:Tunnel"
FIREWALL = "gcp:compute/firewall:Firewall"
START_SECONDS = 180.0
"""How long a machine may take until one can log in: half a minute, mostly."""


@contextmanager
def open_tunnel(to: Destination, port: int) -> Iterator[Wait]:
    """Holds `port` of this machine open to the component."""
    _check_has_address(to)
    check("gcloud", "ssh")
    tunnel = _tunnel(to)
    gcloud = cli.command(to, tunnel["project"])
    zone = ask(finds_zone(gcloud, tunnel))
    machine = f"{tunnel['tag']}-{secrets.token_hex(2)}"
    to.say("Making a machine that leads into the network (about a minute) …")
    ask(makes(gcloud, tunnel, machine, zone))
    try:
        _until_it_answers(logs_in(gcloud, machine, zone))
        with held(forwards(gcloud, machine, zone, to, port), port) as wait:
            yield wait
    finally:
        to.say("Deleting the machine …")
        ask(deletes(gcloud, machine, zone))


def _check_has_address(to: Destination) -> None:
    if any(it["type"] == CLOUD_RUN for it in to.own):
        raise TunnelError(
            f"{to.what}: a service on gcp has no address in the network. Cloud Run answers for it at {to.host}, from "
            "inside of the project's networks alone, and by that name alone: no port of this machine can stand for it. "
            "Lead a Gateway to it (with jwt, where not everybody may ask), or ask it from a Job that links to it."
        )


def _tunnel(to: Destination) -> Mapping[str, Any]:
    """That of the component's network: the one that its firewall lets in."""
    tags = {tag for it in to.own if it["type"] == FIREWALL for tag in it["outputs"].get("targetTags") or ()}
    for tunnel in to.beside(TUNNEL):
        if tunnel["tag"] in tags:
            return tunnel
    raise TunnelError(
        f"{to.what}: nothing leads into its network. Set infra-kit:gcp: {{connect: true}} in the stack's file, and run "
        "infra-kit up: it makes what such a way takes (nothing of it runs until it is asked for)."
    )


def finds_zone(gcloud: Sequence[str], tunnel: Mapping[str, Any]) -> list[str]:
    """The command that prints a zone of the region."""
    where = f"region:{tunnel['region']} AND status=UP"
    return [*gcloud, "compute", "zones", "list", f"--filter={where}", "--limit=1", "--format=value(name)"]


def makes(gcloud: Sequence[str], tunnel: Mapping[str, Any], machine: str, zone: str) -> list[str]:
    """The command that makes the machine."""
    template = f"--source-instance-template={tunnel['template']}"
    return [*gcloud, "compute", "instances", "create", machine, f"--zone={zone}", template, "--format=value(name)"]


def logs_in(gcloud: Sequence[str], machine: str, zone: str) -> list[str]:
    """The command that ends well once one can log in."""
    return [*gcloud, "compute", "ssh", machine, f"--zone={zone}", "--tunnel-through-iap", "--command=true"]


def forwards(gcloud: Sequence[str], machine: str, zone: str, to: Destination, port: int) -> list[str]:
    """The command that holds a port open; what stands after `--` is ssh's."""
    ssh = ["-N", "-o", "ExitOnForwardFailure=yes", "-L", f"{LOOPBACK}:{port}:{to.host}:{to.port}"]
    return [*gcloud, "compute", "ssh", machine, f"--zone={zone}", "--tunnel-through-iap", "--", *ssh]


def deletes(gcloud: Sequence[str], machine: str, zone: str) -> list[str]:
    """The command that deletes the machine and its disk."""
    return [*gcloud, "compute", "instances", "delete", machine, f"--zone={zone}"]


def _until_it_answers(command: Sequence[str]) -> None:
    refused: list[ToolError] = []

    def answers() -> bool | None:
        try:
            ask(command)
        except ToolError as error:
            refused.append(error)
            return None
        return True

    if not found(answers, START_SECONDS):
        raise refused[-1]
