"""How available a plan can be, by the service level agreements of all that a request needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra_kit._program import Made
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.planning.programs import Planned

HOURS_A_YEAR = 8760


@dataclass(frozen=True)
class Promise:
    """What a vendor promises of a month."""

    percent: float | None
    """None: nothing."""
    source: str
    """The vendor's page; empty: there is no vendor."""


_NATS = "EventBus of NATS"
"""It is as available as what runs it, and the vendor's own bus as that is."""
_RDS = "https://aws.amazon.com/rds/sla/"
_SQL = "https://cloud.google.com/sql/sla"
_PROMISES: Mapping[tuple[str, str, bool], Promise] = {
    ("Postgres", "aws", True): Promise(99.95, _RDS),
    ("Postgres", "aws", False): Promise(99.5, _RDS),
    ("Postgres", "gcp", True): Promise(99.95, _SQL),
    ("Postgres", "gcp", False): Promise(None, _SQL),
    ("Redis", "aws", True): Promise(99.99, "https://aws.amazon.com/elasticache/sla/"),
    ("Redis", "aws", False): Promise(None, "https://aws.amazon.com/elasticache/sla/"),
    ("Redis", "gcp", True): Promise(99.9, "https://cloud.google.com/memorystore/sla"),
    ("Redis", "gcp", False): Promise(None, "https://cloud.google.com/memorystore/sla"),
    ("Search", "aws", True): Promise(99.9, "https://aws.amazon.com/opensearch-service/sla/"),
    ("Search", "aws", False): Promise(None, "https://aws.amazon.com/opensearch-service/sla/"),
    # Of the machine that it is on.
    ("Search", "gcp", False): Promise(99.9, "https://cloud.google.com/compute/sla"),
    ("DocumentStore", "aws", True): Promise(99.9, "https://aws.amazon.com/documentdb/sla/"),
    ("DocumentStore", "aws", False): Promise(None, "https://aws.amazon.com/documentdb/sla/"),
    ("ObjectStore", "aws", True): Promise(99.9, "https://aws.amazon.com/s3/sla/"),
    ("ObjectStore", "gcp", True): Promise(99.9, "https://cloud.google.com/storage/sla"),
    ("Cdn", "aws", True): Promise(99.9, "https://aws.amazon.com/cloudfront/sla/"),
    ("Cdn", "gcp", True): Promise(99.95, "https://cloud.google.com/cdn/sla"),
    ("Gateway", "aws", True): Promise(99.99, "https://aws.amazon.com/elasticloadbalancing/sla/"),
    ("Gateway", "gcp", True): Promise(99.99, "https://cloud.google.com/load-balancing/sla"),
    ("Service", "aws", True): Promise(99.99, "https://aws.amazon.com/ecs/sla/"),
    ("Service", "aws", False): Promise(99.5, "https://aws.amazon.com/ecs/sla/"),
    ("Service", "gcp", True): Promise(99.95, "https://cloud.google.com/run/sla"),
    ("Service", "gcp", False): Promise(99.95, "https://cloud.google.com/run/sla"),
    ("EventBus", "aws", True): Promise(99.99, "https://aws.amazon.com/eventbridge/sla/"),
    # Of its machines: in several zones, or one alone.
    (_NATS, "aws", True): Promise(99.99, "https://aws.amazon.com/compute/sla/"),
    (_NATS, "aws", False): Promise(99.5, "https://aws.amazon.com/compute/sla/"),
    (_NATS, "gcp", True): Promise(99.99, "https://cloud.google.com/compute/sla"),
    (_NATS, "gcp", False): Promise(99.9, "https://cloud.google.com/compute/sla"),
    ("EventBus", "gcp", True): Promise(99.95, "https://cloud.google.com/pubsub/sla"),
}
"""By component, target and whether it stands twice. Second hand where a page could not be read: docs/planning.md."""

_IN_THE_WAY = frozenset(
    {"Postgres", "Redis", "DocumentStore", "ObjectStore", "Cdn", "Gateway", "Service", "EventBus", "Search"}
)
_ALWAYS_SEVERAL = frozenset({"ObjectStore", "Cdn", "Gateway", "EventBus"})
"""What its vendor runs several times anyway."""


@dataclass(frozen=True)
class Availability:
    """What is promised of a stack, if every part is needed for a request and they fail apart from each other."""

    percent: float | None
    """None: something of it nobody promises anything for."""
    weakest: str
    """The component that is promised least, with its promise."""
    unpromised: tuple[str, ...]
    """Components for which nobody promises anything: they run on machines of one's own, or once only."""
    promises: Mapping[str, Promise] = field(default_factory=dict)
    """By component that a request needs."""

    @property
    def hours_a_year(self) -> float | None:
        """That it may be away by these promises."""
        return None if self.percent is None else round((100 - self.percent) / 100 * HOURS_A_YEAR, 1)


def availability(planned: Planned) -> Availability:
    """What the vendors of a planned stack promise."""
    parts = [made for made in planned.components if made.type.rpartition(":")[2] in _IN_THE_WAY]
    promised = {made.name: promise(made) for made in parts}
    percents = {name: it.percent for name, it in promised.items() if it.percent is not None}
    whole = 100.0
    for percent in percents.values():
        whole *= percent / 100
    least = min(percents, key=percents.__getitem__, default="")
    unpromised = tuple(name for name, it in promised.items() if it.percent is None)
    weakest = f"{least} ({percents[least]:g} %)" if least else ""
    return Availability(None if unpromised or not percents else round(whole, 3), weakest, unpromised, promised)


def promise(made: Made) -> Promise:
    """What the vendor of one component promises. Of what stands already, nobody here knows who that is."""
    if made.stands_already:
        return Promise(None, "")
    kind = _NATS if isinstance(made.spec, EventBusSpec) and made.spec.engine == "nats" else made.type.rpartition(":")[2]
    return _PROMISES.get((kind, made.target.name, kind in _ALWAYS_SEVERAL or _stands_twice(made)), Promise(None, ""))


def _stands_twice(made: Made) -> bool:
    spec = made.spec
    if isinstance(spec, EventBusSpec):
        return any(stream.replicas > 1 for stream in spec.streams.values())
    return bool(getattr(spec, "high_availability", False)) or getattr(spec, "min_instances", 1) > 1
