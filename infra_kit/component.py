"""Component: what Postgres, Redis and the others share, and the Scope that a driver gets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar, cast

import pulumi

from infra_kit import _gaps, _overrides, _placement, _program, naming
from infra_kit import spec as specs
from infra_kit.environments import Defaults, Environment
from infra_kit.errors import OverrideError
from infra_kit.features import Feature
from infra_kit.spec import Spec
from infra_kit.target import ResolvedTarget, Target

if TYPE_CHECKING:
    from infra_kit.components.network import Network
    from infra_kit.links import Grant, Link

S = TypeVar("S", bound=Spec)
E = TypeVar("E")
R = TypeVar("R", bound=pulumi.Resource)
N = TypeVar("N")
Overrides = Mapping[str, Mapping[str, Any]]


class Driver(Protocol):
    """What every driver module has. Each component's own Protocol adds its `create`.

    It may have `HINTS`, the way out of each gap by feature or family, `gaps(spec, settings)`, and `ONCE_LACKED`: see
    `_gaps`. `REACHED_ANYWHERE` is true of what is a public address that no link changes: it is linked to from every
    target.
    """

    SUPPORTS: frozenset[Feature]


@dataclasses.dataclass
class Scope:
    """All that a driver may know: it reads no configuration, no environment variable, no global."""

    parent: Component[Any, Any]
    name: str
    target: ResolvedTarget
    overrides: Overrides
    opts: pulumi.ResourceOptions
    chosen_network: Network | None = None
    roles: list[str] = dataclasses.field(default_factory=list)
    holder: Component[Any, Any] | None = None
    """Whose child what comes by `resource` is. None: the component's own."""

    @property
    def what(self) -> str:
        """The component, as errors name it: `Service 'api'`."""
        return f"{type(self.parent).__name__} {self.name!r}"

    @property
    def environment(self) -> Environment:
        return self.target.environment

    @property
    def defaults(self) -> Defaults:
        return self.environment.defaults

    @property
    def network(self) -> Network:
        """The network the user chose, else the target's own: made on first need, so ask only if it is needed."""
        return self.chosen_network or _program.default_network(self.target, self._users_provider)

    def shared(self, make: Callable[..., N], role: str) -> N:
        """What all on the target share, e.g. a host's edge: made on first need, under the name `<target>-<role>`."""
        return _program.shared(make, role, self.target, self._users_provider)

    @property
    def region(self) -> str | None:
        """Where the component's resources are; None where their provider knows better (the user's own): ask it."""
        return None if self._users_provider else self.target.region

    @property
    def place(self) -> str:
        """What tells components in one account apart from those in another: the target's key, and the provider that the
        user chose."""
        return _program.place(self.target, self._users_provider)

    @property
    def account(self) -> tuple[object, ...]:
        """The same for all components in one account, whatever their region; with a provider of the user's, its own."""
        return self.target.name, self.target.settings, self._users_provider

    @property
    def _users_provider(self) -> pulumi.ProviderResource | None:
        package = self.target.pulumi_package
        return _placement.chosen(package, self.opts) if package else None

    @property
    def tags(self) -> dict[str, str]:
        """What every resource carries as tags or labels."""
        return {
            **self.target.tags,
            "app": self.target.app,
            "environment": self.environment.value,
            "component": self.name,
            "managed-by": "infra-kit",
        }

    def resource(
        self,
        role: str,
        make: type[R],
        /,
        *,
        stateful: bool = False,
        protect: bool | None = None,
        retain_on_delete: bool = False,
        depends_on: Sequence[pulumi.Resource] = (),
        ignore_changes: Sequence[str] = (),
        delete_before_replace: bool = False,
        replace_on_changes: Sequence[str] = (),
        patience: str | None = None,
        **props: Any,
    ) -> R:
        """Makes the child `role`: named, parented, the user's overrides merged last, protected where it is due.

        Args:
            role, make, props: its name within the component (the key of its overrides), its class, its inputs.
            stateful: it holds data: the environment says whether it is protected; or `protect`, or the user's `opts`.
            retain_on_delete: it has no final snapshot of its own, or is the key of one: retained as data is.
            depends_on: what must stand before it, beyond what its inputs tell.
            ignore_changes: inputs that only count when it is made, as the engine names them; the driver says why.
            delete_before_replace: its successor is made when it is gone: no two of them may stand at once.
            replace_on_changes: inputs whose change makes another one, though it could change in place; it says why.
            patience: how long its provider waits for it, as Go writes durations (`2h`), if its own time is too short.
        """
        name, (overrides, opts) = self._claim(role), _overrides.of(self.overrides, role)
        own = pulumi.ResourceOptions(
            parent=self.holder or self.parent,
            protect=self._protected(protect, stateful=stateful),
            retain_on_delete=self._retained(retain_on_delete),
            depends_on=list(depends_on),
            ignore_changes=list(ignore_changes),
            delete_before_replace=delete_before_replace or None,
            replace_on_changes=list(replace_on_changes),
            custom_timeouts=pulumi.CustomTimeouts(create=patience, update=patience) if patience else None,
        )
        return make(name, **_overrides.merged(props, overrides), opts=pulumi.ResourceOptions.merge(own, opts))

    def within(self, holder: Component[Any, Any]) -> Scope:
        """For what is a part of the component and a child of another one, where it stays when it becomes a third's: an
        edge's record in a zone; or where it stands before what the component waits for (`depends_on`), since that may
        wait for it: a link's role in a server, whose roles a migration's is among. Its overrides and its protection are
        still the component's."""
        return dataclasses.replace(self, holder=holder)

    def _claim(self, role: str) -> str:
        self.roles.append(role)
        holder = self.holder or self.parent
        name = naming.child(self.holder.name if self.holder else self.name, role)
        _program.current().claim(f"{_program.CHILD} {type(holder).__name__}", name)
        return name

    def _protected(self, said: bool | None, *, stateful: bool) -> bool | None:  # noqa: FBT001
        """None lets the child inherit what the user set on the component, or above it: the SDK has resolved that."""
        if self.holder:
            return bool(self.parent._protect)
        if self.parent._protect is not None:
            return None
        return self.defaults.protect or None if stateful and said is None else said

    def _retained(self, by_its_kind: bool) -> bool | None:  # noqa: FBT001
        if self.holder or self.opts.retain_on_delete is not None:
            return bool(self.opts.retain_on_delete)
        return True if by_its_kind and self.defaults.retain_data else None

    @property
    def invoke(self) -> pulumi.InvokeOptions:
        """With this, a provider's function is asked of the same account and region as the component's children."""
        return pulumi.InvokeOptions(parent=self.parent)

    def native(self, component: Component[Any, Any], kind: type[N]) -> N:
        """The target's own handles of another component, which must stand on this target too."""
        handles = component.endpoint.native
        if not isinstance(handles, kind):
            raise _placement.apart(self.what, self.target, component)
        return handles

    def grant(self, link: Link) -> Grant:
        """What a link gives this component. Raises `SpecError` where nothing leads from here to there."""
        if not link.to.reached_anywhere:
            self.check_near(link.to, "links", ", or link what has an address of its own: Postgres.existing(url=…)")
        grant: Grant = link.to.grant(self, link)
        return grant

    def check_near(self, other: Component[Any, Any], field: str, way_out: str = "") -> None:
        """Raises `SpecError` where no network leads from this component to another."""
        _placement.check_near(self.what, self.target, other, field, way_out)

    def check_overrides(self) -> None:
        unknown = sorted(set(self.overrides) - set(self.roles))
        if unknown:
            raise OverrideError(
                f"{self.what}: overrides names {', '.join(unknown)}, which "
                f"{self.target.name} does not make here. Roles: {', '.join(self.roles) or 'none'}."
            )


class Component(pulumi.ComponentResource, Generic[S, E]):
    """A portable component: a checked spec, a target's driver, an endpoint of Outputs."""

    stands_already: bool
    """It was there before, and infra_kit only knows how to reach it."""

    KIND: ClassVar[str]
    """The name of its file, here and in every provider: `object_store`."""
    SPEC: ClassVar[type[Spec]]

    name: str
    spec: S
    asked: S
    """The spec as it was before anything was left out, for what must be kept safe even so."""
    target: ResolvedTarget
    endpoint: E

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        target: Target | None,
        overrides: Overrides | None,
        opts: pulumi.ResourceOptions | None,
        network: Network | None = None,
        existing: Callable[[Any, Scope], E] | None = None,
    ) -> None:
        """`existing` is for what stands already: it says how to reach it, and the driver makes nothing."""
        kind = type(self).__name__
        naming.check(kind, name)
        program = _program.current()
        self.target = program.resolve(target) if target else program.placed(name)
        asked = cast(S, specs.build(self.SPEC, kind, name, arguments))
        _placement.check_network(kind, name, self.target, network)
        driver = cast(Driver, self.target.driver(self.KIND))
        fitted, left_out = (asked, {}) if existing else _gaps.fit(driver, self.target, kind, name, asked)
        self.name, self.asked, self.spec, self.stands_already = name, asked, cast(S, fitted), existing is not None
        program.claim(kind, name)

        super().__init__(self.type_token(), name, None, _placement.with_providers(program, self.target, opts))
        made: dict[str, Any] = {"name": name, "type": self.type_token(), "spec": fitted, "left_out": left_out}
        program.components.append(_program.Made(**made, target=self.target, stands_already=self.stands_already))
        _gaps.say_what_is_left_out(self, name, left_out)
        scope = Scope(self, name, self.target, overrides or {}, opts or pulumi.ResourceOptions(), network)
        self.endpoint = existing(driver, scope) if existing else self._create(driver, scope)
        scope.check_overrides()
        self._publish()

    def __repr__(self) -> str:
        return f"{type(self).__name__} {vars(self).get('name')!r}"

    @classmethod
    def _standing(
        cls, name: str, arguments: Mapping[str, Any], existing: Callable[[Any, Scope], E], **placed: Any
    ) -> Self:
        """One that stands already; `placed` are its `target` and `opts`."""
        it = cls.__new__(cls)
        Component.__init__(it, name, arguments, overrides=None, existing=existing, **placed)
        return it

    @classmethod
    def type_token(cls) -> str:
        """Its type in every user's state. A class that a user derives has it too: another would replace what stands."""
        return f"infra-kit:index:{''.join(part.capitalize() for part in cls.KIND.split('_'))}"

    @property
    def reached_anywhere(self) -> bool:
        """Whether a link to it needs no network that leads there."""
        anywhere: bool = getattr(self.target.driver(self.KIND), "REACHED_ANYWHERE", False)
        return anywhere

    def _create(self, driver: Any, scope: Scope) -> E:
        """Overridden by components that look at the scope before anything is made."""
        return cast(E, driver.create(scope, self.spec))

    def grant(self, scope: Scope, link: Link) -> Grant:
        """What a link to this component gives the one of the scope: its target's driver makes it."""
        driver: Any = self.target.driver(self.KIND)
        return cast("Grant", driver.link(scope, link))

    def _publish(self) -> None:
        """Every field of the endpoint becomes an attribute and a registered output of the component."""
        fields = dataclasses.fields(cast(Any, self.endpoint))
        outputs = {field.name: getattr(self.endpoint, field.name) for field in fields if field.name != "native"}
        for key, value in outputs.items():
            setattr(self, key, value)
        self.register_outputs(outputs)
