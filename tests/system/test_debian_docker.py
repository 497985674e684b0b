"""Docker itself: what becomes of a container that fails, and the scripts that look into volumes.

Needs root (or sudo) and the packages `docker.io`, `busybox-static` and `openssl`. The daemon is one of the test's own:
it touches no other on this machine, and no network.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from infra_kit.providers.vps.scripts import script
from tests.awaiting import until
from tests.system.docker_daemon import Docker, daemon, image

USER = "999:999"
SHELL = ("sh", "cat", "cp", "cut", "df", "du", "grep", "mkdir", "sleep", "tail", "test", "true")
HARDENED = (
    "--network=none",
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges:true",
    f"--user={USER}",
)


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    folder = tmp_path_factory.mktemp("docker")
    with daemon(folder) as it:
        it("import", "-", it.IMAGE, stdin=image(folder, programs=SHELL, owned=["data"]))
        yield it


# A container that fails


def start_containers(docker: Docker, which: str) -> None:
    """The program that the bootstrap's units run."""
    found = re.search(r"infra-kit-start-containers 755 <<'SH'.*?\n(.*?)\nSH\n", script("bootstrap.sh"), re.DOTALL)
    assert found
    assert docker.run(["sh", "-s", which], stdin=found[1]).returncode == 0


@pytest.fixture
def fails(docker: Docker) -> Iterator[Callable[..., str]]:
    made = []

    def run(seconds: float, *, retries: int) -> str:
        told = ["--label=managed-by=infra-kit", "--network=none", f"--restart=on-failure:{retries}"]
        made.append(docker("run", "--detach", *told, docker.IMAGE, "sh", "-c", f"sleep {seconds}; exit 1"))
        return made[-1]

    yield run
    docker("rm", "--force", *made)


def test_a_long_good_run_does_not_set_dockers_count_of_failures_back(docker: Docker, fails: Callable[..., str]) -> None:
    """Why a timer is needed: a database that fails once a month is down for good at the sixth time."""
    name = fails(11, retries=1)

    until(lambda: docker.state(name) == "exited 1", 60, lambda: docker.state(name))


def test_what_docker_gave_up_gets_its_tries_again(docker: Docker, fails: Callable[..., str]) -> None:
    name = fails(0.1, retries=2)
    until(lambda: docker.state(name) == "exited 2", 120, lambda: docker.state(name))
    begun = docker("inspect", "--format", "{{.State.StartedAt}}", name)

    start_containers(docker, "failed")

    until(lambda: docker("inspect", "--format", "{{.State.StartedAt}}", name) != begun)


@pytest.mark.parametrize(("which", "state"), [("failed", "exited 0"), ("all", "running 0")])
def test_what_was_stopped_by_hand_stays_so_until_docker_starts_anew(
    docker: Docker, fails: Callable[..., str], which: str, state: str
) -> None:
    name = fails(1000, retries=5)
    docker("stop", "--time", "0", name)

    start_containers(docker, which)

    assert docker.state(name) == state


def test_what_only_holds_files_is_never_started(docker: Docker) -> None:
    name = docker("create", "--label=managed-by=infra-kit", "--network=none", docker.IMAGE, "true")
    start_containers(docker, "all")

    assert docker.state(name) == "created 0"
    docker("rm", name)


# What looks into volumes


@pytest.fixture
def volume(docker: Docker) -> Iterator[str]:
    name = docker("volume", "create")
    yield name
    docker("volume", "rm", name)


def inside(docker: Docker, volume: str, command: str) -> str:
    return docker("run", "--rm", *HARDENED, "--volume", f"{volume}:/data", docker.IMAGE, "sh", "-c", command)


def check(docker: Docker, volume: str, version: str, storage_gb: int = 0) -> str:
    """What it refuses; empty: nothing."""
    done = docker.script(
        "postgres_check.sh",
        NAME="db",
        VERSION=version,
        STORAGE_GB=str(storage_gb),
        IMAGE=docker.IMAGE,
        VOLUME=volume,
        FOLDER="/data",
        RUN_AS=USER,
    )
    assert (done.returncode == 0) == (done.stderr == b"")
    return done.stderr.decode()


def test_a_new_server_and_one_of_the_same_version_are_let_through(docker: Docker, volume: str) -> None:
    assert check(docker, volume, "17") == ""
    inside(docker, volume, "mkdir -m 700 /data/pgdata && echo 17 >/data/pgdata/PG_VERSION")
    assert check(docker, volume, "17") == ""


def test_the_data_of_another_major_version_is_refused_with_a_way_out(docker: Docker, volume: str) -> None:
    inside(docker, volume, "mkdir -m 700 /data/pgdata && echo 16 >/data/pgdata/PG_VERSION")
    why = check(docker, volume, "17")

    assert why.startswith("db: version: 17 was asked for, and its data is PostgreSQL 16's")
    assert 'leave version="16" here, add a second Postgres by another name' in why


def test_a_disk_that_is_too_small_is_refused_with_figures(docker: Docker, volume: str) -> None:
    why = check(docker, volume, "17", storage_gb=9_999_999)

    assert re.search(r"storage_gb: 9999999 was asked for, and the host's disk has \d+ GiB free beside the 0 GiB", why)


def test_a_certificate_is_made_in_the_volume_once(docker: Docker, volume: str) -> None:
    told = {"IMAGE": docker.IMAGE, "VOLUME": volume, "FOLDER": "/data/tls", "RUN_AS": USER}
    seen = []
    for _ in range(2):
        assert docker.script("certificate.sh", **told).returncode == 0
        seen.append(inside(docker, volume, "cat /data/tls/weed.key"))

    assert seen[0] == seen[1]
    assert "PRIVATE KEY" in seen[0]
    verified = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName"], input=seen[0].encode(), capture_output=True, check=True
    )
    assert b"IP Address:127.0.0.1" in verified.stdout
