"""Consoles of what has none of its own (seeds/002: FD-5). No Gateway leads to them: `infra-kit connect <name>` does."""

from collections.abc import Sequence

from infra_kit import Health, Link, ObjectStore, Redis, Service
from stacks.programs import program

COMMANDER = "ghcr.io/joeferner/redis-commander:0.9.0"
MANAGER = "cloudlena/s3manager:v0.8.0@sha256:9ed3a8ecf10381031b19afa4e5ff863efddb81aeac2f84b142a2190d7973e68b"
"""Its digest was read where a public project pins it together with its name and version."""


def redis_commander(caches: Sequence[Redis]) -> Service:
    """What the caches hold. Their passwords are told by node-config's own variable: the image's entrypoint would put
    them into arguments, and a file into a root that is read-only here."""
    links = [cache.link() for cache in caches]
    connections = ", ".join(map(_connection, links))
    command = f"export NODE_CONFIG='{{\"connections\": [{connections}]}}'; exec node ./bin/redis-commander"
    return Service(
        "redis-commander",
        **program("redis-commander", image=COMMANDER, command=["sh", "-c", command]),
        port=6380,
        memory_gb=0.25,
        health=Health(path="/healthcheck"),
        environment={"NOSAVE": "true"},
        links=links,
    )


def _connection(link: Link) -> str:
    """One of them, its values out of the variables of its link."""
    said = {"host": "HOST", "port": "PORT", "username": "USERNAME", "password": "PASSWORD"}
    values = ", ".join(f'"{key}": "\'"${link.name}_{end}"\'"' for key, end in said.items())
    return f'{{"label": "{link.to.name}", "dbIndex": 0, {values}}}'


def object_console(files: ObjectStore) -> Service:
    """The files, in a browser (https://github.com/cloudlena/s3manager)."""
    link = files.link().called(ACCESS_KEY="ACCESS_KEY_ID", SECRET_KEY="SECRET_ACCESS_KEY")  # noqa: S106  names
    return Service(
        "object-console",
        **program(
            "object-console",
            image=MANAGER,
            command=["sh", "-c", f"ENDPOINT=${{{link.name}_ENDPOINT#*//}} exec ./s3manager"],
        ),
        port=9001,
        memory_gb=0.25,
        environment={"USE_SSL": "false"},
        health=Health(path="/buckets"),
        links=[link],
    )
