"""What Founder Diary buys elsewhere (seeds/002: FD-1, FD-7)."""

from infra_kit import ExternalService


def domain_name() -> None:
    """Ten euros a year."""
    ExternalService("domain-name", vendor="a registrar", plan="domain", monthly=0.83, currency="EUR", protocol="dns")


def logs() -> None:
    ExternalService("axiom", vendor="Axiom", plan="Team", protocol="opentelemetry")
