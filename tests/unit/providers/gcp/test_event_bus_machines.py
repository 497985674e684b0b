"""The machines of an EventBus on Google Cloud with engine="nats", what they are told and hold, and in which order they
are replaced."""

from __future__ import annotations

import json
from itertools import pairwise

import pulumi
import pytest

from infra_kit import Stream
from infra_kit.providers.common import nats_cluster
from infra_kit.providers.gcp import testing
from infra_kit.recording import Recording
from infra_kit.replacements import why_replaced
from tests.unit.providers.gcp.buses import (
    JOB,
    LEADS,
    bus,
    container,
    lone,
    of_type,
    script,
    step,
    three,
)


def test_a_stream_with_three_copies_has_three_machines_each_in_a_zone_with_a_disk_of_its_own() -> None:
    made = three()
    assert of_type(made, ":Instance") == {"bus-server-a", "bus-server-b", "bus-server-c"}
    assert of_type(made, ":Disk") == {"bus-disk-a", "bus-disk-b", "bus-disk-c"}
    for place, zone in zip("abc", "bcd", strict=True):
        machine = made.named(f"bus-server-{place}").inputs
        assert machine["zone"] == made.named(f"bus-disk-{place}").inputs["zone"] == f"europe-west1-{zone}"
        assert machine["attachedDisks"] == [{"source": f"bus-disk-{place}-id", "deviceName": "data"}]
    assert of_type(lone(), ":Disk") == {"bus-disk-a"}


def test_no_server_stands_in_a_zone_for_ai_which_has_hardly_any_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["europe-west1-ai1a", "europe-west1-b", "europe-west1-c", "europe-west1-d"]
    monkeypatch.setitem(testing.CALLS, "gcp:compute/getZones:getZones", lambda _: {"names": names, "id": "recorded"})
    assert [bus().named(f"bus-disk-{place}").inputs["zone"] for place in "abc"] == names[1:]


def test_a_disk_has_its_own_key_and_stays_where_it_is_when_its_machine_is_replaced_or_the_stack_goes() -> None:
    made = bus(LEADS, "production")
    disk, machine = made.named("bus-disk-a"), made.named("bus-server-a")
    assert disk.inputs["diskEncryptionKey"] == {"kmsKeySelfLink": "bus-key-id"}
    assert machine.inputs["bootDisk"]["kmsKeySelfLink"] == "bus-key-id"
    agent = made.named("bus-key-grant").inputs["member"]
    assert agent == "serviceAccount:service-123456789012@compute-system.iam.gserviceaccount.com"
    assert disk.options.protect
    assert disk.options.retain_on_delete
    assert set(disk.options.ignore_changes or ()) == {"diskEncryptionKey", "zone"}
    assert not machine.options.protect
    assert not lone().named("bus-disk-a").options.protect


def test_a_disk_has_room_for_what_its_streams_may_hold() -> None:
    assert lone().named("bus-disk-a").inputs["size"] == nats_cluster.LEAST_GB
    large = bus(Stream(subjects=["lead.*"], max_size_gb=100))
    assert large.named("bus-disk-a").inputs["size"] == 125
    assert script(large, "a") != script(bus(Stream(subjects=["lead.*"])), "a"), "NATS is not told of the room it has"


def test_a_disk_keeps_its_size_where_a_stream_loses_its_bound() -> None:
    """A smaller one would be another, empty one."""
    bounded = Stream(subjects=["lead.*"], max_size_gb=100)
    kept = bus(Stream(subjects=["lead.*"]), overrides={"disk-a": {"size": 125}})
    assert kept.named("bus-disk-a").inputs["size"] == bus(bounded).named("bus-disk-a").inputs["size"]
    assert script(kept, "a") == script(bus(bounded), "a")


def test_another_disk_brings_another_machine_for_in_the_same_one_nobody_would_mount_it() -> None:
    token, made = "gcp:compute/instance:Instance", three().named("bus-server-a").inputs
    other = {**made, "attachedDisks": [{"source": "another"}], "metadataStartupScript": "another"}
    assert not why_replaced(token, "attachedDisks", made, other)
    assert why_replaced(token, "metadataStartupScript", made, other)
    for place in "abc":
        assert f"DISK={three().named(f'bus-disk-{place}').outputs['diskId']}\n" in script(three(), place)


def test_machines_are_replaced_one_after_the_other_each_when_the_one_before_is_well() -> None:
    made = three()
    order = [
        "bus-well", "bus-server-a", "bus-joined-a", "bus-server-b", "bus-joined-b", "bus-server-c", "bus-joined-c",
        "bus-settled",
    ]  # fmt: skip
    for before, after in pairwise(order):
        assert made.named(before).urn in made.named(after).options.depends_on, f"{after} does not wait for {before}"
    assert made.named("bus-settings").urn in made.named("bus-server-a").options.depends_on
    for place in "abc":
        assert made.named(f"bus-server-{place}").request.deleteBeforeReplace


def test_a_step_is_a_job_that_runs_when_it_is_made_and_one_that_failed_is_made_again() -> None:
    """The provider takes a job whose run failed for not made; one that is only changed would be taken for done."""
    made = three()
    assert {it.name for it in made.of_type(JOB)} == {
        "bus-allow", "bus-well", "bus-joined-a", "bus-joined-b", "bus-joined-c", "bus-settled"
    }  # fmt: skip
    for it in made.of_type(JOB):
        assert it.inputs["runExecutionToken"]
        assert it.options.replace_on_changes == ("runExecutionToken",)


def test_a_step_whose_rights_or_way_are_not_there_yet_has_other_attempts_and_the_time_for_them() -> None:
    for it in three().of_type(JOB):
        task = it.inputs["template"]["template"]
        assert task["maxRetries"] == 2
        patience = it.request.customTimeouts
        assert patience is not None
        assert seconds(patience.create) > 3 * seconds(task["timeout"])


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def tokens(made: Recording) -> dict[str, str]:
    return {it.name.removeprefix("bus-"): it.inputs["runExecutionToken"] for it in made.of_type(JOB)}


def changed(before: Recording, after: Recording) -> set[str]:
    """The steps that are done again."""
    was, is_now = tokens(before), tokens(after)
    return {name for name in was if was[name] != is_now[name]}


def test_whether_the_servers_are_well_is_asked_again_when_machines_are_to_be_others() -> None:
    joined = {"joined-a", "joined-b", "joined-c"}
    other = {f"server-{place}": {"machine_type": "e2-standard-2"} for place in "abc"}
    assert changed(three(), bus(overrides=other)) == {"well", *joined}
    assert "well" in changed(three(), bus(Stream(subjects=["lead.*"], replicas=3, max_size_gb=100)))
    said = {"server-a": {"opts": pulumi.ResourceOptions()}}
    assert changed(bus(overrides=said), bus(overrides=said)) == set()


def test_what_waits_for_a_machine_is_asked_again_when_it_is_another_one() -> None:
    made = three()
    assert step(made, "joined-b") == {"does": "join", "name": "nats-b"}
    again = {it["name"]: it["value"] for it in container(made, "joined-b")["envs"]}["AGAIN_WITH"]
    machine, _, well = again.rpartition(" ")
    assert machine == "bus-server-b-number e2-small", "what it is called may be the same, by `overrides` of its name"
    assert well == made.named("bus-well").outputs["uid"], "whichever is to be replaced, the first is asked too"
    told = json.loads(made.named("bus-told-version").inputs["secretData"])
    assert told["servers"] == {f"nats-{place}": f"nats-{place}.bus-c0c0c0.internal:4222" for place in "abc"}
    assert "secretData" in made.named("bus-told-version").secret_inputs


def test_another_link_changes_what_is_let_in_and_no_machine() -> None:
    linked = bus(LEADS, "staging", lambda it: it.link(publish=["lead.created"]))
    assert changed(three(), linked) == {"settled"}
    assert script(three(), "a") == script(linked, "a")


def test_a_component_that_is_renamed_keeps_its_machines_and_what_the_servers_call_each_other() -> None:
    """They would be new servers of the same cluster, which has no majority any more. Names in the network stay."""
    made = three()
    for mark in ("name-id", "account-id", "setup-account-id", "secrets-id"):
        assert made.named(f"bus-{mark}").options.ignore_changes == ("prefix",)
    lines = dict(line.split("=", 1) for line in script(made, "a").splitlines()[1:9])
    assert lines["NAME"] == lines["HOST"].partition(".")[0] == "nats-a"
    assert of_a_machine(made, "bus") == of_a_machine(bus(name="events"), "events")


def of_a_machine(made: Recording, name: str) -> str:
    """Its inputs. What the cloud or a resource that stays calls itself is the same after a rename, and is made of the
    new name in a recording alone; labels change in place."""
    text = json.dumps({**made.named(f"{name}-server-a").inputs, "labels": {}}, sort_keys=True, default=str)
    ids = {f"{it.name}-{ending}" for it in made.resources for ending in ("id", "number")}
    marks = {it.outputs["hex"] for it in made.resources if it.options.ignore_changes == ("prefix",)}
    for it in sorted(ids | marks, key=len, reverse=True):
        text = text.replace(it, it.removeprefix(f"{name}-"))
    return text


def test_addresses_and_names_are_the_servers_which_stay() -> None:
    made = three()
    addresses = [made.named(f"bus-address-{place}").outputs["address"] for place in "abc"]
    (interface,) = made.named("bus-server-b").inputs["networkInterfaces"]
    assert interface == {"subnetwork": "net-subnetwork-id", "networkIp": addresses[1]}
    assert made.named("bus-name-nats-b").inputs["rrdatas"] == [addresses[1]]
    assert made.named("bus-name-nats").inputs["rrdatas"] == addresses
    zone = made.named("bus-zone").inputs
    assert (zone["visibility"], zone["dnsName"]) == ("private", "bus-c0c0c0.internal.")
    assert zone["privateVisibilityConfig"] == {"networks": [{"networkUrl": "net-vpc-id"}]}
    assert made.named("bus").outputs["host"] == "nats.bus-c0c0c0.internal"


def test_a_machine_starts_what_its_script_names_by_digest_and_says_no_secret() -> None:
    text = script(three(), "b")
    assert "IMAGE=docker.io/library/nats@sha256:" in text
    assert "HOST=nats-b." in text
    assert "SECRET=bus-settings-id" in text
    assert "recorded-password" not in text
    assert "PRIVATE KEY" not in text


def test_a_machine_has_no_public_address_and_nobody_logs_in() -> None:
    machine = three().named("bus-server-a").inputs
    assert "accessConfigs" not in machine["networkInterfaces"][0]
    assert machine["metadata"] == {
        "enable-oslogin": "TRUE", "block-project-ssh-keys": "TRUE", "serial-port-enable": "FALSE",
    }  # fmt: skip
    assert all(machine["shieldedInstanceConfig"].values())
    assert machine["canIpForward"] is False


def test_its_account_reads_what_the_servers_let_in_and_tells_figures_and_nothing_else() -> None:
    made = three()
    email = made.named("bus-account").outputs["email"]
    assert made.named("bus-server-a").inputs["serviceAccount"]["email"] == email
    reads = made.named("bus-settings-accessor").inputs
    assert (reads["secretId"], reads["role"]) == ("bus-settings-id", "roles/secretmanager.secretAccessor")
    tells = made.named("bus-tells").inputs
    assert (tells["member"], tells["role"]) == (f"serviceAccount:{email}", "roles/monitoring.metricWriter")
    assert {it.name for it in made.resources if it.name.startswith("bus-") and "IAMMember" in it.type} == {
        "bus-setup-bucket-user", "bus-tells"
    }  # fmt: skip
