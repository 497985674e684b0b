"""Worker: a program that takes its work from a queue, a bus or a database: nothing connects to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol, Unpack

import pulumi
from pydantic import Field, model_validator

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.event_bus import EventBus
from infra_kit.components.network import Network
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Link
from infra_kit.spec import Options
from infra_kit.target import Target
from infra_kit.workloads import WorkloadArgs, WorkloadSpec


class Backlog(Options):
    """What waits for a worker: the events that a consumer of a linked bus has not acknowledged."""

    consumer: str
    """The consumer's name."""
    per_instance: int = Field(default=100, ge=1, le=1_000_000)
    """Events that wait for one instance, beyond which another is started."""


class WorkerSpec(WorkloadSpec):
    """What a worker is asked for."""

    min_instances: int = Field(default=1, ge=0, le=1000)
    max_instances: int | None = Field(default=None, ge=1, le=1000)
    """Default: `min_instances`, it does not grow."""
    backlog: Backlog | None = None
    """By what it grows. Needed with `max_instances`."""

    @model_validator(mode="after")
    def _check(self) -> WorkerSpec:
        if self.max_instances is not None and self.max_instances < self.min_instances:
            raise ValueError(
                f"max_instances: given {self.max_instances}, it must not be below min_instances ({self.min_instances})"
            )
        if not self.min_instances and self.backlog is None:
            raise ValueError("backlog: needed with min_instances=0: it says what an instance is started for")
        if self.most_instances > self.min_instances and self.backlog is None:
            raise ValueError("backlog: needed with max_instances: it says what the number of instances follows")
        return self

    @property
    def most_instances(self) -> int:
        return self.max_instances or max(self.min_instances, 1)

    def asked(self) -> Mapping[Feature, bool]:
        return {**super().asked(), features.AUTOSCALING: self.most_instances > self.min_instances}

    def without(self, feature: Feature) -> WorkerSpec:
        if feature == features.AUTOSCALING:
            return self.replace(min_instances=max(self.min_instances, 1), max_instances=None, backlog=None)
        rest: WorkerSpec = super().without(feature)
        return rest


class WorkerArgs(WorkloadArgs, total=False):
    """The arguments of `Worker`: see `WorkerSpec`."""

    min_instances: int
    max_instances: int | None
    backlog: Backlog | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkerEndpoint:
    """Where its log is: nothing connects to a worker."""

    log: pulumi.Output[str]
    """A file on local, a container's name on vps, a log group or a query on a cloud."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class WorkerDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: WorkerSpec) -> WorkerEndpoint: ...


class Worker(Component[WorkerSpec, WorkerEndpoint]):
    """A program that fetches its work itself, in as many instances as wait for it."""

    KIND = "worker"
    SPEC = WorkerSpec
    log: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[WorkerArgs],
    ) -> None:
        backlog = arguments.get("backlog")
        if backlog:
            _check_linked(name, backlog, arguments.get("links", ()))
        super().__init__(name, arguments, target=target, network=network, overrides=overrides, opts=opts)


def _check_linked(name: str, backlog: Backlog, links: Sequence[Link]) -> None:
    buses = [link.to for link in links if isinstance(link.to, EventBus)]
    consumers = [consumer for bus in buses for consumer in bus.spec.consumers]
    if backlog.consumer not in consumers:
        raise SpecError(
            f"Worker {name!r}: backlog.consumer: given {backlog.consumer!r}; consumers of the linked buses: "
            f"{', '.join(consumers) or 'none, link one first: links=[bus.link(consume=[…])]'}."
        )
