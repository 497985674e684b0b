"""How to reach what a stack runs, read from its state: masked for the table, in clear for `infra-kit show`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from infra_kit.engine.operations import name_of, short
from infra_kit.errors import ConfigError

COMPONENT = "infra-kit:index:"
_STACK = "pulumi:pulumi:Stack"
MASK = "••••"

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the engine's mark of a secret, the same in every state
_HARMLESS_OPTIONS = {"sslmode", "sslrootcert", "ssl", "tls"}
_DEFAULT_PORTS = {
    "http": 80, "https": 443, "postgres": 5432, "postgresql": 5432, "redis": 6379, "nats": 4222, "mongodb": 27017,
    "smtp": 587, "smtps": 465,
}  # fmt: skip


@dataclass(frozen=True)
class Connection:
    """One component of a stack: its endpoint's fields in clear, and which of them are secret."""

    name: str
    type: str
    fields: Mapping[str, Any]
    secret: frozenset[str]

    @property
    def address(self) -> str:
        """`host:port` of what runs, or an empty text for what has no address (a Network)."""
        parts = urlsplit(self._url)
        if parts.hostname:
            return _address(parts)
        host, port = self.fields.get("host"), self.fields.get("port")
        return f"{host}:{int(port)}" if host and port else str(host or "")

    @property
    def how(self) -> str:
        """The URL to connect with, its secrets masked."""
        return self._shown(masked_url(self._url), self.masked)

    @property
    def clear_how(self) -> str:
        """The same with its secrets, for whoever asked for them."""
        return self._shown(self._url, self.clear)

    def _shown(self, url: str, text: Callable[[str], str]) -> str:
        if not self._url:
            return ", ".join(f"{key}={text(key)}" for key, value in self.fields.items() if value)
        bucket = self.fields.get("bucket")
        return f"{url}/{bucket}" if bucket else url

    def at(self, host: str, port: int) -> Connection:
        """The same, reached elsewhere, through a tunnel; without the fields that lead to other addresses (replicas)."""
        moved = {"host": host, "port": port}
        fields = {
            key: moved.get(key, _moved(value, self.address, f"{host}:{port}")) for key, value in self.fields.items()
        }
        return replace(self, fields={key: value for key, value in fields.items() if value})

    @property
    def _url(self) -> str:
        return next((str(self.fields[key]) for key in ("url", "s3_endpoint", "issuer") if self.fields.get(key)), "")

    def clear(self, field: str) -> str:
        """A field as a script takes it: a text as it is, all else as JSON. Raises ConfigError, with the fields."""
        if field not in self.fields:
            raise ConfigError(f"{self.name!r} has no field {field!r}. Fields: {', '.join(self.fields)}.")
        value = self.fields[field]
        return value if isinstance(value, str) else json.dumps(value)

    def masked(self, field: str) -> str:
        """A field for everybody's eyes."""
        value = self.clear(field)
        if field not in self.secret:
            return masked_url(value) if "://" in value else value
        return masked_url(value) if urlsplit(value).hostname else MASK


def components(state: Mapping[str, Any]) -> list[Connection]:
    """Every component in a stack's state, by name: a Secret and a Network too."""
    resources = state.get("resources") or []
    found = [_connection(resource) for resource in resources if resource["type"].startswith(COMPONENT)]
    return sorted(found, key=lambda one: one.name)


def connections(state: Mapping[str, Any]) -> list[Connection]:
    """Every component in a stack's state (`Stack.state()`) that can be reached, by name."""
    return [one for one in components(state) if one.address]


def exports(state: Mapping[str, Any]) -> Connection:
    """What the stack's program exports, as fields of the stack."""
    stacks = [each for each in state.get("resources") or [] if each["type"] == _STACK]
    return _connection(stacks[0]) if stacks else Connection("", short(_STACK), {}, frozenset())


def find(state: Mapping[str, Any], name: str) -> Connection:
    """The component of that name, whether it is reached or not. Raises ConfigError, with the names there are."""
    found = components(state)
    for connection in found:
        if connection.name == name:
            return connection
    raise ConfigError(f"this stack has no component {name!r}. Components: {_names(found)}.")


def reachable(state: Mapping[str, Any], name: str) -> Connection:
    """The component of that name. Raises ConfigError where it has no address, with those that have one."""
    found = find(state, name)
    if not found.address:
        others = _names(connections(state))
        raise ConfigError(
            f"{found.type} {name!r} has no address to connect to: see what it has by infra-kit show {name}. Components "
            f"that have one: {others}."
        )
    return found


def _names(found: Sequence[Connection]) -> str:
    return ", ".join(one.name for one in found) or "none"


def masked_url(url: str) -> str:
    """A URL with its password, or a token in its place, masked; so are options that are not known to be harmless."""
    parts = urlsplit(url)
    if not parts.hostname:
        return url if parts.scheme == "file" else MASK
    options = [option.partition("=") for option in parts.query.split("&") if option]
    query = "&".join(f"{key}={value if key in _HARMLESS_OPTIONS else MASK}" for key, _, value in options)
    return urlunsplit((parts.scheme, _masked_authority(parts), parts.path, query, ""))


def _moved(value: Any, there: str, here: str) -> Any:
    """A field with `here` in the place of `there`; None, or an empty list, for URLs that lead elsewhere."""
    if isinstance(value, list):
        return [moved for part in value if (moved := _moved(part, there, here))]
    if not isinstance(value, str) or "://" not in value:
        return value
    parts = urlsplit(value)
    login, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{login}{at}{here}")) if _address(parts) == there else None


def _address(parts: SplitResult) -> str:
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    return f"{parts.hostname}:{port}" if port else str(parts.hostname)


def _masked_authority(parts: SplitResult) -> str:
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return host
    user, colon, _ = login.partition(":")
    return f"{user}:{MASK}@{host}" if colon else f"{MASK}@{host}"


def _connection(resource: Mapping[str, Any]) -> Connection:
    outputs = resource.get("outputs") or {}
    secret = frozenset(key for key, value in outputs.items() if _has_secret(value))
    fields = {key: clear(value) for key, value in outputs.items()}
    return Connection(name_of(resource["urn"]), short(resource["type"]), fields, secret)


def _has_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get(_SIGNATURE) == _SECRET or any(_has_secret(part) for part in value.values())
    return isinstance(value, list) and any(_has_secret(part) for part in value)


def clear(value: Any) -> Any:
    """A value of the state with its secrets unwrapped."""
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return clear(json.loads(value["plaintext"]))
        return {key: clear(part) for key, part in value.items()}
    return [clear(part) for part in value] if isinstance(value, list) else value
