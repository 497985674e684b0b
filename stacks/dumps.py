"""A dump of a database each night, for another cloud's bucket: the copies of a cloud stay in its own vaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from infra_kit import Job, Link, Network, Postgres
from infra_kit.workloads import Architecture
from stacks.programs import program


def dumped(
    db: Postgres,
    *,
    name: str = "dump",
    network: Network | None = None,
    architectures: Sequence[Architecture] = ("amd64",),
    links: Sequence[Link] = (),
    environment: Mapping[str, str | pulumi.Output[str]] | None = None,
    secrets: Mapping[str, str | pulumi.Output[str]] | None = None,
) -> None:
    """By a program of the product's own, `dump`; where to is for its links, or its environment and secrets, to say.

    Whoever gets at the job has what it has: a bucket that such a one is not to empty is held by a `retention_lock`, or
    by a lock of its vendor's.
    """
    Job(
        name,
        network=network,
        **program("dump"),
        architectures=architectures,
        schedule="0 3 * * *",
        timeout="6h",
        links=[db.link("owner"), *links],
        environment=environment or {},
        secrets=secrets or {},
    )
