"""The configuration of a Valkey server, and what of its data is on disk."""

from __future__ import annotations

from pathlib import Path

from infra_kit._dynamic import Props
from infra_kit.providers.common.valkey import ADMIN, APP, rules_of_admin, rules_of_link
from infra_kit.providers.common.valkey import rules_of_app as rules
from infra_kit.providers.local import credentials
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK


def write(box: Box, record: Record, props: Props) -> Path:
    """Writes valkey.conf. Passwords stand in it as digests, but for the one with which a replica asks its primary."""
    lines = [
        f"bind {LOOPBACK}",
        f"port {record.ports[0]}",
        f'dir "{box.data}"',
        f"user {ADMIN} {' '.join(rules_of_admin(record.secrets['admin']))}",
        f"user {APP} {' '.join(rules_of_app(record))}",
        f"databases {int(props['databases'])}",
        *(f"{key} {value}" for key, value in changeable(props).items()),
        'save ""',
        f"appendonly {'yes' if begins_with_log(box, props) else 'no'}",
        "appendfsync everysec",
        "repl-diskless-sync-delay 0",
        *_following(record, props),
        f'include "{write_users(box)}"',
    ]
    return box.write("valkey.conf", "\n".join(lines) + "\n")


def write_users(box: Box) -> Path:
    """Writes what valkey.conf includes: the users of links."""
    lines = [f"user {user} {' '.join(rules)}" for user, rules in rules_of_links(box).items()]
    return box.write("users.conf", "".join(f"{line}\n" for line in lines))


def rules_of_links(box: Box) -> dict[str, list[str]]:
    """By user."""
    return {it.user: rules_of_link(it.rights["access"], it.password) for it in credentials.kept(box)}


def changeable(props: Props) -> dict[str, str]:
    """What a running server takes over by CONFIG SET.

    Without persistence, an orderly stop still hands the data over to the next start in a dump.
    """
    hands_over = not (props["persistence"] or props.get("primary"))
    return {
        "maxmemory": str(int(props["memory_gb"] * 2**30)),
        "maxmemory-policy": props["eviction"],
        "shutdown-on-sigterm": "save" if hands_over else "default",
    }


def log(box: Box) -> Path:
    """The append-only log: a directory."""
    return box.data / "appendonlydir"


def manifest(box: Box) -> Path:
    """Names the parts of the log; there once it is whole."""
    return log(box) / "appendonly.aof.manifest"


def dump(box: Box) -> Path:
    """What an orderly stop left for the next start."""
    return box.data / "dump.rdb"


def begins_with_log(box: Box, props: Props) -> bool:
    """A server starts from what is on its disk, and turns persistence on or off while it runs.

    Were it started with a log that is not there yet, it would begin empty and ignore the dump.
    """
    if manifest(box).exists():
        return True
    return bool(props["persistence"]) and not dump(box).exists()


def rules_of_app(record: Record) -> list[str]:
    """Rights of the endpoint's user."""
    return rules(record.secrets["password"])


def _following(record: Record, props: Props) -> list[str]:
    if not props.get("primary"):
        return []
    password = record.secrets["admin"]
    return [f"replicaof {LOOPBACK} {int(props['primary_port'])}", f"masteruser {ADMIN}", f"masterauth {password}"]
