"""A PostgreSQL server: primary or streaming replica."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import psycopg

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local import postgres_builds
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, Server
from infra_kit.providers.local.servers import postgres_backup, postgres_cluster, postgres_conf, postgres_roles


class PostgresServer(Server):
    KIND = "local/postgres"
    SECRETS = ("superuser", "replicator", "password")
    STOP = signal.SIGINT
    """Fast shutdown: open sessions end, nothing is lost
    (https://www.postgresql.org/docs/17/server-shutdown.html)."""

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        source = self._primary(box, props)
        if source:
            record.secrets.update(source.record.secrets)
        build = postgres_builds.require(record.facts.get("version") or props.get("version"), props["extensions"])
        record.facts["version"] = build.version
        box.save(record)
        postgres_cluster.make(box, record, build, source)
        conf = postgres_conf.write(box, record, build, props)
        return Command([build.program("postgres"), "-D", str(box.data), "-c", f"config_file={conf}"])

    def is_ready(self, box: Box, record: Record) -> bool:  # noqa: ARG002
        try:
            with postgres_roles.connect(record) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

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
        if backups := props.get("backups"):
            build = postgres_builds.require(record.facts["version"], props["extensions"])
            postgres_backup.keep(box, record, build, int(backups["retention_days"]))

    def refuse(self, olds: Props, news: Props) -> Mapping[str, str]:
        old, new = olds.get("version"), news.get("version")
        if old in (new, None):
            return {}
        return {
            "version": f"{news['name']}: the data is of PostgreSQL {old}, and {new} was asked for; no server reads "
            "another major version's files. The safe way: add a second Postgres of that version, "
            f"copy the data (pg_dump | psql), point the application at it, then remove {news['name']}."
        }

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:
        port, password, database = record.ports[0], record.secrets["password"], props["databases"][0]
        certificate = box.conf / "ca.crt"
        public = {
            "host": LOOPBACK,
            "port": port,
            "database": database,
            "username": postgres_roles.OWNER,
            "ca_certificate": certificate.read_text() if certificate.exists() else None,
        }
        url = f"postgresql://{postgres_roles.OWNER}:{quote(password, safe='')}@{LOOPBACK}:{port}/{database}"
        return public, {"password": password, "url": url}

    def _primary(self, box: Box, props: Props) -> Box | None:
        name = props.get("primary")
        if not name:
            return None
        source = Box(box.home, box.stack, name)
        if not source.exists:
            raise ServerError(f"{box.name}: the primary {name!r} is not there. Run `infra-kit up` once more.")
        return source


def _load_time(record: Record) -> object:
    with postgres_roles.connect(record) as connection:
        return connection.execute("SELECT pg_conf_load_time()").fetchone()


HANDLER = PostgresServer()
