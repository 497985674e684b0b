"""What NomadShift buys elsewhere (seeds/000: NS-11, NS-15): the seed's plans, its lower figure where it has a range.

Accounts and mail are the stack's own (NS-4).
"""

from infra_kit import ExternalService


def services() -> None:
    ExternalService("errors", vendor="Sentry", plan="Team")
    ExternalService("support", vendor="AWS", plan="Business Support", monthly=29)
    ExternalService("domain-name", vendor="a registrar", plan="domain and TLS", monthly=1.67, protocol="dns")
