"""A dynamic provider that keeps one file a server; `create` adopts the file that stands, as the real ones do."""

import os
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider

from infra_kit.errors import ServerError

FOLDER = Path(os.environ["TOY_FOLDER"])


def _say(line: str) -> None:
    with (FOLDER / "log").open("a") as log:
        log.write(line + "\n")


class Provider(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        name = props["name"]
        if props["size"] == "too much":
            raise ServerError(f"Postgres {name!r}: the disk is full.\nFree some space.")
        _say(f"begin {name}")
        gate = FOLDER / f"gate-{name}"
        if gate.exists():
            gate.open("rb").read()  # a FIFO: held here until the test lets go of its other end
        file = FOLDER / f"server-{name}"
        _say(f"{'adopt' if file.exists() else 'create'} {name}")
        file.touch()
        return CreateResult(name, props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_ if (FOLDER / f"server-{id_}").exists() else "", props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        changed = [] if _olds["size"] == _news["size"] else ["size"]
        return DiffResult(changes=bool(changed), replaces=changed)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        _say(f"delete {_id}")
        (FOLDER / f"server-{_id}").unlink()


class Server(Resource, module="infra-kit", name="Server"):
    def __init__(self, name: str, size: str, parent: pulumi.Resource) -> None:
        super().__init__(Provider(), name, {"name": name, "size": size}, pulumi.ResourceOptions(parent=parent))


class PostgresServer(Server, module="infra-kit", name="PostgresServer"):
    """It holds data."""


class CdnServer(Server, module="infra-kit", name="CdnServer"):
    """It holds none."""


class Postgres(pulumi.ComponentResource):
    def __init__(self, name: str, size: str) -> None:
        super().__init__("infra-kit:index:Postgres", name)
        PostgresServer(f"{name}-server", size, self)
        url = pulumi.Output.secret(f"postgres://app:canary-7731@127.0.0.1:21003/{name}")
        self.register_outputs({"url": url, "password": pulumi.Output.secret("canary-7731"), "host": "127.0.0.1"})


class Cdn(pulumi.ComponentResource):
    def __init__(self, name: str, size: str) -> None:
        super().__init__("infra-kit:index:Cdn", name)
        CdnServer(f"{name}-server", size, self)
        self.register_outputs({})
