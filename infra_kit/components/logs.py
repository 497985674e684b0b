"""Logs: what a stack's components say, kept by class, archived, and shipped to where somebody else keeps it too."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypedDict, Unpack

import pulumi
from pydantic import ConfigDict, InstanceOf, model_validator

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.object_store import ObjectStore
from infra_kit.environments import Environment
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.log_classes import APPLICATION, BY_CLASS, HttpSink, LogClass
from infra_kit.spec import Items, Spec
from infra_kit.target import Target
from infra_kit.texts import Name

SAY_SOMETHING = (
    "service", "worker", "job", "gateway", "cdn", "postgres", "redis", "object_store", "event_bus", "network",
    "document_store", "search", "auth", "mailer",
)  # fmt: skip
"""The kinds of components that have a log, or of which a target watches something."""


class LogsSpec(Spec):
    """Whose lines are kept, for how long, and where."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    of: Items[InstanceOf[Component[Any, Any]]]
    """The components whose lines are meant, all of this target."""
    classes: Mapping[Name, LogClass] | None = None
    """By name, with `application` among them, which every line is that says no other. Default: `log_classes.BY_CLASS`
    (seeds/000: application 30 d, security 2 y, audit 7 y)."""
    archive: InstanceOf[ObjectStore] | None = None
    """The bucket that classes with `archive_after` are archived in, of another target or account, perhaps
    (`ObjectStore.existing`). Default: one of the cloud's own that Logs makes; on vps and local the machine itself, and
    what it keeps is lost with it."""
    sink: HttpSink | None = None
    """Where lines are shipped too. Default: nowhere."""

    @model_validator(mode="after")
    def _check(self) -> LogsSpec:
        self._check_of()
        if self.classes is not None and APPLICATION not in self.classes:
            raise ValueError(f"classes: {APPLICATION} is needed, which every line is that says no other")
        unknown = sorted(set(self.sink.classes if self.sink else ()) - self.by_class.keys())
        if unknown:
            raise ValueError(f"sink: classes: {unknown[0]!r} is none; there is {', '.join(self.by_class)}")
        return self

    def _check_of(self) -> None:
        for component in self.of:
            what = f"of: {type(component).__name__} {component.name!r}"
            if component.KIND not in SAY_SOMETHING:
                raise ValueError(f"{what} says nothing; it can be of a {', '.join(SAY_SOMETHING)}")
            if component.stands_already:
                raise ValueError(f"{what} stands already: whoever runs it keeps its lines")
        names = [component.name for component in self.of]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"of: {twice[0]} stands twice")

    @property
    def by_class(self) -> Mapping[str, LogClass]:
        return BY_CLASS if self.classes is None else self.classes

    def for_environment(self, environment: Environment) -> LogsSpec:  # noqa: ARG002  the same in each
        return self if self.classes is not None else self.replace(classes=BY_CLASS)

    def shipped(self) -> frozenset[str]:
        """The classes that go to the sink."""
        return frozenset(self.sink.classes or self.by_class) if self.sink else frozenset()

    def features(self) -> frozenset[Feature]:
        asked = {
            features.ARCHIVE_ELSEWHERE: self.archive is not None,
            features.LOCKED_LOGS: any(it.locked for it in self.by_class.values()),
            features.HTTP_SINK: self.sink is not None,
        }
        kinds = {features.logs_of(component.KIND) for component in self.of}
        return frozenset({feature for feature, wanted in asked.items() if wanted} | kinds)

    def without(self, feature: Feature) -> LogsSpec:
        match feature.family:
            case features.ARCHIVE_ELSEWHERE:
                return self.replace(archive=None)
            case features.LOCKED_LOGS:
                unlocked = {name: it.model_copy(update={"locked": False}) for name, it in self.by_class.items()}
                return self.replace(classes=unlocked)
            case features.HTTP_SINK:
                return self.replace(sink=None)
            case "logs-of":
                return self.replace(of=[it for it in self.of if features.logs_of(it.KIND) != feature])
            case _:
                return super().without(feature)


class LogsArgs(TypedDict, total=False):
    """The arguments of `Logs`: see `LogsSpec`."""

    of: Sequence[Component[Any, Any]]
    classes: Mapping[str, LogClass] | None
    archive: ObjectStore | None
    sink: HttpSink | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogsEndpoint:
    """Where they are."""

    url: pulumi.Output[str]
    """Where they are searched: the cloud's console, VictoriaLogs (vps, by `infra-kit connect`); on local the folder
    (`file://…`)."""
    archive: pulumi.Output[str]
    """Where what is archived lies: `s3://…`, `gs://…` or a volume; empty where all stays at `url`."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class LogsDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: LogsSpec) -> LogsEndpoint: ...


class Logs(Component[LogsSpec, LogsEndpoint]):
    """What is said, kept by class."""

    KIND = "logs"
    SPEC = LogsSpec
    url: pulumi.Output[str]
    archive: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[LogsArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def _create(self, driver: Any, scope: Scope) -> LogsEndpoint:
        if not self.asked.of:
            raise SpecError(f"{scope.what}: of: at least one component is needed, e.g. of=[api].")
        for component in self.spec.of:
            scope.check_near(component, "of", ", or give the other target Logs of its own")
        return super()._create(driver, scope)
