"""What a host keeps of what its containers say: the program that the bootstrap brings, run by Debian's Python with a
Docker of the test's own (`docker_daemon`). Needs `docker.io`, `busybox-static`.

VictoriaLogs is not in Debian, and no image can be pulled here: what it is started with is looked at in
tests/unit/providers/vps/test_logs.py.
"""

from __future__ import annotations

import base64
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.common.log_collector import docker_host
from infra_kit.providers.common.log_collector.packing import packed
from tests.awaiting import until
from tests.system.docker_daemon import ROOT, Docker, daemon, image
from tests.unit.providers.common.log_collector import standing_in
from tests.unit.providers.common.log_collector.standing_in import Taken

PROGRAMS = ("sh", "sleep", "true", "cat", "mv", "rm", "grep", "seq", "echo", "printf", "head", "tr", "yes")
CLASSES = {
    "application": {"keep": 30, "here": 30, "archived": False},
    "audit": {"keep": 2555, "here": 2555, "archived": False},
}
PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    folder = tmp_path_factory.mktemp("docker")
    with daemon(folder) as it:
        it("import", "-", it.IMAGE, stdin=image(folder, programs=PROGRAMS, owned=["tmp"]))
        it("volume", "create", f"--label={docker_host.LABEL}=kept", "kept")
        yield it


class Host:
    """The program, as the host's unit runs it."""

    def __init__(self, docker: Docker, folder: Path) -> None:
        self._docker = docker
        self._file = folder / "logs.pyz"
        self._file.write_bytes(base64.b64decode(packed()))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        keep = ["--preserve-env=DOCKER_HOST"] if ROOT else []
        command = [*ROOT, *keep, PYTHON, "-I", str(self._file)]
        self._process = subprocess.Popen(command, env=self._docker.environment)

    def kill(self) -> None:
        """As the kernel does it when memory is short: it says nothing."""
        if self._process:
            subprocess.run([*ROOT, "kill", "-s", signal.SIGKILL.name, str(self._process.pid)], check=True)
            self._process.wait(timeout=30)


@pytest.fixture(scope="module")
def taken() -> Iterator[Taken]:
    with standing_in.sink() as it:
        yield it


@pytest.fixture(scope="module")
def host(docker: Docker, taken: Taken, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """One that keeps what `api` says, and ships it."""
    it = Host(docker, tmp_path_factory.mktemp("host"))
    say(
        docker,
        "api-instance-1-0a1b2c3",
        "api",
        'echo before anybody listens; echo \'{"message":"in","class":"audit"}\'',
    )
    it.start()
    tell(docker, taken.url)
    yield it
    it.kill()


def tell(docker: Docker, url: str) -> None:
    sink: dict[str, Any] = {
        "name": "sink",
        "url": url,
        "headers": {},
        "token": "hush",
        "classes": ["audit"],
        "container": None,
    }
    settings = {
        "app": "shop", "environment": "production", "of": ["api"], "classes": CLASSES, "sinks": [sink], "bucket": None,
        "prefix": "shop/production/logs",
    }  # fmt: skip
    text = json.dumps(settings)
    goes = docker_host.generation(text.encode())
    done = docker.script("logs.sh", IMAGE=docker.IMAGE, VOLUME="kept", SETTINGS=text, GENERATION=goes)
    assert done.returncode == 0, done.stderr.decode()


def say(docker: Docker, name: str, component: str, script: str, *more: str) -> None:
    labels = ("managed-by=infra-kit", "app=shop", "environment=production", f"component={component}")
    chosen = [f"--label={label}" for label in labels]
    docker("run", "--detach", f"--name={name}", *chosen, *more, "--network=none", docker.IMAGE, "sh", "-c", script)


def kept(docker: Docker, of: str = "application") -> list[dict[str, Any]]:
    folder = docker("volume", "inspect", "--format", "{{.Mountpoint}}", "kept")
    command = [*ROOT, "sh", "-c", f"zcat -f {folder}/{of}/*.ndjson*"]
    read = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    # The last line may be still on its way.
    return [json.loads(line) for line in read.splitlines(keepends=True) if line.endswith("\n")]


def messages(docker: Docker, part: str) -> list[str]:
    return [line["message"] for line in kept(docker) if line["part"] == part]


def test_each_line_is_kept_with_its_class_and_whose_it_is(docker: Docker, host: Host) -> None:
    until(lambda: kept(docker, "audit"))
    (line,) = kept(docker)
    assert (line["component"], line["part"], line["class"]) == ("api", "api-instance-1", "application")
    assert line["message"] == "before anybody listens"
    assert line["time"].endswith("Z")
    assert [it["message"] for it in kept(docker, "audit")] == ["in"]


def test_a_sink_has_its_class_with_its_token(docker: Docker, host: Host, taken: Taken) -> None:
    until(lambda: taken.headers)
    assert taken.messages == ["in"]
    assert taken.headers[0]["Authorization"] == "Bearer hush"


def test_what_another_component_says_is_not_kept(docker: Docker, host: Host) -> None:
    say(docker, "db-server-0a1b2c3", "db", "echo a query")
    say(docker, "api-instance-2-0a1b2c3", "api", "echo an answer")
    until(lambda: messages(docker, "api-instance-2"))
    assert "db" not in {line["component"] for line in kept(docker)}


def test_nothing_is_lost_while_docker_rotates_and_no_line_is_there_twice(docker: Docker, host: Host) -> None:
    script = "for round in $(seq 8); do for n in $(seq 40); do echo line $round $n of some length; done; sleep 1; done"
    small = ("--log-opt=max-size=8k", "--log-opt=max-file=5")
    say(docker, "api-many-0a1b2c3", "api", script, *small)
    wanted = [f"line {outer} {n} of some length" for outer in range(1, 9) for n in range(1, 41)]
    until(lambda: len(messages(docker, "api-many")) >= len(wanted))
    assert messages(docker, "api-many") == wanted


def test_a_line_that_docker_cuts_is_one(docker: Docker, host: Host) -> None:
    say(docker, "api-long-0a1b2c3", "api", "yes | head -c 80000 | tr -d '\\n'; echo end")
    until(lambda: messages(docker, "api-long"))
    (whole,) = messages(docker, "api-long")
    assert whole == "y" * 40_000 + "end"


def test_who_is_killed_goes_on_where_he_was_and_a_container_never_waits(docker: Docker, host: Host) -> None:
    say(docker, "api-life-0a1b2c3", "api", "for n in $(seq 12); do echo beat $n; sleep 1; done")
    until(lambda: messages(docker, "api-life"))
    host.kill()
    until(lambda: docker("inspect", "--format", "{{.State.Status}}", "api-life-0a1b2c3") == "exited", 120)
    host.start()
    until(lambda: len(messages(docker, "api-life")) == 12)
    assert messages(docker, "api-life") == [f"beat {n}" for n in range(1, 13)]


def test_the_last_words_of_a_container_that_is_removed_are_kept(docker: Docker, host: Host) -> None:
    say(docker, "api-old-0a1b2c3", "api", "trap 'echo last words; exit 0' TERM; echo up; while :; do sleep 0.1; done")
    until(lambda: messages(docker, "api-old"))
    docker("stop", "api-old-0a1b2c3")
    docker("rm", "api-old-0a1b2c3")
    until(lambda: len(messages(docker, "api-old")) == 2)
    assert messages(docker, "api-old") == ["up", "last words"]


def test_where_a_container_that_is_gone_would_be_nobody_is_asked(
    docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", docker.environment["DOCKER_HOST"])
    assert docker_host.address("gone") == ""


def test_what_is_taken_away_keeps_what_was_kept_and_nothing_more(docker: Docker, host: Host) -> None:
    before = len(kept(docker))
    done = docker.script("logs_gone.sh", IMAGE=docker.IMAGE, VOLUME="kept")
    assert done.returncode == 0, done.stderr.decode()
    folder = docker("volume", "inspect", "--format", "{{.Mountpoint}}", "kept")
    gone = [*ROOT, "test", "!", "-e", f"{folder}/settings.json"]
    until(lambda: subprocess.run(gone, check=False).returncode == 0)
    host.kill()
    host.start()
    say(docker, "api-late-0a1b2c3", "api", "echo too late")
    docker("wait", "api-late-0a1b2c3")
    assert len(kept(docker)) == before


def test_without_the_program_up_says_what_is_missing(docker: Docker, host: Host) -> None:
    host.kill()
    host._process = None
    done = docker.script("logs.sh", IMAGE=docker.IMAGE, VOLUME="kept", SETTINGS="{}", GENERATION="never", TRIES="2")
    assert done.returncode == 1
    assert b"nothing on this host gathers logs: systemctl status infra-kit-logs says why" in done.stderr
