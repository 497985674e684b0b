"""Alerts on a VPS: what Prometheus and the Alertmanager are told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit import Alerts, Cdn, Environment, Gateway, Redis, Routes, Rule, Service, Target, alert_presets
from infra_kit.alert_rules import Level
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.monitored import HOST, TARGET, file, told, watched

ROUTES = {
    "P0": Routes(email=["ops@example.com"], webhook="https://alerts.example.com/?token=hush"),
    "P2": Routes(slack="https://hooks.example.com/hush", pagerduty="hush-key"),
}


def manager(made: Recording) -> Any:
    return json.loads(file(made, "alerts-manager", "alertmanager.yml"))


def cached(settings: VpsSettings = HOST, **asked: Any) -> Recording:
    target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=settings)
    return record(lambda: Alerts("alerts", target=target, watch=[Redis("cache", target=target)], **asked))


def test_a_rule_says_when_and_for_how_long_and_whom_it_is_for() -> None:
    rules = {"cold": Rule(signal="cache-hits", below=50, lasting="15m", level="P2")}
    groups = {it["name"]: it["rules"] for it in told(cached(rules=rules), "alerts-rules")["rules"]["groups"]}
    (rule,) = groups["alerts.cold"]
    assert rule["expr"].endswith("< 50")
    assert rule["for"] == "15m"
    assert rule["labels"] == {"alerts": "alerts", "level": "P2", "component": "cache", "signal": "cache-hits"}
    assert rule["annotations"]["summary"] == "P2 Redis cache: cache-hits < 50 % for 15m"


def test_what_is_not_measured_any_more_is_an_alert_too() -> None:
    groups = {it["name"] for it in told(cached(), "alerts-rules")["rules"]["groups"]}
    assert "alerts.not-measured" in groups


@pytest.mark.parametrize(
    ("routed", "level"), [([], "P1"), (["P0"], "P1"), (["P1", "P3"], "P1"), (["P2", "P3"], "P2"), (["P3"], "P3")]
)
def test_that_nothing_is_measured_is_told_somebody_where_anybody_is_told_of_anything(
    routed: list[Level], level: str
) -> None:
    routes: dict[Level, Routes] = {it: Routes(slack="https://hooks.example.com/hush") for it in routed}
    rules = {"cold": Rule(signal="cache-hits", below=50, lasting="15m", level="P3")}
    made = told(cached(rules=rules, routes=routes), "alerts-rules")["rules"]["groups"]
    (rule,) = (rule for group in made if group["name"] == "alerts.not-measured" for rule in group["rules"])
    assert rule["labels"]["level"] == level
    assert rule["annotations"]["summary"].startswith(
        f"{level} {{{{ with $labels.component }}}}{{{{ . }}}}{{{{ else }}}}"
    )


def test_every_sensible_rule_has_its_components() -> None:
    names = {it["name"].partition(".")[2] for it in told(watched(), "alerts-rules")["rules"]["groups"]}
    not_here = {"backup-age", "drill-age", "spent", "bounces", "complaints"}
    assert names == {*alert_presets.SENSIBLE, "not-measured"} - not_here


def test_a_level_without_routes_is_told_whom_the_level_above_is_told_and_each_alert_by_itself() -> None:
    route = manager(cached(routes=ROUTES))["route"]
    ways = {it["matchers"][1]: it["receiver"] for it in route["routes"]}
    assert ways == {'level="P0"': "P0", 'level="P1"': "P0", 'level="P2"': "P2", 'level="P3"': "P2"}
    assert all(it["matchers"][0] == 'alerts="alerts"' for it in route["routes"])
    assert (route["receiver"], route["group_by"], route["group_wait"]) == ("nobody", ["..."], "0s")


def test_everybody_is_told_when_it_is_over_too() -> None:
    configurations = [
        it
        for receiver in manager(cached(routes=ROUTES))["receivers"]
        for key, them in receiver.items()
        if key.endswith("_configs")
        for it in them
    ]
    assert len(configurations) == 4
    assert all(it["send_resolved"] for it in configurations)


def test_mail_goes_by_the_server_of_the_settings_and_by_tls() -> None:
    assert manager(cached(routes=ROUTES))["global"] == {
        "smtp_smarthost": "smtp.example.com:587", "smtp_from": "alerts@example.com", "smtp_require_tls": True,
        "smtp_auth_username": "alerts", "smtp_auth_password": "hush-mail",
    }  # fmt: skip


def test_no_secret_of_a_route_is_in_clear() -> None:
    for it in cached(routes=ROUTES).resources:
        clear = {key: value for key, value in it.inputs.items() if key not in it.secret_inputs}
        assert "hush" not in str(clear), it.name


def test_mail_without_a_server_is_refused_with_the_way_out() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"route:email.*infra-kit:vps: \{smtp: "):
        cached(HOST.model_copy(update={"smtp": None}), routes=ROUTES)


def test_a_gateway_behind_a_cdn_is_watched_by_its_cdn() -> None:
    def program() -> None:
        api = Service("api", target=TARGET, image="api:1")
        inner = Gateway("gw", target=TARGET, routes={"/*": api}, public=False, waf=False)
        outer = Cdn("www", target=TARGET, routes={"/*": inner}, domains=["www.example.com"])
        rules = {"errors": Rule(signal="errors", above=1)}
        Alerts("alerts", target=TARGET, watch=[outer if watch_outer else inner], rules=rules)

    watch_outer = True
    (group, _) = told(record(program), "alerts-rules")["rules"]["groups"]
    assert 'host=~"www\\\\.example\\\\.com"' in group["rules"][0]["expr"]
    watch_outer = False
    with pytest.raises(UnsupportedFeatureError, match="take the Cdn instead"):
        record(program)


def test_the_alertmanager_alone_has_a_way_out() -> None:
    made = cached(routes=ROUTES)
    networks = {it.name: it.inputs["internal"] for it in made.of_type("docker:index/network:Network")}
    assert networks["vps-monitoring-telling"] is True
    assert networks["alerts-network"] is False
    joined = {it["name"] for it in made.named("alerts-manager").inputs["networksAdvanced"]}
    assert joined == {"vps-monitoring-telling", "alerts-network"}
