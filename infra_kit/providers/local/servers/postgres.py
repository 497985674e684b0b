"""A PostgreSQL server: primary or streaming replica."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.local import credentials, postgres_builds
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, Server, box_of
from infra_kit.providers.local.servers import (
    postgres_backup,
    postgres_cluster,
    postgres_conf,
    postgres_links,
    postgres_roles,
)


class PostgresServer(Server):
    KIND = "local/postgres"
    KEEPS_INPUTS = True
    SECRETS = ("superuser", "replicator", "password")
    STOP = signal.SIGINT
    """Fast shutdown: open sessions end, nothing is lost
    (https://www.postgresql.org/docs/17/server-shutdown.html)."""

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        source = self._primary(box, props)
        if source:
            record.secrets.update(source.record.secrets)
        elif props.get("primary"):
            raise ServerError(
                f"{box.name}: its primary {props['primary']!r} is not there. Run `infra-kit up` once more."
            )
        build = postgres_builds.require(record.facts.get("version") or props.get("version"), props["extensions"])
        if build.version != (props.get("version") or build.version):
            raise ServerError(_other_version(box.name, build.version, props["version"]))
        record.facts["version"] = build.version
        box.save(record)
        if source:
            postgres_cluster.follow(box, source.record)
        postgres_cluster.make(box, record, build, source)
        conf = postgres_conf.write(box, record, build, props)
        return Command([build.program("postgres"), "-D", str(box.data), "-c", f"config_file={conf}"])

    def is_ready(self, box: Box, record: Record) -> bool:
        try:
            if (box.data / "standby.signal").exists():
                return postgres_roles.streams(record)
            with postgres_roles.connect(record) as connection:
                # One that is restored answers before it takes writes.
                return connection.execute("SELECT 1 WHERE NOT pg_is_in_recovery()").fetchone() is not None
        except psycopg.OperationalError:
            return False

    def reload(self, box: Box, record: Record, props: Props) -> bool:  # noqa: ARG002
        """Postgres says itself which changes need a restart; so does one that does not answer."""
        try:
            before = _load_time(record)
            with postgres_roles.connect(record) as connection:
                connection.execute("SELECT pg_reload_conf()")
            box.process.wait(lambda: _load_time(record) != before, seconds=10)
            with postgres_roles.connect(record) as connection:
                return connection.execute("SELECT 1 FROM pg_settings WHERE pending_restart").fetchone() is None
        except psycopg.OperationalError:
            return False

    def settle(self, box: Box, record: Record, props: Props) -> None:
        if props.get("primary"):
            return
        postgres_roles.settle(record, props["databases"], props["extensions"])
        postgres_links.settle(record, credentials.kept(box))
        if backups := props.get("backups"):
            build = postgres_builds.require(record.facts["version"], props["extensions"])
            postgres_backup.keep(box, record, build, int(backups["retention_days"]))

    def refuse(self, olds: Props, news: Props) -> Mapping[str, str]:
        box = box_of(olds or news)
        have = box.record.facts.get("version") if box.exists else olds.get("version")
        want = news.get("version")
        return {"version": _other_version(box.name, have, want)} if have and want and have != want else {}

    def keeps(self, box: Box, props: Props) -> Sequence[Path]:
        """A replica is a mere copy."""
        return [] if props.get("primary") else [box.data / "PG_VERSION"]

    def delete(self, resource_id: str, props: Props) -> None:
        super().delete(resource_id, props)
        primary = self._primary(box_of(props), props)
        if primary and primary.process.pid:
            postgres_roles.drop_slot(primary.record, props["name"])

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:
        port, password, database = record.ports[0], record.secrets["password"], props["databases"][0]
        certificate = box.conf / "ca.crt"
        public = {
            "host": LOOPBACK,
            "port": port,
            "database": database,
            "username": OWNER,
            "ca_certificate": certificate.read_text() if certificate.exists() else None,
        }
        url = f"postgresql://{OWNER}:{quote(password, safe='')}@{LOOPBACK}:{port}/{database}"
        return public, {"password": password, "url": url}

    def _primary(self, box: Box, props: Props) -> Box | None:
        name = props.get("primary")
        if not name:
            return None
        source = Box(box.home, box.stack, name)
        return source if source.exists else None


def _other_version(name: str, have: str, want: str) -> str:
    return (
        f"{name}: the data is of PostgreSQL {have}, and {want} was asked for; no server reads another major version's "
        "files. The safe way: add a second Postgres of that version, copy the data (pg_dump | psql), point the "
        f"application at it, then remove {name}."
    )


def _load_time(record: Record) -> object:
    with postgres_roles.connect(record) as connection:
        return connection.execute("SELECT pg_conf_load_time()").fetchone()


HANDLER = PostgresServer()
