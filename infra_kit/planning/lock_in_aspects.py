"""What holds a user of one part of a stack, aspect by aspect. The method is docs/lock-in.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra_kit import _gaps, target
from infra_kit.errors import TargetError, TargetNotInstalledError
from infra_kit.features import Feature
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.lock_in_facts import Fact
from infra_kit.spec import Spec

WEIGHTS: Mapping[str, float] = {"protocol": 0.35, "exit": 0.25, "effort": 0.25, "skills": 0.15}
"""What each aspect counts in a score."""
_OWN_API = 9
"""From this score of its protocol on, another place means another application."""
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
class Subject:
    """What is scored: something of a kind, in a place."""

    kind: str
    """`Postgres`; of what stands beside our components, its type."""
    target: str
    """The name of the target; of what stands beside our components, the vendor."""
    fact: Fact
    spec: Spec | None
    """What it is asked for; None: it stands beside our components."""

    @cached_property
    def score(self) -> float:
        return round(sum(WEIGHTS[aspect.name] * aspect.score for aspect in self.aspects), 1)

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        fact = self.fact
        return (
            Aspect("protocol", fact.protocol, fact.protocol_why, fact.source),
            Aspect("exit", fact.exit, fact.exit_why, fact.source),
            Aspect("skills", fact.skills, fact.skills_why),
            _effort(self),
        )

    @cached_property
    def gaps_elsewhere(self) -> Mapping[str, list[Feature]]:
        """By our other targets that have something of the kind, what each lacks of what is asked."""
        if self.spec is None or self.kind in facts.NO_DRIVER or self.fact.protocol >= _OWN_API:
            return {}
        found = {name: lacks(name, self.kind, self.spec) for name in _TARGETS if name != self.target}
        return {name: gaps for name, gaps in found.items() if gaps is not None}


def subject(kind: str, target: str, spec: Spec) -> Subject | None:
    """A component of ours; None where nothing is known of it."""
    fact = facts.of(kind, target, spec)
    return Subject(kind, target, fact, spec) if fact else None


def lacks(name: str, kind: str, spec: Spec) -> list[Feature] | None:
    """What a target lacks of what is asked; None where it has nothing of the kind, or refuses it, or cannot be looked
    at here."""
    try:
        home, file = target.package(name), facts.file_of(kind)
        driver: Any = target.load_driver(name, file)
        settings = home.SETTINGS.model_construct()
    except TargetError:
        return None
    if file in getattr(home, "REFUSES", ()):
        return None
    return sorted(_gaps.lacks(driver, settings, spec))


def not_installed() -> tuple[str, ...]:
    """Our targets that cannot be asked here what they take: without their extra, an effort may be too high."""
    return tuple(filter(_is_missing, _TARGETS))


def _is_missing(name: str) -> bool:
    try:
        target.package(name)
    except TargetNotInstalledError:
        return True
    return False


def _effort(it: Subject) -> Aspect:
    """By what our own other targets can do of what is asked: the more of them take it as it is, the less is to do."""
    if it.spec is None:
        return Aspect("effort", 9, "it stands beside our components: another place means another program")
    if it.kind in facts.NO_DRIVER:
        return Aspect("effort", 6, "another vendor has to be found, and its service set up by hand")
    if it.fact.protocol >= _OWN_API:
        return Aspect("effort", 9, "the application is written for this vendor's API, and another target has another")
    others = it.gaps_elsewhere
    whole = [name for name, gaps in others.items() if not gaps]
    partly = [f"{name} without {', '.join(gaps)}" for name, gaps in others.items() if gaps]
    if len(whole) > 1:
        return Aspect("effort", 0, f"{', '.join(whole)} take it as it is")
    if whole:
        return Aspect("effort", 2, f"only {whole[0]} takes it as it is")
    if partly:
        return Aspect("effort", 5, f"with gaps only: {'; '.join(partly)}")
    return Aspect("effort", 9, "no other target has it")
