"""One stack: its configuration file for the engine, its record in the backend, its state."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project, read_yaml, write_private
from infra_kit.errors import ConfigError, EngineError

ENCRYPTION_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")
KEYS = frozenset({"config", "environment", *ENCRYPTION_KEYS})
"""Of a stack's file, as Pulumi reads it (`ProjectStack` in pulumi/pulumi sdk/go/common/workspace/project.go)."""
SELDOM_COLLECTED = {"GOGC": "400"}
"""Of Go's garbage collector, for commands that end at once: a sixth of their time, for 4 MB. Not for the engine's runs,
whose plugins inherit it."""
RUN_MARK = "INFRA_KIT_RUN"
"""Set in the environment of every engine that infra_kit starts, so that an orphan is told from a user's `pulumi`."""


@dataclass(frozen=True)
class Stack:
    """A stack of a project, and the folder of the CLI that works on it."""

    project: Project
    name: str
    cli: Path

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of the engine's process."""
        streaming = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true", RUN_MARK: self.name}
        return os.environ | self.project.environment(self.cli) | streaming

    def prepare(self, progress: Progress) -> Path:
        """Creates the stack in the backend on first use, which is said; returns the configuration file for the engine.
        It is the one that is meant from now on where none is named, by plain `pulumi` too.
        """
        self.project.prepare()
        listed = self._listed()
        if self.name not in listed:
            self._check_left_behind()
            progress.note(f"{self.project.backend_shown} knows no stack {self.name}: all is made new.")
            self._create()
        if not listed.get(self.name):
            self.pulumi("stack", "select", self.name)
        return self.config_file()

    def _check_left_behind(self) -> None:
        """`backend.url` may have come to Pulumi.yaml after the stack's first `up`, or not have counted then."""
        folder = self.project.home / "state"
        state = folder / ".pulumi" / "stacks" / self.project.name / f"{self.name}.json"
        if self.project.backend_url and state.exists():
            raise EngineError(
                f"{self.project.backend_shown} knows no stack {self.name}, and {state} is one: all of it would be made "
                f"a second time. Nothing was changed. Take it there: `PULUMI_BACKEND_URL=file://{folder} pulumi stack "
                f"export --stack {self.name} --file {self.name}.json`, then `pulumi stack init {self.name}` and "
                f"`pulumi stack import --stack {self.name} --file {self.name}.json`. Or move the file away, to begin "
                "anew."
            )

    def exists(self) -> bool:
        """Whether the backend knows the stack."""
        return self.name in self._listed()

    def config_file(self) -> Path:
        """The file the engine runs with: the author's own, or a private copy of it that may take the salt.

        The engine writes `encryptionsalt:` into the file it is given. In a file under version control, which every
        developer shares while each has a passphrase of their own, that salt would be noise and a conflict.
        """
        own, copy = self.project.config_file(self.name), self.project.config_copy(self.name)
        if _is_only_a_copy(self.project, self.name):
            return copy
        content = read_config(self.project, self.name)
        if any(key in content for key in ENCRYPTION_KEYS):
            return own
        before = read_yaml(copy) if copy.exists() else {}
        kept = {key: before[key] for key in ENCRYPTION_KEYS if key in before}
        write_private(copy, yaml.safe_dump(content | kept, sort_keys=False))
        return copy

    def selected(self) -> str | None:
        """The stack that `pulumi stack select` chose for this project, if any."""
        self.project.prepare()
        return next((name for name, current in self._listed().items() if current), None)

    def updates(self) -> dict[str, datetime]:
        """The project's stacks in the backend that were ever deployed, and when each last was."""
        said = {name: entry.get("lastUpdate") for name, entry in self._entries().items()}
        return {name: datetime.fromisoformat(when) for name, when in said.items() if when}

    def forget(self) -> None:
        """Removes the stack's record from the backend, and the copy of its file. Raises EngineError where it still has
        resources."""
        self.pulumi("stack", "rm", self.name, "--yes", "--preserve-config")
        self.project.config_copy(self.name).unlink(missing_ok=True)

    def _listed(self) -> dict[str, bool]:
        """The project's stacks in the backend, and which of them is selected."""
        return {name: entry["current"] for name, entry in self._entries().items()}

    def _entries(self) -> dict[str, dict[str, Any]]:
        listed = json.loads(self.pulumi("stack", "ls", "--json"))
        return {entry["name"].rpartition("/")[2]: entry for entry in listed}

    def _create(self) -> None:
        """In a scratch folder, because `stack init` writes a salt beside the Pulumi.yaml it finds."""
        with tempfile.TemporaryDirectory(prefix="infra-kit-") as scratch:
            project = {"name": self.project.name, "runtime": "python"}
            (Path(scratch) / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
            self.pulumi("stack", "init", self.name, "--no-select", cwd=Path(scratch))

    def state(self, *, in_clear: bool = True) -> dict[str, Any]:
        """The stack's deployment, for the eyes of this process only: never to be printed whole.

        Args:
            in_clear: secrets are decrypted. Without, the engine takes half the time.
        """
        options = ["--show-secrets"] if in_clear else []
        return dict(json.loads(self.pulumi("stack", "export", *options, "--stack", self.name))["deployment"])

    def pulumi(self, *arguments: str, cwd: Path | None = None) -> str:
        """Runs one short command of the CLI and returns what it printed. Raises EngineError with its own words."""
        answer = subprocess.run(
            [self.cli / "pulumi", *arguments, "--non-interactive"],
            cwd=cwd or self.project.root,
            env=SELDOM_COLLECTED | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            words = (answer.stderr or answer.stdout).strip().removeprefix("error: ")
            raise EngineError(f"pulumi {' '.join(arguments[:2])} failed: {words}")
        return answer.stdout


def read_config(project: Project, stack: str) -> dict[str, Any]:
    """The stack's file as its author wrote it.

    Raises:
        ConfigError: there is none, with the stacks there are; or it has a key that Pulumi would ignore.
    """
    file = project.config_file(stack)
    if _is_only_a_copy(project, stack):
        raise ConfigError(
            f"the file of the stack {stack!r} is gone: {file}. Put it back: its last content is in "
            f"{project.config_copy(stack)}. `infra-kit status`, `stop` and `down --stack {stack}` work without it."
        )
    if not file.is_file():
        raise ConfigError(f"there is no stack {stack!r}. {_there_are(project)}{_make_one(file)}")
    content = read_yaml(file)
    _check_keys(file, content)
    return content


def _check_keys(file: Path, content: dict[str, Any]) -> None:
    for key in content:
        if key not in KEYS:
            raise ConfigError(
                f"{file}, line {_line(file, str(key))}: {key} is no key of a stack's file: Pulumi would ignore it. "
                f"Settings stand below `config:`; beside it there may be {', '.join(sorted(KEYS - {'config'}))}."
            )
    if not isinstance(content.get("config") or {}, dict):
        raise ConfigError(f"{file}, line {_line(file, 'config')}: config: a mapping (key: value) is needed.")


def _line(file: Path, key: str) -> int:
    """Where a key of the top stands."""
    top = yaml.compose(file.read_text(encoding="utf-8"), yaml.SafeLoader)
    keys = [at for at, _ in top.value] if isinstance(top, yaml.MappingNode) else []
    return next((at.start_mark.line + 1 for at in keys if at.value == key), 1)


def check_known(project: Project, stack: str) -> None:
    """For what can do without the stack's file where a run has left a copy of it. Raises as `read_config` does."""
    if not _is_only_a_copy(project, stack):
        read_config(project, stack)


def _is_only_a_copy(project: Project, stack: str) -> bool:
    return project.config_copy(stack).is_file() and not project.config_file(stack).is_file()


def place(project: Project, stack: str) -> str:
    """Where the stack runs and what it is for, as its configuration says: `local, development (default)`."""
    config = _settings(project, stack)
    target, environment = (config.get(f"infra-kit:{key}") for key in ("target", "environment"))
    unsaid = "no environment" if target not in {None, "local"} else "development (default)"
    return f"{target or 'local (default)'}, {environment or unsaid}"


def is_on(project: Project, stack: str, key: str) -> bool:
    """A setting that is on or off, off where nothing is said. Raises `ConfigError`."""
    given = setting(project, stack, key) or False
    if str(given).lower() not in {"true", "false"}:
        raise ConfigError(f"infra-kit:{key}: given {given!r}, allowed: true, false.")
    return str(given).lower() == "true"


def setting(project: Project, stack: str, key: str) -> Any:
    """What the stack's file, or the project's, says under `infra-kit:<key>`; None where neither does."""
    return _settings(project, stack).get(f"infra-kit:{key}")


def _settings(project: Project, stack: str) -> dict[str, Any]:
    read_config(project, stack)
    return _config(project.file) | _config(project.config_file(stack))


def _config(file: Path) -> dict[str, Any]:
    """The values under `config:`; in a project's file each may stand in a mapping of its own (`value: local`)."""
    values = read_yaml(file).get("config")
    if not isinstance(values, dict):
        return {}
    return {key: value.get("value") if isinstance(value, dict) else value for key, value in values.items()}


def choose(project: Project, asked: str | None, selected: str | None = None) -> str:
    """The stack to work on: the one asked for, else the only one, else the one selected in Pulumi."""
    if asked:
        return asked
    stacks = project.stacks()
    if len(stacks) == 1:
        return stacks[0]
    if selected in stacks:
        return str(selected)
    if not stacks:
        raise ConfigError(f"there is no stack. {_make_one(project.config_file(f'{project.name}-development'))}")
    raise ConfigError(f"which stack? Say --stack NAME. {_there_are(project).rstrip()}")


def _there_are(project: Project) -> str:
    stacks = project.stacks()
    return f"Stacks: {', '.join(stacks)}. " if stacks else ""


def _make_one(file: Path) -> str:
    return f"To make it, write {file}:\nconfig:\n  infra-kit:target: local\n  infra-kit:environment: development"
