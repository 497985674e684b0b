"""The support matrix of docs/support.md, generated from what the drivers declare.

Write it anew with: python -m tests.support_matrix
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from infra_kit import features, target
from infra_kit.features import Feature
from infra_kit.testing import conformance
from infra_kit.testing.conformance.suite import ComponentConformance

FILE = Path(__file__).parents[1] / "docs" / "support.md"
TARGETS = ("local", "vps", "aws", "gcp")

HEAD = """# What each target can do

Generated from what the drivers declare (`SUPPORTS`), which the conformance suites hold them to. `✓`: there. `gap`: a
stack that asks for it is refused, unless its environment file accepts the gap by name. `in part`: a gap in the cases
that stand below. Do not edit this page: run `python -m tests.support_matrix`.
"""


def suites() -> list[type[ComponentConformance]]:
    return [getattr(conformance, name) for name in conformance.__all__ if name != ComponentConformance.__name__]


def render() -> str:
    return "\n".join([HEAD, *(line for suite in suites() for line in _section(suite))])


def _section(suite: type[ComponentConformance]) -> Iterator[str]:
    kind = suite.component.KIND
    drivers = [target.load_driver(name, kind) for name in TARGETS]
    plain = sorted({feature for feature in suite.asks if not feature.value})
    yield f"## {suite.component.__name__}\n"
    yield from _table(["feature", *TARGETS])
    for feature in plain:
        yield _row([f"`{feature}`", *(_there(driver, feature) for driver in drivers)])
    for family in sorted(features.FAMILIES & {feature.family for feature in suite.asks}):
        yield _row([f"`{family}`", *(_values(driver, family) for driver in drivers)])
    yield ""
    yield from _hints(drivers, plain)


def _there(driver: ModuleType, feature: Feature) -> str:
    if feature not in driver.SUPPORTS:
        return "gap"
    return "in part" if feature in getattr(driver, "HINTS", {}) else "✓"


def _values(driver: ModuleType, family: str) -> str:
    values = sorted(feature.value for feature in driver.SUPPORTS if feature.family == family)
    return ", ".join(values) or "gap" if family in features.ONE_OF else f"{len(values)} of them"


def _hints(drivers: Sequence[ModuleType], plain: Sequence[Feature]) -> Iterator[str]:
    """What to do about each gap, and what a target does not promise, in the drivers' own words."""
    for name, driver in zip(TARGETS, drivers, strict=True):
        hints: Mapping[str, str] = getattr(driver, "HINTS", {})
        for feature, hint in sorted(hints.items()):
            if feature in plain or Feature(feature).family in features.FAMILIES:
                yield f"- {name}, `{feature}`: {hint}."
        yield from (f"- {name}: {caveat}." for caveat in getattr(driver, "CAVEATS", ()))
    yield ""


def _table(cells: Sequence[str]) -> Iterator[str]:
    yield _row(cells)
    yield _row(["---"] * len(cells))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    FILE.write_text(render())
