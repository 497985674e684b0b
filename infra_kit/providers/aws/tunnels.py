"""The way from outside into a network on AWS: Session Manager, through a task that is there as long as the way is.

The task is that of `tunnel.py`, started by the user's own AWS CLI and rights; whoever ends `infra-kit connect` ends it,
and it ends by itself if that never came to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from infra_kit.errors import TunnelError
from infra_kit.providers.aws import cli
from infra_kit.providers.aws.tunnel import CONTAINER
from infra_kit.providers.common.programs import ask, check, found
from infra_kit.providers.common.tunnels import Destination, Wait, held

PRIVATE = frozenset({"DocumentStore", "Postgres", "Redis", "Search", "Service"})
"""The components that have an address which is not reached from outside."""
TUNNEL = "infra-kit:index:Tunnel"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
AGENT = "ExecuteCommandAgent"
START_SECONDS = 300.0
"""How long ECS may take to fetch the image, start the task and its agent: a minute, mostly."""


@contextmanager
def open_tunnel(to: Destination, port: int) -> Iterator[Wait]:
    """Holds `port` of this machine open to the component."""
    check("aws", "session-manager-plugin")
    aws, tunnel = cli.command(to), _tunnel(to)
    to.say("Starting a task that leads into the network (about a minute) …")
    task = started(ask(starts(aws, tunnel)))
    try:
        target = f"ecs:{tunnel['cluster']}_{task.rpartition('/')[2]}_{_runtime(aws, tunnel, task)}"
        with held(forwards(aws, target, to, port), port) as wait:
            yield wait
    finally:
        ask(stops(aws, tunnel, task))


def _tunnel(to: Destination) -> Mapping[str, Any]:
    """That of the component's network: the one that its security group lets in."""
    groups = {it["outputs"].get("referencedSecurityGroupId") for it in to.own if it["type"] == INGRESS}
    for tunnel in to.beside(TUNNEL):
        if tunnel["security_group"] in groups:
            return tunnel
    raise TunnelError(
        f"{to.what}: nothing leads into its network. Set infra-kit:aws: {{connect: true}} in the stack's file, and run "
        "infra-kit up: it makes what such a way takes (nothing of it runs until it is asked for)."
    )


def starts(aws: Sequence[str], tunnel: Mapping[str, Any]) -> list[str]:
    """The command that starts the task and prints it, or why it cannot be started."""
    place = {"subnets": tunnel["subnets"], "securityGroups": [tunnel["security_group"]], "assignPublicIp": "DISABLED"}
    return [
        *aws, "ecs", "run-task", "--cluster", tunnel["cluster"], "--task-definition", tunnel["task_definition"],
        "--launch-type", "FARGATE", "--enable-execute-command", "--propagate-tags", "TASK_DEFINITION",
        "--network-configuration", json.dumps({"awsvpcConfiguration": place}),
        "--output", "json",
    ]  # fmt: skip


def started(answer: str) -> str:
    """The task's ARN. Raises `TunnelError` where ECS answers that it has no room or right for it, which is no error of
    the command's (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html)."""
    told = json.loads(answer)
    if not told["tasks"]:
        reasons = ", ".join(f"{it.get('reason')} ({it.get('arn')})" for it in told["failures"])
        raise TunnelError(f"the task that leads into the network was not started: {reasons}.")
    return str(told["tasks"][0]["taskArn"])


def describes(aws: Sequence[str], tunnel: Mapping[str, Any], task: str) -> list[str]:
    """The command that prints how the task is."""
    told = ["--cluster", tunnel["cluster"], "--tasks", task, "--query", "tasks[0]", "--output", "json"]
    return [*aws, "ecs", "describe-tasks", *told]


def forwards(aws: Sequence[str], target: str, to: Destination, port: int) -> list[str]:
    """The command that holds a port open (https://docs.aws.amazon.com/systems-manager/latest/userguide/
    session-manager-working-with-sessions-start.html#sessions-remote-port-forwarding)."""
    where = {"host": [to.host], "portNumber": [str(to.port)], "localPortNumber": [str(port)]}
    document = "AWS-StartPortForwardingSessionToRemoteHost"
    told = ["--target", target, "--document-name", document, "--parameters", json.dumps(where)]
    return [*aws, "ssm", "start-session", *told]


def stops(aws: Sequence[str], tunnel: Mapping[str, Any], task: str) -> list[str]:
    """The command that ends the task."""
    told = ["--cluster", tunnel["cluster"], "--task", task, "--reason", "infra-kit connect has ended"]
    return [*aws, "ecs", "stop-task", *told, "--query", "task.lastStatus", "--output", "text"]


def _runtime(aws: Sequence[str], tunnel: Mapping[str, Any], task: str) -> str:
    """The id of the task's container, once its agent runs."""

    def runs() -> str | None:
        known = json.loads(ask(describes(aws, tunnel, task)))
        if known is None:  # ECS does not know yet what it has begun
            return None
        if known["lastStatus"] in {"DEPROVISIONING", "STOPPED"}:
            raise TunnelError(f"the task that leads into the network ended: {known.get('stoppedReason', 'no reason')}.")
        return runtime(known)

    if it := found(runs, START_SECONDS):
        return it
    raise TunnelError(f"the task that leads into the network did not start within {START_SECONDS:.0f} seconds.")


def runtime(task: Mapping[str, Any]) -> str | None:
    """The id of the container, if its agent runs."""
    for container in task["containers"]:
        agents = {it["name"]: it["lastStatus"] for it in container.get("managedAgents", ())}
        if container["name"] == CONTAINER and agents.get(AGENT) == "RUNNING":
            return str(container["runtimeId"])
    return None
