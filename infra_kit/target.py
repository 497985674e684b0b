"""Target: where things run, and the one table from a target's name to its package."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, cast

import pulumi

from infra_kit import _configuration, features, naming
from infra_kit._installation import pip_install
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
    "cloudflare": "infra_kit.providers.cloudflare",
}

EVERYWHERE = {"external_service": "infra_kit.providers.common.external_service"}
"""What makes nothing on any target has one driver for all of them, third parties' too."""


def packages() -> Mapping[str, str]:
    """Every target's name and the package of its drivers."""
    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)} | _BUILT_IN


def third_parties() -> frozenset[str]:
    """The names of the targets that others have registered."""
    return frozenset(packages()) - _BUILT_IN.keys()


@cache
def package(name: str) -> ModuleType:
    """The provider package of a target, imported now. Raises a `TargetError` that says how to get it."""
    home = _import(name, _address(name))
    if missing := _missing(getattr(home, "NEEDS", ())):
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
        f"Run: {pip_install(target)}"
        if target in _BUILT_IN
        else f"It is not a part of infra-kit: install what {_address(target)} asks for."
    )
    return TargetNotInstalledError(f"the target {target!r} needs {', '.join(missing)}, not installed here. {way_out}")


def load_driver(target: str, component: str) -> ModuleType:
    """The module that makes a component on a target."""
    drivers: Mapping[str, str] = package(target).DRIVERS
    if component in EVERYWHERE and component not in drivers:
        return _import(target, EVERYWHERE[component])
    if component not in drivers:
        raise DriverMissingError(
            f"the target {target!r} has no driver for {component!r} yet; it has: "
            f"{', '.join(sorted(drivers))}. Place this component on another target with target=Target(...)."
        )
    return _import(target, drivers[component])


def load_handler(target: str, component: str) -> Handler:
    """What stands behind a dynamic resource of a target (see `_dynamic`). Raises `TargetNotInstalledError` where it
    needs an extra of its own (`EXTRAS` of the target's package) that is not here."""
    home = _address(target)
    extra, needs = getattr(importlib.import_module(home), "EXTRAS", {}).get(component, (target, ()))
    if missing := _missing(needs):
        what = f"a {component.removesuffix('_user')} on the target {target!r}"
        raise TargetNotInstalledError(
            f"{what} needs {', '.join(missing)}, not installed here. Run: {pip_install(extra)}"
        )
    return cast("Handler", importlib.import_module(f"{home}.servers.{component}").HANDLER)


def _missing(needs: Sequence[str]) -> Sequence[str]:
    return [need for need in needs if importlib.util.find_spec(need) is None]


def load_tunnels(target: str) -> ModuleType | None:
    """What opens a way to the target's private addresses (`infra-kit connect`); None where there are none to open."""
    module: str | None = getattr(package(target), "TUNNELS", None)
    return _import(target, module) if module else None


def load_by_hand(target: str) -> ModuleType | None:
    """What takes and restores copies by hand on a target (`infra-kit backup`); None where nothing does."""
    module: str | None = getattr(package(target), "BY_HAND", None)
    return _import(target, module) if module else None


def load_panel_plan(target: str) -> ModuleType | None:
    """What brings a Panel the plan of its stack; None where none needs it brought."""
    module: str | None = getattr(package(target), "PANEL_PLAN", None)
    return _import(target, module) if module else None


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where components run, and how careful they are there. What is None is read from the stack's configuration.

    name:          `local`, `vps`, `aws`, `gcp`, or one that a third party registered.
    environment:   decides protection, backups and retention (see `environments`). Unsaid: development on local;
                   elsewhere a `ConfigError`.
    app:           the product's name, for tags and physical names. Unsaid: the Pulumi project's name.
    region:        the provider's own region name. `infra-kit:region` is that of `infra-kit:target` only. Unsaid: the
                   provider's configured default.
    alias:         tells this target from another of the same name in one program (a second host, region or account):
                   names its provider and its default network. Unsaid: the target's name.
    tags:          put on everything beside app, environment, component and managed-by.
    settings:      the provider's typed settings, e.g. `LocalSettings(ports={"db": 5432})`; `infra-kit:<name>`.
    accepted_gaps: by component name, the features that may be left out on this target.
    """

    name: str
    environment: Environment | None = None
    app: str | None = None
    region: str | None = None
    alias: str | None = None
    tags: Mapping[str, str] | None = field(default=None, hash=False)
    settings: Settings | None = field(default=None, hash=False)
    accepted_gaps: Mapping[str, tuple[str, ...]] | None = field(default=None, hash=False)

    def __post_init__(self) -> None:
        _address(self.name)
        if self.alias is not None:
            naming.check("Target: alias", self.alias)
        for component, gaps in (self.accepted_gaps or {}).items():
            for gap in gaps:
                if not features.is_known(gap):
                    raise ConfigError(
                        f"infra-kit:accepted-gaps: {component}: {gap!r} is not a feature. Features: "
                        f"{', '.join(sorted(features.PLAIN))}; with a value: "
                        f"{', '.join(f'{family}:…' for family in sorted(features.FAMILIES))}."
                    )

    @property
    def key(self) -> str:
        """What it is called in a program: its alias, else its name."""
        return self.alias or self.name

    def driver(self, component: str) -> ModuleType:
        """The module that makes `component` here."""
        return load_driver(self.name, component)

    @classmethod
    def from_config(cls) -> ResolvedTarget:
        """The stack's default target, read from the `infra-kit:` keys of its configuration.

        infra-kit:target (default local), environment (default development on local, else required), app, region,
        tags, accepted-gaps, and the provider's settings under its own name (`infra-kit:local: {ports: {db: 5432}}`).
        """
        return resolve(default())


@dataclass(frozen=True, kw_only=True)
class ResolvedTarget(Target):
    """A target with every default filled in: what components and drivers get."""

    environment: Environment
    app: str
    tags: Mapping[str, str] = field(hash=False)
    settings: Settings = field(hash=False)
    accepted_gaps: Mapping[str, tuple[str, ...]] = field(hash=False)

    @property
    def place(self) -> tuple[str, str | None, Settings]:
        """What two targets must share for their components to share a network."""
        return self.name, self.region, self.settings

    @property
    def is_on_the_internet(self) -> bool:
        """Whether what is here is reached from everywhere, by who has its keys: no network leads there."""
        return bool(getattr(package(self.name), "ON_THE_INTERNET", False))

    @property
    def pulumi_package(self) -> str | None:
        """The Pulumi package that makes most of what is here; None where none does."""
        name: str | None = getattr(package(self.name), "PULUMI_PACKAGE", None)
        return name

    def providers(self) -> Sequence[pulumi.ProviderResource]:
        """Pulumi providers made for this target; none where the ambient configuration says it all."""
        module = getattr(package(self.name), "PROVIDERS", None)
        made: Sequence[pulumi.ProviderResource] = _import(self.name, module).create(self) if module else ()
        return made


def resolve(target: Target) -> ResolvedTarget:
    """The target with what it leaves unsaid taken from the stack's configuration."""
    settings = _settings(target)
    config = _configuration.read()
    here = config.get("region") if target.name == (config.get("target") or "local") else None
    gaps = target.accepted_gaps
    return ResolvedTarget(
        name=target.name,
        environment=Environment(target.environment or _configuration.environment(target.name)),
        app=target.app or config.get("app") or pulumi.get_project(),
        region=target.region or here,
        alias=target.alias,
        tags=target.tags if target.tags is not None else _configuration.mapping("tags"),
        settings=settings,
        accepted_gaps=gaps if gaps is not None else _configuration.accepted_gaps(),
    )


def default() -> Target:
    """The stack's default target, of which the rest is unsaid."""
    return Target(name=_configuration.read().get("target") or "local")


def _settings(target: Target) -> Settings:
    wanted: type[Settings] = package(target.name).SETTINGS
    if target.settings is None:
        return wanted.parse(f"infra-kit:{target.name}", _configuration.mapping(target.name))
    if not isinstance(target.settings, wanted):
        raise ConfigError(
            f"Target(name={target.name!r}): settings: given {type(target.settings).__name__}, "
            f"{wanted.__name__} is needed."
        )
    return target.settings


def check_keys() -> None:
    """Refuses a key below `infra-kit:` that nothing reads: it is misspelt, and what it was to say is not said."""
    for key in _configuration.unknown_keys(_configuration.KEYS):
        known = _configuration.KEYS | packages().keys()
        if key not in known:
            raise _configuration.refuse_key(key, known)
