"""What may be wrong with components, whatever target they are on."""

from __future__ import annotations

from infra_kit import features
from infra_kit.components.backup import BackupSpec
from infra_kit.components.gateway import GatewaySpec
from infra_kit.engine.guard import holds_data
from infra_kit.planning.audit.rules import Rule, Seen, Severity


def _component(kind: str) -> tuple[str, ...]:
    return (f"infra-kit:index:{kind}",)


def _lost(seen: Seen) -> bool:
    """Accepted gaps that guard data."""
    return bool(seen.made and features.GUARDS_DATA & set(seen.made.left_out) and seen.in_production)


def _unprotected(seen: Seen) -> bool:
    holds = holds_data(seen.resource.type, seen.inputs)
    return seen.in_production and holds and not seen.resource.options.protect


def _alone(seen: Seen) -> bool:
    least = getattr(seen.made and seen.made.spec, "min_instances", 2)
    return seen.in_production and least < 2


def _without_limits(seen: Seen) -> bool:
    """A gateway that nothing stands before and that bounds nobody."""
    spec = seen.made and seen.made.spec
    if not isinstance(spec, GatewaySpec) or not spec.public:
        return False
    return seen.in_production and not spec.limits and not any(route.limits for route in spec.routes.values())


def _lost_together(seen: Seen) -> bool:
    """Copies on the one machine that has what they are of; a cloud's vault is no machine."""
    spec = seen.made and seen.made.spec
    if not seen.made or not isinstance(spec, BackupSpec) or seen.made.target.name not in _MACHINES:
        return False
    beside = spec.to is None or (not spec.to.stands_already and spec.to.target.place == seen.made.target.place)
    return seen.in_production and beside


_MACHINES = ("local", "vps")
_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

RULES = (
    Rule(
        "guard-left-out", _HIGH, "a feature that guards data is left out", "what is lost cannot be brought back",
        "take the gap out of infra-kit:accepted-gaps, and do what its refusal says",
        _component("Postgres"), _lost,
    ),
    Rule(
        "unprotected", _MEDIUM, "something of production that holds data is not protected",
        "a plain `pulumi up` may replace or delete it", "protect=True (or leave it to the component)", ("*",),
        _unprotected,
    ),
    Rule(
        "copies-beside-data", _HIGH, "copies are where the data is", "who loses the machine has neither",
        "to=ObjectStore.existing(…), a bucket elsewhere, and a key of yours", _component("Backup"), _lost_together,
    ),
    Rule(
        "single-instance", _LOW, "a service of production has one instance", "each failure is an outage",
        "min_instances=2", _component("Service"), _alone,
    ),
    Rule(
        "no-rate-limit", _LOW, "a public gateway bounds nobody",
        "one client can take all of it, and passwords can be tried",
        "limits=[RateLimit(…)] on its routes, for logins above all", _component("Gateway"), _without_limits,
    ),
)  # fmt: skip
