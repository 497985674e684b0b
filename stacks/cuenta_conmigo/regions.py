"""The regions of phases 3 and 4, and what is before and beside both (seeds/003: CC-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from infra_kit import Consumer, Failover, Stream
from stacks.cuenta_conmigo import content, operations, places
from stacks.cuenta_conmigo.events import CONSUMERS, STREAMS
from stacks.cuenta_conmigo.places import Place
from stacks.cuenta_conmigo.region import Region, Size, region
from stacks.zones import own_zones


def deploy(
    size: Size, standby: Size, *, streams: Mapping[str, Stream] = STREAMS, consumers: Mapping[str, Consumer] = CONSUMERS
) -> Sequence[tuple[Place, Region]]:
    """Home; then the second region, where the stack has one: names lead there when home is down."""
    here, away = places.home(), places.second()
    zones = own_zones("failover-zone") if away else own_zones()
    first = Failover("primary", check="/health") if away else None
    home = region(here, size, zones=zones, failover=first, streams=streams, consumers=consumers)
    edge = content.edge(home.files, zones)
    alerts = operations.watched(*home.measured, edge, gateway=home.gateway)
    operations.shown(*home.measured, edge, home.gateway, alerts=alerts)

    made = [(here, home)]
    if away:
        there = region(away, standby, zones=zones, failover=Failover("secondary"), streams=streams, consumers=consumers)
        heard = operations.watched(*there.measured, gateway=there.gateway, place=away)
        operations.shown(*there.measured, there.gateway, alerts=heard, place=away)
        pulumi.export("second_database_url", there.db.url)
        made.append((away, there))

    pulumi.export("database_url", home.db.url)
    pulumi.export("pooled_database_url", home.db.pooled_url)
    pulumi.export("reader_url", home.db.reader_url)
    pulumi.export("redis_url", home.cache.url)
    pulumi.export("events_url", home.events.url)
    pulumi.export("files_bucket", home.files.bucket)
    pulumi.export("files_url", edge.url)
    pulumi.export("url", home.gateway.url)
    return made
