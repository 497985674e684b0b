"""The configuration of a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

import trustme

from infra_kit._dynamic import Props
from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.postgres_builds import Build
from infra_kit.providers.local.servers import postgres_cluster, postgres_roles


def write(box: Box, record: Record, build: Build, props: Props) -> Path:
    """Writes postgresql.conf and what it names; returns its path."""
    hba = box.write("pg_hba.conf", f"host all all {LOOPBACK}/32 scram-sha-256\n"
                                   f"host replication all {LOOPBACK}/32 scram-sha-256\n")  # fmt: skip
    settings = {
        "listen_addresses": LOOPBACK,
        "port": str(record.ports[0]),
        "unix_socket_directories": "",
        "hba_file": str(hba),
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{max(16, int(float(props['memory_gb']) * 256))}MB",
        "max_connections": "100",
        "wal_level": "replica",
        # A replica that stays away holds the log back, but not without end: beyond this it is copied anew.
        "max_slot_wal_keep_size": "1GB",
        "log_min_messages": "warning",
        **_tls(box, build),
        **_archive(box, props),
        **_following(box, record, props),
    }
    settings |= props["parameters"]
    lines = [f"{key} = '{value.replace(chr(39), chr(39) * 2)}'" for key, value in settings.items()]
    return box.write("postgresql.conf", "\n".join(lines) + "\n")


def _tls(box: Box, build: Build) -> dict[str, str]:
    if not build.tls:
        return {}
    certificate, key = box.conf / "server.crt", box.conf / "server.key"
    if not key.exists():
        authority = trustme.CA(organization_name="infra-kit local")
        issued = authority.issue_cert(LOOPBACK, "localhost")
        box.write("ca.crt", authority.cert_pem.bytes().decode())
        box.write("server.crt", b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode())
        box.write("server.key", issued.private_key_pem.bytes().decode())
    return {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}


def _archive(box: Box, props: Props) -> dict[str, str]:
    """Finished segments of the write-ahead log go to `wal`, each whole or not at all; a quiet minute ends one too."""
    backups = props.get("backups")
    if not (backups and backups["point_in_time"]):
        return {"archive_mode": "off"}
    wal = box.path / "wal"
    home.make_private(wal, box.user)
    command = f'test ! -f "{wal}/%f" && cp "%p" "{wal}/%f.part" && mv "{wal}/%f.part" "{wal}/%f"'
    return {"archive_mode": "on", "archive_command": command, "archive_timeout": "60"}


def _following(box: Box, record: Record, props: Props) -> dict[str, str]:
    """Where a replica takes the log from; a primary keeps the same file for its own base backups."""
    name = props.get("primary")
    source = Box(box.home, box.stack, name).record if name else record
    postgres_cluster.write_pass_file(box, source)
    if not name:
        return {}
    return {
        "primary_conninfo": postgres_cluster.source(box, source),
        "primary_slot_name": postgres_roles.slot(box.name),
        "wal_retrieve_retry_interval": "500ms",
    }
