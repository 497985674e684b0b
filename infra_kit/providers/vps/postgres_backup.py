"""Backups of a PostgreSQL in a container: pgBackRest in two containers beside it, to a store away from the host.

The image of the server has no backup tool, so nothing of one runs in it: it puts finished segments of its log into a
folder of its volume, from where the container `archive` takes them to the store. The container `backup` reads the data
folder and speaks to the server by its socket.

pgBackRest (https://pgbackrest.org/news.html): archived in April 2026, maintained again since May 2026, by several
sponsors. WAL-G is maintained too, but publishes no container image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi
import pulumi_docker as docker
import pulumi_random as random

from infra_kit.component import Scope
from infra_kit.databases import Backups
from infra_kit.errors import SpecError
from infra_kit.providers.common.relay import secret
from infra_kit.providers.vps import images, postgres_conf, ssh
from infra_kit.providers.vps.births import born_as
from infra_kit.providers.vps.containers import FILES, Container, container
from infra_kit.providers.vps.labels import BORN_WITH, labels
from infra_kit.providers.vps.network import VpsNetwork
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import BackupStore

WAL = "pgbackrest"
"""The folder of the volume for finished segments. pgBackRest looks for its own name in the server's archive_command."""
TEMPORARY = "/tmp"  # noqa: S108  the container's own, in memory
MEMORY_GB, CPU = 0.5, 1.0
STALE_MINUTES = 15
"""A segment that waits longer than that makes `archive` unwell."""


def _store(scope: Scope) -> BackupStore:
    store = ssh.settings(scope).backups
    if store is None:
        raise SpecError(
            f"Postgres {scope.name!r}: backups: asked for by the spec or by {scope.environment}, and the target names "
            "no store for them: a copy on this host would be lost with it. Set infra-kit:vps: {backups: {endpoint, "
            "bucket, access_key, secret_key, passphrase}} to an object store elsewhere."
        )
    return store


def sockets(scope: Scope, user: str) -> docker.Volume:
    """The server's socket, in memory, shared with the container `backup`."""
    uid, _, gid = user.partition(":")
    return scope.resource(
        "sockets",
        docker.Volume,
        driver="local",
        driver_opts={"type": "tmpfs", "device": "tmpfs", "o": f"size=1m,uid={uid},gid={gid},mode=0755"},
        labels=labels(scope, docker.VolumeLabelArgs),
        ignore_changes=BORN_WITH,
    )


@dataclass(frozen=True, kw_only=True)
class Source:
    """The server whose data is backed up."""

    server: Container
    folder: str
    """Where its volume is mounted, in the backup's containers too: pgBackRest compares the path with the server's."""
    data: docker.Volume
    sockets: docker.Volume
    user: str


def create(scope: Scope, backups: Backups, source: Source) -> None:
    image = images.pull(scope, images.PGBACKREST, "backup-image")
    conf = _configuration(scope, backups, source.folder)
    run = archive(scope, image, conf, source, f"{source.folder}/{WAL}")
    archives = container(scope, "archive", run, depends_on=[source.server.ready])
    backup = replace(
        run,
        entrypoint=["sh", f"{FILES}/backup.sh"],
        command=backups.window.split("-"),
        health=["test", "-e", f"{TEMPORARY}/well"],
        files={
            "pgbackrest.conf": conf,
            "backup.sh": script("postgres_backup.sh"),
            "restore.sh": script("postgres_restore.sh"),
        },
        volumes={postgres_conf.SOCKETS: source.sockets.name},
        read_only_volumes={source.folder: source.data.name},
        start_seconds=900,  # the first backup is part of it
    )
    container(scope, "backup", backup, depends_on=[archives.ready])


def archive(
    scope: Scope, image: pulumi.Output[str], configuration: pulumi.Output[str], source: Source, wal: str
) -> Run:
    """What takes the log away, from the folder that the server puts it into."""
    return Run(
        image=image,
        user=source.user,
        entrypoint=["sh", f"{FILES}/archive.sh"],
        command=[wal, f"{source.folder}/pgdata"],
        memory_gb=MEMORY_GB,
        cpu=CPU,
        health=["sh", "-c", f'test -z "$(find {wal} -type f -mmin +{STALE_MINUTES})"'],
        networks=[scope.native(scope.network, VpsNetwork).egress],
        environment={"PGBACKREST_CONFIG": f"{FILES}/pgbackrest.conf"},
        files={"pgbackrest.conf": configuration, "archive.sh": script("postgres_archive.sh")},
        volumes={source.folder: source.data.name},
        tmpfs={TEMPORARY: "size=64m"},
        pids=64,
    )


def _configuration(scope: Scope, backups: Backups, folder: str) -> pulumi.Output[str]:
    """pgbackrest.conf. The path in the store has a random part: a successor of this server never meets its backups. And
    it stays: a database that is promoted or renamed goes on with them."""
    store = _store(scope)
    series = scope.resource("backup-series", random.RandomId, byte_length=4)
    place = born_as(scope, "backup-place", f"/{scope.target.app}/{scope.environment.value}/{scope.name}")
    path = pulumi.Output.concat(place, "-", series.hex)
    known = pulumi.Output.all(path=path, key=secret(store.secret_key), passphrase=secret(store.passphrase))
    return pulumi.Output.secret(known.apply(lambda values: contents(backups, store, folder, values)))


def contents(backups: Backups, store: BackupStore, folder: str, known: Mapping[str, str]) -> str:
    """https://pgbackrest.org/configuration.html"""
    host, _, port = store.endpoint.removeprefix("https://").partition(":")
    settings = {
        "repo1-type": "s3",
        "repo1-path": known["path"],
        "repo1-s3-endpoint": host,
        "repo1-storage-port": port or "443",
        "repo1-s3-bucket": store.bucket,
        "repo1-s3-region": store.region,
        "repo1-s3-uri-style": "path",
        "repo1-s3-key": store.access_key,
        "repo1-s3-key-secret": known["key"],
        "repo1-cipher-type": "aes-256-cbc",
        "repo1-cipher-pass": known["passphrase"],
        "repo1-retention-full-type": "time",
        "repo1-retention-full": str(backups.retention_days),
        # Without point in time, the log is kept only as far as a backup needs it to be whole.
        **({} if backups.point_in_time else {"repo1-retention-archive-type": "full", "repo1-retention-archive": "1"}),
    }
    return configuration(settings, folder)


def configuration(repository: Mapping[str, str], folder: str) -> str:
    """pgbackrest.conf for a repository (`repo1-…`), and the server whose volume is mounted at the folder."""
    settings = {
        **repository,
        "repo1-bundle": "y",
        "compress-type": "zst",
        "start-fast": "y",
        "archive-timeout": "300",
        "lock-path": TEMPORARY,
        "spool-path": TEMPORARY,
        "log-level-console": "info",
        "log-level-file": "off",
    }
    main = {
        "pg1-path": f"{folder}/pgdata",
        "pg1-socket-path": postgres_conf.SOCKETS,
        "pg1-user": "postgres",
    }
    return f"[global]\n{_lines(settings)}[main]\n{_lines(main)}"


def _lines(settings: Mapping[str, str]) -> str:
    return "".join(f"{key}={value}\n" for key, value in settings.items())
