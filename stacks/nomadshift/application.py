"""NomadShift's program and its gateway, the same in every phase (seeds/000: NS-1, NS-5 to NS-8, NS-12, NS-13)."""

from collections.abc import Sequence

from infra_kit import Gateway, GatewayRoute, Link, RateLimit, Release, Scaling, Secret, Service
from stacks.programs import program

LIMITS = {
    "/api/jobs*": RateLimit(requests=30, per="1m"),
    "/api/messages*": RateLimit(requests=20, per="1m"),
    "/api/*": RateLimit(requests=100, per="1m"),
}
"""NS-13, by address. Five logins in a quarter of an hour the application counts itself, in its Redis: AWS WAF
looks back ten minutes at most."""


def api(links: Sequence[Link]) -> Service:
    """NS-7: two to twenty instances. NS-8: green is tried before it takes over, and taken back when it fails."""
    secrets = [Secret(name, path=path) for name, path in {"jwt-secret": "jwt/secret"}.items()]
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
        links=[*links, *(secret.link() for secret in secrets)],
    )


def gateway(service: Service) -> Gateway:
    """NS-6, NS-12, NS-13: a firewall, limits by path; HTTPS is the Cdn's, behind which it stands (NS-5)."""
    limited = {path: GatewayRoute(service, limits=[limit]) for path, limit in LIMITS.items()}
    return Gateway("gateway", routes=limited, public=False)
