"""From one phase of a system to the next, and back, as `infra-kit transition` says it."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise

from infra_kit.engine.guard import UNPROTECT
from infra_kit.errors import DataLossRefusedError
from infra_kit.planning.changes import Change, Fate
from infra_kit.planning.moves import Move
from infra_kit.planning.transition import Transition, check, transition
from infra_kit.planning.ways import How
from tests.planned_phases import described, planned
from tests.system_pages.markdown import cell, row

_SHOWN = 3
"""Of a component, so many resources by name; of more, their number."""


def pairs(system: str) -> list[tuple[str, str]]:
    """The neighbouring phases."""
    return list(pairwise(described(system)))


@cache
def between(system: str, before: str, after: str) -> Transition:
    return transition(planned(system, before), planned(system, after))


def section(system: str) -> Iterator[str]:
    """The section of a page."""
    for before, after in pairs(system):
        yield f"### From phase {before} to {after}\n"
        yield from _step(system, before, after)
        yield f"### Back from phase {after} to {before}\n"
        yield from _step(system, after, before)


def _step(system: str, before: str, after: str) -> Iterator[str]:
    phase = described(system)[after]
    moving = [it for it in phase.settings if not it.startswith("infra-kit:usage=")]  # usage is for costs
    settings = " ".join(f"--set {_quoted(it)}" for it in (f"infra-kit:phase={after}", *moving))
    old = described(system)[before].stack
    if old == phase.stack:
        yield f"In phase {before}, `infra-kit transition --stack {phase.stack} {settings}` says:\n"
    else:
        yield f"`infra-kit plan --stack {old} --set infra-kit:phase={before} --save plan.json`, and then"
        yield f"`infra-kit transition --stack {phase.stack} {settings} --from plan.json`, say of the two stacks:\n"
    yield from _said(between(system, before, after))


def _quoted(setting: str) -> str:
    return setting if shlex.quote(setting) == setting else f'"{setting}"'


def _said(found: Transition) -> Iterator[str]:
    for title, parts in _lines(found).items():
        joined = ", ".join(parts)
        if joined:
            yield f"- **{title}:** {cell(joined)}"
    yield f"- **The guard:** {_guard(found)}\n"
    moving = [move for move in found.moves if move.way.how is not How.LEFT]
    if moving:
        yield from _moves(moving)
    if len(found.moves) > 1:
        yield "In this order:\n"
        yield from (f"{number}. {step}" for number, step in enumerate(found.order, 1))
        yield ""


def _lines(found: Transition) -> Mapping[str, Iterable[str]]:
    """By what happens, to what."""
    changed, left = found.of(Fate.CHANGED, Fate.UNSURE), found.of(Fate.FORGOTTEN)
    unsure = str(Fate.UNSURE).capitalize()
    replaced = [it for it in found.of(Fate.REPLACED) if not it.loses_data]
    return {
        "New components": _components(found, Fate.CREATED),
        "New in those that are there": _parts(found.of(Fate.CREATED), _whole(found, Fate.CREATED)),
        "Changed in place, with what it holds": (_told(it) for it in changed if it.stateful),
        "Changed in place": _parts([it for it in changed if not it.stateful and it.fate is Fate.CHANGED]),
        unsure: _parts([it for it in changed if not it.stateful and it.fate is Fate.UNSURE]),
        "Made anew, and holds nothing of its own": _parts(replaced),
        "Lost unless its data is moved first": (_told(it) for it in found.losses),
        "Components that go": _components(found, Fate.DELETED),
        "Gone from those that stay": _parts(found.of(Fate.DELETED), _whole(found, Fate.DELETED)),
        "Let go, and left where it is with what it holds": (f"`{it.resource.name}`" for it in left if it.stateful),
    }


def _guard(found: Transition) -> str:
    if found.beside:
        return f"`infra-kit up` leaves `{found.beside}` as it is: it goes by `infra-kit down`, when all is moved."
    try:
        check(found)
    except DataLossRefusedError:
        stopped = any(change.stopped for change in found.changes)
        why = f"at what is protected: {UNPROTECT}" if stopped else "where data would be lost: the table says what to do"
        return f"`infra-kit up` stops {why}."
    if found.unsure:
        return f"not known: whether {', '.join(f'`{it.resource.name}`' for it in found.unsure)} would be replaced."
    return "nothing that holds data is replaced or deleted; `infra-kit up` goes through."


def _components(found: Transition, fate: Fate) -> Iterator[str]:
    for change in found.changes:
        if change.fate is fate and _is_ours(change):
            yield f"`{change.resource.name}` {change.resource.type.rpartition(':')[2]}"


def _whole(found: Transition, fate: Fate) -> set[str]:
    """The components of ours that come or go."""
    return {it.resource.name for it in found.changes if it.fate is fate and _is_ours(it)}


def _is_ours(change: Change) -> bool:
    return change.resource.name == change.resource.component and not change.resource.custom


def _parts(changes: Iterable[Change], without: Collection[str] = ()) -> Iterator[str]:
    """The resources of each component that does not come or go as a whole: by name, or how many."""
    by_component: dict[str, list[str]] = {}
    for change in changes:
        if change.resource.component not in without:
            by_component.setdefault(change.resource.component, []).append(f"`{change.resource.name}`")
    for component, names in by_component.items():
        of = f"of `{component}`" if component else "beside the components"
        yield ", ".join(names) if len(names) <= _SHOWN else f"{len(names)} {of}"


def _told(change: Change) -> str:
    return f"`{change.resource.name}` ({', '.join(change.told)})" if change.keys else f"`{change.resource.name}`"


def _moves(moves: Iterable[Move]) -> Iterator[str]:
    yield row("what holds data", "its way", "by hand")
    yield row("---", "---", "---")
    for move in moves:
        way = move.way
        pause = f", {way.pause}" if way.pause else ""
        source = f" ([source]({way.source}))" if way.source else ""
        steps = [f"{number}. {step.replace(UNPROTECT, 'as above')}" for number, step in enumerate(way.steps, 1)]
        back = [f"Back: {step}" for step in way.back]
        yield row(
            f"`{move.component}` {move.kind}",
            f"**{way.how}**{pause}{source}: {move.why}",
            "<br/>".join([*steps, *back]),
        )
    yield ""
