"""From what a stack is to what it would be: what changes, what that does to its data, its cost, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from infra_kit.engine import guard
from infra_kit.engine.operations import Step
from infra_kit.planning import changes, saved
from infra_kit.planning.bill import Limit, limits
from infra_kit.planning.changes import Change, Fate
from infra_kit.planning.costs import cost
from infra_kit.planning.moves import Move, moves
from infra_kit.planning.prices import Currency, exchanged
from infra_kit.planning.programs import Planned
from infra_kit.planning.saved import Saved, SavedPlan
from infra_kit.planning.ways import How
from infra_kit.stateful import is_known

_ENGINES = "pulumi:"
"""What the type tokens of the stack itself and of its providers begin with."""
_OPS = {Fate.REPLACED: "replace", Fate.DELETED: "delete", Fate.FORGOTTEN: "delete", Fate.CREATED: "create"}


@dataclass(frozen=True)
class Transition:
    """What lies between two plans of a stack."""

    before: str
    """What it is, in words."""
    after: str
    beside: str
    """The stack that it is, where that is another one than it would be: each stands by itself, and `up` of the one
    leaves the other as it is. Empty: they are one."""
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    monthly_before: Decimal
    monthly_after: Decimal
    unpriced: tuple[int, int]
    """Lines of the first and of the second plan that have no price, and are not in their costs."""
    currency: str
    budgets: tuple[Limit, ...]
    """The stack's own, held against what it would cost."""
    assumed: tuple[str, ...]
    """What was made up of what it would be, where only a cloud, another stack or the stack's owner knows."""

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
    def unsure(self) -> tuple[Change, ...]:
        """What holds data, or may, and may be replaced: nobody here knows."""
        return tuple(it for it in self.of(Fate.UNSURE) if it.stateful or not is_known(it.resource.type))

    @property
    def order(self) -> tuple[str, ...]:
        """What to do, in the order in which nothing is lost."""
        named = {how: [move.component for move in self.moves if move.way.how is how] for how in How}
        beside = [*named[How.DUAL_RUN], *named[How.EMPTY]]
        at_once = all(move.way.how is How.IN_PLACE for move in self.moves)
        said = [
            ("Back up, and see that it restores", [it.component for it in self.moves if it.way.how is not How.LEFT]),
            ("Make beside the old one, under another name, and copy", beside),
            ("`up`" if at_once else "`up` for what changes in place", named[How.IN_PLACE]),
            ("Cut over", beside),
            ("Replace, and restore the snapshot", named[How.RESTORE]),
            ("Ask the engine first", named[How.UNKNOWN]),
            ("Let go, when nobody asks for it any more", [*named[How.NONE], *named[How.LEFT], *beside]),
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
    beside = before.stack if before.stack != after.stack else ""
    return Transition(
        before=old_name,
        after=new_name,
        beside=beside,
        changes=between,
        moves=tuple(moves(between, _kinds(old) | _kinds(new), beside)),
        monthly_before=old_cost,
        monthly_after=bill.total,
        unpriced=(before.unpriced if isinstance(before, SavedPlan) else len(cost(before).unpriced), len(bill.unpriced)),
        currency=bill.currency,
        budgets=tuple(limits(after, bill)),
        assumed=after.assumed,
    )


def check(found: Transition, allowed: Collection[str] = ()) -> None:
    """Refuses a transition at which `infra-kit up` would stop: by the same guard. What is retained, and not protected,
    may go: it stays where it is. What another stack has, it leaves alone.

    Args:
        allowed: names of components or resources whose data may be lost (`--allow-delete`).

    Raises:
        DataLossRefusedError: it names each resource, why, and the safe way.
    """
    if not found.beside:
        guard.check([step(change) for change in found.changes], allowed)


def warnings(found: Transition, previewed: Sequence[Step], allowed: Collection[str] = ()) -> list[str]:
    """What `infra-kit up` warns of in a step that passes: by our plans, and by what the engine has previewed."""
    ours = [] if found.beside else [step(change) for change in found.changes]
    return list(dict.fromkeys(it for steps in (ours, previewed) for it in guard.warnings(steps, allowed)))


def step(change: Change) -> Step:
    """A change as the engine's preview would say it."""
    before = change.before or change.resource
    return Step(
        urn=before.urn,
        type=before.type,
        op=_OPS.get(change.fate, "update" if change.fate in {Fate.CHANGED, Fate.UNSURE} else "same"),
        parent=before.component,
        replace_keys=tuple(change.forcing),
        retained=change.fate is Fate.FORGOTTEN,
        protected=change.stopped,
        inputs=before.inputs,
        becomes={} if change.fate in {Fate.DELETED, Fate.FORGOTTEN} else change.resource.inputs,
        custom=before.custom,
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
