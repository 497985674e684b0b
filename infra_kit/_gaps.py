"""Gaps: what a target lacks of what is asked, and what is left out because the stack, or its environment, lets it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.errors import InfraKitError, UnsupportedFeatureError
from infra_kit.features import GUARDS_DATA, Feature
from infra_kit.settings import Settings
from infra_kit.spec import Spec
from infra_kit.target import ResolvedTarget


def lacks(driver: Any, settings: Settings, spec: Spec) -> Mapping[Feature, str]:
    """What a spec asks and the target cannot do, each with its way out.

    A driver's `SUPPORTS` and `HINTS` say it, or its own `gaps` where more than the feature decides: what else the spec
    asks, or the target's settings.
    """
    if hasattr(driver, "gaps"):
        own: Mapping[Feature, str] = driver.gaps(spec, settings)
        return own
    return features.gaps(spec.features(), driver.SUPPORTS, getattr(driver, "HINTS", {}))


def fit(driver: Any, target: ResolvedTarget, kind: str, name: str, asked: Spec) -> tuple[Spec, dict[Feature, str]]:
    """The spec that the target can honour, and what it leaves out of what was asked, with why.

    A gap is refused when the stack has not accepted it. One that only the environment asks for is left out instead,
    unless it guards data. What the target lacked once (`ONCE_LACKED`) stays left out where the stack accepted that.
    """
    whole = spec = asked.for_environment(target.environment)
    accepted = target.accepted_gaps.get(name, ())
    seen: set[Feature] = set()
    # What is left out may uncover a gap: an extension, say, that no other version has.
    while gaps := {**_kept_out(driver, spec, accepted), **lacks(driver, target.settings, spec)}:
        _refuse(gaps, target, kind, name, asked)
        for gap in sorted(gaps):
            spec = spec.without(gap)
        if seen & gaps.keys():
            raise InfraKitError(
                f"{kind} {name!r}: an error of infra-kit itself: {type(asked).__name__}.without leaves "
                f"{', '.join(sorted(seen & gaps.keys()))} in, or {target.name} has nothing to put in its place."
            )
        seen |= gaps.keys()
    lost = sorted(whole.features() - spec.features())
    by_now = _kept_out(driver, whole, accepted)
    return spec, {feature: by_now.get(feature) or _why(feature, target, accepted, seen) for feature in lost}


def _kept_out(driver: Any, spec: Spec, accepted: Collection[str]) -> dict[Feature, str]:
    """What stands was made without it, and with it would be another one: an upgrade of ours must not replace it."""
    once: frozenset[Feature] = getattr(driver, "ONCE_LACKED", frozenset())
    return {
        feature: "the stack accepted the gap, and the target has it by now: taken out of infra-kit:accepted-gaps, "
        "another one with it is made instead of the one that stands, and what that holds does not move by itself"
        for feature in sorted(once & spec.features())
        if feature.accepted_by(accepted)
    }


def _refuse(gaps: Mapping[Feature, str], target: ResolvedTarget, kind: str, name: str, asked: Spec) -> None:
    accepted = target.accepted_gaps.get(name, ())
    refused = []
    for gap, hint in sorted(gaps.items()):
        mine = gap not in asked.features()
        if gap.accepted_by(accepted) or (mine and gap not in GUARDS_DATA):
            continue
        refused.append((gap, f"{hint} ({target.environment} asks for it)" if mine else hint))
    if refused:
        raise UnsupportedFeatureError(target.name, kind, name, refused)


def _why(feature: Feature, target: ResolvedTarget, accepted: Iterable[str], gaps: Collection[Feature]) -> str:
    if feature not in gaps:
        return "it needs another feature that is left out"
    lacks = f"the target {target.name!r} lacks it"
    if feature.accepted_by(accepted):
        return f"{lacks}, and the stack accepted the gap"
    return f"{target.environment} asks for it, and {lacks}"


def say_what_is_left_out(component: pulumi.Resource, name: str, left_out: Mapping[Feature, str]) -> None:
    for feature, why in left_out.items():
        pulumi.log.warn(left_out_note(type(component).__name__, name, str(feature), why), component)


def left_out_note(kind: str, name: str, feature: str, why: str) -> str:
    """What the engine tells of an accepted gap."""
    return f"{kind} {name!r}: {feature} is left out: {why}."
