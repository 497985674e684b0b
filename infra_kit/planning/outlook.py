"""What a Panel shows of a stack's plan: what it costs a month, which phase it is in, what the next one changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from infra_kit import home
from infra_kit.engine.project import Project, write_private
from infra_kit.panel.facts import Phase, Plan
from infra_kit.planning import phases, programs
from infra_kit.planning.bill import Limit, limits
from infra_kit.planning.changes import Fate
from infra_kit.planning.costs import cost
from infra_kit.planning.phases import Description
from infra_kit.planning.programs import Planned
from infra_kit.planning.transition import Transition, transition


def write(project: Project, stack: str) -> str:
    """Leaves it where a Panel of this machine reads it; returns it, for those elsewhere. Raises as `outlook` does."""
    file = home.plan_file(project.root, stack)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = outlook(project, stack).model_dump_json(indent=1) + "\n"
    write_private(file, text)
    return text


def outlook(project: Project, stack: str) -> Plan:
    """The plan of a stack and of its next phase, offline. Raises `ProgramError` and `ConfigError`, as planning does."""
    planned = programs.plan(project, stack)
    bill = cost(planned)
    described = phases.of_stack(project, stack)
    now, following = _place(described, str(planned.configuration.get("phase") or ""))
    monthly = f"{bill.total:,.2f} {bill.currency}"
    return Plan(
        monthly=monthly,
        unpriced=len(bill.unpriced),
        budgets=tuple(_budget(limit, bill.currency) for limit in limits(planned, bill)),
        phase=Phase(name=now, title=described[now].title, monthly=monthly) if now else None,
        next=_next(planned, following, described[following]) if following else None,
    )


def _place(described: Mapping[str, Description], phase: str) -> tuple[str, str]:
    """The current phase and the one after it; empty where there is none."""
    names = list(described)
    if phase not in names:
        return "", ""
    return phase, next(iter(names[names.index(phase) + 1 :]), "")


def _next(planned: Planned, name: str, described: Description) -> Phase:
    """Of the stack itself, also where another one is described to go there."""
    own = described.settings if described.stack == planned.stack else ()
    after = programs.plan(planned.configuration.project, planned.stack, (f"infra-kit:phase={name}", *own))
    found = transition(planned, after)
    monthly = f"{found.monthly_after:,.2f} {found.currency}"
    return Phase(name=name, title=described.title, monthly=monthly, changes=tuple(_changes(planned, after, found)))


def _changes(planned: Planned, after: Planned, found: Transition) -> Iterator[str]:
    """Component by component, in words."""
    before, then = _kinds(planned), _kinds(after)
    yield from (f"adds {name} ({kind})" for name, kind in then.items() if name not in before)
    for name, kind in then.items():
        fates = Counter(change.fate for change in found.of(*Fate) if change.resource.component == name)
        changed = {fate: count for fate, count in fates.items() if fate is not Fate.KEPT}
        if name in before and changed:
            said = ", ".join(f"{count} {fate}" for fate, count in changed.items())
            yield f"changes {name} ({kind}): {said}"
    yield from (f"removes {name} ({kind})" for name, kind in before.items() if name not in then)


def _kinds(planned: Planned) -> dict[str, str]:
    return {made.name: made.type.rpartition(":")[2] for made in planned.components}


def _budget(limit: Limit, currency: str) -> str:
    state = "undecided, for some has no price" if limit.undecided else "over" if limit.over else "within"
    return f"{limit.said_by}: {limit.monthly:,.2f} {currency} a month, {state}"
