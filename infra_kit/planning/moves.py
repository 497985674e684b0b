"""What becomes of the data on the way from one plan to another, by component."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from infra_kit.becomes import is_lower
from infra_kit.engine.guard import UNPROTECT, holds_data
from infra_kit.planning import effects, stranded, ways
from infra_kit.planning.changes import Change, Fate
from infra_kit.planning.ways import How, Way
from infra_kit.replacements import is_known, replaced_by
from infra_kit.stateful import ends_copies

_GOING = {Fate.REPLACED, Fate.DELETED, Fate.FORGOTTEN}
_IN_PLACE = {Fate.CHANGED, Fate.UNSURE}
_STAYING = {*_IN_PLACE, Fate.KEPT}


@dataclass(frozen=True)
class Move:
    """What happens to one component's data."""

    component: str
    kind: str
    """`Postgres`; of what stands beside our components, the resource's type."""
    resources: tuple[str, ...]
    """The logical names of what holds the data, that of what would go first."""
    why: str
    way: Way


def moves(between: Sequence[Change], kinds: Mapping[str, str], beside: str = "") -> Iterable[Move]:
    """What happens to the data, by component.

    Args:
        between: what becomes of each resource.
        kinds: by name, what our components are (`Postgres`).
        beside: the stack that all is in that would go, if it is another one, which `up` leaves as it is.
    """
    by_component: dict[str, list[Change]] = {}
    held = stranded.by_urn(between)
    for change in between:
        touched = _touches_data(change) or _restarts_data(change, kinds) or change.resource.urn in held
        if change.before and touched:
            by_component.setdefault(change.before.component or change.before.name, []).append(change)
    made = _with_data(between, {Fate.CREATED})
    kept = _with_data(between, _STAYING)
    standing = {change.resource.component for change in between if change.fate not in {Fate.DELETED, Fate.FORGOTTEN}}
    for component, changed in by_component.items():
        kind = kinds.get(component, changed[0].resource.type)
        stands, keeps, new = component in standing, component in kept, component in made
        yield _move(component, kind, changed, held, stands=stands, keeps=keeps, made=new, beside=beside)


def _with_data(between: Iterable[Change], fates: Collection[Fate]) -> set[str]:
    """The components of which a resource with data, keys apart, has one of these fates."""
    return {
        change.resource.component
        for change in between
        if change.fate in fates and change.resource.type not in ways.KEYS and change.stateful
    }


def _touches_data(change: Change) -> bool:
    holds = change.before is not None and holds_data(change.before.type, change.before.inputs)
    return holds and change.fate is not Fate.KEPT


def _restarts_data(change: Change, kinds: Mapping[str, str]) -> bool:
    """Whether it is the server of data whose users wait meanwhile: a container is made anew, on the same data."""
    keeps_data = kinds.get(change.resource.component) in _SERVES_DATA and "place" not in change.forcing
    return keeps_data and change.fate in {*_IN_PLACE, Fate.REPLACED} and effects.is_server(change.resource.type)


_SERVES_DATA = frozenset({"Postgres", "Redis", "DocumentStore", "ObjectStore", "EventBus", "Search"})


def _move(
    component: str,
    kind: str,
    touched: Sequence[Change],
    held: Mapping[str, str],
    *,
    stands: bool,
    keeps: bool,
    made: bool,
    beside: str,
) -> Move:
    """One verdict: how what would go goes; and of the same component, what cannot stay, and what changes in place.

    Args:
        held: what cannot follow its network, by URN, with why.
        stands: the stack still has the component.
        keeps: it has data that it had before, keys apart.
        made: it has new data.
        beside: see `moves`.
    """
    going = [change for change in touched if change.fate in _GOING and change.stateful]
    stuck = [change for change in touched if change.resource.urn in held]
    changed = [change for change in touched if change not in [*going, *stuck]]
    said = [_gone(component, kind, going, stands=stands, keeps=keeps, made=made, beside=beside)] if going else []
    said += [_stuck(kind, stuck, held)] if stuck else []
    said += [(_changed(changed), _in_place(changed))] if changed else []
    names = tuple(change.resource.name for change in [*going, *stuck, *changed])
    return Move(component, kind, names, "; ".join(why for why, _ in said), _together([way for _, way in said]))


def _stuck(kind: str, touched: Sequence[Change], held: Mapping[str, str]) -> tuple[str, Way]:
    """What cannot follow its network goes as to another place; `up` would fail, and lose nothing."""
    way = ways.moved(kind, [change.resource.type for change in touched])
    why = "; ".join(dict.fromkeys(held[change.resource.urn] for change in touched))
    steps = (step.replace("{go}", "`up`") for step in way.steps)
    return why, replace(way, steps=(stranded.FIRST, *steps))


def _together(found: Sequence[Way]) -> Way:
    """What changes in place while a key or a log is let go, changes in place."""
    first, *more = found
    for changed in more:
        steps = first.steps + (changed.steps if changed.steps != _UP else ())
        way = changed if first.how in {How.NONE, How.LEFT} else first
        first = replace(way, steps=steps, back=first.back + changed.back[1:])
    return first


def _gone(
    component: str, kind: str, going: Sequence[Change], *, stands: bool, keeps: bool, made: bool, beside: str
) -> tuple[str, Way]:
    """Why what would go goes, and its way."""
    names = ", ".join(change.resource.name for change in going)
    way = ways.moved(kind, [change.before.type for change in going if change.before])
    forcing = {key: page for change in going for key, page in change.forcing.items()}
    if beside:
        why = f"it stands elsewhere: {beside} is a stack of its own" if made else f"only {beside} has it"
        way = way if made else _LEFT
        return why, replace(way, steps=tuple(step.replace("{go}", _down(beside)) for step in way.steps))
    if forcing:
        why = "; ".join(map(_forced, forcing.items()))
    elif made and not keeps:
        why = "it stands elsewhere, or is made of something else" + _UNASKED * _asks_nothing(going)
    else:
        why = f"the stack no longer has {names if stands else 'it'}"
        way = _LEFT if all(change.fate is Fate.FORGOTTEN for change in going) else _GONE
    named = names if keeps else component
    return why, replace(way, steps=tuple(_told(way.steps, named, going)))


_UNASKED = "; `up` does not stop here: it would leave the old one where it is, and go on with a new and empty one"


def _asks_nothing(going: Iterable[Change]) -> bool:
    return all(change.fate is Fate.FORGOTTEN and not change.stopped for change in going)


def _told(steps: Iterable[str], named: str, going: Sequence[Change]) -> Iterable[str]:
    """The steps, with how `up` is brought to let go: it stops at what is protected, wants to be told what may be lost,
    and leaves what is retained where it is, without a word."""
    stopped = ", ".join(change.resource.name for change in going if change.stopped)
    for step in steps:
        if stopped and "{go}" in step:
            yield f"`up` stops at what is protected ({stopped}), whatever is named: {UNPROTECT}."
        yield step.replace("{go}", _go(named, going))


def _down(stack: str) -> str:
    """How what another stack has goes."""
    return f"`infra-kit down --stack {stack}`, once its protection is taken away ({UNPROTECT})"


def _go(named: str, going: Sequence[Change]) -> str:
    """A replacement has to be allowed, though what is replaced is left where it is retained."""
    left = [it.resource.name for it in going if it.fate is Fate.FORGOTTEN or (it.before and it.before.retain_on_delete)]
    ended = [it.resource.name for it in going if it.resource.name not in left]
    asked = any(it.fate is not Fate.FORGOTTEN for it in going)
    flags = " ".join(f"--allow-delete {name}" for name in named.split(", "))
    said = [f"`up` with {flags}" if asked else "`up`, which needs no flag"]
    said += [f"deletes {', '.join(ended)}"] if ended else []
    said += [f"does not delete {', '.join(left)}: to be paid for until somebody does"] if left else []
    return ", ".join(said)


def _forced(forcing: tuple[str, str]) -> str:
    key, why = forcing
    return why if key == "place" else f"{key} cannot be changed ({why})"


_GONE = Way(
    How.NONE,
    None,
    ("Back it up, if anything of it may ever be asked for.", "{go}."),
    ("Undo the change, `up`, and restore the backup.",),
)
_LEFT = Way(
    How.LEFT,
    None,
    ("{go}.",),
    ("Undo the change, and `up`: that makes another one, beside the one that was left with all it holds.",),
)


_UP = ("`up`.",)


def _changed(touched: Sequence[Change]) -> str:
    return "; ".join(f"{change.resource.name}: {', '.join(change.keys)}" for change in touched)


def _in_place(touched: Sequence[Change]) -> Way:
    """One `up`; its downtime is that of the input that costs most."""
    if not all(effects.is_server(change.resource.type) or is_known(change.resource.type) for change in touched):
        return ways.UNKNOWN
    declined = [said for change in touched for said in (*refused(change), *_copies(change))]
    costs = [
        (key, effects.in_place(it.resource.type, key)) for it in touched for key in it.keys if not _goes_down(it, key)
    ]
    by_effect: dict[str, list[str]] = {}
    for key, effect in costs:
        if effect is None or effect.downtime[1]:
            by_effect.setdefault(effect.why if effect else _NOT_KNOWN, []).append(key)
    said = [f"`up`: {why} ({', '.join(dict.fromkeys(keys))})." for why, keys in by_effect.items()]
    worst = max((effect for _, effect in costs if effect), key=lambda effect: effect.downtime[1], default=None)
    open_end = _NOT_KNOWN in by_effect
    known = worst.downtime if worst and (worst.downtime[1] or not open_end) else None
    back = ("Undo the change, and `up`.", *(line for change in touched for line in _one_way(change)))
    source = worst.source if worst else ""
    return Way(How.IN_PLACE, known, (*declined, *said) or _UP, back, source, at_least=open_end)


def _goes_down(change: Change, key: str) -> bool:
    """Whether an input would become what its service does not take back."""
    before = change.before.inputs.get(key) if change.before else None
    return (change.resource.type, key) in effects.STAYS and is_lower(before, change.resource.inputs.get(key))


def refused(change: Change) -> Iterable[str]:
    """What of it the service does not do, though the engine asks for it."""
    for key in change.keys:
        if _goes_down(change, key):
            why = effects.STAYS[change.resource.type, key]
            yield f"Leave {key} as it is: its service refuses the change, and `up` fails: {why}."


def _copies(change: Change) -> Iterable[str]:
    """What to do before the copies go that a service keeps by itself."""
    if change.before and ends_copies(change.resource.type, change.before.inputs, change.resource.inputs):
        yield (
            f"Take a snapshot, if anything of before may ever be asked for: `up` deletes every automated backup of "
            f"{change.resource.name} at once."
        )


def _one_way(change: Change) -> Iterable[str]:
    """What its way back is not as short as the way: the engine would replace it, or its service refuse it."""
    before = change.before.inputs if change.before else {}
    if ends_copies(change.resource.type, before, change.resource.inputs):
        yield f"The automated backups of {change.resource.name} do not come back: it keeps new ones from then on."
    replacing = replaced_by(change.resource.type, change.resource.inputs, before)
    for key in change.keys:
        why = effects.STAYS.get((change.resource.type, key))
        if page := replacing.get(key):
            yield f"Undoing {key} makes another one, which begins empty: refused without --allow-delete ({page})."
        elif why and not _goes_down(change, key):
            yield f"{key} stays as it is then: {why}."


_NOT_KNOWN = "whether its users notice is not known here"
