"""Copies of Cuenta Conmigo's data on another cloud than the one that it runs on (seeds/003: CC-5)."""

from infra_kit import Job, ObjectStore, Postgres
from stacks.places import place
from stacks.programs import program


def on_another_cloud(db: Postgres) -> None:
    """Each night a dump, into a bucket at the place `copies` of the stack, by its S3 API: AWS's own copies go into its
    vaults alone. None: there is no such place.

    No link leads over: the key of the bucket is told, and lets its holder write and
    delete there.
    """
    target = place("copies")
    if target is None:
        return
    store = ObjectStore("copies", versioning=True, target=target)
    Job(
        "dump-elsewhere",
        **program("dump"),
        schedule="0 3 * * *",
        timeout="6h",
        links=[db.link("owner")],
        environment={
            "COPIES_BUCKET": store.bucket,
            "COPIES_ENDPOINT": store.s3_endpoint,
            "COPIES_REGION": store.region,
            "COPIES_ACCESS_KEY": store.access_key,
        },
        secrets={"COPIES_SECRET_KEY": store.secret_key},
    )
