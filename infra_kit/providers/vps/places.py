"""Where a Backup's copies go: to a bucket that has TLS, or to a volume of the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_random as random

from infra_kit.component import Scope
from infra_kit.components.backup import BackupSpec
from infra_kit.components.object_store import ObjectStore
from infra_kit.errors import SpecError
from infra_kit.providers.vps import tools, volumes
from infra_kit.providers.vps.births import born_as
from infra_kit.providers.vps.containers import volume

FOLDER = "/repository"
"""Of a volume, in containers."""
USER = "999:999"
"""Who copies and restores, whatever the image: `postgres` and `valkey` in theirs."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where copies go: each component's to a folder of its name."""

    address: pulumi.Output[str]
    folder: pulumi.Output[str]
    """Of all, in the bucket or in containers."""
    to: ObjectStore | None = None
    key: pulumi.Output[str]
    """The passphrase; empty on the host, where nothing is encrypted."""
    volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """By path, a volume of the host that they are in."""
    given: pulumi.Resource | None = None
    """What has made it the user's."""


def place(scope: Scope, spec: BackupSpec) -> Place:
    """It stays, whatever is renamed since; and its random part keeps a successor from what is there already."""
    if spec.to is None:
        return _on_the_host(scope)
    series = scope.resource("series", random.RandomId, byte_length=4)
    born = born_as(scope, "place", f"/{scope.target.app}/{scope.environment.value}/{scope.name}")
    folder = pulumi.Output.concat(born, "-", series.hex)
    address = pulumi.Output.concat("s3://", spec.to.bucket, folder)
    return Place(address=address, folder=folder, to=spec.to, key=pulumi.Output.secret(spec.key or ""))


def _on_the_host(scope: Scope) -> Place:
    made = volume(scope, "copies")
    mount = pulumi.Output.concat(made.name, ":", FOLDER)
    return Place(
        address=made.mountpoint,
        folder=pulumi.Output.from_input(FOLDER),
        key=pulumi.Output.secret(""),
        volumes={FOLDER: made.name},
        given=volumes.give(scope, "copies-owner", mount, image=tools.of(scope).image, user=USER),
    )


def by_tls(store: ObjectStore) -> pulumi.Output[str]:
    """The store's address without `https://`. Raises `SpecError` where it has no TLS."""

    def parted(endpoint: str) -> str:
        if not endpoint.startswith("https://"):
            raise SpecError(
                f"ObjectStore {store.name!r}: s3_endpoint: given {endpoint!r}; copies go there by TLS alone, to an "
                "address that begins with https://."
            )
        return endpoint.removeprefix("https://").rstrip("/")

    return store.s3_endpoint.apply(parted)
