"""Cuenta Conmigo's events: what can wait, and who works it off (seeds/003: CC-3, CC-5)."""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit import Consumer, EventBus, Link, Stream, Worker
from stacks import buses
from stacks.cuenta_conmigo.places import Place
from stacks.programs import program

STREAMS = {"NOTIFICATIONS": Stream(subjects=["notification.*"], retention="7d")}
CONSUMERS = {"mailer": Consumer(stream="NOTIFICATIONS")}


def bus(
    place: Place, streams: Mapping[str, Stream] = STREAMS, consumers: Mapping[str, Consumer] = CONSUMERS
) -> EventBus:
    return buses.bus(streams, consumers, name=place.name("events"), network=place.network, target=place.target)


def told(events: EventBus, streams: Mapping[str, Stream] = STREAMS) -> Link:
    """To say whatever there is to say."""
    return events.link(publish=[it for stream in streams.values() for it in stream.subjects], name="EVENTS")


def worker(name: str, events: EventBus, place: Place, *more: Link) -> Worker:
    """What hears the events of its name."""
    links = [events.link(consume=[name], name="EVENTS"), *more]
    return Worker(place.name(name), **program(name), network=place.network, links=links, target=place.target)
