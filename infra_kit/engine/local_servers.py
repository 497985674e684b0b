"""The servers of the local target, if its packages are installed: what runs, and how to stop it without the engine."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError


class ServerStatus(Protocol):
    """One server, as `infra_kit.providers.local.inventory` describes it."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    @property
    def running(self) -> bool: ...
    @property
    def data(self) -> Path: ...
    @property
    def log(self) -> Path: ...
    @property
    def has_program(self) -> bool: ...
    @property
    def died(self) -> bool: ...
    @property
    def orphaned(self) -> bool: ...
    @property
    def done(self) -> bool: ...


class Alert(Protocol):
    """A rule for one component, as `infra_kit.providers.local.alerts_file` describes it."""

    @property
    def rule(self) -> str: ...
    @property
    def component(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def says(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def since(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def fires(self) -> str: ...


class AlertsStatus(Protocol):
    """What Alerts say, as `infra_kit.providers.local.inventory` describes it."""

    @property
    def name(self) -> str: ...
    @property
    def running(self) -> bool: ...
    @property
    def died(self) -> bool: ...
    @property
    def checked(self) -> str: ...
    @property
    def alerts(self) -> Sequence[Alert]: ...


class Kept(Protocol):
    """Lines that Logs keep, as `infra_kit.providers.local.kept_lines` describes them."""

    @property
    def lines(self) -> Sequence[str]: ...
    @property
    def folders(self) -> Sequence[Path]: ...


class _Inventory(Protocol):
    def servers(self, stack: str, home: Path, project: Path) -> Sequence[ServerStatus]: ...
    def alerts(self, stack: str, home: Path, project: Path) -> Sequence[AlertsStatus]: ...
    def kept(self, stack: str, home: Path, whose: tuple[str, str], most: int, project: Path) -> Kept: ...
    def stop(self, stack: str, home: Path, project: Path) -> Sequence[str]: ...


def servers(project: Project, stack: str) -> Sequence[ServerStatus]:
    """The stack's servers on this machine, running or stopped; none on another target."""
    inventory = _inventory()
    return inventory.servers(stack, home(project), project.root) if inventory else []


def alerts(project: Project, stack: str) -> Sequence[AlertsStatus]:
    """What the stack's Alerts on this machine say; none on another target."""
    inventory = _inventory()
    return inventory.alerts(stack, home(project), project.root) if inventory else []


def kept(project: Project, stack: str, whose: tuple[str, str], most: int) -> Kept:
    """The last lines that the stack's Logs on this machine keep of a component and of a class; of all components where
    a Logs is named. Raises `ConfigError`."""
    if (inventory := _inventory()) is None:
        raise ConfigError(f"--class {whose[1]}: nothing of {stack} runs on this machine.")
    return inventory.kept(stack, home(project), whose, most, project.root)


def stop(project: Project, stack: str) -> Sequence[str]:
    """Stops the stack's servers on this machine, keeps their data, and returns their names."""
    inventory = _inventory()
    return inventory.stop(stack, home(project), project.root) if inventory else []


def _inventory() -> _Inventory | None:
    try:
        return cast(_Inventory, importlib.import_module("infra_kit.providers.local.inventory"))
    except ModuleNotFoundError:
        return None  # the extra `local` is not installed, so no server of it runs


def home(project: Project) -> Path:
    """Where the servers of a project keep their data."""
    homes = importlib.import_module("infra_kit.providers.local.home")
    return cast(Path, homes.of_project(project.root))
