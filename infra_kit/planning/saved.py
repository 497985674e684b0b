"""A plan kept in a file: what a stack was to be when it was saved. Secrets are not in it."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra_kit._configuration import HIDDEN
from infra_kit.errors import PlanningError
from infra_kit.planning.costs import cost
from infra_kit.planning.prices import Currency
from infra_kit.planning.programs import Planned
from infra_kit.recording import Resource, root
from infra_kit.recording.values import bag, hidden

_FORMAT = 1
_SALT = secrets.token_bytes(16)


class Hidden(str):
    """`[secret]` instead of a secret: equal to another one that hides the same, by a digest of this process alone.
    Nobody knows what one hides that was read from a file (`digest` is empty): it is equal to each."""

    __slots__ = ("digest",)
    digest: str

    def __new__(cls, digest: str = "") -> Hidden:
        made = super().__new__(cls, HIDDEN)
        made.digest = digest
        return made

    @classmethod
    def of(cls, secret: Any) -> Hidden:
        return cls(hmac.digest(_SALT, json.dumps(_rooted(secret), sort_keys=True).encode(), "sha256").hex())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Hidden) and self.digest and other.digest:
            return self.digest == other.digest
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __getnewargs__(self) -> tuple[str]:
        return (self.digest,)


def is_unread(value: Any) -> bool:
    """Whether a secret is in it that a file did not keep: nobody knows what it was."""
    match value:
        case Hidden():
            return not value.digest
        case dict():
            return any(map(is_unread, value.values()))
        case list() | tuple():
            return any(map(is_unread, value))
    return False


@dataclass(frozen=True)
class Saved:
    """One resource, as far as a comparison needs it."""

    urn: str
    type: str
    name: str
    parent: str | None
    inputs: Mapping[str, Any]
    """Plain values; a secret is `[secret]` (`Hidden`)."""
    protect: bool
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]
    replace_on_changes: tuple[str, ...]
    aliases: tuple[str, ...]
    """Each an URN, or the name that the resource had."""
    custom: bool
    """False: a component, which only holds others together."""
    component: str
    """The name of the component of ours that it is a part of; empty: none."""
    place: str = ""
    """The region, project or host that its provider makes it in; empty: it has none."""
    depends: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By input, the URNs of the resources that its value comes from."""


@dataclass(frozen=True)
class SavedPlan:
    """A plan as a comparison needs it."""

    project: str
    stack: str
    resources: tuple[Saved, ...]
    monthly: Mapping[str, str]
    """By component, its cost as it was saved; and under the empty name what stands beside."""
    currency: Currency
    unpriced: int
    """Lines that had no price, and are not in it."""


def of(planned: Planned) -> tuple[Saved, ...]:
    """What a comparison needs of a plan."""
    return tuple(
        resource(each, planned.component_of.get(each.urn, ""), _place(planned, each)) for each in planned.resources
    )


_PLACES = {"aws": "region", "gcp": "project", "docker": "host"}
"""By package, the setting of its provider that says where its resources are. On gcp, their region is an input."""


def _place(planned: Planned, made: Resource) -> str:
    """As the engine finds it: its own, its provider's, else the stack's configuration."""
    package = made.type.partition(":")[0]
    key = _PLACES.get(package)
    if key is None or not made.request.custom:
        return ""
    provider = planned.by_urn.get((made.options.provider or "").rpartition("::")[0])
    said = provider.inputs.get(key) if provider else None
    own = made.inputs.get("region") if package == "aws" else None
    return str(own or said or planned.configuration.values.get(f"{package}:{key}") or "")


def resource(made: Resource, component: str, place: str = "") -> Saved:
    """One resource of a recording, as a comparison needs it."""
    options = made.options
    return Saved(
        urn=made.urn,
        type=made.type,
        name=made.name,
        parent=made.parent,
        inputs=_rooted(hidden(bag(made.request.object), Hidden.of)),
        protect=options.protect,
        retain_on_delete=options.retain_on_delete,
        ignore_changes=options.ignore_changes,
        replace_on_changes=options.replace_on_changes,
        aliases=options.aliases,
        custom=made.request.custom,
        component=component,
        place=place,
        depends={key: sorted(it.urns) for key, it in made.request.propertyDependencies.items() if it.urns},
    )


def _rooted(value: Any) -> Any:
    """Without the folder that stands for the project's, and its mark (`home.mark`): each process has another one."""
    own = Path(root())
    folder = rf"({re.escape(str(own.parent))}/)?{re.escape(own.name)}(-[0-9a-f]{{8}})?"
    return _each_text(value, lambda text: text if isinstance(text, Hidden) else re.sub(folder, "<project>", text))


def _each_text(value: Any, of: Callable[[str], str]) -> Any:
    match value:
        case str():
            return of(value)
        case dict():
            return {key: _each_text(item, of) for key, item in value.items()}
        case list() | tuple():
            return [_each_text(item, of) for item in value]
    return value


def write(planned: Planned, file: Path) -> None:
    """Keeps a plan in a file."""
    bill = cost(planned)
    content = {
        "format": _FORMAT,
        "project": planned.configuration.project.name,
        "stack": planned.stack,
        "currency": bill.currency,
        "unpriced": len(bill.unpriced),
        "monthly": {name: str(amount) for name, amount in bill.by_component().items()},
        "resources": [asdict(resource) for resource in of(planned)],
    }
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read(file: Path) -> SavedPlan:
    """A plan that was saved.

    Raises:
        PlanningError: there is no such file, or it is none of ours.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            raise PlanningError(f"{file}: its format is {content['format']}, and this infra-kit reads {_FORMAT}.")
        resources = tuple(Saved(**_from_json(each)) for each in content["resources"])
        return SavedPlan(
            content["project"],
            content["stack"],
            resources,
            content["monthly"],
            content["currency"],
            content["unpriced"],
        )
    except OSError as error:
        raise PlanningError(f"{file}: {error.strerror}. Make it with `infra-kit plan --save {file}`.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise PlanningError(f"{file} is no plan that `infra-kit plan --save` wrote: {error!r}.") from error


def _from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows lists only, and inputs keep theirs; and it knows texts only, where a secret was."""
    inputs = _each_text(values["inputs"], lambda text: Hidden() if text == HIDDEN else text)
    return {key: tuple(it) if isinstance(it, list) else it for key, it in values.items()} | {"inputs": inputs}
