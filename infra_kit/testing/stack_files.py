"""The configuration of a real stack, for recording its program with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_kit.engine.project import Project, read_yaml
from infra_kit.errors import ConfigError


@dataclass(frozen=True)
class StackFile:
    """What stands in a `Pulumi.<stack>.yaml`."""

    project: str
    config: dict[str, Any]
    secrets: frozenset[str]
    """The keys whose values are encrypted: a recording gets the text `[secret]` instead."""


def read(stack: str, start: Path) -> StackFile:
    """The file of a stack of the project that `start` is in. Raises `ConfigError` where there is none."""
    project = Project.find(start)
    file = project.config_file(stack)
    if not file.is_file():
        there = ", ".join(project.stacks()) or "none"
        raise ConfigError(f"there is no {file.name} in {project.config_dir}; stacks with a file: {there}.")
    config = read_yaml(file).get("config") or {}
    secrets = frozenset(key for key, value in config.items() if isinstance(value, dict) and "secure" in value)
    return StackFile(project.name, config | dict.fromkeys(secrets, "[secret]"), secrets)
