"""The configuration of a Valkey server, and what of its data is on disk."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK

ADMIN = "admin"
"""Only the provider and replicas know its password."""
APP = "default"
"""The user of the endpoint: the one that a `redis://` url means which carries only a password."""
KEPT_BACK = (
    "acl", "bgrewriteaof", "bgsave", "config", "debug", "failover", "migrate", "module", "psync", "replicaof", "save",
    "shutdown", "slaveof", "sync",
)  # fmt: skip
"""Commands that managed services keep for themselves, so that nothing comes to depend on them here
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ClientConfig.RestrictedCommands.html, and
https://docs.oracle.com/iaas/Content/ocicache/restrictedcommands.htm)."""


def write(box: Box, record: Record, props: Props) -> Path:
    """Writes valkey.conf. Passwords stand in it as digests, but for the one with which a replica asks its primary."""
    lines = [
        f"bind {LOOPBACK}",
        f"port {record.ports[0]}",
        f'dir "{box.data}"',
        f"user {ADMIN} {' '.join(_rules(record.secrets['admin']))}",
        f"user {APP} {' '.join(rules_of_app(record))}",
        f"databases {int(props['databases'])}",
        *(f"{key} {value}" for key, value in changeable(props).items()),
        'save ""',
        f"appendonly {'yes' if begins_with_log(box, props) else 'no'}",
        "appendfsync everysec",
        "repl-diskless-sync-delay 0",
        *_following(record, props),
    ]
    return box.write("valkey.conf", "\n".join(lines) + "\n")


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


def dump(box: Box) -> Path:
    """What an orderly stop left for the next start."""
    return box.data / "dump.rdb"


def begins_with_log(box: Box, props: Props) -> bool:
    """A server starts from what is on its disk, and turns persistence on or off while it runs.

    Were it started with a log that is not there yet, it would begin empty and ignore the dump.
    """
    if (log(box) / "appendonly.aof.manifest").exists():
        return True
    return bool(props["persistence"]) and not dump(box).exists()


def rules_of_app(record: Record) -> list[str]:
    """Rights of the endpoint's user (https://valkey.io/topics/acl/)."""
    return _rules(record.secrets["password"]) + [f"-{command}" for command in KEPT_BACK]


def _rules(password: str) -> list[str]:
    return ["on", f"#{sha256(password.encode()).hexdigest()}", "~*", "&*", "+@all"]


def _following(record: Record, props: Props) -> list[str]:
    if not props.get("primary"):
        return []
    password = record.secrets["admin"]
    return [f"replicaof {LOOPBACK} {int(props['primary_port'])}", f"masteruser {ADMIN}", f"masterauth {password}"]
