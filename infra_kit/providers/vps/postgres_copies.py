"""A Backup of a PostgreSQL: pgBackRest in two containers beside it, with a repository that has nothing to do with that
of the server's own backups: another place, another passphrase, another retention.

pgBackRest knows a second repository of one configuration (`repo2`) too. But the two would then fall together: as long
as one store is away, no segment of the log goes to the other. Here the server puts each segment into a folder for each
of them (`scripts/postgres_archived.sh`), and each goes its way. Both are taken by one server, which takes one backup at
a time: the second waits (`scripts/postgres_copy.sh`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.components.backup import BackupSpec, Keep
from infra_kit.durations import seconds
from infra_kit.providers.vps import images, postgres_backup, postgres_conf, runs, ssh, tools
from infra_kit.providers.vps.containers import FILES, Container, container
from infra_kit.providers.vps.places import Place, by_tls
from infra_kit.providers.vps.postgres_backup import Source
from infra_kit.providers.vps.reports import FOLDER as REPORT
from infra_kit.providers.vps.reports import Report
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script

DAY, WEEK = 86_400, 7 * 86_400


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A server, and how its copies are read."""

    name: str
    """Of the component."""
    source: Source
    configuration: pulumi.Output[str]
    place: Place


def _repository(place: Place) -> dict[str, pulumi.Input[str]]:
    """Of pgbackrest.conf, without `repo1-`; `path` is the folder of all."""
    if place.to is None:
        return {"type": "posix", "path": place.folder, "cipher-type": "none"}
    store, reached = place.to, by_tls(place.to)
    return {
        "type": "s3",
        "path": place.folder,
        "s3-endpoint": reached.apply(lambda it: it.partition(":")[0]),
        "storage-port": reached.apply(lambda it: it.partition(":")[2] or "443"),
        "s3-bucket": store.bucket,
        "s3-region": store.region,
        "s3-uri-style": store.force_path_style.apply(lambda path: "path" if path else "host"),
        "s3-key": store.access_key,
        "s3-key-secret": store.secret_key,
        "cipher-type": "aes-256-cbc",
        "cipher-pass": place.key,
    }


def configuration(spec: BackupSpec, place: Place, name: str, folder: str) -> pulumi.Output[str]:
    """pgbackrest.conf of the copies of the Postgres of that name, whose volume is mounted at the folder."""

    def contents(known: Mapping[str, str]) -> str:
        repository = {**known, "path": f"{known['path']}/{name}"}
        settings = {f"repo1-{key}": value for key, value in {**repository, **retention(spec.keep)}.items()}
        return postgres_backup.configuration(settings, folder)

    return pulumi.Output.secret(pulumi.Output.all(**_repository(place)).apply(contents))


def retention(keep: Keep) -> dict[str, str]:
    """Whole copies, one a week, go when they are too old for all tiers, and the log when it is too old for `every`: it
    is kept since so many whole ones that the oldest of them is older than that. Before it, the log stays that a copy
    needs to be whole. What is between two whole ones is thinned out by `scripts/postgres_copy.sh`."""
    longest = max(seconds(age) for age in (keep.every, keep.daily, keep.weekly) if age)
    return {
        "retention-full-type": "time",
        "retention-full": str(-(-longest // DAY)),
        "retention-archive-type": "full",
        "retention-archive": str(-(-seconds(keep.every) // WEEK) + 1),
    }


def create(scope: Scope, spec: BackupSpec, copied: Copied, report: Report) -> pulumi.Resource:
    """What copies a Postgres. Done when there is a copy."""
    name = copied.name
    image = images.pull(scope, images.PGBACKREST, f"{name}-image")
    folder = f"{copied.source.folder}/{postgres_backup.WAL}-for/{scope.name}"
    log = _log(scope, name, copied.source.server, folder)
    needs = [report.given, *([copied.place.given] if copied.place.given else [])]
    archive = postgres_backup.archive(scope, image, copied.configuration, copied.source, folder)
    archive = replace(
        archive,
        environment={**archive.environment, **report.environment(name)},
        volumes={**archive.volumes, REPORT: report.volume, **copied.place.volumes},
    )
    archives = container(scope, f"{name}-archive", archive, depends_on=[log, *needs])
    backup = replace(archive, mounts=[tools.of(scope).holder], **_backs_up(spec, copied, report, archive))
    backs_up = container(scope, f"{name}-backup", backup, depends_on=[archives.ready])
    # Where the store cannot be reached or written, `up` says so.
    first = pulumi.Output.concat("docker exec ", backs_up.id, f" sh {FILES}/copy.sh once")
    return ssh.run(scope, f"{name}-first", first, depends_on=[backs_up.ready])


def _log(scope: Scope, name: str, server: Container, folder: str) -> pulumi.Resource:
    """The folder that the server puts segments into for us: made before who takes them away, and gone after it, or they
    would fill the disk."""
    make = pulumi.Output.concat("docker exec ", server.id, f" mkdir -p {folder}")
    gone = ssh.inside(server.hostname, f"rm -rf {folder}")
    return ssh.run(scope, f"{name}-log", make, delete=gone, depends_on=[server.ready])


def _backs_up(spec: BackupSpec, copied: Copied, report: Report, archive: Run) -> dict[str, Any]:
    """What is another than of who takes the log away."""
    source = copied.source
    return {
        **runs.on_schedule(spec.schedule, ["sh", f"{FILES}/copy.sh"]),
        "environment": {**archive.environment, **report.environment(copied.name), **runs.tiers(spec.keep)},
        "files": {
            "pgbackrest.conf": copied.configuration,
            "copy.sh": script("postgres_copy.sh"),
            "tiers.sh": script("tiers.sh"),
            "restore.sh": script("postgres_restore.sh"),
            "report.sh": script("report.sh"),
            "secrets": "",
        },
        "volumes": {postgres_conf.SOCKETS: source.sockets.name, REPORT: report.volume, **copied.place.volumes},
        "read_only_volumes": {source.folder: source.data.name},
    }
