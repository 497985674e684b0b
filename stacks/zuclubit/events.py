"""Zuclubit's events: the streams of seeds/004 (ZU-6) and who reads them."""

import pulumi

from infra_kit import Consumer, EventBus, Network, Stream
from stacks.config import system

STREAMS = {
    "LEAD_EVENTS": Stream(subjects=["lead.*"], retention="7d"),
    "PROPOSAL_EVENTS": Stream(subjects=["proposal.*"], retention="30d"),
    "CFDI_EVENTS": Stream(subjects=["cfdi.*"], retention="5y"),
    "WHATSAPP_EVENTS": Stream(subjects=["whatsapp.*"], retention="90d"),
    "AI_EVENTS": Stream(subjects=["ai.*"], retention="7d"),
}
"""Events are named `Context.Action`, and published on that name in lower case (`infra_kit.subject`)."""

CONSUMERS = {
    "ai-scoring": Consumer(stream="LEAD_EVENTS", filter="lead.created"),
    "analytics": Consumer(stream="LEAD_EVENTS"),
    "lead-score": Consumer(stream="AI_EVENTS", filter="ai.leadscored"),
    "customer-conversion": Consumer(stream="PROPOSAL_EVENTS", filter="proposal.accepted"),
    "invoicing": Consumer(stream="PROPOSAL_EVENTS", filter="proposal.accepted", ack_wait="2m"),
    "notification": Consumer(stream="CFDI_EVENTS", filter="cfdi.stamped"),
}
"""The two event flows that the seed draws: a lead is scored; an accepted proposal becomes a stamped invoice."""

PUBLISHED = {
    "lead": ("lead.*",),
    "proposal": ("proposal.*",),
    "compliance": ("cfdi.*",),
    "notification": ("whatsapp.*",),
    "ai": ("ai.*",),
}
"""By service, what it says."""

CONSUMED = {
    "ai": ("ai-scoring",),
    "analytics": ("analytics",),
    "lead": ("lead-score",),
    "customer": ("customer-conversion",),
    "compliance": ("invoicing",),
    "notification": ("notification",),
}
"""By service, what it listens to."""


def copies() -> int:
    """`zuclubit:replicas`, of each event, on as many servers; one without. Never another number later: NATS makes no
    cluster of a server that stood alone."""
    return pulumi.Config(system()).get_int("replicas") or 1


def network() -> Network | None:
    """With a zone for each copy; None for the target's own, where there is one copy."""
    return Network("network", zones=copies()) if copies() > 1 else None


def bus(network: Network | None) -> EventBus:
    streams = {name: stream.model_copy(update={"replicas": copies()}) for name, stream in STREAMS.items()}
    return EventBus("events", streams=streams, consumers=CONSUMERS, network=network)
