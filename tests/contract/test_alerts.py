"""What alerts say is the same on each target where it is ours to say, and the docs tell what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from infra_kit import Postgres, Routes, Target, features
from infra_kit.alert_rules import Level
from infra_kit.components.alerts import AlertsSpec
from infra_kit.providers.aws.lambdas import alert_teller
from infra_kit.providers.common import pagerduty
from infra_kit.providers.local.alerts_file import Alert
from infra_kit.providers.local.programs.alerts import routes
from infra_kit.providers.vps import alert_files
from infra_kit.signals import OF
from infra_kit.testing.conformance.alerts import standing_for

DOCS = Path(__file__).parents[2] / "docs" / "components.md"
LEVELS: tuple[Level, ...] = ("P0", "P1", "P2", "P3")
ALARM = {
    "AlarmName": "alerts-busy.db", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:alerts-busy.db",
    "NewStateValue": "ALARM", "NewStateReason": "so", "StateChangeTime": "2026-11-26T00:00:00.000+0000",
}  # fmt: skip


def aws(level: str, route: str, to: str) -> tuple[str, dict[str, object]]:
    """Where it posts what."""
    sent: list[tuple[str, dict[str, object]]] = []
    alarm = {**ALARM, "AlarmDescription": f"{level} Postgres db: cpu > 80 % for 15m"}
    alert_teller.tell(alarm, {route: to}, lambda url, body: sent.append((url, dict(body))))
    return sent[0]


def local(level: str) -> routes.Message:
    alert = Alert("busy", "db", level, "cpu > 80 % for 15m", "%", "firing", "2026-11-26T00:00:00+00:00", 90.0)
    return routes.Message(alert, "shop", "shop-production")


def test_pagerduty_is_told_each_level_alike_by_every_target() -> None:
    told = {level: Routes(pagerduty="key") for level in LEVELS}
    asked = AlertsSpec.model_validate({"watch": [standing_for(Postgres, "db")], "routes": told})
    known: dict[Level, dict[str, Any]] = {level: {"email": [], "pagerduty": "key"} for level in LEVELS}
    manager = yaml.safe_load(alert_files.manager("alerts", asked, known, None, ""))
    vps = {it["name"]: it["pagerduty_configs"][0]["severity"] for it in manager["receivers"] if it["name"] in LEVELS}
    bodies = {level: aws(level, "pagerduty", "key") for level in LEVELS}

    assert set(pagerduty.SEVERITIES.values()) == {"critical", "error", "warning", "info"}
    assert vps == pagerduty.SEVERITIES
    assert {level: routes.event("key", local(level))["payload"]["severity"] for level in LEVELS} == vps
    assert {level: body["payload"]["severity"] for level, (_, body) in bodies.items()} == vps  # type: ignore[index]
    assert {url for url, _ in bodies.values()} == {pagerduty.EVENTS}


def test_the_docs_name_every_field_of_a_webhooks_body() -> None:
    rows = {
        target: row for target in ("local", "vps", "aws", "gcp") for row in _rows() if row.startswith(f"| {target} |")
    }
    _, told = aws("P0", "webhook", "https://alerts.example.com")

    assert rows.keys() == {"local", "vps", "aws", "gcp"}
    assert [field for field in told if f"`{field}`" not in rows["aws"]] == []
    assert [field for field in routes.plain(local("P0")) if f"`{field}`" not in rows["local"]] == []


@pytest.mark.parametrize("component", ["alerts", "dashboard"])
@pytest.mark.parametrize("name", ["local", "vps", "aws", "gcp"])
def test_each_signal_is_measured_or_a_gap_with_a_way_out(name: str, component: str) -> None:
    driver = Target(name=name).driver(component)
    asked = {features.signal(kind, signal) for kind, signals in OF.items() for signal in signals}
    assert asked - driver.SUPPORTS - driver.HINTS.keys() == set()


def _rows() -> list[str]:
    _, _, after = DOCS.read_text().partition("| target | a webhook gets |")
    return after.partition("\n\n")[0].splitlines()
