"""What holds data and stands in a network that would be another one: it cannot follow, and `up` fails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from infra_kit.planning.changes import Change, Fate

_SUBNET = "aws:ec2/subnet:Subnet"
_HELD: Mapping[tuple[str, str], str] = {
    ("aws:rds/subnetGroup:SubnetGroup", "subnetIds"): (
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSubnetGroup.html"
    ),
    ("aws:elasticache/subnetGroup:SubnetGroup", "subnetIds"): (
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyCacheSubnetGroup.html"
    ),
}
"""Where servers are held in a network, by an input: none of the subnets that one uses can be taken from its group, and
all are of one network. Each with the vendor's page."""

FIRST = "Leave the network as it is: `up` fails with it. If it must be another one, make that beside it, and go there:"


def by_urn(between: Sequence[Change]) -> Mapping[str, str]:
    """What holds data, stays, and cannot follow: by its URN, why."""
    subnets = [change for change in between if change.resource.type == _SUBNET and change.fate is Fate.REPLACED]
    replaced = {change.resource.urn: change.resource.name for change in subnets}
    groups = {change.resource.urn: why for change in between if (why := _held(change, replaced))}
    return {
        change.resource.urn: groups[urn]
        for change in between
        if change.before and change.stateful and change.fate not in {Fate.REPLACED, Fate.DELETED, Fate.FORGOTTEN}
        for urns in change.resource.depends.values()
        for urn in urns
        if urn in groups
    }


def _held(change: Change, replaced: Mapping[str, str]) -> str:
    for key in change.keys:
        page = _HELD.get((change.resource.type, key))
        others = _named(change.resource.depends.get(key, ()), replaced)
        if page and others and change.fate is Fate.CHANGED:
            name, left = change.resource.name, ", ".join(others)
            return f"{name} is in use, and cannot leave {left}, which would be replaced ({page})"
    return ""


def _named(urns: Collection[str], replaced: Mapping[str, str]) -> list[str]:
    return [replaced[urn] for urn in urns if urn in replaced]
