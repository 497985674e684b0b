"""What an audit finds in containers."""

from collections.abc import Callable
from typing import Any

import pulumi_docker as docker
import pytest

from tests.unit.planning.audit.audited import rules


def published(**on: Any) -> Callable[[], object]:
    port: Any = {"internal": 5432, "external": 5432, **on}
    return lambda: docker.Container("raw", image="nginx", ports=[port])


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.2", "100.101.102.103", "::1", "fd00::1"])
def test_a_port_on_a_private_address_or_an_overlays_is_no_finding(ip: str) -> None:
    assert "published-port" not in rules(published(ip=ip))


@pytest.mark.parametrize("ip", ["0.0.0.0", "203.0.113.10", "100.128.0.1", "::", "2a01:4f8::1"])  # noqa: S104
def test_a_port_on_a_public_address_is_found(ip: str) -> None:
    assert "published-port" in rules(published(ip=ip))
    assert "published-port" in rules(published())


def test_an_address_that_only_another_stack_knows_is_not_looked_at() -> None:
    assert "published-port" not in rules(published(ip="[net.address]"))
