"""How hard it would be to leave: 0 (nothing holds you) to 10 (the application would be written anew).

The method, and why it is this one, is docs/lock-in.md. It looks at a component as it is asked for, on its target, and
never at the system that it is a part of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import infra_kit
from infra_kit import _gaps, target
from infra_kit._program import Made
from infra_kit.errors import ConfigError, TargetError
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.costs import Costs
from infra_kit.planning.lock_in_facts import Fact
from infra_kit.planning.programs import Planned

WEIGHTS: Mapping[str, float] = {"protocol": 0.35, "exit": 0.25, "effort": 0.25, "skills": 0.15}
"""What each aspect counts in a component's score."""
_OWN_API = 9
"""From this score of its protocol on, another place means another application."""
_MAKE_NOTHING = ("pulumi:", "random:", "command:")
_TARGETS = ("local", "vps", "aws", "gcp")


@dataclass(frozen=True)
class Aspect:
    """One of the things that hold a user."""

    name: str
    """protocol: how the application speaks to it. exit: how the data gets out. effort: what another place takes.
    skills: what its operators have to know."""
    score: float
    why: str
    source: str = ""


@dataclass(frozen=True)
class Score:
    """The lock-in of one component."""

    component: str
    kind: str
    target: str
    score: float
    aspects: tuple[Aspect, ...]
    share: float
    """Its weight in the stack's score: half by number, half by cost."""
    accepted: str
    """Why its owner accepts it (`infra-kit:accepted-lock-in`); empty: it is not accepted."""
    change: str
    """What would lower it most; empty: nothing that we know of."""


@dataclass(frozen=True)
class LockIn:
    """The lock-in of a stack."""

    scores: tuple[Score, ...]
    unscored: tuple[str, ...]
    """Types beside our components, of which nothing is known."""

    @property
    def total(self) -> float:
        """Of all that has a score."""
        return _mean(self.scores)

    @property
    def unaccepted(self) -> float:
        """Without what its owner has declared acceptable."""
        return _mean([score for score in self.scores if not score.accepted])

    @property
    def change(self) -> Score | None:
        """The component whose change would lower the stack's score most."""
        open_ = [score for score in self.scores if score.change and not score.accepted]
        return max(open_, key=lambda it: it.score * it.share, default=None)


def lock_in(planned: Planned, bill: Costs) -> LockIn:
    """The lock-in of a planned stack.

    Args:
        bill: what it costs: what is expensive weighs more.

    Raises:
        ConfigError: `infra-kit:accepted-lock-in` names what the stack does not have.
    """
    accepted, beside = _accepted(planned, {made.name for made in planned.components}), _beside(planned)
    known = {made.name: fact for made in planned.components if (fact := _fact(made))}
    ours = [made for made in planned.components if made.name in known]
    shares = _shares(ours, [it for it in beside.values() if it in facts.RAW], bill)
    scores = [_score(made, known[made.name], shares[made.name], accepted.get(made.name, "")) for made in ours]
    raw = [_raw(name, type_, shares[type_]) for name, type_ in beside.items() if type_ in facts.RAW]
    unknown = {f"{_kind(made)} on {made.target.name}" for made in planned.components if _holds(made)} - {
        f"{_kind(made)} on {made.target.name}" for made in ours
    }
    return LockIn((*scores, *raw), tuple(sorted(unknown | (set(beside.values()) - facts.RAW.keys()))))


def _fact(made: Made) -> Fact | None:
    return facts.of(_kind(made), made.target.name, made.spec) if _holds(made) else None


def _holds(made: Made) -> bool:
    """What a target shares between components (a cluster, a host's edge) is no choice of the user's; a budget holds
    nobody."""
    return _kind(made) in infra_kit.__all__ and _kind(made) != "Budget"


def _kind(made: Made) -> str:
    return made.type.rpartition(":")[2]


def _beside(planned: Planned) -> dict[str, str]:
    """By its name, the type of what stands beside our components."""
    custom = (it for it in planned.resources if it.request.custom and it.urn not in planned.component_of)
    return {it.name: it.type for it in custom if not it.type.startswith(_MAKE_NOTHING)}


def _accepted(planned: Planned, known: set[str]) -> Mapping[str, str]:
    given = planned.configuration.get("accepted-lock-in") or {}
    if not isinstance(given, dict) or not all(isinstance(why, str) and why for why in given.values()):
        raise ConfigError(
            f"infra-kit:accepted-lock-in: given {given!r}; a mapping from a component to the reason is needed, e.g. "
            "{events: we stay on AWS until 2028}."
        )
    for name in given:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise ConfigError(f"infra-kit:accepted-lock-in: {name}: there is no such component. There is: {there}.")
    return given


def _shares(components: Collection[Made], raw: Collection[str], bill: Costs) -> dict[str, float]:
    """Half for being there, half by what it costs. Of what stands beside ours, by type; each of a type alike."""
    costs = {made.name: bill.by_component().get(made.name, Decimal(0)) for made in components}
    for type_ in raw:
        of_type = (item.monthly or Decimal(0) for item in bill.items if not item.component and item.type == type_)
        costs[type_] = sum(of_type, Decimal(0)) / sum(each == type_ for each in raw)
    number = len(components) + len(raw)
    whole = sum(costs[made.name] for made in components) + sum(costs[type_] for type_ in raw)
    return {
        key: (1 / number + float(cost / whole if whole else 1 / Decimal(number))) / 2 for key, cost in costs.items()
    }


def _score(made: Made, fact: Fact, share: float, accepted: str) -> Score:
    kind = _kind(made)
    aspects = (*_told(fact), _effort(made, kind, fact))
    score = round(sum(WEIGHTS[aspect.name] * aspect.score for aspect in aspects), 1)
    return Score(made.name, kind, made.target.name, score, aspects, share, accepted, _change(aspects, fact))


def _told(fact: Fact) -> tuple[Aspect, ...]:
    return (
        Aspect("protocol", fact.protocol, fact.protocol_why, fact.source),
        Aspect("exit", fact.exit, fact.exit_why, fact.source),
        Aspect("skills", fact.skills, fact.skills_why),
    )


def _effort(made: Made, kind: str, fact: Fact) -> Aspect:
    """By what our own other targets can do of what is asked: the more of them take it as it is, the less is to do."""
    if kind in facts.NO_DRIVER:
        return Aspect("effort", 6, "another vendor has to be found, and its service set up by hand")
    if fact.protocol >= _OWN_API:
        return Aspect("effort", 9, "the application is written for this vendor's API, and another target has another")
    others = {name: _gaps_on(name, made) for name in _TARGETS if name != made.target.name}
    whole = [name for name, gaps in others.items() if gaps == []]
    partly = [f"{name} without {', '.join(gaps)}" for name, gaps in others.items() if gaps]
    if len(whole) > 1:
        return Aspect("effort", 0, f"{', '.join(whole)} take it as it is")
    if whole:
        return Aspect("effort", 2, f"only {whole[0]} takes it as it is")
    if partly:
        return Aspect("effort", 5, f"with gaps only: {'; '.join(partly)}")
    return Aspect("effort", 9, "no other target has it")


def _gaps_on(name: str, made: Made) -> list[str] | None:
    """What a target lacks of what is asked; None where it has nothing of the kind, or cannot be looked at here."""
    kind = facts.file_of(made.type)
    try:
        driver: Any = target.load_driver(name, kind)
        settings = target.package(name).SETTINGS.model_construct()
    except TargetError:
        return None
    return sorted(str(gap) for gap in _gaps.lacks(driver, settings, made.spec))


def _raw(name: str, type_: str, share: float) -> Score:
    fact = facts.RAW[type_]
    effort = Aspect("effort", 9, "it stands beside our components: another place means another program")
    aspects = (*_told(fact), effort)
    score = round(sum(WEIGHTS[aspect.name] * aspect.score for aspect in aspects), 1)
    return Score(name, type_, type_.partition(":")[0], score, aspects, share, "", _change(aspects, fact))


def _change(aspects: tuple[Aspect, ...], fact: Fact) -> str:
    """What the heaviest aspect could do without."""
    heaviest = max(aspects, key=lambda aspect: WEIGHTS[aspect.name] * aspect.score)
    if not heaviest.score:
        return ""
    if heaviest.name == "effort":
        return f"ask for less of what other targets lack: {heaviest.why}" if "without" in heaviest.why else fact.change
    return fact.change


def _mean(scores: tuple[Score, ...] | list[Score]) -> float:
    weights = sum(score.share for score in scores)
    return round(sum(score.score * score.share for score in scores) / weights, 1) if weights else 0.0
