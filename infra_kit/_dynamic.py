"""The one dynamic provider of infra_kit.

Pulumi pickles a dynamic provider into every state file by module and class name alone. Were this class moved or
renamed, `refresh` and `destroy` of every existing stack would break. So it stays here for ever, holds nothing,
and hands each call to the handler that the resource's `kind` names.
"""

from typing import Any, Protocol

from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult
from pulumi.dynamic import ResourceProvider as DynamicProvider

Props = dict[str, Any]


class Handler(Protocol):
    """What stands behind a `kind`. Property bags are plain values: secrets come decrypted."""

    def check(self, olds: Props, news: Props) -> list[CheckFailure]: ...
    def changed(self, olds: Props, news: Props) -> bool: ...
    def ensure(self, props: Props, olds: Props | None = None) -> tuple[str, Props]: ...
    def read(self, resource_id: str, props: Props) -> Props | None: ...
    def delete(self, resource_id: str, props: Props) -> None: ...


def handler(props: Props) -> Handler:
    """The handler of a resource: `local/postgres` is the target and the component."""
    from infra_kit.target import load_handler  # noqa: PLC0415  the stub loads nothing until it is called

    target, _, component = str(props["kind"]).partition("/")
    return load_handler(target, component)


class Provider(DynamicProvider):
    """Dispatches to the handler of the resource's kind. Stateless: its pickle must never change."""

    serialize_as_secret_always = False

    def check(self, _olds: Props, news: Props) -> CheckResult:
        return CheckResult(news, handler(news).check(_olds, news))

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        return DiffResult(changes=handler(_news).changed(_olds, _news), replaces=[])

    def create(self, props: Props) -> CreateResult:
        resource_id, outs = handler(props).ensure(props)
        return CreateResult(resource_id, outs)

    def read(self, id_: str, props: Props) -> ReadResult:
        outs = handler(props).read(id_, props)
        return ReadResult(id_, outs) if outs is not None else ReadResult("", {})

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult(handler(_news).ensure(_news, _olds)[1])

    def delete(self, _id: str, _props: Props) -> None:
        handler(_props).delete(_id, _props)
