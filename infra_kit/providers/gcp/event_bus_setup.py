"""What is done to NATS's servers from inside of their network, by Cloud Run jobs: `programs/servers.py`.

They are asked before anything is told to them, whether they may become what is asked; before machines are replaced,
whether the others are well; after each, so that the next is replaced when this one is well; and in the end, to make the
streams.

- Each step is a job of its own (`setup_jobs`).
- What they run is in a bucket, for it is too long for a command; there `well` also keeps for `join` what it found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pulumi
from pulumi_gcp import cloudrunv2, serviceaccount, storage

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.common import nats_machines, nats_setup, nats_steps, packed
from infra_kit.providers.common.certificates import Certificate
from infra_kit.providers.common.nats_cluster import Secrets
from infra_kit.providers.gcp import buckets, programs, setup_jobs, stored_secrets
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.event_bus_machines import Bus, server
from infra_kit.providers.gcp.grants import Reference
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.place import region

CLIENT = ("nats-py",)
SECONDS = 300
"""How long a step waits at each of its attempts: a machine has its packages and its image to get."""
USER = "roles/storage.objectUser"
SHARED = "/shared"
"""Where the job finds the bucket."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What each step is made with."""

    scope: Scope
    account: serviceaccount.Account
    bucket: storage.Bucket
    code: storage.BucketObject
    told: Reference
    needs: Sequence[pulumi.Resource]

    @classmethod
    def create(
        cls,
        scope: Scope,
        bus: Bus,
        known: Secrets,
        certificate: Certificate,
        *,
        prefix: pulumi.Output[str],
        key: pulumi.Output[str] | None,
    ) -> Setup:
        account = service_account(scope, "setup-account", f"Sets up the servers of {scope.name}")
        servers = [(server(place), host) for place, host in bus.hosts.items()]
        told = stored_secrets.store(
            scope,
            "told",
            secret_id=pulumi.Output.concat(prefix, "-told"),
            value=pulumi.Output.secret(
                pulumi.Output.json_dumps(nats_steps.known(known, certificate, servers, seconds=SECONDS))
            ),
            key=key,
        )
        bucket = _bucket(scope)
        return cls(
            scope=scope,
            account=account,
            bucket=bucket,
            code=_code(scope, bucket),
            told=told,
            needs=[
                stored_secrets.let_read(scope, "told-accessor", told, account),
                buckets.grant(scope, "setup-bucket-user", bucket.name, USER, account.member),
                *setup_jobs.ways(scope, account, bus.destination),
            ],
        )

    def allow(self) -> pulumi.Resource:
        """Before a machine is touched, or told anything."""
        return self._run("allow", {"does": "allow"})

    def well(self, machines: pulumi.Output[str]) -> cloudrunv2.Job:
        """Before machines are replaced, each time when one is to be: `machines`, what they are made of."""
        return self._run("well", {"does": "well"}, again_with=machines.apply(_mark))

    def join(self, place: str, *, well: cloudrunv2.Job, machine: pulumi.Output[str]) -> pulumi.Resource:
        """Each time when there is another machine; and when another one's is to be replaced, whichever it is: `well`
        was asked then, and it asks all but the first, which this does."""
        step = {"does": "join", "name": server(place)}
        asked = pulumi.Output.concat(machine, " ", well.uid)
        return self._run(f"joined-{place}", step, after=[well], again_with=asked)

    def settle(
        self, spec: EventBusSpec, *, mark: pulumi.Output[str], after: Sequence[pulumi.Resource]
    ) -> pulumi.Resource:
        """Whenever what the servers let in, or the streams, change."""
        return self._run("settled", {"does": "settle", "mark": mark, **nats_steps.settled(spec)}, after=after)

    def _run(
        self,
        role: str,
        step: Mapping[str, Any],
        *,
        after: Sequence[pulumi.Resource] = (),
        again_with: pulumi.Input[str] = "",
    ) -> cloudrunv2.Job:
        return setup_jobs.run(
            self.scope,
            role,
            self.account,
            self._container(step, again_with),
            [setup_jobs.told(self.told), {"name": "shared", "gcs": {"bucket": self.bucket.name, "read_only": False}}],
            seconds=SECONDS,
            needs=[*self.needs, *after],
        )

    def _container(self, step: Mapping[str, Any], again_with: pulumi.Input[str]) -> dict[str, Any]:
        mounts = {"told": setup_jobs.TOLD, "shared": SHARED}
        told = {"TOLD": setup_jobs.FILE, "CLUSTER": f"{SHARED}/cluster", "AGAIN_WITH": again_with}
        return {
            "commands": ["python3", pulumi.Output.concat(f"{SHARED}/", self.code.name)],
            "args": [pulumi.Output.json_dumps(step, sort_keys=True)],
            "envs": [{"name": name, "value": value} for name, value in told.items()],
            "volume_mounts": [{"name": name, "mount_path": path} for name, path in mounts.items()],
        }


def _bucket(scope: Scope) -> storage.Bucket:
    """Nothing of the user's is in it, so it has no key of its own; neither versions (CKV_GCP_78) nor an access log
    (CKV_GCP_62): each `up` writes it anew."""
    return scope.resource(
        "setup-bucket",
        storage.Bucket,
        stateful=True,
        depends_on=[api(scope, "storage")],
        **{**buckets.private(scope, region(scope)), "force_destroy": True},
        lifecycle_rules=[buckets.UNFINISHED],
        soft_delete_policy={"retention_duration_seconds": 0},
    )


def _code(scope: Scope, bucket: storage.Bucket) -> storage.BucketObject:
    archive, mark = code()
    return scope.resource(
        "setup-code", storage.BucketObject, bucket=bucket.name, name=f"setup-{mark}.zip", source=archive
    )


@cache
def code() -> tuple[pulumi.AssetArchive, str]:
    """The program and what it imports, as Python runs an archive (`__main__.py`); and a mark of what is in it."""
    own = packed.modules(nats_machines, nats_setup)
    files = {**packed.distributions(CLIENT), **own, "__main__.py": programs.file("servers")}
    # What is imported from an archive needs each package said.
    packages = sorted({f"{folder}/__init__.py" for name in own for folder in _folders(name)})
    assets: dict[str, pulumi.Asset | pulumi.Archive] = {
        **{name: pulumi.FileAsset(str(path)) for name, path in files.items()},
        **{name: pulumi.StringAsset("") for name in packages},
    }
    text = {name: path.read_text(encoding="utf-8") for name, path in sorted(files.items())}
    return pulumi.AssetArchive(assets), _mark(str([packages, *text.items()]))


def _folders(name: str) -> list[str]:
    return [it.as_posix() for it in Path(name).parents if it.name]


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
