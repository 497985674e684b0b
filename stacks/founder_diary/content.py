"""What makes a page or an API of the database without a program of the product's own (seeds/002: FD-2, FD-3)."""

import pulumi

from infra_kit import Gateway, Health, ObjectStore, Postgres, Secret, Service
from infra_kit.components.domain import Domain
from stacks.config import domains
from stacks.founder_diary.application import address
from stacks.programs import program


def directus(db: Postgres, files: ObjectStore) -> Service:
    """FD-3: content, edited in a browser. It owns its database, for who models content there makes tables; what is
    uploaded goes into the object store.

    Its variables: https://directus.io/docs/configuration/intro.
    """
    password = Secret("directus-password")
    store = files.link("read", "write", "delete", prefix="directus/", name="STORAGE_S3")
    return Service(
        "directus",
        **program("directus", image="directus/directus:11.17.2"),
        port=8055,
        memory_gb=1,
        health=Health(path="/server/ping", start_timeout="5m"),
        environment={
            "DB_CLIENT": "pg",
            "ADMIN_EMAIL": "admin@example.com",
            **address("PUBLIC_URL", domains("content-domains")),
            "STORAGE_LOCATIONS": "s3",
            "STORAGE_S3_DRIVER": "s3",
            "STORAGE_S3_ROOT": "directus",
            "TEMP_PATH": "/tmp/directus",  # noqa: S108  where a container may write
        },
        links=[
            db.link("owner", database="directus").called(USERNAME="DB_USER"),
            store.called(ACCESS_KEY="STORAGE_S3_KEY", SECRET_KEY="STORAGE_S3_SECRET"),  # noqa: S106  names
            Secret("directus-secret").link(name="SECRET"),
            password.link(name="ADMIN_PASSWORD"),
        ],
    )


def postgrest(db: Postgres, *, opts: pulumi.ResourceOptions) -> Service:
    """FD-2: the database as an API: whatever stands in its schema `api`, which the migrations fill with views, and
    nothing else.

    Whoever asks is the link's own role, which may read; roles of other names are nobody's to make here
    (https://docs.postgrest.org/en/v13/references/configuration.html).
    """
    return Service(
        "postgrest",
        **program("postgrest", image="postgrest/postgrest:v13.0.7"),
        port=3001,
        memory_gb=0.25,
        health=Health(path="/"),
        environment={"PGRST_DB_SCHEMAS": "api", "PGRST_SERVER_PORT": "3001"},
        links=[db.link("read").called(URL="PGRST_DB_URI", USERNAME="PGRST_DB_ANON_ROLE")],
        opts=opts,
    )


def edge_of(name: str, service: Service, zones: list[Domain]) -> Gateway:
    """Under names of its own, `founder-diary:content-domains`: neither knows that a path could be before its own."""
    return Gateway(name, routes={"/*": service}, domains=domains(f"{name}-domains"), zones=zones)
