"""The host's own program: for each volume that has the label `infra-kit-logs`, it keeps what the containers say that
the `settings.json` in it names. Where nobody says anything of that kind, it waits.

It runs as root, as Docker's own log files are root's. Docker's log is read from the files that it writes: a container
never waits for whoever reads, and what was said while nobody did is still there, as long as Docker keeps it.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .asking import AskingError
from .collector import Collector, Open, Settings
from .lines import Said
from .sources import Position, Source

LABEL = "infra-kit-logs"
SETTINGS = "settings.json"
LOOKS_EVERY = 5.0
_RANDOM = re.compile(r"-[0-9a-f]{7}$")
"""What Pulumi adds to a name."""


class ContainerLog(Source):
    """What a container says, as Docker writes it down (https://docs.docker.com/engine/logging/drivers/json-file/)."""

    def __init__(self, path: Path, component: str, part: str, position: Position | None) -> None:
        self._component, self._part = component, part
        self._begun = ""
        super().__init__(path, position)

    def said(self, line: bytes) -> Said | None:
        """Docker cuts what is longer than 16 KiB: the last piece has the line's end."""
        try:
            found = json.loads(line)
            text, time = str(found["log"]), str(found["time"])
        except (ValueError, KeyError, TypeError):
            return Said(self._component, self._part, line.decode(errors="replace"))
        self._begun += text
        if not text.endswith("\n") and len(self._begun) < 2**20:
            return None
        whole, self._begun = self._begun.rstrip("\n"), ""
        return Said(self._component, self._part, whole, time)


@dataclass(frozen=True)
class Heard:
    """Whose containers are meant: those with these labels, of one of these components."""

    app: str
    environment: str
    components: frozenset[str]

    def find(self) -> Mapping[str, Open]:
        """Raises `subprocess.SubprocessError` where Docker does not tell of one that is there: it would count as gone,
        and what it said be kept once more."""
        ids = self._ids()
        fields = '{{.Id}}\t{{index .Config.Labels "component"}}\t{{.Name}}\t{{.LogPath}}'
        # One that has gone meanwhile is told of on the standard error, and the others all the same.
        listed = docker("inspect", f"--format={fields}", *ids, all_there=False) if ids else ""
        told = {it: rest for it, *rest in (line.split("\t") for line in listed.splitlines())}
        if (lacking := set(ids) - told.keys()) and (there := lacking & set(self._ids())):
            raise subprocess.SubprocessError(f"docker inspect does not tell of {', '.join(sorted(there))}")
        found: dict[str, Open] = {}
        for component, name, path in told.values():
            if component in self.components and path:
                part = _RANDOM.sub("", name.lstrip("/"))
                found[path] = partial(ContainerLog, Path(path), component, part)
        return found

    def _ids(self) -> list[str]:
        labels = {"managed-by": "infra-kit", "app": self.app, "environment": self.environment}
        chosen = [f"--filter=label={key}={value}" for key, value in labels.items()]
        return docker("ps", "--all", "--quiet", "--no-trunc", *chosen).split()


class Keeper:
    """What is kept in one volume, by settings that may change."""

    def __init__(self, folder: Path, text: bytes) -> None:
        self.generation = generation(text)
        told = json.loads(text)
        heard = Heard(told["app"], told["environment"], frozenset(told["of"]))
        self._collector = Collector(folder, Settings.of(self.generation, told, address), heard.find)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def lives(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._collector.run(self._ending)
        except (OSError, subprocess.SubprocessError):
            # A full disk, a Docker that starts anew: begun again from what was committed.
            traceback.print_exc()
        finally:
            self._ending.set()


def main() -> None:
    """For ever."""
    keepers: dict[Path, Keeper] = {}
    waits = threading.Event()
    while True:
        try:
            look(keepers)
        except (OSError, subprocess.SubprocessError):
            traceback.print_exc()
        waits.wait(LOOKS_EVERY)


def look(keepers: dict[Path, Keeper]) -> None:
    """Has each volume kept as its settings say now."""
    wanted = {folder: text for folder in volumes() if (text := _settings(folder)) is not None}
    for folder, keeper in list(keepers.items()):
        text = wanted.get(folder)
        if text is None or generation(text) != keeper.generation or not keeper.lives:
            keeper.stop()
            del keepers[folder]
    for folder in wanted.keys() - keepers.keys():
        keepers[folder] = Keeper(folder, wanted[folder])


def volumes() -> list[Path]:
    names = docker("volume", "ls", "--quiet", f"--filter=label={LABEL}").split()
    return [Path(docker("volume", "inspect", "--format={{.Mountpoint}}", name).strip()) for name in names]


def generation(settings: bytes) -> str:
    """Tells settings apart."""
    return hashlib.sha256(settings).hexdigest()[:16]


def address(container: str) -> str:
    """Where a container is reached from the host; the empty text where it does not run, which nobody answers at. Raises
    `AskingError` where Docker does not say."""
    fields = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    try:
        found = docker("inspect", f"--format={fields}", container, all_there=False).split()
    except (OSError, subprocess.SubprocessError) as error:
        raise AskingError(0, f"Docker does not say where {container} is: {error}") from None
    return found[0] if found else ""


def docker(*arguments: str, all_there: bool = True) -> str:
    command = ["docker", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=all_there, timeout=60)
    return done.stdout


def _settings(folder: Path) -> bytes | None:
    try:
        return (folder / SETTINGS).read_bytes()
    except FileNotFoundError:
        return None
