"""What one run of a program remembers."""

import pulumi

from infra_kit import Network, Target, _program
from infra_kit.testing import record


def test_the_targets_own_network_is_made_once_and_on_first_need() -> None:
    def program() -> None:
        target = Target(name="local")
        assert _program.default_network(target) is _program.default_network(target)

    assert [network.name for network in record(program).of_type("infra-kit:index:Network")] == ["local-network"]


def test_no_network_is_made_that_nobody_needs() -> None:
    assert record(lambda: pulumi.export("a", 1)).resources == ()


def test_each_run_reads_its_own_default_target() -> None:
    apps: list[str] = []
    for app in ("one", "two"):
        record(lambda: apps.append(_program.current().default_target.app), config={"infra-kit:app": app})
    assert apps == ["one", "two"]


def test_a_network_of_ones_own_is_of_the_name_it_was_given() -> None:
    assert record(lambda: Network("private")).named("private").outputs["id"] == "loopback"
