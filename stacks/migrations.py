"""The step of a release in which tables change, before the programs that use them."""

from collections.abc import Mapping, Sequence

import pulumi

from infra_kit import Job, Link, Network, Postgres, Target
from infra_kit.workloads import Architecture
from stacks.programs import program

LONGEST = "14m"
"""What an `up` runs itself has ended by then, on every target: aws waits no longer."""


def migrated(
    db: Postgres,
    *,
    name: str = "migrate",
    target: Target | None = None,
    network: Network | None = None,
    architectures: Sequence[Architecture] = ("amd64",),
    environment: Mapping[str, str] | None = None,
    links: Sequence[Link] = (),
    after: Sequence[pulumi.Resource] = (),
) -> pulumi.ResourceOptions:
    """The options of what comes after the migrations.

    They alone own the tables: the programs work with rows, and row-level security holds for them.
    """
    job = Job(
        name,
        target=target,
        network=network,
        **program("migrate"),
        architectures=architectures,
        timeout=LONGEST,
        environment=environment or {},
        links=[db.link("owner", name="DB"), *links],
        opts=pulumi.ResourceOptions(depends_on=after),
    )
    return pulumi.ResourceOptions(depends_on=[job])
