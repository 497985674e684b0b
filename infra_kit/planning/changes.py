"""What becomes of each resource on the way from one plan to another: offline, by what is known of its type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from infra_kit.engine.guard import holds_data
from infra_kit.planning import effects
from infra_kit.planning.saved import Saved, is_unread
from infra_kit.replacements import why_replaced


class Fate(StrEnum):
    """What the engine would do."""

    CREATED = "created"
    CHANGED = "changed in place"
    UNSURE = "changed (whether in place is not known)"
    """Nothing is known here of what replaces a resource of its type, or of this input."""
    REPLACED = "replaced"
    DELETED = "deleted"
    FORGOTTEN = "forgotten"
    """The engine lets go of it, and the thing itself stays (`retain_on_delete`)."""
    KEPT = "kept"


@dataclass(frozen=True)
class Change:
    """What becomes of one resource."""

    fate: Fate
    resource: Saved
    """As it will be; of what goes, as it is."""
    before: Saved | None
    """As it is; None where it is new."""
    keys: tuple[str, ...] = ()
    """The inputs that differ."""
    forcing: Mapping[str, str] = field(default_factory=dict)
    """Of `keys`, those whose change replaces it, each with the vendor's page, or why."""
    follows: tuple[str, ...] = ()
    """Of `keys`, those that say the same as before, and of what will be another one."""

    @property
    def stateful(self) -> bool:
        """Whether it holds data of its own, before or after."""
        sides = [side for side in (self.before, self.resource) if side]
        return any(holds_data(side.type, side.inputs) for side in sides)

    @property
    def loses_data(self) -> bool:
        """Whether what it holds would be gone."""
        if self.before is None or not holds_data(self.before.type, self.before.inputs):
            return False
        return self.fate in {Fate.REPLACED, Fate.DELETED}

    @property
    def stopped(self) -> bool:
        """Whether the engine stops at it: it is protected, and would be replaced, deleted or forgotten."""
        protected = self.before is not None and self.before.protect and self.resource.protect
        return protected and self.fate in {Fate.REPLACED, Fate.DELETED, Fate.FORGOTTEN}

    @property
    def differences(self) -> tuple[tuple[str, Any, Any], ...]:
        """Of `keys`, what each was and will be; of a mapping, those of its values that differ (`settings.tier`)."""
        old = self.before.inputs if self.before else {}
        return tuple(each for key in self.keys for each in _leaves(key, old.get(key), self.resource.inputs.get(key)))

    @property
    def told(self) -> tuple[str, ...]:
        """The differences in words: from what to what, where that is short enough to be read."""
        return tuple(_told(*each) for each in self.differences)


def _told(key: str, old: object, new: object) -> str:
    short = [isinstance(side, bool | int | float | str | None) and len(str(side)) <= _SHORT for side in (old, new)]
    return f"{key}: {_value(old)} → {_value(new)}" if all(short) else key


_SHORT = 40
"""Longer texts are policies and documents."""


def _value(value: object) -> str:
    return "nothing" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def between(before: Sequence[Saved], after: Sequence[Saved]) -> tuple[Change, ...]:
    """Every resource that one plan or the other has, in the order of the second, then what is gone."""
    old = {resource.urn: resource for resource in before}
    was = _matched(old, after)
    changes = _followed([_change(old.get(was.get(new.urn, "")), new) for new in after])
    kept = set(was.values())
    changes += [Change(_ending(gone), gone, gone) for urn, gone in old.items() if urn not in kept]
    return tuple(changes)


def _followed(changes: list[Change]) -> list[Change]:
    """With what follows: who is told of what will be another one is told something else, and may be another one too."""
    replaced: set[str] = set()
    while more := {it.resource.urn for it in changes if it.fate is Fate.REPLACED} - replaced:
        replaced |= more
        changes = [_following(change, replaced) for change in changes]
    return changes


def _following(change: Change, replaced: Set[str]) -> Change:
    old, new = change.before, change.resource
    follows = {key for key, urns in new.depends.items() if not replaced.isdisjoint(urns) and key not in change.keys}
    follows -= {path for path in new.ignore_changes if "." not in path}
    if old is None or not follows or "*" in new.ignore_changes:
        return change
    return _changed(old, new, {*change.keys, *follows}, tuple(sorted({*change.follows, *follows})))


def _ending(gone: Saved) -> Fate:
    return Fate.FORGOTTEN if gone.retain_on_delete and gone.custom else Fate.DELETED


def _change(old: Saved | None, new: Saved) -> Change:
    if old is None:
        return Change(Fate.CREATED, new, None)
    found = differing(old.inputs, new.inputs, new.ignore_changes)
    return _changed(old, new, [key for key in found if not effects.is_left(new.type, key, old.inputs, new.inputs)])


def _changed(old: Saved, new: Saved, differing: Iterable[str], follows: tuple[str, ...] = ()) -> Change:
    unread = _unread(old, new) - set(follows)
    keys = tuple(sorted({*differing, *unread}))
    read = [key for key in keys if key not in unread]
    said = {key: why_replaced(new.type, key, old.inputs, new.inputs) if new.custom else "" for key in read}
    forcing = _moving(old, new) | _asked(new, read) | {key: why for key, why in said.items() if why}
    unsure = bool(unread) or None in said.values() or _may_move(old, new)
    fate = Fate.REPLACED if forcing else Fate.UNSURE if unsure else Fate.CHANGED if keys else Fate.KEPT
    return Change(fate, new, old, keys, forcing, follows)


def _unread(old: Saved, new: Saved) -> set[str]:
    """What a saved plan does not say, and what would replace data if it is another one. Of what is changed in place
    nothing is told: most stacks have a password somewhere."""
    if not (new.custom and holds_data(old.type, old.inputs)):
        return set()
    paths = [path.split(".") for path in new.ignore_changes]
    return {
        key
        for key, value in old.inputs.items()
        if is_unread(_without(value, key, paths)) and value == new.inputs.get(key)
        if why_replaced(new.type, key, old.inputs, new.inputs)
    }


def differing(old: Mapping[str, Any], new: Mapping[str, Any], ignored: Iterable[str]) -> set[str]:
    """The inputs that differ and count. Of an ignored path (`tags.release`), only its own part does not."""
    paths = [path.split(".") for path in ignored]
    return {
        key
        for key in old.keys() | new.keys()
        if _without(old.get(key), key, paths) != _without(new.get(key), key, paths)
    }


def _leaves(path: str, old: Any, new: Any) -> Iterable[tuple[str, Any, Any]]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield path, old, new
        return
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield from _leaves(f"{path}.{key}", old.get(key), new.get(key))


def _without(value: Any, key: str, paths: Sequence[Sequence[str]]) -> Any:
    for first, *rest in paths:
        if first in {key, "*"}:
            value = _cut(value, rest)
    return value


def _cut(value: Any, path: Sequence[str]) -> Any:
    if not path:
        return None
    if not isinstance(value, dict) or path[0] not in value:
        return value
    return {key: _cut(item, path[1:]) if key == path[0] else item for key, item in value.items()}


def _moving(old: Saved, new: Saved) -> dict[str, str]:
    """What stands elsewhere is another one, whatever its inputs say."""
    if old.place == new.place or _may_move(old, new):
        return {}
    return {"place": f"it is in {old.place}, and would be in {new.place}"}


def _may_move(old: Saved, new: Saved) -> bool:
    """Whether nobody has said of one side where it is: its provider finds that elsewhere, e.g. in `AWS_REGION`."""
    return bool(old.place) != bool(new.place)


def _asked(new: Saved, keys: Iterable[str]) -> dict[str, str]:
    said = {path.partition(".")[0].partition("[")[0] for path in new.replace_on_changes}
    return {key: "the program asks for it (replace_on_changes)" for key in keys if key in said or "*" in said}


def _matched(old: Mapping[str, Saved], after: Sequence[Saved]) -> dict[str, str]:
    """By the URN that a resource will have, the one that it has: by itself, by its aliases, by its parent's."""
    found: dict[str, str] = {}
    new = {resource.urn: resource for resource in after}
    for resource in after:
        if resource.urn in old:
            found[resource.urn] = resource.urn
    for resource in _from_the_top(after, new):
        if resource.urn not in found:
            before = next((urn for urn in _earlier(resource, new, found) if urn in old), None)
            if before:
                found[resource.urn] = before
    return found


def _from_the_top(resources: Sequence[Saved], by_urn: Mapping[str, Saved]) -> list[Saved]:
    def depth(resource: Saved) -> int:
        parent = by_urn.get(resource.parent or "")
        return 1 + depth(parent) if parent else 0

    return sorted(resources, key=depth)


def _earlier(resource: Saved, new: Mapping[str, Saved], found: Mapping[str, str]) -> Iterable[str]:
    """The URNs that a resource may have had: what its aliases say, and what follows from another URN of its parent."""
    head, _, name = resource.urn.rpartition("::")
    for alias in resource.aliases:
        yield alias if alias.startswith("urn:") else f"{head}::{alias}"
    parent = new.get(resource.parent or "")
    was = found.get(parent.urn) if parent else None
    if not parent or not was or was == parent.urn:
        return
    # As Pulumi's SDK has it: a child whose name begins with its parent's had it with the name that its parent had.
    old_parent, names = was.rpartition("::")[2], [name, *(it for it in resource.aliases if not it.startswith("urn:"))]
    type_path = f"{was.split('::')[2]}${resource.type}"
    start = "::".join(was.split("::")[:2])
    for each in names:
        yield f"{start}::{type_path}::{each}"
        if each.startswith(parent.name):
            yield f"{start}::{type_path}::{old_parent}{each.removeprefix(parent.name)}"
