"""NomadShift's program, its parameters and its gateway, the same in every phase (seeds/000: NS-1, NS-5 to NS-9, NS-12,
NS-13)."""

from collections.abc import Mapping, Sequence

import pulumi

from infra_kit import Config, Gateway, GatewayRoute, Link, Postgres, RateLimit, Release, Scaling, Secret, Service
from stacks.config import system
from stacks.limits import limit
from stacks.programs import program

LIMITS = {
    "/api/auth/login": RateLimit(requests=5, per="15m"),
    "/api/jobs*": RateLimit(requests=30, per="1m"),
    "/api/messages*": RateLimit(requests=20, per="1m"),
    "/api/*": RateLimit(requests=100, per="1m"),
}
"""NS-13, by address."""


def settings(db: Postgres) -> Config:
    """NS-9: `/production/database/host` and the rest, read by who is linked. `jwt/secret` is a Secret: see `api`."""
    clients: Mapping[str, str] = pulumi.Config(system()).require_object("oauth-clients")
    values: dict[str, str | pulumi.Output[str]] = {
        "database/host": db.host,
        "database/port": db.port.apply(str),
        "database/name": db.database,
        **{f"oauth/{provider}/client_id": client for provider, client in clients.items()},
    }
    return Config("settings", values=values)


def api(links: Sequence[Link], after: pulumi.ResourceOptions) -> Service:
    """NS-7: two to twenty instances. NS-8: green is tried before it takes over, and taken back when it fails."""
    return Service(
        "api",
        **program("api"),
        port=3000,
        cpu=1,
        memory_gb=2,
        min_instances=2,
        max_instances=20,
        scaling=Scaling(cpu_percent=70, memory_percent=80, requests_per_instance=1000),
        sticky_sessions=True,
        release=Release(
            strategy="blue-green",
            smoke_tests=["/health"],
            max_smoke_failures_percent=50,
            max_error_percent=5,
            watch="5m",
        ),
        links=[*links, Secret("jwt-secret", path="jwt/secret").link()],
        opts=after,
    )


def gateway(service: Service) -> Gateway:
    """NS-6, NS-12, NS-13: a firewall, limits by path; HTTPS is the Cdn's, behind which it stands (NS-5)."""
    limited = {path: GatewayRoute(service, limits=[limit(path, asked)]) for path, asked in LIMITS.items()}
    return Gateway("gateway", routes=limited, public=False)
