"""An audit: every rule over every resource, and what the stack's owner has accepted, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from infra_kit.errors import ConfigError
from infra_kit.planning.audit import aws, aws_access, components, docker, gcp, secrets
from infra_kit.planning.audit.rules import Rule, Seen, Severity
from infra_kit.planning.programs import Planned
from infra_kit.stateful import is_made_here

RULES: tuple[Rule, ...] = (*aws.RULES, *aws_access.RULES, *gcp.RULES, *docker.RULES, *components.RULES, *secrets.RULES)


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with one resource."""

    rule: str
    severity: Severity
    component: str
    """Empty: it stands beside our components."""
    resource: str
    """Its logical name."""
    type: str
    what: str
    why: str
    mend: str
    accepted: str
    """Why its owner lets it be (`infra-kit:accepted-findings`); empty: nobody does."""


@dataclass(frozen=True)
class Audit:
    """All that was found, the worst first."""

    findings: tuple[Finding, ...]
    looked_at: int
    """Resources, as `infra-kit plan` counts them: components, which only hold others together, are not among them."""
    unknown: Mapping[str, tuple[str, ...]]
    """Types that no rule is about, each with the names of its resources: nothing was looked for. Those that our drivers
    make without anything to find are not among them."""
    assumed: tuple[str, ...]
    """What was made up where only a cloud, another stack or the stack's owner knows."""

    @property
    def open(self) -> tuple[Finding, ...]:
        """What nobody has accepted."""
        return tuple(finding for finding in self.findings if not finding.accepted)

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """What is open and that bad, or worse."""
        return tuple(finding for finding in self.open if finding.severity >= severity)


def audit(planned: Planned) -> Audit:
    """The findings of a planned stack.

    Raises:
        ConfigError: `infra-kit:accepted-findings` names what is not there, or gives no reason.
    """
    accepted = _accepted(planned)
    found = sorted(
        _found(planned, accepted), key=lambda each: (-each.severity, each.component, each.resource, each.rule)
    )
    looked_at = sum(resource.request.custom for resource in planned.resources)
    return Audit(tuple(found), looked_at, _unknown(planned), planned.assumed)


def _unknown(planned: Planned) -> Mapping[str, tuple[str, ...]]:
    about = {token for rule in RULES for token in rule.types}
    found: dict[str, list[str]] = {}
    for resource in planned.resources:
        if resource.request.custom and resource.type not in about and not is_made_here(resource.type):
            found.setdefault(resource.type, []).append(resource.name)
    return {token: tuple(sorted(names)) for token, names in sorted(found.items())}


def _found(planned: Planned, accepted: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    by_name = {made.name: made for made in planned.components}
    for resource in planned.resources:
        component = planned.component_of.get(resource.urn, "")
        seen = Seen(planned, resource, by_name.get(component))
        for rule in _of_type(resource.type):
            if rule.broken(seen):
                reasons = {**accepted.get(component, {}), **accepted.get(resource.name, {})}
                yield Finding(
                    rule.id,
                    rule.severity,
                    component,
                    resource.name,
                    resource.type,
                    rule.what,
                    rule.why,
                    rule.mend,
                    reasons.get(rule.id, ""),
                )


@cache
def _of_type(token: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if token in rule.types or "*" in rule.types)


def _accepted(planned: Planned) -> Mapping[str, Mapping[str, str]]:
    """By component or resource, and rule, the reason."""
    given = planned.configuration.get("accepted-findings") or {}
    known = {made.name for made in planned.components} | {resource.name for resource in planned.resources}
    rules = {rule.id for rule in RULES}
    if not isinstance(given, dict):
        raise ConfigError(f"infra-kit:accepted-findings: given {given!r}, a mapping is needed: {_EXAMPLE}.")
    for name, reasons in given.items():
        if name not in known:
            raise ConfigError(f"infra-kit:accepted-findings: {name}: this stack has nothing of that name.")
        if not isinstance(reasons, dict) or not all(isinstance(why, str) and why for why in reasons.values()):
            raise ConfigError(f"infra-kit:accepted-findings: {name}: each rule needs its reason: {_EXAMPLE}.")
        for rule in reasons:
            if rule not in rules:
                raise ConfigError(
                    f"infra-kit:accepted-findings: {name}: {rule!r} is no rule. Rules: {', '.join(sorted(rules))}."
                )
    return given


_EXAMPLE = "{db: {single-zone: the preview may be away for an hour}}"
