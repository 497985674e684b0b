"""From what a stack is to what it would be: what changes, what that does to its data, its cost, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from infra_kit.engine import guard
from infra_kit.engine.guard import holds_data
from infra_kit.engine.operations import Step
from infra_kit.planning import changes, effects, saved, stranded, ways
from infra_kit.planning.changes import Change, Fate
from infra_kit.planning.costs import cost
from infra_kit.planning.prices import Currency, exchanged
from infra_kit.planning.programs import Planned
from infra_kit.planning.saved import Saved, SavedPlan
from infra_kit.planning.ways import How, Way
from infra_kit.replacements import is_known, is_lower, replaced_by

_ENGINES = "pulumi:"
"""What the type tokens of the stack itself and of its providers begin with."""
_IN_PLACE = frozenset({Fate.CHANGED, Fate.UNSURE})
_OPS = {Fate.REPLACED: "replace", Fate.DELETED: "delete", Fate.FORGOTTEN: "delete", Fate.CREATED: "create"}


@dataclass(frozen=True)
class Move:
    """What happens to one component's data."""

    component: str
    kind: str
    """`Postgres`; of what stands beside our components, the resource's type."""
    resources: tuple[str, ...]
    """The logical names of what holds the data."""
    why: str
    way: Way


@dataclass(frozen=True)
class Transition:
    """What lies between two plans of a stack."""

    before: str
    """What it is, in words."""
    after: str
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    monthly_before: Decimal
    monthly_after: Decimal
    unpriced: tuple[int, int]
    """Lines of the first and of the second plan that have no price, and are not in their costs."""
    currency: str

    def of(self, *fates: Fate) -> tuple[Change, ...]:
        """The resources that this happens to; components, which only hold others together, are not among them."""
        return tuple(change for change in self.changes if change.fate in fates and change.resource.custom)

    @property
    def names(self) -> frozenset[str]:
        """Of the components and resources of both, as `--allow-delete` may name them."""
        both = [side for change in self.changes for side in (change.before, change.resource) if side]
        sides = [side for side in both if not side.type.startswith(_ENGINES)]
        return frozenset(name for side in sides for name in (side.name, side.component) if name)

    @property
    def losses(self) -> tuple[Change, ...]:
        """Whose data would be gone."""
        return tuple(change for change in self.changes if change.loses_data)

    @property
    def order(self) -> tuple[str, ...]:
        """What to do, in the order in which nothing is lost."""
        named = {how: [move.component for move in self.moves if move.way.how is how] for how in How}
        beside = [*named[How.DUAL_RUN], *named[How.EMPTY]]
        at_once = not (beside or named[How.RESTORE] or named[How.NONE] or named[How.UNKNOWN])
        said = [
            ("Back up, and see that it restores", [move.component for move in self.moves]),
            ("Make beside the old one, under another name, and copy", beside),
            ("`up`" if at_once else "`up` for what changes in place", named[How.IN_PLACE]),
            ("Cut over", beside),
            ("Replace, and restore the snapshot", named[How.RESTORE]),
            ("Ask the engine first", named[How.UNKNOWN]),
            ("Let go, when nobody asks for it any more", [*named[How.NONE], *beside]),
        ]
        return tuple(f"{what}: {', '.join(dict.fromkeys(names))}." for what, names in said if names)

    @property
    def downtime(self) -> tuple[int, int]:
        """Seconds that users may notice if every way is gone one after the other, from and to: of what is known."""
        ranges = [move.way.downtime for move in self.moves if move.way.downtime]
        return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def transition(before: Planned | SavedPlan, after: Planned) -> Transition:
    """What an `up` from one plan to another would do, and how the data gets there."""
    bill = cost(after)
    old, old_cost, old_name = _side(before, bill.currency)
    new, _, new_name = _side(after, bill.currency)
    between = changes.between(old, new)
    return Transition(
        before=old_name,
        after=new_name,
        changes=between,
        moves=tuple(moves(between, _kinds(old) | _kinds(new))),
        monthly_before=old_cost,
        monthly_after=bill.total,
        unpriced=(before.unpriced if isinstance(before, SavedPlan) else len(cost(before).unpriced), len(bill.unpriced)),
        currency=bill.currency,
    )


def check(found: Transition, allowed: Collection[str] = ()) -> None:
    """Refuses a transition that would lose data, as `infra-kit up` does: by the same guard.

    Args:
        allowed: names of components or resources whose data may be lost (`--allow-delete`).

    Raises:
        DataLossRefusedError: it names each resource, why, and the safe way.
    """
    guard.check([step(change) for change in found.changes], allowed)


def step(change: Change) -> Step:
    """A change as the engine's preview would say it."""
    before = change.before or change.resource
    return Step(
        urn=before.urn,
        type=before.type,
        op=_OPS.get(change.fate, "update" if change.fate in _IN_PLACE else "same"),
        parent=before.component,
        replace_keys=tuple(change.forcing),
        retained=change.fate is Fate.FORGOTTEN,
        inputs=before.inputs,
    )


def _side(plan: Planned | SavedPlan, currency: Currency) -> tuple[Sequence[Saved], Decimal, str]:
    if isinstance(plan, SavedPlan):
        total = sum((Decimal(it) for it in plan.monthly.values()), Decimal(0))
        return plan.resources, exchanged(total, plan.currency, currency), f"{plan.stack}, as saved"
    config = plan.configuration
    said = [f"{key} {config.get(key)}" for key in ("target", "region", "phase") if config.get(key)]
    return saved.of(plan), cost(plan, currency).total, ", ".join([plan.stack, *said])


def _kinds(resources: Iterable[Saved]) -> dict[str, str]:
    """By name, what our components are."""
    found = {}
    for resource in resources:
        if resource.name == resource.component and resource.type.startswith("infra-kit:index:"):
            found[resource.name] = resource.type.rpartition(":")[2]
    return found


def moves(between: Sequence[Change], kinds: Mapping[str, str]) -> Iterable[Move]:
    """What happens to the data, by component.

    Args:
        kinds: by name, what our components are (`Postgres`).
    """
    by_component: dict[str, list[Change]] = {}
    held = stranded.by_urn(between)
    for change in between:
        touched = _touches_data(change) or _restarts_data(change, kinds) or change.resource.urn in held
        if change.before and touched:
            by_component.setdefault(change.before.component or change.before.name, []).append(change)
    made = {change.resource.component for change in between if change.fate is Fate.CREATED and change.stateful}
    for component, touched in by_component.items():
        kind = kinds.get(component, touched[0].resource.type)
        for together in _grouped([change for change in touched if change.resource.urn not in held]):
            yield _move(component, kind, together, stays=component in made)
        yield from _stranded(component, kind, [change for change in touched if change.resource.urn in held], held)


def _touches_data(change: Change) -> bool:
    """A secret that is renewed because its owner wants another one loses nothing."""
    holds = change.before is not None and holds_data(change.before.type, change.before.inputs)
    renewed = change.fate is Fate.REPLACED and not change.loses_data
    return holds and not renewed and change.fate is not Fate.KEPT


def _restarts_data(change: Change, kinds: Mapping[str, str]) -> bool:
    """Whether it is the server of data whose users wait meanwhile: a container is made anew, on the same data."""
    keeps_data = kinds.get(change.resource.component) in _SERVES_DATA and "place" not in change.forcing
    return keeps_data and change.fate in {*_IN_PLACE, Fate.REPLACED} and effects.is_server(change.resource.type)


_SERVES_DATA = frozenset({"Postgres", "Redis", "ObjectStore", "EventBus"})


def _grouped(touched: Sequence[Change]) -> list[list[Change]]:
    """What is lost goes one way, what changes in place another."""
    lost = [change for change in touched if change.stateful and change.fate not in _IN_PLACE]
    changed = [change for change in touched if change not in lost]
    return [group for group in (lost, changed) if group]


def _stranded(component: str, kind: str, touched: Sequence[Change], held: Mapping[str, str]) -> Iterable[Move]:
    """What cannot follow its network goes as to another place; `up` would fail, and lose nothing."""
    if touched:
        way = ways.moved(kind, [change.resource.type for change in touched])
        why = "; ".join(dict.fromkeys(held[change.resource.urn] for change in touched))
        names = tuple(change.resource.name for change in touched)
        yield Move(component, kind, names, why, replace(way, steps=(stranded.FIRST, *way.steps)))


def _move(component: str, kind: str, touched: Sequence[Change], *, stays: bool) -> Move:
    names = tuple(change.resource.name for change in touched)
    if touched[0].fate in _IN_PLACE or not touched[0].stateful:
        return Move(component, kind, names, _changed(touched), _in_place(touched))
    elsewhere = ways.moved(kind, [change.before.type for change in touched if change.before])
    if any(change.fate is Fate.REPLACED for change in touched):
        forcing = {key: page for change in touched for key, page in change.forcing.items()}
        return Move(component, kind, names, "; ".join(map(_forced, forcing.items())), elsewhere)
    if stays:
        return Move(component, kind, names, "it stands elsewhere, or is made of something else", elsewhere)
    kept = all(change.fate is Fate.FORGOTTEN for change in touched)
    why = "the stack no longer has it" + ("; the thing itself stays, and nobody looks after it" if kept else "")
    return Move(component, kind, names, why, _GONE)


def _forced(forcing: tuple[str, str]) -> str:
    key, why = forcing
    return why if key == "place" else f"{key} cannot be changed ({why})"


_GONE = Way(
    How.NONE,
    (0, 0),
    ("Back it up, if anything of it may ever be asked for.", "`up` with its name in --allow-delete."),
    ("Take the change back, `up`, and restore the backup.",),
)


def _changed(touched: Sequence[Change]) -> str:
    return "; ".join(f"{change.resource.name}: {', '.join(change.keys)}" for change in touched)


def _in_place(touched: Sequence[Change]) -> Way:
    """One `up`; its downtime is that of the input that costs most."""
    if not all(effects.is_server(change.resource.type) or is_known(change.resource.type) for change in touched):
        return ways.UNKNOWN
    refused = [said for change in touched for said in _refused(change)]
    costs = [
        (key, effects.in_place(it.resource.type, key)) for it in touched for key in it.keys if not _goes_down(it, key)
    ]
    by_effect: dict[str, list[str]] = {}
    for key, effect in costs:
        if effect is None or effect.downtime[1]:
            by_effect.setdefault(effect.why if effect else _NOT_KNOWN, []).append(key)
    said = [f"`up`: {why} ({', '.join(dict.fromkeys(keys))})." for why, keys in by_effect.items()]
    worst = max((effect for _, effect in costs if effect), key=lambda effect: effect.downtime[1], default=None)
    open_end = _NOT_KNOWN in by_effect
    known = worst.downtime if worst and (worst.downtime[1] or not open_end) else None
    back = ("Undo the change, and `up`.", *(line for change in touched for line in _one_way(change)))
    source = worst.source if worst else ""
    return Way(How.IN_PLACE, known, (*refused, *said) or ("`up`.",), back, source, at_least=open_end)


def _goes_down(change: Change, key: str) -> bool:
    """Whether an input would become what its service does not take back."""
    before = change.before.inputs.get(key) if change.before else None
    return (change.resource.type, key) in effects.STAYS and is_lower(before, change.resource.inputs.get(key))


def _refused(change: Change) -> Iterable[str]:
    for key in change.keys:
        if _goes_down(change, key):
            why = effects.STAYS[change.resource.type, key]
            yield f"Leave {key} as it is: its service refuses the change, and `up` fails: {why}."


def _one_way(change: Change) -> Iterable[str]:
    """What its way back is not as short as the way: the engine would replace it, or its service refuse it."""
    before = change.before.inputs if change.before else {}
    replacing = replaced_by(change.resource.type, change.resource.inputs, before)
    for key in change.keys:
        why = effects.STAYS.get((change.resource.type, key))
        if page := replacing.get(key):
            yield f"Undoing {key} makes another one, which begins empty: refused without --allow-delete ({page})."
        elif why and not _goes_down(change, key):
            yield f"{key} stays as it is then: {why}."


_NOT_KNOWN = "whether its users notice is not known here"
