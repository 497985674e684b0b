"""Target: where things run, and the one table from a target's name to its package."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

import pulumi

from infra_kit import features
from infra_kit.environments import Environment
from infra_kit.errors import (
    ConfigError,
    DriverMissingError,
    TargetNotInstalledError,
    UnknownTargetError,
)

if TYPE_CHECKING:
    from types import ModuleType

    from infra_kit._dynamic import Handler
    from infra_kit.settings import Settings

ENTRY_POINTS = "infra_kit.targets"
"""The entry-point group by which third parties add a target: `name = "their.package"`."""

_BUILT_IN = {
    "local": "infra_kit.providers.local",
    "vps": "infra_kit.providers.vps",
    "aws": "infra_kit.providers.aws",
    "gcp": "infra_kit.providers.gcp",
}


def packages() -> Mapping[str, str]:
    """Every target's name and the package of its drivers."""
    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)} | _BUILT_IN


@cache
def package(name: str) -> ModuleType:
    """The provider package of a target, imported now. Raises a `TargetError` that says how to get it."""
    home = _import(name, _address(name))
    missing = [need for need in getattr(home, "NEEDS", ()) if importlib.util.find_spec(need) is None]
    if missing:
        raise _not_installed(name, missing)
    return home


def _address(name: str) -> str:
    """Where a target's package is. The entry points of what is installed are only read for names that are not ours."""
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    known = packages()
    if name not in known:
        raise UnknownTargetError(f"there is no target {name!r}. Targets: {', '.join(sorted(known))}.")
    return known[name]


def _import(target: str, module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if target in _BUILT_IN and missing.name == module:
            raise DriverMissingError(
                f"the target {target!r} has no drivers in this version of infra-kit yet. "
                "Choose another target in infra-kit:target, or upgrade infra-kit."
            ) from None
        raise _not_installed(target, [str(missing.name)]) from missing


def _not_installed(target: str, missing: Sequence[str]) -> TargetNotInstalledError:
    way_out = (
        f"Run: pip install 'infra-kit[{target}]'"
        if target in _BUILT_IN
        else f"It is not a part of infra-kit: install what {_address(target)} asks for."
    )
    return TargetNotInstalledError(f"the target {target!r} needs {', '.join(missing)}, not installed here. {way_out}")


def load_driver(target: str, component: str) -> ModuleType:
    """The module that makes a component on a target."""
    drivers: Mapping[str, str] = package(target).DRIVERS
    if component not in drivers:
        raise DriverMissingError(
            f"the target {target!r} has no driver for {component!r} yet; it has: "
            f"{', '.join(sorted(drivers))}. Place this component on another target with target=Target(...)."
        )
    return _import(target, drivers[component])


def load_handler(target: str, component: str) -> Handler:
    """What stands behind a dynamic resource of a target (see `_dynamic`)."""
    module = importlib.import_module(f"{_address(target)}.servers.{component}")
    return cast("Handler", module.HANDLER)


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where components run, and how careful they are there.

    name:          `local`, `vps`, `aws`, `gcp`, or one that a third party registered.
    environment:   decides protection, backups and retention (see `environments`).
    app:           the product's name, for tags and physical names. Default: the Pulumi project's name.
    region:        the provider's own region name; None: the provider's configured default.
    tags:          put on everything beside app, environment, component and managed-by.
    settings:      the provider's typed settings, e.g. `LocalSettings(ports={"db": 5432})`.
    accepted_gaps: by component name, the features that may be left out on this target.
    """

    name: str
    environment: Environment = Environment.DEVELOPMENT
    app: str = ""
    region: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    settings: Settings | None = None
    accepted_gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _address(self.name)
        for component, gaps in self.accepted_gaps.items():
            for gap in gaps:
                if not features.is_known(gap):
                    raise ConfigError(
                        f"infra-kit:accepted-gaps: {component}: {gap!r} is not a feature. Features: "
                        f"{', '.join(sorted(features.PLAIN))}; with a value: "
                        f"{', '.join(f'{family}:…' for family in sorted(features.FAMILIES))}."
                    )

    def driver(self, component: str) -> ModuleType:
        """The module that makes `component` here."""
        return load_driver(self.name, component)

    @classmethod
    def from_config(cls) -> Target:
        """The stack's default target, read from the `infra-kit:` keys of its configuration.

        infra-kit:target (default local), environment (default development on local, else required), app, region,
        tags, accepted-gaps, and the provider's settings under its own name (`infra-kit:local: {ports: {db: 5432}}`).
        """
        config = pulumi.Config("infra-kit")
        name = config.get("target") or "local"
        home = package(name)
        return cls(
            name=name,
            environment=_environment(name, config.get("environment")),
            app=config.get("app") or pulumi.get_project(),
            region=config.get("region"),
            tags=_mapping(config, "tags"),
            settings=home.SETTINGS.parse(f"infra-kit:{name}", _mapping(config, name)),
            accepted_gaps=_accepted_gaps(_mapping(config, "accepted-gaps")),
        )


def _environment(target: str, given: str | None) -> Environment:
    allowed = ", ".join(Environment)
    if given is None and target != "local":
        raise ConfigError(
            f"infra-kit:environment is not set, and the target is {target!r}. Set it to one of {allowed}: "
            "it decides what is protected and backed up."
        )
    try:
        return Environment(given or Environment.DEVELOPMENT)
    except ValueError:
        raise ConfigError(f"infra-kit:environment: given {given!r}, allowed: {allowed}.") from None


def _accepted_gaps(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for component, gaps in given.items():
        if not isinstance(gaps, list):
            raise ConfigError(
                f"infra-kit:accepted-gaps: {component}: given {gaps!r}, a list of features is needed, e.g. [{gaps}]."
            )
    return {component: tuple(gaps) for component, gaps in given.items()}


def _mapping(config: pulumi.Config, key: str) -> dict[str, Any]:
    try:
        value = config.get_object(key) or {}
    except pulumi.ConfigTypeError:
        value = config.get(key)
    if not isinstance(value, dict):
        raise ConfigError(f"infra-kit:{key}: given {value!r}, a mapping is needed.")
    return value
