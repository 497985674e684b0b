"""How hard it would be to leave: 0 (nothing holds you) to 10 (the application would be written anew).

The method, and why it is this one, is docs/lock-in.md. It looks at a component as it is asked for, on its target, and
never at the system that it is a part of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import infra_kit
from infra_kit._program import Made
from infra_kit.errors import ConfigError
from infra_kit.planning import lock_in_changes as changes
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.costs import Costs
from infra_kit.planning.lock_in_aspects import Aspect, Subject, not_installed, subject
from infra_kit.planning.lock_in_changes import Change
from infra_kit.planning.programs import Planned
from infra_kit.recording import Resource

_HOLD_NOBODY = ("pulumi:", "random:", "command:", "gcp:projects/service:")
"""What makes nothing in a cloud, and Google's switch for an API, which stays on for whatever else a project has."""


@dataclass(frozen=True)
class Score:
    """The lock-in of one component, or of one resource that stands beside them."""

    component: str
    """Its name."""
    kind: str
    """`Postgres`; of what stands beside our components, its type."""
    target: str
    score: float
    aspects: tuple[Aspect, ...]
    share: float
    """Its weight in the stack's score: half by number, half by cost."""
    accepted: str
    """Why its owner accepts it (`infra-kit:accepted-lock-in`); empty: it is not accepted."""
    change: Change | None
    """What would lower it most; None: nothing that we know of."""

    @property
    def beside(self) -> bool:
        """Whether it stands beside our components."""
        return self.kind in facts.RAW


@dataclass(frozen=True)
class StackChange:
    """What one change would make of the stack's score."""

    component: str
    what: str
    before: float
    after: float
    """Not rounded: a change of a small part shows in no first decimal."""


@dataclass(frozen=True)
class LockIn:
    """The lock-in of a stack."""

    scores: tuple[Score, ...]
    unscored: tuple[str, ...]
    """Types of which nothing is known."""
    not_looked_at: tuple[str, ...]
    """Targets that are not installed here: what they would take is not known, and an effort may be too high."""
    assumed: tuple[str, ...]
    """What was made up where only a cloud, another stack or the stack's owner knows."""

    @property
    def total(self) -> float:
        """Of all that has a score."""
        return round(_mean(self.scores), 1)

    @property
    def unaccepted(self) -> float:
        """Without what its owner has declared acceptable."""
        return round(_mean([score for score in self.scores if not score.accepted]), 1)

    @property
    def change(self) -> StackChange | None:
        """The change that would lower the stack's score most, of what is not accepted; None: none would.

        Each part keeps its weight: what the other place costs is only known where it is planned.
        """
        before = _mean(self.scores)
        possible = [
            StackChange(score.component, score.change.what, before, _mean(self.scores, {index: score.change.score}))
            for index, score in enumerate(self.scores)
            if score.change and not score.accepted
        ]
        return min(possible, key=lambda change: change.after, default=None)


def lock_in(planned: Planned, bill: Costs) -> LockIn:
    """The lock-in of a planned stack.

    Args:
        bill: what it costs: what is expensive weighs more.

    Raises:
        ConfigError: `infra-kit:accepted-lock-in` names what the stack does not have.
    """
    holding, beside = [made for made in planned.components if _holds(made)], _beside(planned)
    ours = {made.name: subject(_kind(made), made.target.name, made.spec) for made in holding}
    held = [
        *((name, name, it) for name, it in ours.items() if it),
        *((it.name, it.type, _raw(it.type)) for it in beside if it.type in facts.RAW),
    ]
    accepted, shares = _accepted(planned, beside), _shares(Counter(key for _, key, _ in held), bill)
    unknown = {f"{_kind(made)} on {made.target.name}" for made in holding if not ours[made.name]}
    unknown |= {resource.type for resource in beside} - facts.RAW.keys()
    scores = (_score(name, it, shares[key], accepted.get(name, "")) for name, key, it in held)
    return LockIn(tuple(scores), tuple(sorted(unknown)), not_installed(), planned.assumed)


def _holds(made: Made) -> bool:
    """What a target shares between components (a cluster, a host's edge) is no choice of the user's; a budget holds
    nobody."""
    return _kind(made) in infra_kit.__all__ and _kind(made) != "Budget"


def _kind(made: Made) -> str:
    return made.type.rpartition(":")[2]


def _beside(planned: Planned) -> list[Resource]:
    """What stands beside our components."""
    custom = (it for it in planned.resources if it.request.custom and it.urn not in planned.component_of)
    return [it for it in custom if not it.type.startswith(_HOLD_NOBODY)]


def _raw(type_: str) -> Subject:
    return Subject(type_, type_.partition(":")[0], facts.RAW[type_], None)


def _accepted(planned: Planned, beside: Sequence[Resource]) -> Mapping[str, str]:
    """By the name of a component, or of a resource beside them, the reason."""
    given = planned.configuration.get("accepted-lock-in") or {}
    if not isinstance(given, dict) or not all(isinstance(why, str) and why for why in given.values()):
        raise ConfigError(
            f"infra-kit:accepted-lock-in: given {given!r}; a mapping from a component, or a resource beside them, to "
            "the reason is needed, e.g. {events: we stay on AWS until 2028}."
        )
    known = {made.name for made in planned.components} | {resource.name for resource in beside}
    for name in given:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise ConfigError(
                f"infra-kit:accepted-lock-in: {name}: there is no component, and no resource beside them, of that "
                f"name. There is: {there}."
            )
    return given


def _shares(keys: Counter[str], bill: Costs) -> dict[str, float]:
    """Half for being there, half by what it costs.

    Args:
        keys: a component's name; of what stands beside ours the type, with how many there are: each of a type costs
            alike.
    """
    costs = {key: _cost(key, bill) / count for key, count in keys.items()}
    number = keys.total()
    whole = sum(cost * keys[key] for key, cost in costs.items())
    return {
        key: (1 / number + float(cost / whole if whole else 1 / Decimal(number))) / 2 for key, cost in costs.items()
    }


def _cost(key: str, bill: Costs) -> Decimal:
    """Of a component; or of all of a type that stand beside ours."""
    mine = (it for it in bill.items if (it.component == key if it.component else it.type == key))
    return sum((item.monthly or Decimal(0) for item in mine), Decimal(0))


def _score(name: str, it: Subject, share: float, accepted: str) -> Score:
    return Score(name, it.kind, it.target, it.score, it.aspects, share, accepted, changes.best(it))


def _mean(scores: Sequence[Score], instead: Mapping[int, float] | None = None) -> float:
    """Of all scores by their weights; `instead`: by index, what a score would be."""
    weights = sum(score.share for score in scores)
    changed = instead or {}
    return sum(changed.get(n, it.score) * it.share for n, it in enumerate(scores)) / weights if weights else 0.0
