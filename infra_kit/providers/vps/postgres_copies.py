"""A Backup of a PostgreSQL: pgBackRest in two containers beside it, with a repository that has nothing to do with that
of the server's own backups: another place, another passphrase, another retention.

pgBackRest knows a second repository of one configuration (`repo2`) too. But the two would then fall together: as long
as one store is away, no segment of the log goes to the other. Here the server puts each segment into a folder for each
of them (`scripts/postgres_archived.sh`), and each goes its way. Both are taken by one server, which takes one backup at
a time: the second waits (`scripts/postgres_copy.sh`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.components.backup import BackupSpec, Keep
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.vps import images, postgres_backup, postgres_conf, ssh, tools, volumes
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.job import WENT_WELL
from infra_kit.providers.vps.postgres_backup import Source
from infra_kit.providers.vps.reports import FOLDER as REPORT
from infra_kit.providers.vps.reports import Report
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script

DAY, WEEK = 86_400, 7 * 86_400
LONGEST = DAY
"""Seconds that one copy, or one drill, may take."""
GRACE = 30
"""Seconds that it may take to stop."""
REPOSITORY = "/repository"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where copies go."""

    address: pulumi.Output[str]
    repository: Mapping[str, pulumi.Input[str]]
    """Of pgbackrest.conf, without `repo1-`; `path` is the folder of all."""
    volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """By path, a volume of the host that they are in."""
    given: pulumi.Resource | None = None
    """What has made it the user's."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A server, and how its copies are read."""

    name: str
    """Of the component."""
    source: Source
    configuration: pulumi.Output[str]
    place: Place


def on_the_host(scope: Scope) -> Place:
    made = volume(scope, "copies")
    mount = pulumi.Output.concat(made.name, ":", REPOSITORY)
    given = volumes.give(scope, "copies-owner", mount, image=tools.of(scope).image, user=postgres_conf.USER)
    repository = {"type": "posix", "path": REPOSITORY, "cipher-type": "none"}
    return Place(address=made.mountpoint, repository=repository, volumes={REPOSITORY: made.name}, given=given)


def in_a_bucket(spec: BackupSpec, folder: pulumi.Output[str]) -> Place:
    store = spec.to
    assert store is not None  # noqa: S101  asked by who calls
    host, port = _reached(store)
    repository: dict[str, pulumi.Input[str]] = {
        "type": "s3",
        "path": folder,
        "s3-endpoint": host,
        "storage-port": port,
        "s3-bucket": store.bucket,
        "s3-region": store.region,
        "s3-uri-style": store.force_path_style.apply(lambda path: "path" if path else "host"),
        "s3-key": store.access_key,
        "s3-key-secret": store.secret_key,
        "cipher-type": "aes-256-cbc",
        "cipher-pass": pulumi.Output.secret(spec.key or ""),
    }
    return Place(address=pulumi.Output.concat("s3://", store.bucket, folder), repository=repository)


def _reached(store: ObjectStore) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    def parted(endpoint: str) -> tuple[str, str]:
        if not endpoint.startswith("https://"):
            raise SpecError(
                f"ObjectStore {store.name!r}: s3_endpoint: given {endpoint!r}; copies go there by TLS alone, to an "
                "address that begins with https://."
            )
        host, _, port = endpoint.removeprefix("https://").rstrip("/").partition(":")
        return host, port or "443"

    return store.s3_endpoint.apply(lambda it: parted(it)[0]), store.s3_endpoint.apply(lambda it: parted(it)[1])


def configuration(spec: BackupSpec, place: Place, name: str, folder: str) -> pulumi.Output[str]:
    """pgbackrest.conf of the copies of the Postgres of that name, whose volume is mounted at the folder."""

    def contents(known: Mapping[str, str]) -> str:
        repository = {**known, "path": f"{known['path']}/{name}"}
        settings = {f"repo1-{key}": value for key, value in {**repository, **retention(spec.keep)}.items()}
        return postgres_backup.configuration(settings, folder)

    return pulumi.Output.secret(pulumi.Output.all(**place.repository).apply(contents))


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
    archive = replace(archive, volumes={**archive.volumes, **copied.place.volumes})
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
    keep = {"EVERY": spec.keep.every, "DAILY": spec.keep.daily, "WEEKLY": spec.keep.weekly}
    tiers = {tier: str(seconds(age) if age else 0) for tier, age in keep.items()}
    source = copied.source
    return {
        **on_schedule(spec.schedule, ["sh", f"{FILES}/copy.sh"]),
        "health": WENT_WELL,
        "environment": {**archive.environment, **report.environment(copied.name), **tiers},
        "files": {
            "pgbackrest.conf": copied.configuration,
            "copy.sh": script("postgres_copy.sh"),
            "restore.sh": script("postgres_restore.sh"),
            "report.sh": script("report.sh"),
            "secrets": "",
        },
        "volumes": {postgres_conf.SOCKETS: source.sockets.name, REPORT: report.volume, **copied.place.volumes},
        "read_only_volumes": {source.folder: source.data.name},
        "stop_seconds": GRACE + 5,
    }


def on_schedule(schedule: str, program: list[str]) -> dict[str, list[str]]:
    """What waits for its time and runs the program then (`scripts/schedule.sh`)."""
    limits = map(str, (LONGEST, 0, GRACE))
    return {"entrypoint": [tools.BUSYBOX, "sh", f"{tools.FOLDER}/schedule.sh", schedule, *limits], "command": program}
