"""Users of links, as their handlers take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psutil

from infra_kit._dynamic import Props, handler
from infra_kit.providers.local.server import box_of


@dataclass(frozen=True)
class User:
    """A user that a link made."""

    name: str
    password: str


def user(server: Props, kind: str, rights: dict[str, Any], name: str = "api__db", **more: Any) -> Props:
    """The inputs of a link to a server."""
    place = {key: server[key] for key in ("home", "stack", "name")}
    return {"kind": f"local/{kind}", **place, "user": name, "rights": rights, **more}


def ensure(props: Props, olds: Props | None = None) -> User:
    outs = handler(props).ensure(props, olds)[1]
    return User(outs["public"]["username"], outs["private"]["password"])


def delete(props: Props) -> None:
    handler(props).delete("", props)


def changed(props: Props) -> bool:
    """Whether an `up` with the same program would change it."""
    return handler(props).changed(props, props)


def pid(server: Props) -> int:
    number = box_of(server).process.pid
    assert number
    return number


def kill(server: Props) -> None:
    process = psutil.Process(pid(server))
    process.kill()
    process.wait()
