"""A Backup of a Redis, an ObjectStore or an EventBus: one container each, which takes a copy and has rclone encrypt and
send it.

Why not the program that the local target copies with (`providers/local/backups`): it needs Python, six libraries and
the clients of four servers in an image that nobody publishes, so each host would build it from a registry of packages;
and it knows boxes of one machine, where here are containers. A server's own image can copy it already (`valkey-cli
--rdb`, `nats stream backup`); all that lacks is rclone, one static program, which is mounted (`carried.py`). So shell
does here what it does for Postgres, and both ways share what is not pgBackRest's: tiers, reports, drills.

The copies are laid out as `scripts/repository.sh` says: a manifest with the SHA-256 of each file is written last, and
what objects held is written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.components.backup import BackupSpec
from infra_kit.providers.common import backup_locks
from infra_kit.providers.common.backup_locks import Lock
from infra_kit.providers.vps import carried, images, runs, sources, ssh, tools, volumes
from infra_kit.providers.vps.containers import FILES, container
from infra_kit.providers.vps.link_networks import join
from infra_kit.providers.vps.network import VpsNetwork
from infra_kit.providers.vps.places import USER, Place, by_tls
from infra_kit.providers.vps.reports import FOLDER as REPORT
from infra_kit.providers.vps.reports import Report
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.sources import Source, remote, s3

MEMORY_GB, CPU = 0.25, 1.0
"""rclone holds four files on their way in a few MiB each; overrides={"<component>-copy": {"memory": <MiB>}}."""
SCRATCH = "/scratch"
MEMORY_FILES = {"/tmp": "size=16m"}  # noqa: S108  a container's own


@dataclass(frozen=True, kw_only=True)
class Stored:
    """How one component's copies are read."""

    name: str
    place: Place
    configuration: pulumi.Output[str]
    """rclone.conf."""
    program: pulumi.Output[str]
    """The container that holds rclone."""


def stored(scope: Scope, spec: BackupSpec, place: Place, name: str, program: pulumi.Output[str]) -> Stored:
    configuration = _configuration(place, name, backup_locks.lock(scope, spec))
    return Stored(name=name, place=place, configuration=configuration, program=program)


def _configuration(place: Place, name: str, lock: Lock | None) -> pulumi.Output[str]:
    """rclone.conf, where the passphrase is in no form: `scripts/repository.sh` takes it from its file."""

    def contents(known: Mapping[str, Any]) -> str:
        raw = remote("raw", type="alias", remote=f"store:{known.get('bucket', '')}{known['folder']}/{name}")
        if place.to is None:
            return remote("store", type="local") + raw + remote("copies", type="alias", remote="raw:")
        return remote("store", **_store(known, lock)) + raw + remote("copies", type="crypt", remote="raw:")

    to = place.to
    more = {
        "bucket": to.bucket, "endpoint": by_tls(to), "region": to.region, "access_key": to.access_key,
        "secret_key": to.secret_key, "path": to.force_path_style,
    } if to else {}  # fmt: skip
    return pulumi.Output.secret(pulumi.Output.all(folder=place.folder, **more).apply(contents))


def _store(known: Mapping[str, Any], lock: Lock | None) -> dict[str, str]:
    keys = {"access_key_id": known["access_key"], "secret_access_key": known["secret_key"]}
    store = {"endpoint": f"https://{known['endpoint']}", "region": known["region"], **keys}
    # Of what is on its way, each of four files has two parts of 8 MiB in memory.
    parts = {"chunk_size": "8M", "upload_concurrency": "2"}
    until = f"{lock.seconds}s" if lock else ""
    says = {"object_lock_mode": lock.mode, "object_lock_retain_until_date": until} if lock and lock.mode else {}
    return s3({**store, **parts, **says}, path=bool(known["path"]))


def create(
    scope: Scope, spec: BackupSpec, component: Component[Any, Any], it: Stored, report: Report
) -> pulumi.Resource:
    """What copies a component. Done when there is a copy."""
    source = sources.source(scope, component)
    scratch, given = volumes.scratch(scope, f"{it.name}-scratch", SCRATCH, user=USER, gib=source.gib)
    needs = [source.user, given, report.given, *([it.place.given] if it.place.given else [])]
    run = _run(scope, spec, it, source, report)
    run = replace(run, volumes={**run.volumes, SCRATCH: scratch})
    made = container(scope, f"{it.name}-copy", run, depends_on=needs)
    # Where the store cannot be reached or written, `up` says so.
    first = pulumi.Output.concat("docker exec ", made.id, f" sh {FILES}/copy.sh once")
    return ssh.run(scope, f"{it.name}-first", first, depends_on=[made.ready])


def _run(scope: Scope, spec: BackupSpec, it: Stored, source: Source, report: Report) -> Run:
    lock = backup_locks.lock(scope, spec)
    return Run(
        **reads(scope, it, f"{it.name}-image", source.image),
        **runs.on_schedule(spec.schedule, ["sh", f"{FILES}/copy.sh"]),
        networks=[join(scope, it.name, source.reached), *ways_out(scope, it)],
        environment={
            **environment(it, report),
            **source.environment,
            **runs.tiers(spec.keep),
            "SPARE": str(lock.spare) if lock else "",
        },
        files={
            **files(it),
            **source.files,
            "rclone.conf": pulumi.Output.secret(pulumi.Output.concat(it.configuration, source.remotes)),
            "copy.sh": script("copy.sh"),
            "tiers.sh": script("tiers.sh"),
        },
        volumes={REPORT: report.volume, **it.place.volumes},
    )


def reads(scope: Scope, it: Stored, role: str, image: images.Image) -> dict[str, Any]:
    """Of a `Run` that has rclone: the image is pulled as `role`."""
    return {
        "image": images.pull(scope, image, role),
        "user": USER,
        "memory_gb": MEMORY_GB,
        "cpu": CPU,
        "mounts": [tools.of(scope).holder, it.program],
        "tmpfs": MEMORY_FILES,
        "pids": 64,
    }


def ways_out(scope: Scope, it: Stored) -> list[pulumi.Output[str]]:
    """What is on the host needs none."""
    return [scope.native(scope.network, VpsNetwork).egress] if it.place.to else []


def environment(it: Stored, report: Report) -> dict[str, str]:
    """Of who reads or writes copies."""
    own = {"GOMEMLIMIT": f"{int(MEMORY_GB * 1024 * 0.75)}MiB", "HOME": "/tmp"}  # noqa: S108  in memory
    return {"SSL_CERT_FILE": f"{carried.RCLONE}/ca-certificates.crt", **own, **report.environment(it.name)}


def files(it: Stored) -> dict[str, pulumi.Input[str]]:
    """Of who reads or writes copies."""
    scripts = ("repository.sh", "restore.sh", "put_back.sh", "report.sh")
    return {
        "rclone.conf": it.configuration,
        "key": it.place.key,
        "secrets": "",
        **{name: script(name) for name in scripts},
    }
