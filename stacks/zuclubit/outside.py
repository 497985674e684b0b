"""What Zuclubit buys elsewhere, phase by phase (seeds/004: ZU-4, ZU-9, ZU-13).

Of the seed's services the stack has three itself: NATS is its event bus, Upstash its cache, and Supabase Auth one more
of its services (ZU-8).
"""

from infra_kit import ExternalService
from stacks.outside import with_production


def phase_1() -> None:
    """The first hundred users."""
    with_production(lambda: _services(documents="M10", learning=50, invoices=20, messages=15))


def phase_2() -> None:
    """A thousand."""
    with_production(lambda: _services(documents="M30", learning=200, invoices=80, messages=100))


def phase_3() -> None:
    """Ten thousand."""
    with_production(
        lambda: _services(documents="M60", learning=800, invoices=300, messages=500, accounting=100),
    )


def _services(*, documents: str, learning: float, invoices: float, messages: float, accounting: float = 0) -> None:
    """All but the documents at the seed's own prices a month: they go by contracts and usage.

    Args:
        documents: the cluster of MongoDB Atlas (ZU-4).
        learning: SageMaker and its siblings, the lock-in that the seed accepts (ZU-9).
        invoices: the provider that stamps invoices (PAC).
        messages: WhatsApp by Twilio.
        accounting: QuickBooks or Xero.
    """
    ExternalService("documents", vendor="MongoDB Atlas", plan=documents, protocol="mongodb")
    ExternalService("learning", vendor="AWS SageMaker", plan="usage", monthly=learning)
    ExternalService("stamps", vendor="a PAC", plan="invoices", monthly=invoices)
    ExternalService("whatsapp", vendor="Twilio", plan="WhatsApp Business", monthly=messages)
    if accounting:
        ExternalService("accounting", vendor="QuickBooks or Xero", plan="sync", monthly=accounting)
