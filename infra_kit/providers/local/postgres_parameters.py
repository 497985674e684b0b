"""Server parameters that the local target decides, and a spec's `parameters` must leave alone."""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit.errors import SpecError

OURS = frozenset(
    {
        "listen_addresses", "port", "unix_socket_directories", "hba_file", "ident_file", "config_file",
        "data_directory", "password_encryption", "include", "include_dir", "include_if_exists", "wal_level",
        "hot_standby", "max_wal_senders", "primary_conninfo", "primary_slot_name", "restore_command",
    }
)  # fmt: skip
FAMILIES = ("ssl", "archive_", "recovery_", "krb_")


def check(name: str, parameters: Mapping[str, str]) -> None:
    """Raises `SpecError` for a parameter that would open the server, or break what else the spec asks."""
    taken = sorted(key for key in parameters if key in OURS or key.startswith(FAMILIES))
    if taken:
        given = ", ".join(f"{key}={parameters[key]!r}" for key in taken)
        raise SpecError(
            f"Postgres {name!r}: parameters: given {given}, which the local target decides itself. Leave it out; any "
            "other parameter of PostgreSQL is allowed."
        )
