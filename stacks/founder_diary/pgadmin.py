"""pgAdmin (FD-1): a console for the database. No Gateway leads to it, `infra-kit connect pgadmin` opens it."""

from pathlib import Path

import pulumi

from infra_kit import Health, Postgres, Secret, Service, Volume
from stacks.programs import program

# Its digest was read where public projects pin it together with its name and version, in files of many of them.
IMAGE = "dpage/pgadmin4:9.17@sha256:2f4ce946ddf8360680d7eff4eaba1d91859eb6b4003e6623bad5c63a322c2f4d"
SERVER = Path(__file__).with_name("pgadmin_server.py")
# The image's own entrypoint writes into a root that is read-only here.
COMMAND = ("/venv/bin/python3", "-c", SERVER.read_text(), "/pgadmin4", "0.0.0.0")  # noqa: S104  of its container


def console(db: Postgres) -> Service:
    password = Secret("pgadmin-password")
    pulumi.export("pgadmin_password", password.value)
    return Service(
        "pgadmin",
        **program("pgadmin", image=IMAGE, command=COMMAND),
        port=5050,
        memory_gb=0.5,
        volumes={"data": Volume(path="/data")},
        # On a machine without containers it is installed first, from the package index.
        health=Health(path="/misc/ping", start_timeout="15m"),
        links=[db.link("owner"), password.link()],
    )
