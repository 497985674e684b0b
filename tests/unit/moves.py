"""What an `up` would do between two recordings of one program: made, gone, replaced, or changed in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra_kit.recording import Resource
from infra_kit.testing import Recording

FORCES: Mapping[str, frozenset[str]] = {
    "aws:lb/listener:Listener": frozenset({"loadBalancerArn"}),
    "aws:lb/listenerRule:ListenerRule": frozenset({"listenerArn"}),
    "aws:lb/loadBalancer:LoadBalancer": frozenset({"internal", "loadBalancerType", "name", "namePrefix"}),
    "aws:lb/targetGroup:TargetGroup": frozenset(
        {"name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId"}
    ),
    "aws:route53/record:Record": frozenset({"zoneId"}),
    "gcp:dns/recordSet:RecordSet": frozenset({"managedZone", "name", "type"}),
}
"""By type, the inputs that its provider replaces it for (`RequiresReplace` and `ForceNew` of its schema)."""


@dataclass(frozen=True)
class Moves:
    """By logical names; components count for nothing."""

    made: frozenset[str]
    gone: frozenset[str]
    replaced: frozenset[str]
    changed: frozenset[str]


def moves(before: Recording, after: Recording) -> Moves:
    old, new = _own(before), _own(after)
    both = old.keys() & new.keys()
    differ = {urn: _differ(old[urn], new[urn]) for urn in both}
    replaced = {urn for urn in both if (differ[urn] | _come_from_elsewhere(old[urn], new[urn])) & _forces(new[urn])}
    while more := {urn for urn in both - replaced if _leans_on(new[urn], replaced)}:
        replaced |= more
    changed = {urn for urn in both - replaced if differ[urn]}
    return Moves(
        made=frozenset(new[urn].name for urn in new.keys() - both),
        gone=frozenset(old[urn].name for urn in old.keys() - both),
        replaced=frozenset(new[urn].name for urn in replaced),
        changed=frozenset(new[urn].name for urn in changed),
    )


def _own(recording: Recording) -> dict[str, Resource]:
    return {it.urn: it for it in recording.resources if not it.type.startswith(("infra-kit:", "pulumi:"))}


def _differ(old: Resource, new: Resource) -> set[str]:
    ignored = set(new.options.ignore_changes)
    return {
        key for key in old.inputs.keys() | new.inputs.keys() if old.inputs.get(key) != new.inputs.get(key)
    } - ignored


def _come_from_elsewhere(old: Resource, new: Resource) -> set[str]:
    before, after = old.request.propertyDependencies, new.request.propertyDependencies
    lean = {key for key in before.keys() & after.keys() if before[key].urns and after[key].urns}
    return {key for key in lean if set(before[key].urns).isdisjoint(after[key].urns)}


def _forces(resource: Resource) -> frozenset[str]:
    return FORCES.get(resource.type, frozenset()) | frozenset(resource.options.replace_on_changes)


def _leans_on(resource: Resource, replaced: set[str]) -> bool:
    """Its new inputs are known only when what they come from has been replaced: recorded, they look the same."""
    by_input = resource.request.propertyDependencies
    return any(set(by_input[key].urns) & replaced for key in _forces(resource) if key in by_input)
