"""What ECS cannot do for a service is refused before anything is made."""

from __future__ import annotations

from collections.abc import Sequence

from infra_kit.component import Scope
from infra_kit.components.service import Health, Release, ServiceSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.common.asked import say_if_given

MOST_START_SECONDS = 300
HEALTH_SECONDS = {"interval": (5, 300), "timeout": (2, 60), "start_timeout": (1, MOST_START_SECONDS)}
"""The least and the most, of a container's check and a target group's alike
(https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html)."""
LEAST_IN_A_ROW = 2
"""Checks of a target group."""
MINUTE = 60


def check(scope: Scope, spec: ServiceSpec) -> None:
    """Raises `SpecError`."""
    _check_health(scope, spec.health)
    _check_release(scope, spec.release)


def _check_health(scope: Scope, health: Health) -> None:
    for field, (least, most) in HEALTH_SECONDS.items():
        given = getattr(health, field)
        if not least <= seconds(given) <= most:
            raise SpecError(
                f"{scope.what}: health.{field}: given {given}, AWS takes '{least}s' to '{most}s'. Choose one of these."
            )
    for field in ("healthy_after", "unhealthy_after"):
        if getattr(health, field) < LEAST_IN_A_ROW:
            raise SpecError(
                f"{scope.what}: health.{field}: given {getattr(health, field)}; a load balancer of AWS counts "
                f"{LEAST_IN_A_ROW} checks at least. Say {LEAST_IN_A_ROW}, and check more often (interval)."
            )

    late = well_after(health) - MOST_START_SECONDS
    if late > (health.unhealthy_after - 1) * seconds(health.interval):
        raise SpecError(
            f"{scope.what}: health.healthy_after: given {health.healthy_after}, one each {health.interval}, the first "
            f"after {health.start_timeout}: ECS waits {MOST_START_SECONDS} seconds, then for unhealthy_after checks, "
            "and would end an instance that is about to be well. Ask for fewer, or check more often (interval)."
        )


def well_after(health: Health) -> int:
    """Seconds after which a new instance has been well `healthy_after` times in a row, at the latest."""
    return seconds(health.start_timeout) + (health.healthy_after - 1) * seconds(health.interval)


def _check_release(scope: Scope, release: Release) -> None:
    if release.max_failed_checks != Release().max_failed_checks:
        raise SpecError(
            f"{scope.what}: release.max_failed_checks: given {release.max_failed_checks}; ECS counts tasks that fail, "
            "three or half of the service, and takes the new version back then. Leave it out; health.unhealthy_after "
            "says when a task has failed."
        )
    if release.max_error_percent is None:
        say_if_given(
            scope,
            release,
            "watch",
            f"{scope.what}: release.watch: given {release.watch}; without max_error_percent, ECS looks at a version's "
            "tasks alone, and until it is deployed.",
        )
    elif seconds(release.watch) % MINUTE:
        raise SpecError(
            f"{scope.what}: release.watch: given {release.watch}; CloudWatch counts whole minutes. Say e.g. '5m'."
        )


def check_led_to(scope: Scope, spec: ServiceSpec, gateways: Sequence[object]) -> None:
    """What is a load balancer's, nothing does for a service that none leads to. Raises `SpecError`."""
    if gateways:
        return
    asked = {
        "sticky_sessions": spec.sticky_sessions,
        "release.max_error_percent": spec.release.max_error_percent is not None,
        "scaling.requests_per_instance": _scales_by_requests(spec),
    }
    for field in (field for field, wanted in asked.items() if wanted):
        raise SpecError(
            f"{scope.what}: {field}: it is the load balancer of a Gateway that does this, and none leads here: make a "
            f"Gateway(routes={{'/*': …}}), or leave {field} out."
        )


def _scales_by_requests(spec: ServiceSpec) -> bool:
    return spec.most_instances > spec.min_instances and spec.scaling.requests_per_instance is not None
