"""The life of a server: made, adopted, restarted or changed in place by one idempotent `ensure`; never replaced."""

from __future__ import annotations

import hashlib
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from infra_kit.errors import ServerError
from infra_kit.providers.local import ports
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.process import STOP_SECONDS

if TYPE_CHECKING:
    from pulumi.dynamic import CheckFailure

    from infra_kit._dynamic import Props

NO_INPUTS = ("__provider", "public", "private")
READY_SECONDS = 60


@dataclass(frozen=True)
class Command:
    """What starts a server. No secret may stand in its arguments: they are visible to every user of the machine."""

    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)


class Server(ABC):
    """One kind of server. Subclasses say what is special to theirs; the order of things is here."""

    KIND: ClassVar[str]
    PORTS: ClassVar[int] = 1
    """How many ports it listens on; the first is the one that clients use."""
    SECRETS: ClassVar[tuple[str, ...]] = ("password",)
    """Names of the secrets that are generated for it."""
    STOP: ClassVar[signal.Signals] = signal.SIGTERM
    KEEPS_INPUTS: ClassVar[bool] = False
    """Whether a backup can hold its data, and one like it is to be made from there."""

    # What a subclass says

    def box(self, props: Props) -> Box:
        """Its box, which belongs to the user that it runs as."""
        return box_of(props)

    @abstractmethod
    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        """Makes the data directory where there is none, writes `conf`, and says what to start. Deletes nothing."""

    @abstractmethod
    def is_ready(self, box: Box, record: Record) -> bool:
        """Whether the server answers as itself (not just whether its port is open)."""

    def has_come_up(self, box: Box, record: Record) -> bool:
        """`is_ready`, asked while it starts. Raises `ServerError` where it knows that it never will be."""
        return self.is_ready(box, record)

    def ready_seconds(self, props: Props) -> float:  # noqa: ARG002
        """How long it may take to come up."""
        return READY_SECONDS

    def stop_seconds(self, props: Props) -> float:  # noqa: ARG002
        """How long it may take to end by itself."""
        return STOP_SECONDS

    def settle(self, box: Box, record: Record, props: Props) -> None:  # noqa: B027  many have nothing inside
        """Brings what is inside (databases, buckets, streams) to what the props say."""

    def reload(self, box: Box, record: Record, props: Props) -> bool:  # noqa: ARG002
        """Takes a changed configuration over without a restart; False when this server cannot."""
        return False

    def refuse(self, olds: Props, news: Props) -> Mapping[str, str]:  # noqa: ARG002
        """Changes that would lose data, by property, each with the safe way. `olds` is empty for a new resource,
        whose box may still be there from a lost state."""
        return {}

    def keeps(self, box: Box, props: Props) -> Sequence[Path]:  # noqa: ARG002
        """What stands on its disk once it has come up with these props, and without which its data is gone."""
        return ()

    def forget_data(self, box: Box, record: Record) -> None:  # noqa: ARG002
        """It begins anew: what is noted of data that is gone is no longer true."""
        record.facts = {}

    @abstractmethod
    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is public of the endpoint, and what is secret."""

    # What the dynamic provider calls

    def check(self, olds: Props, news: Props) -> list[CheckFailure]:
        from pulumi.dynamic import CheckFailure  # noqa: PLC0415  in the engine only: `infra-kit status` does without

        refused = {**(left_behind(olds, news) if olds else {}), **self.refuse(olds, news)}
        return [CheckFailure(field, text) for field, text in refused.items()]

    def changed(self, olds: Props, news: Props) -> bool:
        """A server that does not answer, or is not of today's build, counts as changed: every `up` brings it back."""
        if inputs_of(olds) != inputs_of(news):
            return True
        box = self.box(news)
        if not box.exists or box.process.pid is None or self.has_lost_data(box, olds):
            return True
        record = box.record
        current = record.made_with == _library() and record.program_stamp == _stamp(record.program)
        # Asked twice: one look that a busy machine answers too late is no change.
        return not (current and any(self.is_ready(box, record) for _ in range(2)))

    def ensure(self, props: Props, olds: Props | None = None) -> tuple[str, Props]:
        """The server as the props say: made if it is not there, started if it is down, changed if it differs."""
        box = self.box(props)
        if olds:
            self._follow(self.box(olds), box)
        before = olds or (box.record.inputs if box.exists else {})
        if self.has_lost_data(box, before or props):
            self._begin_anew(box, olds)
        wanted = props.get("port")
        record = box.open(self.KIND, self.PORTS, self.SECRETS, int(wanted) if wanted else None)
        record.stop, record.stop_seconds, record.made_with = self.STOP, self.stop_seconds(props), _library()
        record.inputs = inputs_of(props) if self.KEEPS_INPUTS else {}
        record.restored_of = str(props.get("restored_of") or "")  # what a program names is the stack's own
        if wanted and record.ports[0] != wanted:
            self._move_port(box, record, int(wanted))
        command = self.prepare(box, record, props)
        self._start(box, record, props, command)
        self.settle(box, record, props)
        public, private = self.outputs(box, record, props)
        # A look at what runs brings no null back: one in the state would be a change found at each `up`.
        told = {key: value for key, value in public.items() if value is not None}
        return f"{box.stack}/{box.name}", {**inputs_of(props), "public": told, "private": private}

    def read(self, resource_id: str, props: Props) -> Props | None:  # noqa: ARG002
        """What `refresh` sees: the resource is there as long as its data is; `changed` sees whether it answers."""
        box = self.box(props)
        if not box.exists:
            return None
        box.require_ours()
        if self.has_lost_data(box, props):
            return None
        return {key: value for key, value in props.items() if key != "__provider"}

    def delete(self, resource_id: str, props: Props) -> None:  # noqa: ARG002
        box = self.box(props)
        if not box.exists:
            return
        box.require_ours()
        self._stop(box)
        if not props["retain"]:
            box.destroy()

    def has_lost_data(self, box: Box, props: Props) -> bool:
        """Whether a server that has come up with these props would begin anew, empty: its record is there, its data
        not."""
        if not box.exists or box.was_put_aside or not box.record.started_with:
            return False
        return not all(kept.exists() for kept in self.keeps(box, props))

    # How it goes about it

    def _begin_anew(self, box: Box, olds: Props | None) -> None:
        """Whoever lets the engine forget it has given its data up; it keeps its ports and passwords."""
        if olds:
            raise ServerError(
                f"{box.name}: its data is gone from {box.data}, and an empty one would be made in its place. Bring it "
                "back (mount its disk, move or restore its data), then run this again. Or begin anew, with an empty "
                f"one: infra-kit up --allow-delete {box.name}. Nothing was changed."
            )
        box.require_ours()
        self._stop(box)
        record = box.record
        self.forget_data(box, record)
        record.started_with = ""
        box.save(record)

    def _start(self, box: Box, record: Record, props: Props, command: Command) -> None:
        program, digest = command.arguments[0], _digest(box, command)
        if box.process.pid is not None:
            upgraded = (record.program, record.program_stamp) != (program, _stamp(program))
            if upgraded or (record.started_with != digest and not self.reload(box, record, props)):
                self._stop(box)
        record.program, record.program_stamp, record.started_with = program, _stamp(program), digest
        box.save(record)

        def ready() -> bool:
            return self.has_come_up(box, record)

        # One that runs already may just be dying: it is given the chance to answer, then begun anew.
        seconds = self.ready_seconds(props)
        if box.process.pid is not None and box.process.comes_up(ready, seconds):
            return
        self._stop(box)
        ports.require_free(box.name, record.ports)
        box.process.start(command.arguments, command.environment, box.user)
        box.process.wait(ready, seconds)

    def _follow(self, old: Box, new: Box) -> None:
        if old.path != new.path and old.exists:
            old.require_ours()
            self._stop(old)
        take_along(old, new)

    def _move_port(self, box: Box, record: Record, port: int) -> None:
        ports.require_free(box.name, [port])
        self._stop(box)
        record.ports[0] = port
        box.save(record)

    def _stop(self, box: Box) -> None:
        box.process.stop(self.STOP, box.record.stop_seconds)


def took_over(box: Box, record: Record, command: Command) -> None:
    """The running server has the configuration that stands: it needs no restart for it."""
    record.started_with = _digest(box, command)
    box.save(record)


def take_along(old: Box, new: Box) -> None:
    """A renamed component (or stack) takes its data along. `check` has refused what could not be moved."""
    if old.path == new.path or not old.exists:
        return
    old.require_ours()
    new.path.parent.mkdir(mode=0o711, exist_ok=True)
    old.path.rename(new.path)


def box_of(props: Props) -> Box:
    return Box(Path(props["home"]), props["stack"], props["name"])


def inputs_of(props: Props) -> Props:
    return {key: value for key, value in props.items() if key not in NO_INPUTS and value is not None}


def left_behind(olds: Props, news: Props) -> dict[str, str]:
    """Data that would be left where it is while an empty server is made elsewhere."""
    old, new = box_of(olds), box_of(news)
    if old.path == new.path or not old.exists:
        return {}
    if old.home != new.home:
        return {
            "home": f"{new.name}: its data is in {old.path}, and is now looked for in {new.path}. Was INFRA_KIT_HOME "
            f"changed? Set it back, or move the data: infra-kit stop, then mv {old.path} {new.path}."
        }
    if new.exists:
        return {
            "name": f"{new.name}: it was renamed from {old.name}, but there is data of another server in {new.path}. "
            "Choose another name, or move that directory away."
        }
    return {}


def _digest(box: Box, command: Command) -> str:
    """Tells configurations apart: the command, its environment, and every file of `conf`."""
    parts = [repr(command)] + [file.read_text() for file in sorted(box.conf.iterdir()) if file.is_file()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _stamp(program: str) -> str:
    """Tells builds of a program apart; empty where it is gone."""
    try:
        file = Path(program).stat()
    except FileNotFoundError:
        return ""
    return f"{file.st_size} {file.st_mtime_ns}"


@cache
def _library() -> str:
    return version("infra-kit")
