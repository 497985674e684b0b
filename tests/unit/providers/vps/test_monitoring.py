"""What measures a host: made once, with a foot where it measures and no way to anything else."""

from __future__ import annotations

import json
import re

from infra_kit import Alerts, Dashboard, Panel, Redis
from infra_kit.testing import record
from tests.unit.providers.vps.monitored import TARGET, everything, file, told, watched

CONTAINER = "docker:index/container:Container"
MEASURING = (
    "alerts-manager", "site-prober", "vps-monitoring-node", "vps-monitoring-of-bus-exporter",
    "vps-monitoring-of-cache-exporter", "vps-monitoring-of-db-exporter", "vps-monitoring-prober",
    "vps-monitoring-prometheus",
)  # fmt: skip


def test_all_of_it_together_takes_less_than_a_gibibyte() -> None:
    """Of the 8 that a host for 25 euros a month has."""
    made = watched()
    running = {it.name: it.inputs["memory"] for it in made.of_type(CONTAINER) if it.inputs.get("start") is not False}
    assert {name: running[name] for name in MEASURING} == {
        name: 384 if name == "vps-monitoring-prometheus" else 64 for name in MEASURING
    }


def test_a_host_is_measured_once_whoever_reads_it() -> None:
    def program() -> None:
        watch = everything()
        Alerts("alerts", target=TARGET, watch=watch)
        Alerts("others", target=TARGET, watch=watch)

    made = record(program)
    assert len([it for it in made.of_type(CONTAINER) if it.name == "vps-monitoring-of-db-exporter"]) == 1
    managers = [told(made, f"{name}-rules")["managers"][0]["targets"] for name in ("alerts", "others")]
    assert managers == [["alerts-manager:9093"], ["others-manager:9093"]]


def test_nothing_of_it_is_published_and_prometheus_reaches_no_store() -> None:
    made = watched()
    assert not [name for name in MEASURING if made.named(name).inputs.get("ports")]
    networks = made.named("vps-monitoring-prometheus").inputs["networksAdvanced"]
    assert [it["name"] for it in networks] == ["vps-monitoring-network", "vps-monitoring-telling"]


def test_prometheus_alone_reaches_who_may_be_silenced() -> None:
    """Alertmanager asks nobody who they are."""

    def program() -> None:
        watch = everything()
        alerts = [Alerts(name, target=TARGET, watch=watch) for name in ("alerts", "others")]
        Dashboard("board", target=TARGET, of=watch)
        Panel("panel", target=TARGET, of=[*watch, *alerts], domains=["panel.example.com"])

    made = record(program)
    joined = {
        it.name: {each["name"] for each in it.inputs.get("networksAdvanced", ())} for it in made.of_type(CONTAINER)
    }
    near = {name for name, networks in joined.items() if networks & joined["alerts-manager"]}
    assert near == {"vps-monitoring-prometheus", "alerts-manager", "others-manager"}
    assert made.named("vps-monitoring-telling").inputs["internal"] is True


def test_an_exporter_is_in_a_network_with_its_store_alone() -> None:
    made = watched()
    networks = made.named("vps-monitoring-of-db-exporter").inputs["networksAdvanced"]
    assert [it["name"] for it in networks] == ["vps-monitoring-network", "vps-monitoring-of-db-network"]
    assert made.named("vps-monitoring-of-db-network").inputs["internal"] is True
    assert "db-server-id db-server" in made.named("vps-monitoring-of-db-joined").inputs["stdin"]


def test_who_measures_has_a_user_of_its_own_with_the_least_rights() -> None:
    made = watched()
    assert "GRANT pg_monitor TO monitor;" in made.named("vps-monitoring-of-db-role").inputs["stdin"]
    assert "-@all +ping +info" in made.named("vps-monitoring-of-cache-user").inputs["stdin"]
    entry = made.named("vps-monitoring-of-bus-user").inputs["stdin"]
    assert '"$JS.API.CONSUMER.LIST.LEADS"' in entry
    assert "CONSUMER.CREATE" not in entry
    for it in made.resources:
        clear = {key: value for key, value in it.inputs.items() if key not in it.secret_inputs}
        assert "recorded-password" not in str(clear), it.name


def test_whom_to_ask_goes_with_it_while_prometheus_is_stopped_too() -> None:
    gone = watched().named("alerts-rules").inputs["delete"]
    assert re.search(
        r"^STOPPED='rm -f \S+/targets/\S+\.json \S+/rules/\S+\.yml \S+/managers/\S+\.json'$", gone, re.MULTILINE
    )


def test_its_user_goes_with_it() -> None:
    made = watched()
    assert "DROP ROLE" in made.named("vps-monitoring-of-db-role").inputs["delete"]
    assert "ACL DELUSER" in made.named("vps-monitoring-of-cache-user").inputs["delete"]


def test_certificates_are_looked_at_under_each_name() -> None:
    (target,) = told(watched(), "vps-monitoring-of-gw-certificates")["targets"]
    labels = target["labels"]
    assert (labels["__param_target"], labels["__param_hostname"]) == ("https://vps-edge-proxy", "api.example.com")


def test_prometheus_reads_what_others_bring() -> None:
    conf = json.loads(file(watched(), "vps-monitoring-prometheus", "prometheus.yml"))
    assert conf["rule_files"] == ["/prometheus/rules/*.yml"]
    assert conf["scrape_configs"][0]["file_sd_configs"] == [{"files": ["/prometheus/targets/*.json"]}]


def test_what_the_host_writes_is_read_only_for_the_container_that_gives_it_on() -> None:
    made = record(lambda: Alerts("alerts", target=TARGET, watch=[Redis("cache", target=TARGET)]))
    volume = made.named("vps-monitoring-measures").inputs
    assert {"label": "infra-kit-measures", "value": "containers"} in volume["labels"]
    mounted = made.named("vps-monitoring-node").inputs["volumes"]
    assert {"containerPath": "/measures", "volumeName": "vps-monitoring-measures", "readOnly": True} in mounted
