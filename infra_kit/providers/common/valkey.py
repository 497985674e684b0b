"""How a Valkey server that we run ourselves is set up, wherever it runs."""

from __future__ import annotations

from hashlib import sha256

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

READING = (
    "+@read", "+@connection", "+@transaction", "+@pubsub", "+eval_ro", "+evalsha_ro", "+fcall_ro",
    "-publish", "-spublish", "-@dangerous", "+info", "+keys",
)  # fmt: skip
"""Commands that change nothing, and what clients send when they connect. Taken from the right: `info`, which many
clients ask first, and `keys` are among the dangerous ones, for they may be slow."""


def rules_of_admin(password: str) -> list[str]:
    """Every right. The password stands in the rules as its digest."""
    return ["on", f"#{sha256(password.encode()).hexdigest()}", "~*", "&*", "+@all"]


def rules_of_app(password: str) -> list[str]:
    """Rights of the endpoint's user (https://valkey.io/topics/acl/)."""
    return rules_of_admin(password) + [f"-{command}" for command in KEPT_BACK]


def rules_of_link(access: str, password: str) -> list[str]:
    """Rights of a link's user: `readwrite` is what the endpoint's user has."""
    if access == "readwrite":
        return rules_of_app(password)
    # Keys for reading alone: a command that reads one and writes another (SORT … STORE) is refused too.
    return [*rules_of_admin(password)[:2], "%R~*", "&*", *READING]


def rules_of_monitor(password: str) -> list[str]:
    """Rights of who only asks how it is: no key, no value."""
    return [*rules_of_admin(password)[:2], "resetkeys", "resetchannels", "-@all", "+ping", "+info"]


def rules_of_copier(password: str) -> list[str]:
    """Rights of who gets all that the server holds, as a replica does, and changes nothing."""
    return [*rules_of_monitor(password), "+replconf", "+psync", "+sync"]
