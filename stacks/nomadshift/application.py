"""NomadShift's program, its parameters and its gateway, the same in every phase (seeds/000: NS-1, NS-6 to NS-9, NS-11,
NS-12, NS-13)."""

from collections.abc import Sequence

import pulumi

from infra_kit import (
    Config,
    Gateway,
    GatewayRoute,
    Link,
    Postgres,
    RateLimit,
    Release,
    Scaling,
    Secret,
    Service,
    Tracing,
)
from stacks.config import system
from stacks.limits import limit
from stacks.nomadshift.accounts import oauth_clients
from stacks.nomadshift.regions import Region
from stacks.programs import program

LIMITS = {
    "/api/auth/login": RateLimit(requests=5, per="15m"),
    "/api/jobs*": RateLimit(requests=30, per="1m"),
    "/api/messages*": RateLimit(requests=20, per="1m"),
    "/api/*": RateLimit(requests=100, per="1m"),
}
"""NS-13, by address."""
LISTS = "/api/public/*"
"""NS-5: what everybody may see; the Cdn keeps it, so it has no limit."""


def settings(region: Region, db: Postgres) -> Config:
    """NS-9: `/production/database/host` and the rest, read by who is linked. `jwt/secret` is a Secret: see `api`."""
    values: dict[str, str | pulumi.Output[str]] = {
        "database/host": db.host,
        "database/port": db.port.apply(str),
        "database/name": db.database,
        **{f"oauth/{provider}/client_id": client for provider, client in oauth_clients().items()},
    }
    named = {region.path(path): value for path, value in values.items()}
    return Config(region.named("settings"), target=region.target, values=named)


def api(region: Region, links: Sequence[Link], after: pulumi.ResourceOptions) -> Service:
    """NS-7: two to twenty instances. NS-8: green is tried before it takes over, and taken back when it fails
    within five minutes, or `nomadshift:watch`. NS-11: its traces are for an APM."""
    return Service(
        region.named("api"),
        target=region.target,
        network=region.network,
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
            watch=pulumi.Config(system()).get("watch") or "5m",
            max_failed_checks=3,
        ),
        tracing=Tracing(),
        links=[*links, *_secrets(region)],
        opts=after,
    )


def _secrets(region: Region) -> list[Link]:
    """What it signs sessions with, and where it tells its errors: `nomadshift:sentry-dsn`, where that is set."""
    signs = Secret(region.named("jwt-secret"), target=region.target, path=region.path("jwt/secret"))
    told = pulumi.Config(system()).get_secret("sentry-dsn")
    if told is None:
        return [signs.link(name="JWT_SECRET")]
    errors = Secret(region.named("sentry-dsn"), target=region.target, value=told)
    return [signs.link(name="JWT_SECRET"), errors.link(name="SENTRY_DSN")]


def gateway(region: Region, service: Service) -> Gateway:
    """NS-6, NS-12, NS-13: a firewall, limits by path; HTTPS is the Cdn's, behind which it stands (NS-5)."""
    limited = {path: GatewayRoute(service, limits=[limit(path, asked)]) for path, asked in LIMITS.items()}
    routes: dict[str, GatewayRoute | Service] = {**limited, LISTS: service}
    return Gateway(region.named("gateway"), target=region.target, routes=routes, public=False)
