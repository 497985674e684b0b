"""Jobs and workers on a VPS: their containers as recorded, in a Docker of the test's own.

Needs root (or sudo) and the packages `docker.io` and `busybox-static`.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from infra_kit import Environment, Job, Secret, Target, Volume, Worker
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import VpsSettings
from tests.awaiting import until
from tests.system.docker_daemon import Docker, daemon, image
from tests.system.recorded_docker import RefusedError, Stack

PROGRAMS = ("cat", "chmod", "chown", "dirname", "find", "id", "mkdir", "mv", "sh", "sleep", "true")
SETTINGS = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", bootstrap=False)


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    folder = tmp_path_factory.mktemp("docker")
    with daemon(folder) as it:
        it("import", "-", "test:1", stdin=image(folder, programs=PROGRAMS))
        it("import", "--change", 'ENTRYPOINT ["sh", "-c"]', "--change", 'CMD ["echo as the image says"]', "-", "own:1",
           stdin=it.run(["tar", "-C", str(folder / "image"), "-c", "."]).stdout)  # fmt: skip
        yield it


@pytest.fixture
def stack(docker: Docker) -> Iterator[Stack]:
    yield Stack(docker, {"own": "own:1", "": "test:1"})
    if there := docker("ps", "--all", "--quiet").split():
        docker("rm", "--force", "--volumes", *there)
    docker("network", "prune", "--force")


TARGET = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=SETTINGS)


def up(stack: Stack, command: str, **arguments: Any) -> None:
    given: dict[str, Any] = {"image": "job:1", "command": ["sh", "-c", command], "stop_timeout": "1s", **arguments}
    stack.up(lambda: Job("task", target=TARGET, **given))


def log(stack: Stack) -> str:
    return stack.docker("logs", stack.id("task-instance"))


def test_a_job_runs_once_for_each_change_and_is_waited_for(stack: Stack) -> None:
    for _ in range(2):
        up(stack, "sleep 1; echo migrated")
    assert log(stack) == "migrated"
    up(stack, "echo migrated again")

    assert log(stack) == "migrated again"


def test_a_job_that_fails_is_tried_again_and_fails_with_its_last_words(stack: Stack) -> None:
    with pytest.raises(RefusedError, match=r"(?s)task: the job failed with 7, at try 3\. .*no table"):
        up(stack, "echo no table; exit 7", retries=2)
    assert log(stack).splitlines() == ["no table"] * 3
    with pytest.raises(RefusedError, match="the job failed with 7, at try 3"):
        up(stack, "echo no table; exit 7", retries=2)


def test_a_job_that_takes_too_long_is_stopped(stack: Stack) -> None:
    with pytest.raises(RefusedError, match="task: the job was stopped: it took longer than 2 seconds, at try 1"):
        up(stack, "sleep 100", timeout="2s")
    assert stack.docker.state(stack.id("task-instance")).startswith("exited")


def test_an_image_runs_its_own_program_where_none_is_said(stack: Stack) -> None:
    stack.up(lambda: Job("task", target=TARGET, image="own:1", secrets={"TOKEN": "hush"}))

    assert log(stack) == "as the image says"


def test_a_linked_secret_is_a_variable_and_a_file_that_its_program_alone_reads(stack: Stack) -> None:
    def program() -> None:
        key = Secret("jwt", target=TARGET, value="it's hush", path="jwt/secret")
        command = ["sh", "-c", 'echo "$JWT"; id -u; cat /run/secrets/jwt/development/jwt/secret; echo x >$VOLUME_OUT/x']
        volumes = {"out": Volume(path="/out")}
        Job("task", target=TARGET, image="job:1", command=command, links=[key.link()], volumes=volumes)

    stack.up(program)

    assert log(stack) == "it's hush\n1000\nit's hush"
    volume = stack.id("jwt-data")
    other = stack.docker.run(["docker", "run", "--rm", "--user=1001", f"--volume={volume}:/s", "test:1", "find", "/s"])
    assert b"Permission denied" in other.stderr


def test_a_worker_that_does_not_stay_up_fails_and_the_old_one_goes_on(stack: Stack) -> None:
    def program(command: str) -> None:
        Worker("scorer", target=TARGET, image="worker:1", command=["sh", "-c", command], stop_timeout="1s")

    stack.up(lambda: program("sleep 1000"))
    old = stack.id("scorer-instance-1")
    with pytest.raises(RefusedError, match=r"(?s)scorer-instance-1 is exited.*no queue"):
        stack.up(lambda: program("echo no queue; exit 1"))

    assert stack.docker.state(old) == "running 0"


# By a schedule


def due(schedule: str, moment: str) -> bool:
    """Whether `schedule.sh` runs a job of this schedule at `minute hour day month weekday`."""
    functions = re.search(r"\nfits\(\).*?\n}\n", script("schedule.sh"), re.DOTALL)
    assert functions
    text = f"set -euf\nschedule='{schedule}'\n{functions[0]}\ndue {moment}\n"
    return subprocess.run(["busybox", "sh", "-c", text], check=False).returncode == 0


@pytest.mark.parametrize(
    ("schedule", "moment", "runs"),
    [
        ("* * * * *", "17 4 9 11 3", True),
        ("0 3 * * *", "0 3 9 11 3", True),
        ("0 3 * * *", "1 3 9 11 3", False),
        ("*/15 * * * *", "45 4 9 11 3", True),
        ("*/15 * * * *", "46 4 9 11 3", False),
        ("5/20 * * * *", "45 4 9 11 3", True),
        ("0 9-17/4 * * 1-5", "0 13 9 11 5", True),
        ("0 9-17/4 * * 1-5", "0 13 9 11 6", False),
        ("0 0 1,15 * *", "0 0 15 11 3", True),
        ("0 0 * * 7", "0 0 9 11 0", True),
        ("0 0 * * 0", "0 0 9 11 0", True),
        ("0 0 * 2 *", "0 0 9 11 0", False),
    ],
)
def test_a_time_is_recognised_as_cron_has_it(schedule: str, moment: str, runs: bool) -> None:
    assert due(schedule, moment) == runs


def test_a_scheduled_job_runs_at_its_time_with_its_secrets_and_tries_again(stack: Stack) -> None:
    command = 'echo "with $TOKEN"; exit 1'
    up(stack, command, schedule="* * * * *", retries=1, secrets={"TOKEN": "hush"})
    last = "job: was given up after 2 tries"
    until(lambda: last in log(stack), 180, lambda: log(stack))

    said = re.sub(r"after \d+ s", "after n s", log(stack)).splitlines()
    assert said[: said.index(last) + 1] == [
        "job: waits for its time: * * * * * (UTC)",
        "job: begins",
        "with hush",
        "job: failed with 1 after n s",
        "job: is tried again, 1 of 1",
        "with hush",
        "job: failed with 1 after n s",
        last,
    ]


def test_a_scheduled_job_is_stopped_after_its_time_and_with_its_container(stack: Stack) -> None:
    up(stack, "sleep 1000", schedule="* * * * *", timeout="2s")
    until(lambda: "was stopped" in log(stack), 180, lambda: log(stack))
    name = stack.id("task-instance")
    stack.docker("stop", "--time", "60", name)

    assert stack.docker("inspect", "--format", "{{.State.ExitCode}}", name) == "0"
    assert "job: was stopped: it took longer than 2 s" in log(stack)
