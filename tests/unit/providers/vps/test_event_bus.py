"""EventBus on a VPS: what NATS is told, and what brings its streams and consumers to what is declared."""

from __future__ import annotations

import json
import re
from typing import Any

from infra_kit import Consumer, Environment, EventBus, Stream, Target, features
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.vps import event_bus as driver
from infra_kit.providers.vps.event_bus import wanted
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.unit.lacking import gaps

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy")
LEADS = Stream(subjects=["lead.*"], retention="7d")


def bus(environment: Environment = Environment.STAGING, settings: VpsSettings = HOST, **asked: Any) -> Recording:
    target = Target(name="vps", app="shop", environment=environment, settings=settings)
    arguments = {"streams": {"LEADS": LEADS}, "consumers": {"crm": Consumer(stream="LEADS")}, **asked}
    return record(lambda: EventBus("bus", target=target, **arguments))


def configuration(made: Recording) -> dict[str, Any]:
    uploads = {it["file"]: it["content"] for it in made.named("bus-server-files").inputs["uploads"]}
    parsed: dict[str, Any] = json.loads(re.sub(r"@\w+@\n", "", uploads["/run/infra-kit/nats.template"]))
    return parsed


def test_clients_reach_it_by_its_name_in_the_data_network() -> None:
    made = bus()

    assert made.named("bus").outputs["url"] == "nats://app:recorded-password@bus-server:4222"
    assert "ports" not in made.named("bus-server").inputs


def test_other_hosts_reach_it_where_the_settings_publish_it_on_the_private_address() -> None:
    made = bus(settings=HOST.model_copy(update={"private_address": "192.168.7.2", "private_ports": {"bus": 14_222}}))

    assert made.named("bus-server").inputs["ports"] == [{"internal": 4222, "external": 14_222, "ip": "192.168.7.2"}]
    assert made.named("bus").outputs["host"] == "192.168.7.2"
    assert made.named("bus").outputs["port"] == 14_222


def test_monitoring_stays_in_the_container_and_the_application_makes_no_streams() -> None:
    settings = configuration(bus())
    rights = {user["user"]: user.get("permissions") for user in settings["authorization"]["users"]}

    assert settings["http"] == "127.0.0.1:8222"
    assert settings["jetstream"] == {"store_dir": "/data"}
    assert not [subject for subject in rights["app"]["publish"]["allow"] if "CREATE" in subject or "DELETE" in subject]


def test_the_passwords_are_in_a_file_and_in_what_the_script_reads_and_in_no_argument() -> None:
    made = bus()
    script = made.named("bus-streams")

    assert "recorded-password" not in script.inputs["create"]
    assert "stdin" in script.secret_inputs
    assert "recorded-password" not in str(made.named("bus-server").inputs)


def test_the_script_gets_streams_dead_letters_and_consumers_as_jetstream_takes_them() -> None:
    told = json.loads(bus().named("bus-streams").inputs["stdin"])

    assert [stream["name"] for stream in told["streams"]] == ["LEADS", "_dead_crm"]
    assert told["streams"][0]["max_age"] == 7 * 86_400 * 10**9
    assert [(it["stream_name"], it["config"]["name"]) for it in told["consumers"]] == [
        ("LEADS", "crm"),
        ("_dead_crm", "crm"),
    ]


def test_the_order_of_what_is_declared_changes_nothing_for_consumers() -> None:
    props = {"streams": {"S": {"subjects": ["s.*"], "retention": "7d"}}}
    one = {"stream": "S", "ack_wait": "30s", "max_deliveries": 5, "dead_letter": False}

    assert wanted({**props, "consumers": {"a": one, "b": one}}, "") == wanted(
        {**props, "consumers": {"b": one, "a": one}}, ""
    )


def test_the_script_runs_beside_the_server_hardened_like_it() -> None:
    made = bus()
    command = made.named("bus-streams").inputs["create"]

    assert command.startswith(
        "docker run --rm --interactive --network container:bus-server-id --read-only --cap-drop ALL"
    )
    assert "--security-opt no-new-privileges:true" in command


def test_the_events_outlive_the_stack_and_in_production_are_protected() -> None:
    options = bus(Environment.PRODUCTION).named("bus-data").options

    assert (options.protect, options.retain_on_delete) == (True, True)


def test_copies_and_a_clouds_own_bus_are_gaps_with_a_way_out() -> None:
    copies = gaps(driver, EventBusSpec(streams={"LEADS": Stream(subjects=["lead.*"], replicas=3)}))
    native = gaps(driver, EventBusSpec(engine="native", streams={"LEADS": LEADS}))

    assert "replicas=1" in copies[features.STREAM_REPLICAS]
    assert 'engine="nats"' in native[features.engine("native")]


def test_production_is_told_that_no_copy_leaves_the_host() -> None:
    said = "its events have no copy away from the host: what vps-1.example.com loses is lost"

    assert said in "\n".join(bus(Environment.PRODUCTION).warnings)
    assert said not in "\n".join(bus(Environment.STAGING).warnings)
