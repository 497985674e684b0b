"""Dashboard: what is measured of a stack's components, over time, on one page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol, TypedDict, Unpack

import pulumi
from pydantic import ConfigDict, Field, InstanceOf, PlainValidator, model_validator

from infra_kit import dashboard_charts, features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.alerts import Alerts
from infra_kit.dashboard_charts import Chart, Title
from infra_kit.environments import Environment
from infra_kit.features import Feature
from infra_kit.given import a_component, check_made_here
from infra_kit.signals import OF, Signal
from infra_kit.spec import Items, Spec
from infra_kit.target import Target
from infra_kit.texts import Name
from infra_kit.web_links import WebLink
from infra_kit.workloads import Value


class DashboardSpec(Spec):
    """What is shown."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    of: Items[Annotated[Component[Any, Any], PlainValidator(a_component)]] = Field(min_length=1)
    """The components. Those of another target are for a Dashboard there."""
    title: Title | None = None
    """What stands above it. Default: the product's name and the component's."""
    charts: Mapping[Name, Chart] | None = None
    """By name. Default: all that is measured of the components, as far as the target measures it
    (`dashboard_charts.sensible`); there are ready ones in `infra_kit.dashboard_charts`."""
    alerts: Annotated[Alerts, InstanceOf[Alerts]] | None = None
    """Alerts whose bounds are drawn into the charts. Default: none are."""
    links: Mapping[Title, WebLink] = Field(default_factory=dict)
    """Pages that belong to it, by what they are called: `{"Errors": "https://sentry.example.com"}`. They are shown to
    whoever sees the dashboard."""

    @model_validator(mode="after")
    def _check(self) -> DashboardSpec:
        there = {component.name: component for component in self.of}
        if len(there) < len(self.of):
            raise ValueError("of: each component stands once")
        for component in self.of:
            if component.KIND not in OF:
                raise ValueError(f"of: nothing is measured of a {type(component).__name__} ({component.name!r})")
        for name, chart in (self.charts or {}).items():
            for asked in chart.of:
                if asked not in there:
                    raise ValueError(f"charts: {name}: of: {asked!r} is not shown; there is {', '.join(there)}")
                if Signal(chart.signal) not in OF[there[asked].KIND]:
                    has = ", ".join(OF[there[asked].KIND])
                    raise ValueError(f"charts: {name}: of: {asked!r} has no {chart.signal}; it has {has}")
        return self

    def for_environment(self, environment: Environment) -> DashboardSpec:  # noqa: ARG002  the same charts in each
        return self if self.charts is not None else self.replace(charts=dashboard_charts.sensible(self.of))

    def features(self) -> frozenset[Feature]:
        charts = (self.charts or {}).values()
        return frozenset(features.signal(it.KIND, chart.signal) for chart in charts for it in chart.shows(self.of))

    def without(self, feature: Feature) -> DashboardSpec:
        if feature.family != "signal":
            return super().without(feature)
        left = {name: self._narrowed(chart, feature) for name, chart in (self.charts or {}).items()}
        return self.replace(charts={name: chart for name, chart in left.items() if chart})

    def _narrowed(self, chart: Chart, feature: Feature) -> Chart | None:
        """The chart without the components of which the target does not measure it; None where there are no others."""
        meant = chart.shows(self.of)
        kept = [it.name for it in meant if features.signal(it.KIND, chart.signal) != feature]
        if len(kept) == len(meant):
            return chart
        return chart.model_copy(update={"of": tuple(kept)}) if kept else None


class DashboardArgs(TypedDict, total=False):
    """The arguments of `Dashboard`: see `DashboardSpec`."""

    of: Sequence[Component[Any, Any]]
    title: str | None
    charts: Mapping[str, Chart] | None
    alerts: Alerts | None
    links: Mapping[str, Value]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DashboardEndpoint:
    """Where it is seen."""

    url: pulumi.Output[str]
    """The page: in the cloud's console, in Grafana (vps, by `infra-kit connect`), or of this machine (local)."""
    username: pulumi.Output[str | None]
    """Of Grafana; None where the cloud's own login is asked for (aws, gcp), or none (local)."""
    password: pulumi.Output[str | None]
    """Secret."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class DashboardDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: DashboardSpec) -> DashboardEndpoint: ...


class Dashboard(Component[DashboardSpec, DashboardEndpoint]):
    """A page with what is measured of some components: traffic, errors, latency, saturation, databases, queues."""

    KIND = "dashboard"
    SPEC = DashboardSpec
    url: pulumi.Output[str]
    username: pulumi.Output[str | None]
    password: pulumi.Output[str | None]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[DashboardArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def _create(self, driver: Any, scope: Scope) -> DashboardEndpoint:
        check_made_here(scope, "of", self.spec.of, "a Dashboard", ": who made it measures it.")
        return super()._create(driver, scope)
