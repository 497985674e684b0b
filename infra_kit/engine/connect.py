"""A way to one component of a stack, from this machine: through a tunnel where its address is private."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from infra_kit import target
from infra_kit.engine.connections import COMPONENT, Connection, reachable
from infra_kit.engine.operations import component_of
from infra_kit.engine.project import write_private
from infra_kit.engine.standing import below, needed, own, target_of
from infra_kit.errors import ConfigError, TunnelError
from infra_kit.links import variable
from infra_kit.providers.common.tunnels import LOOPBACK, Destination, Wait

_HERE = {LOOPBACK, "localhost", "::1"}


class Tunnels(Protocol):
    """A target's module `tunnels`."""

    PRIVATE: frozenset[str]
    """The types of the components that it leads to."""

    def open_tunnel(self, to: Destination, port: int) -> AbstractContextManager[Wait]: ...


@contextmanager
def reached(
    state: Mapping[str, Any],
    name: str,
    port: int | None,
    say: Callable[[str], None],
    beside: Connection | None = None,
) -> Iterator[tuple[Connection, Wait | None]]:
    """How a component is reached from here while this is entered, and what waits for its tunnel, if it takes one.

    Args:
        state: the stack's (`Stack.state()`).
        name: the component's.
        port: of this machine, for the tunnel. Default: the component's own where it is free, else a free one.
        say: tells the user what is being done.
        beside: what was restored on this machine under that name, which the state does not know.

    Raises:
        ConfigError: there is no such component, or it has no address; `port` is in use, or said for what needs none.
        TunnelError: the way could not be opened, or there is none.
    """
    _check_outermost(state, name)
    there = beside or reachable(state, name)
    opened = _tunnel(state, there)
    if opened is None:
        if port is not None:
            raise ConfigError(f"--port {port}: {name} needs no tunnel, it is reached at {there.address}. Leave it out.")
        yield there, None
        return
    tunnels, host, far_port = opened
    local = _free(far_port) if port is None else _checked(port)
    destination = Destination(
        what=f"{there.type} {name!r}",
        host=host,
        port=far_port,
        own=own(state, name),
        stack=state["resources"],
        say=say,
    )
    with tunnels.open_tunnel(destination, local) as wait:
        yield there.at(LOOPBACK, local), wait


def _check_outermost(state: Mapping[str, Any], name: str) -> None:
    """A Gateway that is not public answers its Cdn alone, which is made of what it gives."""
    inner = {it["urn"] for it in below(state, name) if _is(it["parent"], "Gateway")}
    behind = (component_of(it) for it in state["resources"] if _is(it.get("parent"), "Cdn") and inner & needed(it))
    if cdn := next(behind, None):
        raise TunnelError(
            f"Gateway {name!r}: it has public=False, and answers Cdn {cdn!r} alone. Ask the Cdn, as visitors do "
            f"(infra-kit show {cdn} url), or connect to a Service behind it."
        )


def _is(urn: str | None, kind: str) -> bool:
    return f"{COMPONENT}{kind}::" in (urn or "")


def _tunnel(state: Mapping[str, Any], to: Connection) -> tuple[Tunnels, str, int] | None:
    """What leads to the component, and its own address; None where it is reached without."""
    host, _, port = to.address.rpartition(":")
    # What has nothing of its own stood already, where its URL says.
    if host in _HERE or _is_published(to) or not below(state, to.name):
        return None
    module = cast("Tunnels | None", target.load_tunnels(target_of(state, to.name)))
    if module is None or to.type not in module.PRIVATE or not port.isdecimal():
        return None
    return module, host, int(port)


def _is_published(to: Connection) -> bool:
    """A panel with a name of its own is reached as a browser does."""
    return to.type == "Panel" and str(to.fields.get("url")).startswith("https://")


def _checked(port: int) -> int:
    if not _is_free(port):
        raise ConfigError(f"--port {port}: something on this machine listens there already. Choose another, or none.")
    return port


def _free(wanted: int) -> int:
    if _is_free(wanted):
        return wanted
    with socket.create_server((LOOPBACK, 0)) as found:
        return int(found.getsockname()[1])


def _is_free(port: int) -> bool:
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def run(connection: Connection, command: Sequence[str]) -> int:
    """Runs a command that uses the component; returns its exit code.

    It is told by variables: those of a link (`DB_URL`, `DB_HOST` …), and those that the clients of PostgreSQL and Redis
    read by themselves. PostgreSQL's have the password in a private file.
    """
    with tempfile.TemporaryDirectory(prefix="infra-kit-") as folder:
        environment = os.environ | variables(connection, Path(folder))
        try:
            process = subprocess.Popen(command, env=environment)
        except OSError as error:
            raise ConfigError(f"{command[0]}: {error.strerror}.") from error
        return _code(process)


def _code(process: subprocess.Popen[bytes]) -> int:
    """The terminal's Ctrl-C is for the command, which knows what to do with it."""
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            continue
        return code if code >= 0 else 128 - code


def variables(connection: Connection, folder: Path) -> dict[str, str]:
    """What a command is told.

    Args:
        connection: how the component is reached.
        folder: where a file for it alone may stand.
    """
    prefix = variable(connection.name)
    fields = {key: connection.clear(key) for key, value in connection.fields.items() if value is not None}
    told = {f"{prefix}_{key.upper()}": value for key, value in fields.items()}
    match connection.type:
        case "Postgres":
            return told | _postgres(fields, folder)
        case "Redis":
            return told | {"REDISCLI_AUTH": fields["password"]}
        case _:
            return told


def _postgres(fields: Mapping[str, str], folder: Path) -> dict[str, str]:
    """https://www.postgresql.org/docs/current/libpq-envars.html"""
    file = folder / "pgpass"
    secret = re.sub(r"([\\:])", r"\\\1", fields["password"])
    write_private(file, f"*:*:*:*:{secret}\n")
    options = dict(parse_qsl(urlsplit(fields["url"]).query))
    return {
        "PGHOST": fields["host"],
        "PGPORT": fields["port"],
        "PGDATABASE": fields["database"],
        "PGUSER": fields["username"],
        "PGPASSFILE": str(file),
        **({"PGSSLMODE": options["sslmode"]} if "sslmode" in options else {}),
    }
