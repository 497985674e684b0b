"""What measures each kind of component."""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit.providers.local.signals.answering import AnsweringProbe, DocumentStoreProbe, StoreProbe
from infra_kit.providers.local.signals.edges import CdnProbe, GatewayProbe
from infra_kit.providers.local.signals.event_bus import EventBusProbe
from infra_kit.providers.local.signals.postgres import PostgresProbe
from infra_kit.providers.local.signals.probe import Probe, Source
from infra_kit.providers.local.signals.redis import RedisProbe
from infra_kit.providers.local.signals.reports import BackupProbe, DrillProbe, UptimeProbe
from infra_kit.providers.local.signals.workloads import JobProbe, WorkloadProbe

PROBES: Mapping[str, type[Probe]] = {
    "postgres": PostgresProbe,
    "redis": RedisProbe,
    "document_store": DocumentStoreProbe,
    "search": StoreProbe,
    "object_store": AnsweringProbe,
    "event_bus": EventBusProbe,
    "cdn": CdnProbe,
    "gateway": GatewayProbe,
    "service": WorkloadProbe,
    "worker": WorkloadProbe,
    "job": JobProbe,
    "auth": AnsweringProbe,
    "mailer": AnsweringProbe,
    "uptime": UptimeProbe,
    "backup": BackupProbe,
    "restore_drill": DrillProbe,
}
"""By component's kind: all that can be asked of it, but for what `signals.HINTS` says."""


def probe(source: Source) -> Probe:
    return PROBES[source.kind](source)
