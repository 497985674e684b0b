"""A project's program, run offline: what `pulumi up` would make, without CLI, plugins, credentials, network."""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TextIO

import pulumi

from infra_kit._program import Made
from infra_kit.engine.config_hints import set_in_full
from infra_kit.engine.project import Project, read_yaml
from infra_kit.errors import ConfigError, InfraKitError, ProgramError
from infra_kit.planning import configuration
from infra_kit.planning.answers import Answers
from infra_kit.planning.configuration import Configuration
from infra_kit.recording import Recording, Resource, record


@dataclass(frozen=True)
class Planned:
    """What a stack would be."""

    configuration: Configuration
    recording: Recording
    assumed: tuple[str, ...]
    """What was made up where only a cloud, another stack or the stack's owner knows, each in words."""

    @property
    def stack(self) -> str:
        return self.configuration.stack

    @property
    def resources(self) -> tuple[Resource, ...]:
        return self.recording.resources

    @property
    def components(self) -> tuple[Made, ...]:
        return self.recording.components

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    @cached_property
    def component_of(self) -> Mapping[str, str]:
        """By the URN of a resource, the name of the component of ours that it is a part of (its nearest), or is."""
        ours = {(it.type, it.name) for it in self.components}
        found: dict[str, str] = {}
        for resource in self.resources:
            here: Resource | None = resource
            while here and (here.type, here.name) not in ours:
                here = self.by_urn.get(here.parent or "")
            if here:
                found[resource.urn] = here.name
        return found


def plan(project: Project, stack: str, settings: Sequence[str] = (), answers: Answers | None = None) -> Planned:
    """Runs the program of a stack, with `settings` laid over its configuration (see `configuration.read`).

    Args:
        answers: what was recorded of provider functions and other stacks; the rest is made up, and told.

    Raises:
        ProgramError: the program failed, with its own words and the place in its file.
    """
    return run(configuration.read(project, stack, settings), answers or Answers())


def run(config: Configuration, answers: Answers) -> Planned:
    """Runs the program with a configuration; again, with a secret that it missed."""
    program = program_of(config.project)
    folder = program if program.is_dir() else config.project.root
    answers = answers.of(config.values)
    with _as_pulumi_does(folder, program), answers.of_references():
        try:
            recording = record(
                lambda: runpy.run_path(str(program), run_name="__main__"),
                stack=config.stack,
                project=config.project.name,
                config=config.values,
                secrets=config.secrets,
                unknown=answers,
            )
        except (Exception, SystemExit) as error:
            if filled := configuration.filled_in(config, error):
                return run(filled, answers)
            raise ProgramError(set_in_full(_said(error, config.project.root), config.stack)) from error
    configuration.check_read(config, recording.read)
    return Planned(config, recording, tuple(_assumed(config, recording, answers)))


def _assumed(config: Configuration, recording: Recording, answers: Answers) -> Iterator[str]:
    if not config.get("target"):
        yield f"the target is local: nobody has said infra-kit:target, in Pulumi.{config.stack}.yaml or for all stacks"
    yield from (f"the setting {path}, which nobody has set yet" for path in config.assumed)
    yield from sorted(answers.assumed)
    yield from _told(recording)


def _told(recording: Recording) -> Iterator[str]:
    """What the program says of a resource that only stands in the plan: by type, with the first value of each."""
    said = [*recording.warnings, *(note for notes in recording.notes.values() for note in notes)]
    types: dict[str, str] = {}
    for resource in recording.resources:
        if resource.request.custom:
            own = set(_texts(resource.inputs))
            made_up = (value for value in _texts(resource.outputs) if value not in own)
            found = next((value for value in made_up if any(value in each for each in said)), None)
            if found:
                types.setdefault(resource.type, found)
    for type_, value in types.items():
        yield f"what {type_} answers, {value} among it: the real one is known when it stands"


_SHORTEST = 8
"""Of a made-up text that is looked for in a message: a shorter one may be there by chance."""


def _texts(value: object) -> Iterator[str]:
    match value:
        case str() if len(value) >= _SHORTEST:
            yield value
        case Mapping():
            yield from (text for item in value.values() for text in _texts(item))
        case list() | tuple():
            yield from (text for item in value for text in _texts(item))


def program_of(project: Project) -> Path:
    """The program of a project: `main` of Pulumi.yaml, a folder with a `__main__.py` or a file; default: the root."""
    given = project.root / str(read_yaml(project.file).get("main") or ".")
    if given.is_file() or (given / "__main__.py").is_file():
        return given.resolve()
    raise ConfigError(f"{project.file}: main: there is no program: {given} is no file, and has no __main__.py.")


class _Labelled(io.TextIOBase):
    """What a program prints, each line told from our own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._begins = stream, True

    def write(self, text: str) -> int:
        for line in text.splitlines(keepends=True):
            self._stream.write(f"program: {line}" if self._begins else line)
            self._begins = line.endswith("\n")
        return len(text)

    def flush(self) -> None:
        self._stream.flush()


@contextlib.contextmanager
def _as_pulumi_does(folder: Path, program: Path) -> Iterator[None]:
    """The working folder, path and arguments that a program finds. What it printed goes beside our own results.

    Its modules are forgotten afterwards: a module that makes resources when it is imported makes them in every run.
    """
    here, path, argv, known = Path.cwd(), list(sys.path), sys.argv, set(sys.modules)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    sys.argv = [str(program)]
    try:
        with contextlib.redirect_stdout(_Labelled(sys.stderr)):
            yield
    finally:
        os.chdir(here)
        sys.path[:], sys.argv = path, argv
        for name in set(sys.modules) - known:
            if _is_of(sys.modules[name], folder):
                del sys.modules[name]


def _is_of(module: object, folder: Path) -> bool:
    """Whether a module is one of the program's own, and no library's that is installed below its folder."""
    file = getattr(module, "__file__", None)
    if not file or "site-packages" in file or Path(file).is_relative_to(_LIBRARY):
        return False
    return Path(file).resolve().is_relative_to(folder)


_LIBRARY = Path(__file__).parents[1]


def _said(error: BaseException, root: Path) -> str:
    """A failure in its own words, and the place in the user's own files."""
    said = str(error) if isinstance(error, InfraKitError | pulumi.RunError) else f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}\n  at {error.filename}, line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename, root)]
    return f"{said}\n  at {frames[-1].filename}, line {frames[-1].lineno}" if frames else said


def _is_own(file: str, root: Path) -> bool:
    path = Path(file)
    return path.is_relative_to(root) and "site-packages" not in path.parts and not path.is_relative_to(_LIBRARY)
