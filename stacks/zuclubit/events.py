"""Zuclubit's events: the streams of seeds/004 (ZU-6) and who reads them."""

from infra_kit import Consumer, EventBus, Network, Stream
from stacks import buses

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


def bus(network: Network | None) -> EventBus:
    return buses.bus(STREAMS, CONSUMERS, network=network)
