"""What servers of NATS say of themselves, and what may be done to them then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from infra_kit.providers.common import nats_machines

ALL = ["a", "b", "c"]


def server(
    status: str = "ok", *, cluster: str = "bus", streams: int = 2, members: Sequence[str] = ()
) -> dict[str, Any]:
    said = {"status": status, "error": "", "tags": [], "cluster": cluster, "size": 3, "streams": streams}
    return {**said, "members": list(members)}


def test_no_machine_is_replaced_while_another_server_is_down() -> None:
    said = nats_machines.ill({"a": server(), "b": server()}, ALL)
    assert said.startswith("c is not well")
    assert "No machine was replaced" in said
    assert nats_machines.ill({"a": server(), "b": server("unavailable"), "c": server()}, ALL).startswith(
        "b is not well"
    )


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param({name: server() for name in ALL}, id="all are well"),
        pytest.param({"b": server(), "c": server()}, id="the first is down, and is the first to be replaced"),
        pytest.param({}, id="none stands yet"),
        pytest.param({"a": server("unavailable", streams=0)}, id="a cluster that began, and another script is to mend"),
        pytest.param({"a": server(streams=0), "b": server(streams=0)}, id="nothing is in it yet"),
        pytest.param({"a": server("unavailable")}, id="no majority: nobody is answered anyway"),
    ],
)
def test_machines_may_be_replaced(seen: dict[str, Any]) -> None:
    assert nats_machines.ill(seen, ALL) == ""


def test_a_server_alone_may_be_replaced() -> None:
    assert nats_machines.ill({"a": server("unavailable", cluster="")}, ["a"]) == ""


@pytest.mark.parametrize(
    ("cluster", "seen", "goes_on"),
    [
        pytest.param("begins", {"a": server("unavailable", streams=0)}, True, id="the others are still to come"),
        pytest.param("begins", {"a": server("unavailable")}, True, id="the same, on disks that hold streams already"),
        pytest.param("stands", {"a": server("unavailable", streams=0)}, False, id="the others do not answer"),
        pytest.param("stands", {name: server() for name in ALL}, True, id="all are well"),
        pytest.param("stands", {"a": server(), "b": server()}, False, id="with the next, two of three would be away"),
        pytest.param(
            "stands",
            {"a": server(), "b": server(), "c": server("unavailable")},
            False,
            id="one that is to answer is not well",
        ),
        pytest.param("stands", {"a": server(), "c": server()}, True, id="the next is away, and is to be replaced"),
        pytest.param("begins", {"a": server(), "b": server()}, False, id="it began long ago, and holds streams now"),
        pytest.param("begins", {"a": server(streams=0), "b": server(streams=0)}, True, id="nothing is in it yet"),
        pytest.param("begins", {name: server("unavailable") for name in ALL}, False, id="all have come, and it is not"),
        pytest.param("begins", {"b": server("unavailable")}, False, id="it does not answer"),
    ],
)
def test_the_next_machine_waits_for_this_one_but_where_a_cluster_begins(
    cluster: str, seen: dict[str, Any], *, goes_on: bool
) -> None:
    assert nats_machines.is_in(seen, "a", {"cluster": cluster, "servers": ALL}) == goes_on


def test_after_the_last_machine_all_are_well() -> None:
    event = {"cluster": "stands", "servers": ALL}
    assert nats_machines.is_in({name: server() for name in ALL}, "c", event)
    assert not nats_machines.is_in({"b": server(), "c": server()}, "c", event)


FIVE = [*ALL, "d", "e"]
OF_THREE = {"a": server(members=ALL), "b": server(), "c": server()}


def test_a_cluster_may_have_more_servers_which_are_not_there_yet() -> None:
    assert nats_machines.ill(OF_THREE, FIVE) == ""
    stands = {"cluster": "stands", "servers": FIVE}
    assert nats_machines.is_in(OF_THREE, "a", stands)
    assert nats_machines.is_in(OF_THREE, "c", stands)


def test_a_new_one_is_waited_for_before_the_next_is_made() -> None:
    stands = {"cluster": "stands", "servers": FIVE}
    assert not nats_machines.is_in(OF_THREE, "d", stands)
    assert nats_machines.is_in({**OF_THREE, "d": server()}, "d", stands)
    assert not nats_machines.is_in({**OF_THREE, "d": server()}, "e", stands)


def test_one_that_was_there_is_down_whatever_is_new() -> None:
    without = {name: it for name, it in OF_THREE.items() if name != "c"}
    assert nats_machines.ill(without, FIVE).startswith("c is not well")
    assert not nats_machines.is_in(without, "d", {"cluster": "stands", "servers": FIVE})


def test_where_a_leader_does_not_know_all_of_its_members_by_name_none_is_taken_for_new() -> None:
    unknown = "Server name unknown at this time (peerID: k1i3jIye)"
    seen = {"a": server(members=["a", "b", unknown]), "b": server()}
    assert nats_machines.ill(seen, ALL).startswith("c is not well")
