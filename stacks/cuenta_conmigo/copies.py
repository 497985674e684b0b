"""Copies of Cuenta Conmigo's data on another cloud than the one that it runs on (seeds/003: CC-5)."""

from infra_kit import LifecycleRule, ObjectStore
from stacks.cuenta_conmigo.places import Place
from stacks.cuenta_conmigo.region import Region
from stacks.dumps import dumped
from stacks.places import place

HELD_DAYS = 30
"""Longer than it takes to see that somebody got in."""
KEPT_DAYS = 90
"""As long as the oldest copy of a Backup (`Keep.weekly`): an account of which nothing is heard any more has its last
dump for so long."""


def on_another_cloud(here: Place, region: Region) -> None:
    """Each night a dump of a region's database, into a bucket at the place `copies` of the stack, by its S3 API. None:
    there is no such place.

    No link leads over: the key of the bucket is told, and who gets into AWS has it. So nobody, the owner neither, can
    delete a dump or put another in its place for `HELD_DAYS`. After `KEPT_DAYS` the bucket itself deletes it.
    """
    target = place("copies")
    if target is None:
        return
    ends = LifecycleRule(expire_after_days=KEPT_DAYS, noncurrent_expire_after_days=1)
    store = ObjectStore("copies", versioning=True, retention_lock=HELD_DAYS, lifecycle={"dumps": ends}, target=target)
    dumped(
        region.db,
        network=here.network,
        name="dump-elsewhere",
        environment={
            "COPIES_BUCKET": store.bucket,
            "COPIES_ENDPOINT": store.s3_endpoint,
            "COPIES_REGION": store.region,
            "COPIES_ACCESS_KEY": store.access_key,
        },
        secrets={"COPIES_SECRET_KEY": store.secret_key},
    )
