"""What would hold a user less: changes of one part of a stack, each with what is scored once it is made.

A change counts with what is sure to be there afterwards, by the same method as everything else (docs/lock-in.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from infra_kit.components.event_bus import EventBusSpec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.components.service import ServiceSpec
from infra_kit.features import Feature
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.lock_in_aspects import Subject, lacks, subject
from infra_kit.spec import Spec
from infra_kit.streams import Stream

_OWN_HOST = "vps"
_MOVE_ALONE = frozenset({"Postgres", "Redis", "DocumentStore", "ObjectStore", "Cdn"})
"""What can stand elsewhere while the rest stays. The others go with what is linked to them, or with what they serve."""


@dataclass(frozen=True)
class Change:
    """What would hold a user less."""

    what: str
    score: float
    """Of the part, once it is made."""


def best(held: Subject) -> Change | None:
    """The change that lowers the score of a part most; None where none that we know of does."""
    found = (Change(what, after.score) for what, after in _after(held) if after.score < held.score)
    return min(found, key=lambda change: change.score, default=None)


def _after(held: Subject) -> Iterator[tuple[str, Subject]]:
    if held.spec is None:
        yield from _ours_instead(held)
    elif facts.is_native_bus(held.kind, held.spec):
        yield from _to_nats(held.spec)
    else:
        yield from _kept_better(held)
        yield from _asked_for_less(held, held.spec)
        yield from _on_own_host(held, held.spec)


_KEPT: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Postgres": (
        "take a nightly pg_dump to a store of another vendor: it is then restored anywhere",
        {"exit": 1, "exit_why": "a dump, a night old at most, is a file of your own"},
    ),
    "DocumentStore": (
        "take a nightly mongodump to a store of another vendor: it is then restored anywhere",
        {"exit": 1, "exit_why": "a dump, a night old at most, is a file of your own"},
    ),
    "Redis": (
        "keep nothing in it that cannot be made again",
        {"exit": 0, "exit_why": "it keeps nothing that cannot be made again"},
    ),
    "Search": (
        "keep what is searched in a database too: indexes are then made anew from it, anywhere",
        {"exit": 0, "exit_why": "it keeps nothing that cannot be made again"},
    ),
    "ObjectStore": (
        "mirror it to a store of another vendor (`rclone sync`)",
        {"exit": 1, "exit_why": "the mirror, as old as its last run, is yours"},
    ),
    "ExternalService": (
        "put an interface of your own before it (still better, where there is one: a vendor of an open protocol)",
        {"protocol": 5, "protocol_why": "an interface of your own; its adapter speaks the vendor's API"},
    ),
}
"""By its kind, what can be done about a component where it stands, and what is so then."""


def _kept_better(held: Subject) -> Iterator[tuple[str, Subject]]:
    if held.kind in _KEPT:
        what, changed = _KEPT[held.kind]
        yield what, replace(held, fact=replace(held.fact, **changed))


def _asked_for_less(held: Subject, spec: Spec) -> Iterator[tuple[str, Subject]]:
    """One change a target that has gaps: what it lacks is not asked for any more. Not for a laptop's sake; and an
    engine left out is no less, but another one."""
    for name in (name for name, gaps in held.gaps_elsewhere.items() if gaps and name != "local"):
        less, dropped = _without_gaps(name, held.kind, spec)
        after = subject(held.kind, held.target, less)
        if after and all(gap.family != "engine" for gap in dropped):
            yield f"ask for no {', no '.join(dropped)}: {name} then takes it as it is", after


def _without_gaps(name: str, kind: str, spec: Spec) -> tuple[Spec, Sequence[Feature]]:
    """What a target can honour of a spec, and what it lacks. What is left out may uncover a gap."""
    dropped: list[Feature] = []
    while gaps := lacks(name, kind, spec):
        for gap in gaps:
            spec = spec.without(gap)
        dropped += gaps
    return spec, dropped


def _on_own_host(held: Subject, spec: Spec) -> Iterator[tuple[str, Subject]]:
    if held.kind in _MOVE_ALONE and held.gaps_elsewhere.get(_OWN_HOST) == []:
        after = subject(held.kind, _OWN_HOST, spec)
        if after:
            yield "run it on a host of your own (the target vps takes it as it is)", after


def _to_nats(spec: Spec) -> Iterator[tuple[str, Subject]]:
    less, dropped = _without_gaps(_OWN_HOST, "EventBus", spec.replace(engine="nats"))
    after = subject("EventBus", _OWN_HOST, less)
    without = f", without {', '.join(dropped)}" if dropped else ""
    if after:
        yield f"NATS on a host of your own{without}: publishers and consumers then speak it everywhere", after


@dataclass(frozen=True)
class _Instead:
    """A component of ours that does the work of what stands beside them, asked for nothing out of the ordinary."""

    what: str
    kind: str
    spec: Callable[[], Spec]
    on: str = ""
    """Its target. Empty: where the thing stands today."""
    known: Mapping[str, Any] | None = None
    """What is known of it beyond its kind."""


def _a_service() -> Spec:
    return ServiceSpec(image="registry.example/service:1")


def _a_bus() -> Spec:
    return EventBusSpec(streams={"EVENTS": Stream(subjects=["events.*"])})


_NATS = _Instead("an EventBus on a host of your own, whose consumers speak NATS", "EventBus", _a_bus, _OWN_HOST)
_JSONB = _Instead("a Postgres instead: its jsonb does most of it", "Postgres", PostgresSpec)
_IDENTITY = _Instead(
    "a Service with an identity provider of your own (Keycloak, Supabase Auth)",
    "Service",
    _a_service,
    known={
        "protocol": 1,
        "protocol_why": "OpenID Connect, as many providers speak it",
        "exit": 2,
        "exit_why": "users and the hashes of their passwords are rows of its own PostgreSQL",
        "skills": 5,
        "skills_why": "an identity provider, beside what a Service takes",
    },
)
_INSTEAD: Mapping[str, _Instead] = {
    "aws:dynamodb/table:Table": _JSONB,
    "gcp:firestore/database:Database": _JSONB,
    "aws:sqs/queue:Queue": _NATS,
    "aws:sns/topic:Topic": _NATS,
    "aws:cognito/userPool:UserPool": _IDENTITY,
    "aws:sagemaker/endpoint:Endpoint": _Instead(
        "serve the model from a Service: a container of your own", "Service", _a_service
    ),
    "aws:rds/cluster:Cluster": _Instead("a Postgres instead, where it is one of PostgreSQL", "Postgres", PostgresSpec),
}


def _ours_instead(held: Subject) -> Iterator[tuple[str, Subject]]:
    instead = _INSTEAD.get(held.kind)
    after = subject(instead.kind, instead.on or held.target, instead.spec()) if instead else None
    if instead and after:
        yield instead.what, replace(after, fact=replace(after.fact, **(instead.known or {})))
