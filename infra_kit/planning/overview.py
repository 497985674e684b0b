"""The whole plan of a stack: its components, each with its sizes, its cost and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from infra_kit._program import Made
from infra_kit.planning import audit as auditing
from infra_kit.planning import costs, deployment
from infra_kit.planning import lock_in as locking
from infra_kit.planning import tree as trees
from infra_kit.planning.audit import Audit
from infra_kit.planning.bill import Limit, limits
from infra_kit.planning.costs import Costs
from infra_kit.planning.deployment import Deployment
from infra_kit.planning.lock_in import LockIn
from infra_kit.planning.prices import Currency
from infra_kit.planning.programs import Planned
from infra_kit.planning.tree import Node
from infra_kit.recording import Resource


@dataclass(frozen=True)
class Part:
    """One component of the stack, or what its program makes beside ours."""

    name: str
    """Empty: the resources beside our components."""
    kind: str
    """`Postgres`."""
    target: str
    """`aws (eu-west-1)`."""
    monthly: Decimal
    """Of what has a price."""
    unpriced: int
    lock_in: float | None
    """None: unscored."""
    findings: int
    """That nobody has accepted."""
    notes: tuple[str, ...]
    """What its target says of it: the size that was picked and why."""
    left_out: Mapping[str, str]
    """Accepted gaps, each with why."""
    resources: Mapping[str, int]
    """By type, how many it is made of."""


@dataclass(frozen=True)
class Overview:
    """What `infra-kit plan` shows."""

    stack: str
    target: str
    environment: str
    phase: str | None
    parts: tuple[Part, ...]
    tree: tuple[Node, ...]
    """All resources by name, as they hold each other."""
    costs: Costs
    budgets: tuple[Limit, ...]
    """The stack's own, held against its costs."""
    lock_in: LockIn
    audit: Audit
    deployment: Deployment
    warnings: tuple[str, ...]
    assumed: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many resources the engine would make."""
        return sum(count for part in self.parts for count in part.resources.values())


def overview(planned: Planned, currency: Currency | None = None) -> Overview:
    """The plan of a stack: what it costs a month, how hard it would be to leave, what is wrong with it."""
    bill = costs.cost(planned, currency)
    scores, found = locking.lock_in(planned, bill), auditing.audit(planned)
    config = planned.configuration
    return Overview(
        stack=planned.stack,
        target=str(config.get("target") or "local"),
        environment=str(config.get("environment") or "development"),
        phase=str(config.get("phase")) if config.get("phase") else None,
        parts=tuple(_parts(planned, bill, scores, found)),
        tree=trees.tree(planned),
        costs=bill,
        budgets=tuple(limits(planned, bill)),
        lock_in=scores,
        audit=found,
        deployment=deployment.first(planned),
        warnings=planned.recording.warnings,
        assumed=planned.assumed,
    )


def _parts(planned: Planned, bill: Costs, scores: LockIn, found: Audit) -> list[Part]:
    made_of: dict[str, list[Resource]] = {}
    for resource in planned.resources:
        if resource.request.custom:
            made_of.setdefault(planned.component_of.get(resource.urn, ""), []).append(resource)
    by_name = {score.component: score.score for score in scores.scores if not score.beside}
    bad: dict[str, int] = {}
    for finding in found.open:
        bad[finding.component] = bad.get(finding.component, 0) + 1
    parts = [
        replace(
            _part(planned, made, made_of.get(made.name, []), bill),
            lock_in=by_name.get(made.name),
            findings=bad.get(made.name, 0),
        )
        for made in planned.components
    ]
    beside = made_of.get("", [])
    if not beside and "" not in bill.by_component():
        return parts
    return [*parts, replace(_beside(beside, bill), findings=bad.get("", 0))]


def _part(planned: Planned, made: Made, resources: Sequence[Resource], bill: Costs) -> Part:
    region = made.target.region
    urns = [urn for urn, owner in planned.component_of.items() if owner == made.name]
    return Part(
        name=made.name,
        kind=made.type.rpartition(":")[2],
        target=f"{made.target.key} ({region})" if region else made.target.key,
        monthly=bill.by_component().get(made.name, Decimal(0)),
        unpriced=_unpriced(bill, made.name),
        lock_in=None,
        findings=0,
        notes=tuple(_plain(made, note) for urn in urns for note in planned.recording.notes.get(urn, ())),
        left_out={str(feature): why for feature, why in made.left_out.items()},
        resources=_by_type(resources),
    )


def _beside(resources: Sequence[Resource], bill: Costs) -> Part:
    monthly = bill.by_component().get("", Decimal(0))
    return Part("", "", "", monthly, _unpriced(bill, ""), None, 0, (), {}, _by_type(resources))


def _unpriced(bill: Costs, component: str) -> int:
    return sum(item.component == component for item in bill.unpriced)


def _by_type(resources: Sequence[Resource]) -> dict[str, int]:
    found: dict[str, int] = {}
    for resource in resources:
        found[resource.type] = found.get(resource.type, 0) + 1
    return found


def _plain(made: Made, note: str) -> str:
    """A note without the component's name, under which it stands."""
    return note.removeprefix(f"{made.type.rpartition(':')[2]} '{made.name}': ")
