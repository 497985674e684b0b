"""The product's own programs (seeds/002: FD-1 to FD-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from infra_kit import Link, Secret, Service, Worker
from infra_kit.workloads import Value
from stacks.config import domains, system
from stacks.programs import program


def application(
    links: Sequence[Link], *, opts: pulumi.ResourceOptions, instances: int = 1, sso: bool = False
) -> Service:
    """FD-1: Next.js, which keeps its users in its own database (Better Auth, which signs with a secret of its own)."""
    named, secrets = _sso() if sso else ({}, {})
    return Service(
        "app",
        **program("app"),
        port=3000,
        memory_gb=0.5,
        min_instances=instances,
        environment={**address("BETTER_AUTH_URL", domains()), **named},
        secrets=secrets,
        links=[*links, Secret("better-auth-secret").link()],
        opts=opts,
    )


def jobs(links: Sequence[Link], *, opts: pulumi.ResourceOptions) -> Worker:
    """FD-3: what takes BullMQ's jobs from the queue."""
    return Worker("worker", **program("worker"), memory_gb=0.5, links=links, opts=opts)


def address(variable: str, names: Sequence[str]) -> Mapping[str, str]:
    """Where people reach a program, told to it by that variable; without a name it goes by what it is asked as."""
    return {variable: f"https://{names[0]}"} if names else {}


def _sso() -> tuple[Mapping[str, Value], Mapping[str, Value]]:
    """FD-2: by whom companies log in, `founder-diary:sso: {issuer, client_id}` with the secret `sso-client-secret`."""
    config = pulumi.Config(system())
    said: Mapping[str, str] | None = config.get_object("sso")
    if said is None:
        return {}, {}
    named = {"SSO_ISSUER": said["issuer"], "SSO_CLIENT_ID": said["client_id"]}
    return named, {"SSO_CLIENT_SECRET": config.require_secret("sso-client-secret")}
