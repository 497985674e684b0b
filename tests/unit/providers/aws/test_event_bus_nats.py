"""EventBus on AWS with engine="nats": the machines, what they hold and let in, and in which order they are replaced."""

from __future__ import annotations

import base64
import json
import subprocess
from itertools import pairwise
from typing import Any

import pytest

from infra_kit import Consumer, EventBus, Network, Service, Stream
from infra_kit.errors import SpecError
from infra_kit.providers.common import machine_scripts, nats_cluster
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.providers.nats_settings import assert_each_may_what_it_is_linked_for
from tests.unit.refusals import refusal

LEADS = Stream(subjects=["lead.*"], retention="30d", replicas=3)
CRM = {"crm": Consumer(stream="LEADS")}


def bus(stream: Stream = LEADS, environment: str = "staging", *links: Any, zones: int = 3, **config: Any) -> Recording:
    """Each link is a service's, named in its order."""

    def program() -> None:
        network = Network("net", zones=zones)
        it = EventBus("bus", streams={"LEADS": stream}, consumers=CRM, network=network)
        for number, link in enumerate(links):
            image = "registry.example/api:1"
            Service(f"api-{number}", image=image, port=80, links=[link(it)], network=network)

    aws = {"infra-kit:target": "aws", "infra-kit:region": "us-east-1", "infra-kit:environment": environment}
    return record(program, config={**aws, **config})


def lone(environment: str = "development") -> Recording:
    return bus(Stream(subjects=["lead.*"]), environment)


def files(made: Recording) -> dict[str, str]:
    return machine_scripts.files(made.named("bus-settings-value").inputs["secretString"])


def script(made: Recording, zone: str) -> str:
    return base64.b64decode(made.named(f"bus-template-{zone}").inputs["userData"]).decode()


def of_type(made: Recording, ending: str) -> set[str]:
    return {it.name for it in made.resources if it.type.endswith(ending) and it.name.startswith("bus-")}


# Machines


def test_a_stream_with_three_copies_has_three_machines_each_in_a_zone_with_a_volume_of_its_own() -> None:
    made = bus()
    assert of_type(made, ":Instance") >= {"bus-server-a", "bus-server-b", "bus-server-c"}
    assert of_type(made, ":Volume") == {"bus-volume-a", "bus-volume-b", "bus-volume-c"}
    subnets = {made.named(f"bus-interface-{zone}").inputs["subnetId"] for zone in "abc"}
    assert subnets == {f"net-private-{zone}-id" for zone in "abc"}
    assert of_type(lone(), ":Volume") == {"bus-volume-a"}


def test_a_volume_is_encrypted_and_stays_when_its_machine_is_replaced_or_the_stack_goes() -> None:
    volume = bus(LEADS, "production").named("bus-volume-a")
    assert volume.inputs["encrypted"] is True
    assert volume.inputs["kmsKeyId"] == bus(LEADS, "production").named("bus-key").outputs["arn"]
    assert volume.options.protect
    assert volume.options.retain_on_delete
    attachment = bus().named("bus-attachment-a")
    assert attachment.inputs["volumeId"] == "bus-volume-a-id"
    assert attachment.inputs["stopInstanceBeforeDetaching"] is True
    assert not lone().named("bus-volume-a").options.protect


def test_a_volume_has_room_for_what_its_streams_may_hold() -> None:
    assert lone().named("bus-volume-a").inputs["size"] == nats_cluster.LEAST_GB
    large = bus(Stream(subjects=["lead.*"], max_size_gb=100))
    assert large.named("bus-volume-a").inputs["size"] == 125
    assert script(large, "a") != script(bus(Stream(subjects=["lead.*"])), "a"), "NATS is not told of the room it has"


def test_machines_are_replaced_one_after_the_other_each_when_the_one_before_is_well() -> None:
    made = bus()
    order = [
        "bus-allow",
        "bus-settings-value",
        "bus-template-c",
        "bus-well",
        "bus-server-a",
        "bus-attachment-a",
        "bus-joined-a",
    ]
    order += ["bus-server-b", "bus-attachment-b", "bus-joined-b"]
    order += ["bus-server-c", "bus-attachment-c", "bus-joined-c", "bus-setup-run"]
    for before, after in pairwise(order):
        needed = made.named(after).options.depends_on
        assert made.named(before).urn in needed, f"{after} does not wait for {before}"
    for zone in "abc":
        machine = made.named(f"bus-server-{zone}")
        assert machine.request.deleteBeforeReplace
        assert machine.options.replace_on_changes == ("launchTemplate",)


def test_whether_the_servers_are_well_is_asked_again_when_machines_are_to_be_others() -> None:
    well = bus().named("bus-well").inputs
    assert json.loads(well["input"])["does"] == "well"
    versions = [str(bus().named(f"bus-template-{zone}").outputs["latestVersion"]) for zone in "abc"]
    assert well["triggers"]["machines"] == " ".join(versions)


def test_what_waits_for_a_machine_is_asked_again_when_it_is_another_one() -> None:
    run = bus().named("bus-joined-b").inputs
    assert run["triggers"]["machine"] == "bus-server-b-id"
    told = json.loads(run["input"])
    assert "bus-well" in str(bus().named("bus-joined-b").request.propertyDependencies["input"])
    assert told["cluster"]
    assert (told["does"], told["name"]) == ("join", "bus-nats-b")
    assert set(told["servers"]) == {"bus-nats-a", "bus-nats-b", "bus-nats-c"}
    assert told["servers"]["bus-nats-a"].endswith(".internal:4222")


def test_a_component_that_is_renamed_keeps_its_machines_and_what_the_servers_call_each_other() -> None:
    """They would be new servers of the same cluster, which has no majority any more. Names in the network stay."""
    made = bus()
    assert "name" in (made.named("bus-name-a").options.ignore_changes or ())
    lines = dict(line.split("=", 1) for line in script(made, "a").splitlines()[1:9])
    assert lines["NAME"] == lines["HOST"].partition(".")[0]
    template = made.named("bus-template-a").inputs
    of_the_machine = {key: it for key, it in template.items() if key not in {"tags", "userData"}}
    assert "bus" not in json.dumps(of_the_machine, default=str)


def test_addresses_and_names_are_the_interfaces_which_stay() -> None:
    made = bus()
    assert made.named("bus-server-a").inputs["primaryNetworkInterface"] == {"networkInterfaceId": "bus-interface-a-id"}
    where = {made.named(f"bus-name-is-{zone}").inputs["attributes"]["AWS_INSTANCE_IPV4"] for zone in "abc"}
    assert where == {made.named("bus-interface-a").outputs["privateIp"]}
    assert made.named("bus").outputs["host"] == "bus-nats.test-c0c0c0.internal"


def test_a_machine_starts_what_its_script_names_by_digest_and_says_no_secret() -> None:
    made = bus()
    text = script(made, "b")
    assert "IMAGE=public.ecr.aws/docker/library/nats@sha256:" in text
    assert "HOST=bus-nats-b." in text
    assert "recorded-password" not in text
    assert "PRIVATE KEY" not in text


def test_a_machine_is_asked_for_its_role_by_token_alone_and_nobody_logs_in() -> None:
    inputs = bus().named("bus-template-a").inputs
    assert inputs["metadataOptions"]["httpTokens"] == "required"
    assert inputs["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert "keyName" not in inputs
    assert inputs["imageId"].startswith("resolve:ssm:")
    assert inputs["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"


def test_a_machine_may_read_its_secret_and_tell_figures_of_ours_and_nothing_else() -> None:
    made = bus()
    reads, tells = json.loads(made.named("bus-role-rights").inputs["policy"])["Statement"]
    assert (reads["Action"], reads["Resource"]) == (
        ["secretsmanager:GetSecretValue"],
        made.named("bus-settings").outputs["arn"],
    )
    assert tells["Action"] == ["cloudwatch:PutMetricData"]
    assert tells["Condition"] == {"StringEquals": {"cloudwatch:namespace": "infra-kit"}}
    assert "NAMESPACE=infra-kit\n" in script(made, "a")
    assert f"BUS={made.named('bus').outputs['host']}\n" in script(made, "a")


def test_a_machines_script_is_no_longer_than_ec2_takes() -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html"""
    assert len(script(bus(LEADS, "production"), "a").encode()) < 16 * 1024


# What is let in


def test_what_is_refused_is_not_told_to_a_server_either() -> None:
    made = bus()
    assert made.named("bus-allow").urn in made.named("bus-settings-value").options.depends_on


def test_what_the_servers_let_in_is_in_secrets_manager_alone() -> None:
    made = bus(LEADS, "staging", lambda it: it.link(publish=["lead.created"]), lambda it: it.link(consume=["crm"]))
    assert "secretString" in made.named("bus-settings-value").secret_inputs
    assert_each_may_what_it_is_linked_for(files(made)["nats.conf"])


def test_the_set_up_knows_what_the_servers_must_have_taken_over() -> None:
    made, linked = bus(), bus(LEADS, "staging", lambda it: it.link(publish=["lead.created"]))
    marks = [json.loads(it.named("bus-setup-run").inputs["input"])["mark"] for it in (made, linked)]
    assert marks[0] != marks[1]
    assert marks[0] in files(made)["nats.conf"]
    assert "input" in made.named("bus-setup-run").secret_inputs


def test_streams_and_consumers_are_made_with_their_copies_and_dead_letters() -> None:
    told = json.loads(bus().named("bus-setup-run").inputs["input"])
    assert {name: it["num_replicas"] for name, it in told["streams"].items()} == {"LEADS": 3, "_dead_crm": 3}
    assert [(it["stream"], it["config"]["name"]) for it in told["consumers"]] == [
        ("LEADS", "crm"),
        ("_dead_crm", "crm"),
    ]


def test_a_link_gives_a_user_a_way_and_the_authority_to_trust() -> None:
    made = bus(LEADS, "staging", lambda it: it.link(publish=["lead.created"]))
    (task,) = [it for it in made.resources if it.name == "api-0-task"]
    (container, *_) = json.loads(task.inputs["containerDefinitions"])
    variables = {it["name"]: it["value"] for it in container["environment"]}
    assert variables["BUS_CA_CERTIFICATE"].startswith("-----BEGIN CERTIFICATE-----")
    assert variables["BUS_USERNAME"] == "api_0__bus"
    assert variables["BUS_INBOX_PREFIX"] == "_INBOX_api_0__bus"
    into = [
        it.inputs for it in made.resources
        if it.inputs.get("securityGroupId") == "bus-security-group-id" and "IngressRule" in it.type
    ]  # fmt: skip
    assert {(it["fromPort"], it["referencedSecurityGroupId"]) for it in into} == {
        (4222, "bus-client-security-group-id"),
        (4222, "api-0-security-group-id"),
        (6222, "bus-security-group-id"),
    }


# Refusals


def test_more_links_than_a_secret_holds_are_refused_with_the_way_out() -> None:
    subjects = [f"lead.number-{number}" for number in range(3000)]
    with pytest.raises(
        SpecError, match=r"bus.*: links: \d+ bytes in all, and a secret holds 65536\. Divide the streams"
    ):
        bus(LEADS, "staging", lambda it: it.link(publish=subjects))


def test_more_copies_than_there_are_zones_are_refused_with_the_way_out() -> None:
    message = refusal(
        lambda: EventBus("bus", streams={"LEADS": LEADS}, network=Network("net", zones=2)),
        SpecError, target="aws", environment="staging",
    )  # fmt: skip
    assert "needs as many servers, each in a zone of its own, and there are 2" in message
    assert "Network(zones=3)" in message


def test_a_network_without_a_way_out_is_refused() -> None:
    message = refusal(
        lambda: EventBus("bus", streams={"LEADS": LEADS}, network=Network("net", zones=3, nat="none")),
        SpecError, target="aws", environment="staging",
    )  # fmt: skip
    assert "nat='single'" in message


@pytest.mark.parametrize("zone", ["a", "b", "c"])
def test_what_a_machine_runs_is_a_shell_script(zone: str) -> None:
    done = subprocess.run(["sh", "-n"], input=script(bus(), zone), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
