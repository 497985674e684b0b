"""What one run of a Pulumi program remembers: its default target, its components' names, its networks.

Kept by the current monitor, because a module global would be shared by programs that the Automation API runs in
threads, and because `set_mocks` keeps the old root stack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary

import pulumi
import pulumi.runtime

from infra_kit import _configuration, naming
from infra_kit.errors import ConfigError, DuplicateNameError, EngineError
from infra_kit.target import ResolvedTarget, Target, check_keys, default, resolve

if TYPE_CHECKING:
    from infra_kit.components.network import Network
    from infra_kit.features import Feature
    from infra_kit.spec import Spec

T = TypeVar("T")
CHILD = "child of"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A component that a program made: what it was asked for, and where it stands."""

    name: str
    type: str
    """Its type token: `infra-kit:index:Postgres`."""
    spec: Spec
    """What it is: without what its target lacks."""
    left_out: Mapping[Feature, str]
    """What was asked for too and its target lacks, with why that may be left out."""
    target: ResolvedTarget
    stands_already: bool
    """It was there before, and infra_kit only knows how to reach it."""


@dataclass
class Program:
    """The memory of one program run."""

    names: dict[str, str] = field(default_factory=dict)
    components: list[Made] = field(default_factory=list)
    """All of ours, in the order in which they were made."""
    shared: dict[object, Any] = field(default_factory=dict)
    """What all on a target share, by its role and the key of the target or the provider that the user chose."""
    targets: dict[str, ResolvedTarget] = field(default_factory=dict)
    providers: dict[str, Sequence[pulumi.ProviderResource]] = field(default_factory=dict)
    _default: ResolvedTarget | None = None
    _checked: bool = False

    @property
    def default_target(self) -> ResolvedTarget:
        if self._default is None:
            self._default = self.resolve(default())
        return self._default

    def placed(self, name: str) -> ResolvedTarget:
        """Where a component stands of which the program does not say it: as `infra-kit:placements` says by its name,
        else on the stack's own target."""
        elsewhere = _configuration.placements().get(name)
        return self.resolve(Target(name=elsewhere)) if elsewhere else self.default_target

    def resolve(self, target: Target) -> ResolvedTarget:
        """The target, with what it leaves unsaid filled in. The first time, the stack's keys are checked too."""
        if not self._checked:
            check_keys()
            self._checked = True
        return resolve(target)

    def providers_of(self, target: ResolvedTarget) -> Sequence[pulumi.ProviderResource]:
        """The target's Pulumi providers, made once a program."""
        if target.key not in self.providers:
            self.providers[target.key] = target.providers()
        return self.providers[target.key]

    def made(self, provider: pulumi.ProviderResource | None) -> bool:
        """Whether a provider is one of those that were made for a target."""
        return any(provider is own for made in self.providers.values() for own in made)

    def check_key(self, target: ResolvedTarget) -> None:
        """Two places under one key would share a network and a provider: one of them is then not where it was asked."""
        self._check_alone(target)
        known = self.targets.setdefault(target.key, target)
        if known.place != target.place:
            raise ConfigError(
                f"Target(name={target.name!r}): this program has two targets called {target.key!r}, which differ in "
                "region or settings. Give one of them an alias, e.g. Target("
                f"name={target.name!r}, alias='{target.key}-2', …): it names its network and its provider."
            )

    def for_all(self, target: ResolvedTarget) -> ResolvedTarget:
        """Whose environment and tags has what all on a target share: the stack's own target, where this is one more of
        its name, and not of whoever came first."""
        stack = default()
        if target.alias or stack.name != target.name or not _configuration.says_environment():
            return target
        return self.default_target if self.default_target.place == target.place else target

    def _check_alone(self, target: ResolvedTarget) -> None:
        """Two targets of one host would both prepare it, and both want its ports."""
        alone = target.settings.alone
        for other in self.targets.values():
            if alone and other.key != target.key and other.settings.alone == alone:
                raise ConfigError(
                    f"Target(name={target.name!r}): {target.key!r} and {other.key!r} are both {alone}, and a program "
                    f"has one target of it. Place what is on {target.key!r} on {other.key!r} too, or name another host."
                )

    def unheeded(self) -> list[str]:
        """What the stack says of components that the program does not have, as warnings."""
        components = {name for name, kind in self.names.items() if not kind.startswith(CHILD)}
        if not components:
            return []
        said = {"accepted-gaps": _configuration.accepted_gaps(), "placements": _configuration.placements()}
        return [
            f"infra-kit:{key}: {name}: this program makes no component of that name, so nothing was {done}."
            for key, done in (("accepted-gaps", "accepted"), ("placements", "placed"))
            for name in sorted(said[key].keys() - components)
        ]

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


def forget() -> None:
    """Lets go of the program that ran, where more will: what it made leads back to its monitor, so that the weak key
    alone would keep all of it until this process ends."""
    _programs.pop(pulumi.runtime.settings.get_monitor(), None)


def default_network(target: ResolvedTarget, provider: pulumi.ProviderResource | None = None) -> Network:
    """The target's own private network."""
    from infra_kit.components.network import Network  # noqa: PLC0415  components know this module

    return shared(Network, "network", target, provider)


def place(target: ResolvedTarget, provider: pulumi.ProviderResource | None) -> str:
    return f"{target.key}-{provider.pulumi_resource_name}" if provider else target.key


def shared(make: Callable[..., T], role: str, target: ResolvedTarget, provider: pulumi.ProviderResource | None) -> T:
    """What all on a target share: one a program, under a fixed name, whoever needs it first; of a provider that the
    user chose (another region, another account), that provider's own."""
    target, made = current().for_all(target), current().shared
    key = (role, provider or target.key)
    if key not in made:
        name = naming.child(naming.fit(place(target, provider), len(f"-{role}")), role)
        made[key] = make(name, target=target, opts=pulumi.ResourceOptions(provider=provider))
    return cast(T, made[key])
