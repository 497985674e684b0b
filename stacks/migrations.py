"""The step of a release in which tables change, before the programs that use them."""

from collections.abc import Mapping, Sequence

import pulumi

from infra_kit import Job, Link, Network, Postgres
from infra_kit.workloads import Architecture
from stacks.programs import program

LONGEST = "14m"
"""What an `up` runs itself has ended by then, on every target: aws waits no longer."""


def migrated(
    db: Postgres,
    *,
    architectures: Sequence[Architecture] = ("amd64",),
    after: Sequence[pulumi.Resource] = (),
    network: Network | None = None,
    environment: Mapping[str, str] | None = None,
    links: Sequence[Link] = (),
) -> pulumi.ResourceOptions:
    """The options of what comes after the migrations.

    They alone own the tables: the programs work with rows, and row-level security holds for them.
    """
    job = Job(
        "migrate",
        **program("migrate"),
        architectures=architectures,
        timeout=LONGEST,
        network=network,
        environment=environment or {},
        links=[db.link("owner"), *links],
        opts=pulumi.ResourceOptions(depends_on=after),
    )
    return pulumi.ResourceOptions(depends_on=[job])
