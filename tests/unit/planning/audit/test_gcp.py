"""What an audit finds in resources of Google Cloud beside our components."""

from collections.abc import Callable
from typing import Any

import pulumi_gcp as gcp
import pytest

from tests.unit.planning.audit.audited import rules


def firewall(*ports: str, ranges: Any = ("0.0.0.0/0",), protocol: str = "tcp") -> Callable[[], object]:
    allow: Any = {"protocol": protocol, **({"ports": list(ports)} if ports else {})}
    where = ranges if isinstance(ranges, str) else list(ranges)
    return lambda: gcp.compute.Firewall("raw", network="it", allows=[allow], source_ranges=where)


@pytest.mark.parametrize("ranges", [["0.0.0.0/0"], ["::/0"]], ids=str)
def test_a_port_that_is_open_to_all_is_found_in_both_families(ranges: list[str]) -> None:
    assert "open-port" in rules(firewall("22", ranges=ranges))
    assert "open-port" in rules(firewall("80-443", ranges=ranges))
    assert "open-port" not in rules(firewall("80", "443", ranges=ranges))


def test_icmp_has_no_ports() -> None:
    assert "open-port" not in rules(firewall(protocol="icmp"))


def test_what_only_another_stack_knows_is_not_looked_at() -> None:
    assert "open-port" not in rules(firewall("22", ranges="[net.ranges]"))
