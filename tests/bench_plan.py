"""What `infra-kit plan` costs as a process, imports included: beside the same by hand, and beside aws-cdk-lib.

`make bench` prints medians, and fails beyond the bounds. What is held against them is processor seconds of the best
rounds: what else runs makes a round slower, never faster.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROUNDS = 5
MOST_OF_BY_HAND = 1.2
MOST_MIB = 250
MOST_OF_CDK = 0.5
MOST_OF_LINEAR = 1.3
"""The bounds; the last: a resource between 550 and 1,000, over one between 100 and 550."""
CDK = ("aws-cdk-lib==2.275.0", "constructs==10.8.1", "jsii==1.142.0")
ROOT = Path(__file__).parents[1]
SETTINGS = """config:
  infra-kit:target: aws
  infra-kit:environment: production
  infra-kit:region: eu-west-1
  infra-kit:app: shop
"""
IMPORTS = "from infra_kit import Cdn, Consumer, EventBus, Network, ObjectStore, Pooling, Postgres, Redis, Stream\n"
STORES = """
network = Network("net{mark}")
Postgres("db{mark}", memory_gb=4, cpu=2, read_replicas=1, network=network)
Redis("cache{mark}", memory_gb=1, replicas=1, high_availability=True, network=network)
"""
"""About 60 resources."""
DATA_LAYER = """
network = Network("net{mark}")
Postgres("db{mark}", memory_gb=4, cpu=2, read_replicas=1, pooling=Pooling(), network=network)
Redis("cache{mark}", memory_gb=1, replicas=1, high_availability=True, network=network)
Cdn("edge{mark}", routes={{"/*": ObjectStore("files{mark}", versioning=True)}})
streams = {{"LEADS": Stream(subjects=["lead.*"])}}
EventBus("bus{mark}", engine="native", streams=streams, consumers={{"scoring": Consumer(stream="LEADS")}})
"""
"""About 115, and the layer that `bench_cdk_app` has."""
COUNTS = (1, 5, 9)
"""Of data layers in one program: about 100, 550 and 1,000 resources."""


class Run(NamedTuple):
    """What a process took, its children included."""

    cpu: float
    wall: float
    mib: float
    """Of the largest of them."""


class Used(NamedTuple):
    """Several runs: the best, and medians."""

    best: float
    cpu: float
    wall: float
    mib: float


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        cdk = _cdk(Path(place))
        projects = {
            name: _project(Path(place) / name, text)
            for name, text in [("stores", _program(STORES)), ("layer", _program(DATA_LAYER))]
        }
        many = {count: _project(Path(place) / f"many-{count}", _program(DATA_LAYER, count)) for count in COUNTS}
        table = Table("what", "processor", "best", "wall", "MiB", title=f"`infra-kit plan`, median of {ROUNDS} rounds")
        runs = {f"{name}, {kind}": run for name in projects for kind, run in _pair(projects[name]).items()}
        used = _measured(runs | {"layer, aws-cdk-lib": cdk})
        grown = _measured({str(count): _plan(folder) for count, folder in many.items()}, rounds=3)
        for name, each in used.items():
            _row(table, name, each)
        for count, folder in many.items():
            _row(table, f"{_size(folder)} resources", grown[str(count)])
        Console(width=110).print(table)
        sizes = [_size(folder) for folder in many.values()]
        sys.exit(_beyond(used, [each.best for each in grown.values()], sizes))


def _beyond(used: dict[str, Used], seconds: Sequence[float], sizes: Sequence[int]) -> bool:
    """Prints each figure beside its bound; whether one is beyond."""
    (low, middle, high), (few, some, many) = seconds, sizes
    best = {name: each.best for name, each in used.items()}
    figures = {
        "60 resources over the same by hand": (
            best["stores, ours"] / best["stores, by hand"],
            MOST_OF_BY_HAND,
        ),
        "the data layer over the same by hand": (
            best["layer, ours"] / best["layer, by hand"],
            MOST_OF_BY_HAND,
        ),
        "MiB of the data layer's plan": (used["layer, ours"].mib, MOST_MIB),
        "a resource among 1,000 over one among 550": (
            (high - middle) / (many - some) / ((middle - low) / (some - few)),
            MOST_OF_LINEAR,
        ),
        "the data layer over its synthesis by aws-cdk-lib": (
            best["layer, ours"] / best["layer, aws-cdk-lib"],
            MOST_OF_CDK,
        ),
    }
    table = Table("what", "figure", "at most")
    for name, (figure, most) in figures.items():
        table.add_row(name, f"{figure:.2f}", str(most), style="red" if figure > most else "")
    Console(width=110).print(table)
    return any(figure > most for figure, most in figures.values())


def _program(text: str, count: int = 1) -> str:
    return IMPORTS + "".join(text.format(mark=f"-{number}" if count > 1 else "") for number in range(count))


def _project(folder: Path, program: str) -> Path:
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "Pulumi.production.yaml").write_text(SETTINGS)
    (folder / "__main__.py").write_text(program)
    return folder


def _pair(folder: Path) -> dict[str, Callable[[], Run]]:
    """Ours, and the same by hand. Another process writes that: what this one holds would count as its children's."""
    by_hand = folder / "by_hand.py"
    _run([sys.executable, "-m", "tests.raw_program", str(folder), "production", str(by_hand)], folder)
    return {"ours": _plan(folder), "by hand": lambda: _run([sys.executable, str(by_hand)], folder)}


def _plan(folder: Path) -> Callable[[], Run]:
    return lambda: _run([str(Path(sys.executable).with_name("infra-kit")), "plan"], folder)


def _size(folder: Path) -> int:
    said = (folder / "said").read_text().split(" resources, about ")[0]
    return int(said.rpartition("\n")[2].replace(",", ""))


def _cdk(place: Path) -> Callable[[], Run]:
    """Synthesis by aws-cdk-lib, from a venv that is kept for the next time."""
    if not shutil.which("node"):
        sys.exit(
            "aws-cdk-lib needs node, and there is none on PATH: apt install nodejs, or https://nodejs.org/download."
        )
    venv = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infra-kit" / "bench" / CDK[0]
    if not (venv / "ready").exists():
        print(f"… Setting up {CDK[0]} in {venv} (once; half a gigabyte)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        asked: list[str | Path] = [venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *CDK]
        if subprocess.run(asked, check=False).returncode:
            sys.exit(f"pip cannot install {' '.join(CDK)} (above is why): let it reach a package index that has them.")
        (venv / "ready").touch()
    app = ROOT / "tests" / "bench_cdk_app.py"
    return lambda: _run([str(venv / "bin" / "python"), str(app)], place)


def _measured(runs: dict[str, Callable[[], Run]], rounds: int = ROUNDS) -> dict[str, Used]:
    """In turn, so that a busy minute meets all of them. A first round fills the caches of the disk."""
    found: dict[str, list[Run]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            once = run()
            if number:
                found[name].append(once)
    return {name: _used(each) for name, each in found.items()}


def _used(runs: Sequence[Run]) -> Used:
    best = min(run.cpu for run in runs)
    return Used(best, *map(statistics.median, zip(*runs, strict=True)))


def _run(command: Sequence[str], folder: Path) -> Run:
    """A process of its own, with what Python compiles kept, as an installed package has it."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    with (folder / "said").open("w") as said, (folder / "errors").open("w") as errors:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}:\n{(folder / 'errors').read_text()}")
    return Run(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024)


def _row(table: Table, name: str, used: Used) -> None:
    table.add_row(name, f"{used.cpu:.2f} s", f"{used.best:.2f} s", f"{used.wall:.2f} s", f"{used.mib:.0f}")


if __name__ == "__main__":
    main()
