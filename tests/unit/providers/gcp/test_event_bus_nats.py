"""EventBus on Google Cloud with engine="nats": what the servers let in, who reaches them, and what is refused."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from infra_kit import EventBus, Network, Stream
from infra_kit.errors import SpecError
from infra_kit.providers.gcp import event_bus_setup
from tests.unit.providers.gcp.buses import (
    FIREWALL,
    LEADS,
    bus,
    container,
    files,
    script,
    step,
    three,
)
from tests.unit.providers.nats_settings import assert_each_may_what_it_is_linked_for
from tests.unit.refusals import refusal

# What is let in


def test_what_is_refused_is_not_told_to_a_server_either() -> None:
    made = three()
    assert made.named("bus-allow").urn in made.named("bus-settings-version").options.depends_on
    assert step(made, "allow") == {"does": "allow"}


def test_what_the_servers_let_in_is_in_secret_manager_alone() -> None:
    made = bus(LEADS, "staging", lambda it: it.link(publish=["lead.created"]), lambda it: it.link(consume=["crm"]))
    assert "secretData" in made.named("bus-settings-version").secret_inputs
    assert_each_may_what_it_is_linked_for(files(made)["nats.conf"])


def test_the_set_up_knows_what_the_servers_must_have_taken_over() -> None:
    made, linked = three(), bus(LEADS, "staging", lambda it: it.link(publish=["lead.created"]))
    marks = [step(it, "settled")["mark"] for it in (made, linked)]
    assert marks[0] != marks[1]
    assert marks[0] in files(made)["nats.conf"]


def test_streams_and_consumers_are_made_with_their_copies_and_dead_letters() -> None:
    told = step(three(), "settled")
    assert {name: it["num_replicas"] for name, it in told["streams"].items()} == {"LEADS": 3, "_dead_crm": 3}
    assert [(it["stream"], it["config"]["name"]) for it in told["consumers"]] == [
        ("LEADS", "crm"),
        ("_dead_crm", "crm"),
    ]


def test_a_link_gives_a_user_a_way_and_the_authority_to_trust() -> None:
    made = bus(LEADS, "staging", lambda it: it.link(publish=["lead.created"]))
    (it,) = made.named("api-0-service").inputs["template"]["containers"]
    variables = {each["name"]: each.get("value") for each in it["envs"]}
    assert variables["BUS_CA_CERTIFICATE"].startswith("-----BEGIN CERTIFICATE-----")
    assert variables["BUS_USERNAME"] == "api_0__bus"
    assert variables["BUS_INBOX_PREFIX"] == "_INBOX_api_0__bus"
    assert variables["BUS_PASSWORD"] is None, "a password is no plain variable"
    out = made.named("api-0-reaches-bus").inputs
    addresses = [made.named(f"bus-address-{place}").outputs["address"] for place in "abc"]
    assert out["destinationRanges"] == [f"{address}/32" for address in addresses]
    assert out["allows"] == [{"protocol": "tcp", "ports": ["4222"]}]


def test_servers_let_in_the_network_alone_and_on_their_port_alone() -> None:
    made = three()
    ways = {it.name: it.inputs for it in made.of_type(FIREWALL) if it.inputs["direction"] == "INGRESS"}
    tag = made.named("bus-account").inputs["accountId"]
    own = {name: it for name, it in ways.items() if it.get("targetTags") == [tag]}
    assert {name: it["allows"][0]["ports"] for name, it in own.items()} == {
        "bus-ingress-clients": ["4222"],
        "bus-ingress-routes": ["6222"],
    }
    assert own["bus-ingress-clients"]["sourceRanges"] == [made.named("net").outputs["cidr"]]
    assert own["bus-ingress-routes"]["sourceTags"] == [tag]


# Refusals


def test_more_links_than_a_secret_holds_are_refused_with_the_way_out() -> None:
    subjects = [f"lead.number-{number}" for number in range(3000)]
    with pytest.raises(
        SpecError, match=r"bus.*: links: \d+ bytes in all, and a secret holds 65536\. Divide the streams"
    ):
        bus(LEADS, "staging", lambda it: it.link(publish=subjects))


def test_more_copies_than_a_region_has_zones_are_refused() -> None:
    message = refusal(
        lambda: EventBus("bus", streams={"LEADS": Stream(subjects=["lead.*"], replicas=5)}),
        SpecError, target="gcp", environment="staging", region="europe-west1",
    )  # fmt: skip
    assert "replicas=5 needs as many servers, each in a zone of its own, and there are 3" in message
    assert "ask for fewer replicas" in message


def test_a_network_without_a_way_out_is_refused() -> None:
    message = refusal(
        lambda: EventBus("bus", streams={"LEADS": LEADS}, network=Network("net", nat="none")),
        SpecError, target="gcp", environment="staging", region="europe-west1",
    )  # fmt: skip
    assert "nat='single'" in message


def test_a_network_that_stood_already_and_has_no_subnetwork_is_refused() -> None:
    message = refusal(
        lambda: EventBus(
            "bus", streams={"LEADS": LEADS}, network=Network.existing("net", id="shop-net", cidr="10.0.0.0/16")
        ),
        SpecError, target="gcp", environment="staging", region="europe-west1",
    )  # fmt: skip
    assert "no subnetwork of it is known" in message


# What runs


def test_the_archive_imports_nothing_that_is_not_packed_with_it(tmp_path: Path) -> None:
    packed, (archive, mark) = tmp_path / "setup.zip", event_bus_setup.code()
    with zipfile.ZipFile(packed, "w") as file:
        for name, asset in archive.assets.items():
            path = getattr(asset, "path", None)
            file.writestr(name, Path(path).read_text() if path else "")
    program = f"import runpy; print(runpy.run_path({str(packed)!r}, run_name='loaded')['main'].__name__)"
    done = subprocess.run(["python3", "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "main", done.stderr
    assert three().named("bus-setup-code").inputs["name"] == f"setup-{mark}.zip"
    assert container(three(), "allow")["commands"] == ["python3", f"/shared/setup-{mark}.zip"]


@pytest.mark.parametrize("place", ["a", "b", "c"])
def test_what_a_machine_runs_is_a_shell_script(place: str) -> None:
    done = subprocess.run(["sh", "-n"], input=script(three(), place), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
