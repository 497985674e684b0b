"""What Cloud Run cannot do for a service is refused before anything is made, or said in the plan where it is only a
default."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.components.service import Release, ServiceSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.common.asked import refuse_or_say, say_if_given

START_SECONDS = 240
CHECK_SECONDS = 3600
"""The longest start, and the longest time between two checks
(https://cloud.google.com/run/docs/reference/rest/v2/Container#probe)."""
MOST_PERCENT = 95
"""https://cloud.google.com/run/docs/about-instance-autoscaling"""


def check(scope: Scope, spec: ServiceSpec) -> None:
    """Raises `SpecError`."""
    _check_health(scope, spec)
    _check_scaling(scope, spec)
    _check_release(scope, spec)


def _check_health(scope: Scope, spec: ServiceSpec) -> None:
    health = spec.health
    for field, most in (("start_timeout", START_SECONDS), ("timeout", START_SECONDS), ("interval", CHECK_SECONDS)):
        given = getattr(health, field)
        if seconds(given) > most:
            raise SpecError(
                f"{scope.what}: health.{field}: given {given}, Cloud Run waits {most} seconds at most. Ask for less."
            )
    if health.healthy_after > 1:
        refuse_or_say(
            scope,
            health,
            "healthy_after",
            f"{scope.what}: health.healthy_after: given {health.healthy_after}; on Cloud Run an instance gets requests "
            "after one check that is well. Let the path answer 200 only when all is ready, and say healthy_after=1.",
        )


def _check_scaling(scope: Scope, spec: ServiceSpec) -> None:
    percent = spec.scaling.cpu_percent
    if percent and percent > MOST_PERCENT:
        raise SpecError(
            f"{scope.what}: scaling.cpu_percent: given {percent}, Cloud Run takes {MOST_PERCENT} at most. Ask for "
            "less, or say None: then it grows by requests at a time alone."
        )
    if spec.most_instances > spec.min_instances and spec.scaling.memory_percent:
        pulumi.log.info(
            f"{scope.what}: scaling.memory_percent: Cloud Run does not scale by memory, and ends an instance that "
            "needs more than it has. Give it enough memory_gb, and say memory_percent=None.",
            scope.parent,
        )


def _check_release(scope: Scope, spec: ServiceSpec) -> None:
    release, usual = spec.release, Release()
    if release.max_failed_checks != usual.max_failed_checks:
        raise SpecError(
            f"{scope.what}: release.max_failed_checks: given {release.max_failed_checks}; Cloud Run takes a new "
            "version back where it is not well within health.start_timeout, and not later. Leave it out."
        )
    say_if_given(
        scope,
        release,
        "watch",
        f"{scope.what}: release.watch: given {release.watch}; Cloud Run does not look at a version once it is well.",
    )
