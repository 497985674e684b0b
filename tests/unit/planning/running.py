"""The planner's commands, run as their user runs them, on a shop of two stacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

SHOP = """
    import pulumi
    from infra_kit import ObjectStore, Postgres
    ObjectStore("files")
    if pulumi.Config("infra-kit").get("phase") != "2":
        Postgres("db", memory_gb=2)
"""
PHASES = """
    "1": {title: Start, stack: production, until: {users: 1000}}
    "2": {title: Growth, stack: production}
"""
PUBLIC = """
    from pulumi_aws import rds
    rds.Instance("open", instance_class="db.t4g.micro", publicly_accessible=True)
"""
AWS = "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}"
COMMANDS: dict[str, tuple[str, ...]] = {
    "plan": (),
    "cost": (),
    "lock-in": (),
    "audit": ("--fail-on", "never"),
    "compare": ("--set", "infra-kit:region=eu-west-1", "--set", "infra-kit:region=us-east-1"),
    "transition": (),
    "doctor": (),
    "graph": (),
}
"""All that plan one stack."""


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


def of_production(run: Run, command: str, *arguments: str) -> Ended:
    return run(command, "--stack", "production", *COMMANDS[command], *arguments)
