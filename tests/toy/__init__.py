"""A small Pulumi project in a folder of a test's own, driven through the real `infra-kit` command and engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests import caller

PROGRAM = Path(__file__).parent / "program"
STACK = "toy-development"
INFRA_KIT = Path(sys.executable).with_name("infra-kit")
SECONDS = 180


@dataclass
class Toy:
    """A project with one stack, and what its servers wrote."""

    root: Path
    cli: Path
    extra: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path, cli: Path) -> Toy:
        """Lays the project out in an empty folder."""
        (root / ".gitignore").write_text(".infra-kit/\nlog\nserver-*\ngate-*\n")
        (root / "stacks").mkdir()
        toy = cls(root, cli)
        toy.interpret_with(Path(sys.prefix))
        toy.configure()
        return toy

    def copy(self, root: Path) -> Toy:
        """Another one that stands as this one does: nothing of a toy says where it is."""
        return replace(self, root=shutil.copytree(self.root, root))

    def interpret_with(self, virtualenv: Path) -> None:
        """Writes the project's file: which virtual environment the engine runs Python in."""
        interpreter = {"name": "python", "options": {"toolchain": "pip", "virtualenv": str(virtualenv)}}
        project = {"name": "toy", "runtime": interpreter, "main": str(PROGRAM), "stackConfigDir": "stacks"}
        (self.root / "Pulumi.yaml").write_text(json.dumps(project))

    @property
    def config(self) -> Path:
        return self.root / "stacks" / f"Pulumi.{STACK}.yaml"

    def configure(self, *names: str, size: str = "1", **more: str) -> None:
        """Writes the stack's file: which components there are, and of which size."""
        values = {"toy:names": list(names or ("db",)), "toy:size": size}
        values |= {f"toy:{key}": value for key, value in more.items()}
        self.config.write_text(json.dumps({"config": values}))

    @property
    def environment(self) -> Mapping[str, str]:
        return caller.environment(self.cli, TOY_FOLDER=str(self.root), **self.extra)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `infra-kit …` to its end."""
        return self.shell(str(INFRA_KIT), *arguments)

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs plain `pulumi …` as the README says: after `eval "$(infra-kit env)"`."""
        script = f'eval "$({INFRA_KIT} env)" && exec pulumi "$@" --non-interactive --stack {STACK}'
        return self.shell("bash", "-c", script, "pulumi", *arguments)

    def shell(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `infra-kit …`; its standard error, where it says what it does, can be read line by line."""
        return subprocess.Popen(
            [INFRA_KIT, *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def gate(self, name: str) -> Path:
        """From now on, `create` of that server waits until somebody opens this for writing and closes it again."""
        fifo = self.root / f"gate-{name}-server"
        os.mkfifo(fifo)
        return fifo

    @property
    def log(self) -> list[str]:
        """What the servers were told: `begin db-server`, `create db-server`, `adopt …`, `delete …`."""
        file = self.root / "log"
        return file.read_text().splitlines() if file.exists() else []

    def state(self) -> bytes:
        """The stack's record in the backend, as it is on the disk."""
        return (self.root / ".infra-kit" / "state" / ".pulumi" / "stacks" / "toy" / f"{STACK}.json").read_bytes()
