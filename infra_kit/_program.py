"""What one run of a Pulumi program remembers: its default target, its components' names, its networks.

Kept by the current monitor, because a module global would be shared by programs that the Automation API runs in
threads, and because `set_mocks` keeps the old root stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pulumi
import pulumi.runtime

from infra_kit import _configuration, naming
from infra_kit.errors import ConfigError, DuplicateNameError, EngineError
from infra_kit.target import ResolvedTarget, Target, check_keys, default, resolve

if TYPE_CHECKING:
    from infra_kit.components.network import Network

CHILD = "child of"


@dataclass
class Program:
    """The memory of one program run."""

    names: dict[str, str] = field(default_factory=dict)
    networks: dict[object, Network] = field(default_factory=dict)
    """The default networks, by the key of their target or by the provider that the user chose."""
    targets: dict[str, ResolvedTarget] = field(default_factory=dict)
    providers: dict[str, Sequence[pulumi.ProviderResource]] = field(default_factory=dict)
    _default: ResolvedTarget | None = None
    _checked: bool = False

    @property
    def default_target(self) -> ResolvedTarget:
        if self._default is None:
            self._default = self.resolve(default())
        return self._default

    def resolve(self, target: Target) -> ResolvedTarget:
        """The target, with what it leaves unsaid filled in. The first time, the stack's keys are checked too."""
        if not self._checked:
            check_keys()
            self._checked = True
        return resolve(target)

    def providers_of(self, target: ResolvedTarget) -> Sequence[pulumi.ProviderResource]:
        """The target's Pulumi providers, made once a program."""
        self._check_key(target)
        if target.key not in self.providers:
            self.providers[target.key] = target.providers()
        return self.providers[target.key]

    def made(self, provider: pulumi.ProviderResource | None) -> bool:
        """Whether a provider is one of those that were made for a target."""
        return any(provider is own for made in self.providers.values() for own in made)

    def _check_key(self, target: ResolvedTarget) -> None:
        """Two places under one key would share a network and a provider: one of them is then not where it was asked."""
        known = self.targets.setdefault(target.key, target)
        if known.place != target.place:
            raise ConfigError(
                f"Target(name={target.name!r}): this program has two targets called {target.key!r}, which differ in "
                "region or settings. Give one of them an alias, e.g. Target("
                f"name={target.name!r}, alias='{target.key}-2', …): it names its network and its provider."
            )

    def unused_gaps(self) -> list[str]:
        """The names for which the stack accepts gaps, and which no component has."""
        components = {name for name, kind in self.names.items() if not kind.startswith(CHILD)}
        return sorted(_configuration.accepted_gaps().keys() - components) if components else []

    def claim(self, component: str, name: str) -> None:
        """Takes a name for a component; each name stands once in a stack, whatever the component."""
        if name in self.names:
            raise DuplicateNameError(
                f"{component} {name!r}: this stack already has a {self.names[name]} called {name!r}. "
                "Names are unique in a stack (gaps, data and addresses are kept by name): choose another."
            )
        self.names[name] = component


_programs: WeakKeyDictionary[object, Program] = WeakKeyDictionary()


def current() -> Program:
    """The memory of the program that runs now."""
    monitor = pulumi.runtime.settings.get_monitor()
    if monitor is None:
        raise EngineError(
            "no Pulumi program is running: components are made by one. Run it with `infra-kit up` or `pulumi up`; in a "
            "test, with infra_kit.testing.record(program)."
        )
    return _programs.setdefault(monitor, Program())


def default_network(target: ResolvedTarget, provider: pulumi.ProviderResource | None = None) -> Network:
    """The target's own private network: one a program, under a fixed name; of a provider that the user chose (another
    region, another account), that provider's own."""
    from infra_kit.components.network import Network  # noqa: PLC0415  components know this module

    networks = current().networks
    key = provider or target.key
    if key not in networks:
        owner = f"{target.key}-{provider.pulumi_resource_name}" if provider else target.key
        opts = pulumi.ResourceOptions(provider=provider)
        networks[key] = Network(naming.child(naming.fit(owner, len("-network")), "network"), target=target, opts=opts)
    return networks[key]
