"""What Zuclubit buys elsewhere, phase by phase (seeds/004: ZU-4, ZU-9, ZU-13).

Of the seed's services the stack has three itself: NATS is its event bus, Upstash its cache, and Supabase Auth would be
one more of its services (ZU-8), which it does not have yet.
"""

from infra_kit import ExternalService


def services(*, documents: str, learning: float, invoices: float, messages: float, accounting: float = 0) -> None:
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
