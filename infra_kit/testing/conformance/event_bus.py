"""What every target's EventBus must do."""

from collections.abc import Mapping
from typing import Any

from infra_kit import Consumer, EventBus, Stream, features
from infra_kit.components.event_bus import EventBusEndpoint
from infra_kit.target import Target
from infra_kit.testing.conformance.base import NAME
from infra_kit.testing.conformance.suite import ComponentConformance

LEADS = Stream(subjects=["lead.*"])
SCORING = Consumer(stream="LEADS", dead_letter=False)


class EventBusConformance(ComponentConformance):
    component = EventBus
    endpoint = EventBusEndpoint
    secrets = frozenset({"password", "url"})
    arguments = {"streams": {"LEADS": LEADS}, "consumers": {"scoring": SCORING}}
    asks = {
        features.DEAD_LETTER: {"consumers": {"scoring": Consumer(stream="LEADS")}},
        features.STREAM_REPLICAS: {"streams": {"LEADS": Stream(subjects=["lead.*"], replicas=3)}},
        features.STREAM_SIZE: {"streams": {"LEADS": Stream(subjects=["lead.*"], max_size_gb=1)}},
        features.LONG_BACKLOG: {"streams": {"LEADS": Stream(subjects=["lead.*"], retention="30d")}},
        features.LONG_RETENTION: {
            "streams": {"LEADS": Stream(subjects=["lead.*"], retention="90d")},
            "consumers": {"scoring": Consumer(stream="LEADS", dead_letter=False, backlog="7d")},
        },
        features.ANY_ACK_WAIT: {"consumers": {"scoring": Consumer(stream="LEADS", ack_wait="1h")}},
        features.ANY_DELIVERIES: {"consumers": {"scoring": Consumer(stream="LEADS", max_deliveries=3)}},
        features.engine("nats"): {"engine": "nats"},
        features.engine("native"): {"engine": "native"},
    }
    links = {
        "publish": lambda bus: bus.link(publish=["lead.created"]),
        "consume": lambda bus: bus.link(consume=["scoring"]),
        "both": lambda bus: bus.link(publish=["lead.*"], consume=["scoring"]),
    }
    gives_secret = frozenset({"IT_URL", "IT_PASSWORD"})
    gives = gives_secret | {
        "IT_HOST",
        "IT_PORT",
        "IT_USERNAME",
        "IT_STREAMS",
        "IT_CONSUMERS",
        "IT_INBOX_PREFIX",
        "IT_CA_CERTIFICATE",
    }
    variations = {
        "one more stream": {"streams": {"FIRST": Stream(subjects=["first.*"]), "LEADS": LEADS}},
        "one more consumer": {"consumers": {"analytics": SCORING, "scoring": SCORING}},
        "retention": {"streams": {"LEADS": Stream(subjects=["lead.*"], retention="30d")}},
    }

    @classmethod
    def changes(cls) -> dict[str, Mapping[str, Any]]:
        """Another engine is another bus, and no change of one."""
        return {name: ask for name, ask in super().changes().items() if not name.startswith("engine:")}

    def test_every_consumer_has_an_address(self, target: Target) -> None:
        assert set(self.record(target).named(NAME).outputs["consumers"]) == {"scoring"}
