"""What Service, Worker and Job share on Google Cloud: who a container runs as, what it is told and where it connects
to.

- Each runs as a service account of its own, which may do nothing but what its links grant.
- It stands in the network by Direct VPC egress, and all that it sends goes there: to databases and caches, to Google's
  services by private access, to the internet by the network's NAT, if it has one. In the network it reaches what it is
  linked to and nothing else: one firewall rule denies, one a link allows (`stood_already`: of what stood already).
- A secret is read from Secret Manager by Cloud Run when an instance starts; only this account may read it.
- An instance gets SIGTERM and 10 seconds (https://cloud.google.com/run/docs/container-contract#instance-shutdown).
- Only images for amd64 run, from Artifact Registry or Docker Hub; another registry's by a remote repository
  (https://cloud.google.com/run/docs/deploying#images).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_gcp import serviceaccount

from infra_kit import features, links
from infra_kit.component import Scope
from infra_kit.links import Grant, Link
from infra_kit.providers.gcp import stood_already, traces, workload_checks, workload_secrets
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.firewall import keeps_out, reaches
from infra_kit.providers.gcp.grants import Destination, GcpGrant, Reference
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.network import GcpNetwork
from infra_kit.providers.gcp.place import region
from infra_kit.providers.gcp.workload_sizes import limits
from infra_kit.workloads import WorkloadSpec, variables

SUPPORTS = frozenset({features.SIDECARS, features.TRACING})
"""Of what all workloads may ask."""

HINTS = {
    features.VOLUMES: "of what Cloud Run mounts, a bucket is no POSIX file system (no locks, and the last write of a "
    "file wins), and NFS has no locks there either and takes a Filestore of 100 GiB at least; keep files in an "
    "ObjectStore, and what is only needed while it runs in /tmp, which counts as memory",
}
"""Volumes: https://cloud.google.com/run/docs/configuring/services/cloud-storage-volume-mounts,
https://cloud.google.com/run/docs/configuring/services/nfs-volume-mounts; the least of Filestore, which is paid whole:
https://cloud.google.com/filestore/docs/service-tiers."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What a workload's resource is made of."""

    account: serviceaccount.Account
    template: Mapping[str, Any]
    """What all of Cloud Run's templates have."""
    containers: Sequence[Mapping[str, Any]]
    """The workload's own is the first."""
    settings: Mapping[str, Any]
    """Of the resource itself."""
    needs: Sequence[pulumi.Resource]
    """What must stand before it runs."""


def workload(scope: Scope, spec: WorkloadSpec) -> Workload:
    image = workload_checks.check(scope, spec)
    account = service_account(scope, "account", f"Runs {scope.name}")
    traced = traces.of(scope, spec, account)
    told = variables(scope, spec, traced.variables)
    secret = {**told.secret, **traced.secrets}
    references, readable = workload_secrets.references(scope, _named(spec.links, told.grants), secret, account)
    mine = {name: references[name] for name in references if name not in traced.secrets}
    first = {"name": scope.name, **_program(image, spec.command), "envs": workload_secrets.told(told.plain, mine)}
    granted = _permissions(scope, spec.links, told.grants, account)
    walls = _firewall(scope, spec.links, told.grants, account)
    return Workload(
        account=account,
        template={"service_account": account.email, "vpc_access": network_access(scope, account)},
        containers=_containers(scope, spec, first, traces.containers(spec, traced, references)),
        settings={
            "location": region(scope),
            "labels": labels(scope),
            # The provider's own protection is on unless it is said to be off; a workload holds nothing.
            "deletion_protection": False,
        },
        needs=[
            api(scope, "run"), *readable, *granted, *walls, *traced.needs,
            *(it for grant in told.grants for it in grant.depends_on),
        ],
    )  # fmt: skip


def _native(grant: Grant) -> GcpGrant:
    """Of what stands already, there is none."""
    return grant.native if isinstance(grant.native, GcpGrant) else GcpGrant()


def _named(linked: Sequence[Link], grants: Sequence[Grant]) -> dict[str, Reference]:
    """The secrets that stand in Secret Manager already, by their variable."""
    return {
        name: reference
        for link, grant in zip(linked, grants, strict=True)
        for name, reference in links.named(link, _native(grant).secrets).items()
    }


def _permissions(
    scope: Scope, linked: Sequence[Link], grants: Sequence[Grant], account: serviceaccount.Account
) -> list[pulumi.Resource]:
    return [
        scope.resource(
            f"link-{link.key}-{what}", may.kind, **may.where, role=may.role, member=account.member
        )
        for link, grant in zip(linked, grants, strict=True)
        for what, may in _native(grant).permissions.items()
    ]  # fmt: skip


def _firewall(
    scope: Scope, linked: Sequence[Link], grants: Sequence[Grant], account: serviceaccount.Account
) -> list[pulumi.Resource]:
    tag = account.account_id
    return [
        keeps_out(scope, "deny-network", tag),
        *(
            reaches(scope, f"reaches-{link.key}", tag, destination)
            for link, grant in zip(linked, grants, strict=True)
            if (destination := _destination(scope, link, grant))
        ),
    ]


def _destination(scope: Scope, link: Link, grant: Grant) -> Destination | None:
    return stood_already.destination(scope, link) if link.to.stands_already else _native(grant).destination


def network_access(scope: Scope, account: serviceaccount.Account) -> dict[str, Any]:
    """How what runs as the account stands in the component's network."""
    network = scope.native(scope.network, GcpNetwork)
    # The account's id is the instances' tag too: legal as one, and nobody else's in the network.
    interface = {"network": network.network, "subnetwork": network.named(scope), "tags": [account.account_id]}
    return {"egress": "ALL_TRAFFIC", "network_interfaces": [interface]}


def _containers(
    scope: Scope, spec: WorkloadSpec, first: Mapping[str, Any], collectors: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    sidecars = [
        {"name": f"sidecar-{name}", **_program(sidecar.image, sidecar.command)}
        for name, sidecar in spec.sidecars.items()
    ]
    sizes = limits(scope, spec, [traces.SIZE for _ in collectors])
    return [{**it, "resources": size} for it, size in zip([first, *sidecars, *collectors], sizes, strict=True)]


def _program(image: str, command: Sequence[str]) -> dict[str, Any]:
    return {"image": image, "commands": list(command)} if command else {"image": image}
