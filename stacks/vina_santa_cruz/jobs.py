"""What the shop runs beside its visitors: at each release, at night, once a month (seeds/001: VS-4, VS-7, VS-9, VS-15).

A preview has staging's database, and staging looks after that (VS-6).
"""

import pulumi

from infra_kit import Cdn, Job, Link, ObjectStore, Postgres
from stacks.migrations import LONGEST, migrated
from stacks.programs import program

DUMPS = "dumps/"


def released(db: Postgres, backups: ObjectStore) -> pulumi.ResourceOptions:
    """VS-7, VS-15: a dump, then the migrations, then what comes after these options."""
    if db.stands_already:
        return migrated(db)
    dump = Job("release-dump", **program("dump"), timeout=LONGEST, links=_dumps(db, backups))
    return migrated(db, after=[dump])


def scheduled(
    db: Postgres, images: ObjectStore, backups: ObjectStore, edge: Cdn, after: pulumi.ResourceOptions
) -> None:
    """VS-9: at 02:00 the site, its certificate, last night's dump and Lighthouse, which wants a browser; what the
    repository depends on, its pipeline looks at. VS-7: at 03:00 the dump. VS-4: on the first the images."""
    if db.stands_already:
        return
    Job(
        "nightly-checks",
        **program("nightly-checks"),
        schedule="0 2 * * *",
        cpu=1,
        memory_gb=2,
        environment={"SITE_URL": edge.url},
        links=[backups.link("read", prefix=DUMPS)],
        opts=after,
    )
    Job("nightly-dump", **program("dump"), schedule="0 3 * * *", timeout="6h", links=_dumps(db, backups), opts=after)
    copies = [images.link("read"), backups.link("write", prefix="images/")]
    Job("monthly-images", **program("copy-images"), schedule="0 4 1 * *", timeout="12h", links=copies)


def _dumps(db: Postgres, backups: ObjectStore) -> list[Link]:
    """As the owner: of whoever else asks, row-level security would keep rows back (VS-3)."""
    return [db.link("owner"), backups.link("write", prefix=DUMPS)]
