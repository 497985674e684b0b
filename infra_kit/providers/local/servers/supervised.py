"""What runs under a supervisor (`programs/supervisor`): the instances of a Service or a Worker, the runs of a Job.

They run as whoever runs `up`, also where that is root and the other servers run as nobody: what they are is the user's
own program, in the user's own folders, which nobody else may be able to read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import signal
import sys
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from infra_kit.errors import ServerError
from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.programs import supervisor
from infra_kit.providers.local.programs.supervisor import told
from infra_kit.providers.local.server import Command, Server, box_of

if TYPE_CHECKING:
    from infra_kit._dynamic import Props

FILE = "workload.json"
PROGRAMS = Path(supervisor.__file__).parents[1]
MARGIN_SECONDS = 30.0
"""For the supervisor itself, beyond what the user's program may take."""
DRAIN_SECONDS = 5.0


class Supervised(Server):
    """A server that is a supervisor."""

    SECRETS: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def wanted(self, box: Box, record: Record, props: Props) -> dict[str, Any]:
        """What is special to this kind, as `supervisor.wanted` has it."""

    @abstractmethod
    def work_seconds(self, props: Props) -> float:
        """How long what is wanted may take to come about, by what the user said."""

    def box(self, props: Props) -> Box:
        return dataclasses.replace(box_of(props), user=home.caller())

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        for name in props["volumes"]:
            home.make_private(_volume(box, name), box.user)
        box.write(FILE, json.dumps(self._all_that_is_wanted(box, record, props), indent=1))
        # It is told in any case: what was refused is tried again, what is not well at once.
        (box.path / "refused.json").unlink(missing_ok=True)
        record.started_with = ""
        return Command([sys.executable, "-P", "-m", "supervisor", str(box.path)], {"PYTHONPATH": str(PROGRAMS)})

    def is_ready(self, box: Box, record: Record) -> bool:  # noqa: ARG002
        """What is wanted is served by as many instances as are wanted, all of them well."""
        if not has_come_about(box):
            return False
        state = state_of(box)
        return bool(state["process"] == box.process.pid and state["well"] >= state["instances"])

    def has_come_up(self, box: Box, record: Record) -> bool:
        refused = _read(box.path / "refused.json")
        if refused and refused["generation"] == wanted_of(box)["generation"]:
            raise ServerError(f"{box.name}: {self.refusal(box)}{refused['reason']}\nThe whole log: {box.process.log}")
        return self.is_ready(box, record)

    def refusal(self, box: Box) -> str:
        """What it means that something was refused, before the reason."""
        if box.process.pid is None or state_of(box).get("process") != box.process.pid:
            return "it did not start: "
        same = has_come_about(box)
        return "it is not well: " if same else "the new version did not take over, the old one goes on: "

    def reload(self, box: Box, record: Record, props: Props) -> bool:
        """The supervisor lets what is wanted take over; one of another build is started anew."""
        if state_of(box).get("build") != told.build():
            return False
        box.process.signal(signal.SIGHUP)
        box.process.wait(lambda: self.has_come_up(box, record), self.ready_seconds(props))
        return True

    def keeps(self, box: Box, props: Props) -> Sequence[Path]:
        """What a volume holds is the program's own: it may be empty."""
        return [_volume(box, name) for name in props.get("volumes") or ()]

    def ready_seconds(self, props: Props) -> float:
        return self.work_seconds(props) + MARGIN_SECONDS

    def stop_seconds(self, props: Props) -> float:
        """Requests may end, then instances."""
        return 2 * float(props["stop_timeout"]) + DRAIN_SECONDS

    def _all_that_is_wanted(self, box: Box, record: Record, props: Props) -> dict[str, Any]:
        volumes = {variable: str(_volume(box, name)) for name, variable in props["volumes"].items()}
        version = {
            "command": list(props["command"]),
            "directory": props["directory"],
            "environment": {**props["environment"], **props["secrets"], **volumes},
        }
        how = {
            "name": box.name,
            "stop_timeout": props["stop_timeout"],
            "log_retention": props["log_retention"],
            **self.wanted(box, record, props),
        }
        return {
            **version,
            **how,
            # What the caller's shell happens to say is no new version.
            "environment": {**_surroundings(), **version["environment"]},
            "version": _digest([version, props.get("image")]),
            "generation": _digest([version, props.get("image"), how]),
        }


def has_come_about(box: Box) -> bool:
    """Whether what is wanted was the last that was served."""
    return bool(state_of(box).get("generation") == wanted_of(box).get("generation"))


def runs_once(box: Box) -> bool:
    """Whether it is a job that `up` runs."""
    runs = wanted_of(box).get("runs")
    return runs is not None and runs["schedule"] is None


def is_done(box: Box) -> bool:
    """Whether it is a job that `up` has run as it is wanted."""
    return runs_once(box) and has_come_about(box)


def failed_runs(box: Box) -> int:
    """Of a job, since the last good one."""
    return int(_read(box.path / "runs.json").get("failed", 0))


def wanted_of(box: Box) -> dict[str, Any]:
    """What its supervisor was told last."""
    return _read(box.conf / FILE)


def state_of(box: Box) -> dict[str, Any]:
    """What its supervisor tells; empty before it does."""
    return _read(box.path / "state.json")


def _surroundings() -> dict[str, str]:
    """What a program finds in its environment beside its own variables: enough to be found, and to find its home."""
    path = os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ.get("PATH", os.defpath)])
    kept = {key: os.environ[key] for key in ("HOME", "USER", "TMPDIR", "TZ") if key in os.environ}
    return {"PATH": path, "LANG": "C.UTF-8", **kept}


def _volume(box: Box, name: str) -> Path:
    return box.data / "volumes" / name


def _digest(of: Any) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()


def _read(file: Path) -> dict[str, Any]:
    """Empty where it is not there yet."""
    try:
        return dict(json.loads(file.read_text()))
    except FileNotFoundError:
        return {}
