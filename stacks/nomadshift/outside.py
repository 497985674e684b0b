"""What NomadShift buys elsewhere (seeds/000: NS-11, NS-15): the seed's plans, its lower figure where it has a range."""

from infra_kit import ExternalService


def services() -> None:
    ExternalService("sign-in", vendor="Auth0", plan="Free", protocol="oidc")
    ExternalService("errors", vendor="Sentry", plan="Team")
    ExternalService("apm", vendor="New Relic or DataDog", plan="APM", monthly=50, protocol="opentelemetry")
    ExternalService("mail", vendor="AWS SES", plan="pay as you go", monthly=1, protocol="smtp")
    ExternalService("support", vendor="AWS", plan="Business Support", monthly=29)
    ExternalService("domain-name", vendor="a registrar", plan="domain and TLS", monthly=1.67, protocol="dns")
