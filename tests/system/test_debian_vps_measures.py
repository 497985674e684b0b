"""What a host says of its containers: `measure.sh` with a Docker of the test's own (`docker_daemon`); the kernel's
figures are stood in for, since not every machine that tests has cgroup v2. Needs `docker.io`, `busybox-static`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.providers.vps.monitoring import MEASURED
from infra_kit.providers.vps.reports import LABEL
from infra_kit.providers.vps.scripts import script
from tests.awaiting import until
from tests.system.docker_daemon import ROOT, Docker, daemon, image

FIGURES = {"cpu.stat": "usage_usec 2500000\nuser_usec 1\n", "memory.current": "9000000\n"}
FIGURES["memory.stat"] = "anon 5\ninactive_file 1000000\n"


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    folder = tmp_path_factory.mktemp("docker")
    with daemon(folder) as it:
        it("import", "-", it.IMAGE, stdin=image(folder, programs=("sh", "sleep", "true", "false"), owned=["tmp"]))
        yield it


@pytest.fixture(scope="module")
def measured(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    (label,) = MEASURED.items()
    docker("volume", "create", f"--label={'='.join(label)}", "measures")
    run(docker, "api-instance-1-0a1b2c3", "api", "sleep", "600", health="true")
    run(docker, "sick-instance-1-0a1b2c3", "sick", "sleep", "600", health="false")
    run(docker, "migrate-instance-0a1b2c3", "migrate", "sh", "-c", "exit 3")
    docker("create", "--name=api-files-0a1b2c3", "--label=managed-by=infra-kit", docker.IMAGE, "true")
    for name, state in (("api-instance-1", "healthy"), ("sick-instance-1", "unhealthy")):
        until(lambda name=name, state=state: health(docker, f"{name}-0a1b2c3") == state)  # type: ignore[misc]
    folder = tmp_path_factory.mktemp("kernel")
    pid = docker("inspect", "--format", "{{.State.Pid}}", "api-instance-1-0a1b2c3")
    (folder / "cgroup").write_text("0::/api\n")
    (folder / "api").mkdir()
    for name, text in FIGURES.items():
        (folder / "api" / name).write_text(text)
    (folder / "measure.sh").write_text(script("measure.sh"))
    stood_in = f"mount --bind {folder} /sys/fs/cgroup && mount --bind {folder}/cgroup /proc/{pid}/cgroup"
    command = f"{stood_in} && exec sh {folder}/measure.sh 1"
    keep = ["--preserve-env=DOCKER_HOST"] if ROOT else []
    process = subprocess.Popen([*ROOT, *keep, "unshare", "--mount", "sh", "-c", command], env=docker.environment)
    yield Path(docker("volume", "inspect", "--format", "{{.Mountpoint}}", "measures")) / "containers.prom"
    subprocess.run([*ROOT, "kill", str(process.pid)], check=True)
    process.wait(timeout=30)


def run(docker: Docker, name: str, component: str, *command: str, health: str = "") -> None:
    labels = ("--label=managed-by=infra-kit", f"--label=component={component}")
    checks = (f"--health-cmd={health}", "--health-interval=1s", "--health-retries=1") if health else ()
    limits = ("--memory=64m", "--cpus=0.5", "--network=none")
    docker("run", "--detach", f"--name={name}", *labels, *checks, *limits, docker.IMAGE, *command)


def health(docker: Docker, name: str) -> str:
    return docker("inspect", "--format", "{{.State.Health.Status}}", name)


def figures(file: Path) -> dict[str, float]:
    """By the metric and the part that it is of."""
    read = subprocess.run([*ROOT, "cat", str(file)], capture_output=True, text=True, check=False).stdout
    lines = (line.rpartition(" ") for line in read.splitlines())
    return {_short(name): float(value) for name, _, value in lines}


def _short(name: str) -> str:
    metric, _, labels = name.partition("{")
    return " ".join([metric.removeprefix("infra_kit_"), *(it[6:-1] for it in labels.split(",") if it[:4] == "part")])


def test_it_says_how_containers_are_and_what_they_use(measured: Path) -> None:
    until(lambda: figures(measured))
    found = figures(measured)

    assert found.items() >= {
        "container_well api-instance-1": 1, "container_failed api-instance-1": 0,
        "container_cpus api-instance-1": 0.5, "container_memory_limit_bytes api-instance-1": 64 * 2**20,
        "container_cpu_seconds_total api-instance-1": 2.5, "container_memory_bytes api-instance-1": 8_000_000,
        "container_well sick-instance-1": 0, "container_failed sick-instance-1": 1,
        "container_well migrate-instance": 0, "container_failed migrate-instance": 1,
    }.items()  # fmt: skip
    assert 0 < found["disk_used_bytes"] < found["disk_bytes"]
    assert not [it for it in found if "files" in it]


def test_it_gives_on_what_a_backup_noted_and_nothing_else(docker: Docker, measured: Path) -> None:
    (label,) = LABEL.items()
    docker("volume", "create", f"--label={'='.join(label)}", "reported")
    place = docker("volume", "inspect", "--format", "{{.Mountpoint}}", "reported")
    noted = 'infra_kit_last_good_seconds{component="safe"} 1700000000\ninfra_kit_last_run_failed{component="safe"} 1\n'
    lines = f"{noted}infra_kit_disk_bytes 1\n"
    subprocess.run([*ROOT, "tee", f"{place}/figure.prom"], input=lines, text=True, check=True)
    shipped = 'infra_kit_log_shipped_seconds{component="safe",part="db"} 1700000060\ninfra_kit_disk_bytes 1\n'
    subprocess.run([*ROOT, "tee", f"{place}/log-db.prom"], input=shipped, text=True, check=True)

    until(lambda: any("log_shipped" in it for it in figures(measured)))
    assert figures(measured).items() >= {"last_good_seconds": 1_700_000_000, "last_run_failed": 1}.items()
    assert figures(measured)["disk_bytes"] > 1


def test_what_is_killed_is_not_well_at_the_next_look(docker: Docker, measured: Path) -> None:
    docker("kill", "api-instance-1-0a1b2c3")
    until(lambda: figures(measured).get("container_well api-instance-1") == 0)
