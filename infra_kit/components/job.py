"""Job: a program that runs to its end: on a schedule, or once for each release."""

from __future__ import annotations

import dataclasses
from typing import Protocol, Unpack

import pulumi
from pydantic import Field

from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.network import Network
from infra_kit.durations import Duration
from infra_kit.schedules import Schedule
from infra_kit.target import Target
from infra_kit.workloads import WorkloadArgs, WorkloadSpec


class JobSpec(WorkloadSpec):
    """What a job is asked for."""

    schedule: Schedule | None = None
    """When it runs, UTC, as cron has it: `0 3 * * *`. Default: `up` itself runs it whenever anything of it changes, and
    waits for its end: it fails with it (a migration)."""
    timeout: Duration = "1h"
    """After that it is stopped, and has failed."""
    retries: int = Field(default=0, ge=0, le=10)
    """How often it is tried again when it fails."""


class JobArgs(WorkloadArgs, total=False):
    """The arguments of `Job`: see `JobSpec`."""

    schedule: str | None
    timeout: str
    retries: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class JobEndpoint:
    """Where its log is."""

    log: pulumi.Output[str]
    """A file on local, a container's name on vps, a log group or a query on a cloud."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class JobDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: JobSpec) -> JobEndpoint: ...


class Job(Component[JobSpec, JobEndpoint]):
    """A program that runs to its end. Two runs of one job never overlap."""

    KIND = "job"
    SPEC = JobSpec
    log: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[JobArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, network=network, overrides=overrides, opts=opts)
