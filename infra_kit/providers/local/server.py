"""The life of a server: made, adopted, restarted or changed in place by one idempotent `ensure`; never replaced."""

from __future__ import annotations

import hashlib
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pulumi.dynamic import CheckFailure

from infra_kit._dynamic import Props
from infra_kit.providers.local import ports
from infra_kit.providers.local.box import Box, Record

OUTPUTS = ("public", "private")
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

    # What a subclass says

    @abstractmethod
    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        """Makes the data directory where there is none, writes `conf`, and says what to start. Deletes nothing."""

    @abstractmethod
    def is_ready(self, box: Box, record: Record) -> bool:
        """Whether the server answers as itself (not just whether its port is open)."""

    def settle(self, box: Box, record: Record, props: Props) -> None:  # noqa: B027  many have nothing inside
        """Brings what is inside (databases, buckets, streams) to what the props say."""

    def reload(self, box: Box, record: Record, props: Props) -> bool:  # noqa: ARG002
        """Takes a changed configuration over without a restart; False when this server cannot."""
        return False

    def refuse(self, olds: Props, news: Props) -> Mapping[str, str]:  # noqa: ARG002
        """Changes that would lose data, by property, each with the safe way."""
        return {}

    @abstractmethod
    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is public of the endpoint, and what is secret."""

    # What the dynamic provider calls

    def check(self, olds: Props, news: Props) -> list[CheckFailure]:
        if not olds:
            return []
        refused = {**_left_behind(olds, news), **self.refuse(olds, news)}
        return [CheckFailure(field, text) for field, text in refused.items()]

    def changed(self, olds: Props, news: Props) -> bool:
        """A server that does not answer counts as changed, so that every `up` brings it back."""
        inputs = {key: value for key, value in news.items() if key != "__provider"}
        if any(olds.get(key) != value for key, value in inputs.items()):
            return True
        box = box_of(news)
        return not (box.exists and box.process.pid is not None and self.is_ready(box, box.record))

    def ensure(self, props: Props) -> tuple[str, Props]:
        """The server as the props say: made if it is not there, started if it is down, changed if it differs."""
        box = box_of(props)
        wanted = props.get("port")
        record = box.open(self.KIND, self.PORTS, self.SECRETS, int(wanted) if wanted else None)
        if wanted and record.ports[0] != wanted:
            self._move(box, record, int(wanted))
        command = self.prepare(box, record, props)
        self._start(box, record, props, command)
        self.settle(box, record, props)
        public, private = self.outputs(box, record, props)
        inputs = {key: value for key, value in props.items() if key != "__provider"}
        return f"{box.stack}/{box.name}", {**inputs, "public": public, "private": private}

    def read(self, resource_id: str, props: Props) -> Props | None:  # noqa: ARG002
        """What `refresh` sees: the resource is there as long as its data is; `changed` sees whether it answers."""
        return {key: value for key, value in props.items() if key != "__provider"} if box_of(props).exists else None

    def delete(self, resource_id: str, props: Props) -> None:  # noqa: ARG002
        box = box_of(props)
        if not box.exists:
            return
        box.process.stop(self.STOP)
        if not props["retain"]:
            box.destroy()

    # How it goes about it

    def _start(self, box: Box, record: Record, props: Props, command: Command) -> None:
        digest = _digest(box, command)
        if box.process.pid is not None and record.started_with != digest and not self.reload(box, record, props):
            box.process.stop(self.STOP)
        record.started_with = digest
        box.save(record)

        def ready() -> bool:
            return self.is_ready(box, record)

        # One that runs already may just be dying: it is given the chance to answer, then begun anew.
        if box.process.pid is not None and box.process.comes_up(ready, READY_SECONDS):
            return
        box.process.stop(self.STOP)
        ports.require_free(box.name, record.ports)
        box.process.start(command.arguments, command.environment, box.user)
        box.process.wait(ready, READY_SECONDS)

    def _move(self, box: Box, record: Record, port: int) -> None:
        ports.require_free(box.name, [port])
        box.process.stop(self.STOP)
        record.ports[0] = port
        box.save(record)


def box_of(props: Props) -> Box:
    return Box(Path(props["home"]), props["stack"], props["name"])


def _left_behind(olds: Props, news: Props) -> dict[str, str]:
    """A server is looked for where its home, stack and name say: were they changed, an empty one would be made."""
    old, new = box_of(olds), box_of(news)
    if old.path == new.path or not old.exists:
        return {}
    return {
        "home": f"{new.name}: its data is in {old.path}, and is now looked for in {new.path}. Was INFRA_KIT_HOME or "
        f"the stack's name changed? Set it back, or move the data: infra-kit stop, then mv {old.path} {new.path}."
    }


def _digest(box: Box, command: Command) -> str:
    """Tells configurations apart: the program's build, the command, its environment, and every file of `conf`."""
    program = Path(command.arguments[0]).stat()
    parts = [repr(command), f"{program.st_size} {program.st_mtime_ns}"] + [
        file.read_text() for file in sorted(box.conf.iterdir()) if file.is_file()
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
