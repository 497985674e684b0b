"""Alerts on AWS: alarms, whom they tell, and who may."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra_kit import Alerts, Cdn, Postgres, Redis, Routes, Rule
from infra_kit.providers.aws import alert_teller as teller
from infra_kit.providers.aws.lambdas import alert_teller
from infra_kit.providers.common.posting import UntoldError
from infra_kit.testing import Recording
from tests.unit.providers.aws.alarms import ELSEWHERE, OPS, alarm, alerts
from tests.unit.providers.aws.workloads import AWS, PRODUCTION, refused

CPU = {"busy": Rule(signal="cpu", above=80, lasting="15m", level="P1")}
HOOK = "https://hooks.slack.example/services/T0/B0/secret"


def db() -> Postgres:
    return Postgres("db")


def cdn() -> Cdn:
    return Cdn("cdn", routes={"/*": "https://origin.example.com"})


def policy(made: Recording, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(made.named(name).inputs["policy"])["Statement"]
    return found


def test_a_rule_is_an_alarm_that_says_what_is_wrong_and_for_how_long() -> None:
    told = alarm(alerts(db, rules=CPU, routes=OPS), "busy.db")
    assert told["alarmDescription"] == "P1 Postgres db: cpu > 80 % for 15m"
    assert (told["comparisonOperator"], told["threshold"]) == ("GreaterThanThreshold", 80)
    assert (told["metricQueries"][0]["metric"]["period"], told["evaluationPeriods"]) == (60, 15)


def test_it_tells_when_it_begins_and_when_it_is_over() -> None:
    made = alerts(db, rules=CPU, routes=OPS)
    topic = made.named("alerts-p0").outputs["arn"]
    assert alarm(made, "busy.db")["alarmActions"] == alarm(made, "busy.db")["okActions"] == [topic]


def test_without_routes_nobody_is_told_and_it_is_seen_all_the_same() -> None:
    made = alerts(db, PRODUCTION, rules=CPU)
    assert alarm(made, "busy.db")["alarmActions"] == []
    assert [it.name for it in made.children("alerts")] == ["alerts-busy.db"]


def test_each_level_with_routes_is_a_topic_with_its_addresses() -> None:
    routes = {"P0": Routes(email=["ops@example.com"], sms=["+525512345678"]), "P2": Routes(email=["dev@example.com"])}
    made = alerts(db, rules=CPU, routes=routes)
    told = {
        it.name.removeprefix("alerts-"): (it.inputs["protocol"], it.inputs["endpoint"])
        for it in made.children("alerts")
        if it.type.endswith(":TopicSubscription")
    }
    assert told == {
        "p0-email-ops@example.com": ("email", "ops@example.com"),
        "p0-sms-+525512345678": ("sms", "+525512345678"),
        "p2-email-dev@example.com": ("email", "dev@example.com"),
    }


def test_alarms_of_this_account_alone_may_tell_a_topic_and_only_by_tls() -> None:
    let, deny = policy(alerts(db, rules=CPU, routes=OPS), "alerts-p0-policy")
    assert let["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert let["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:123456789012:alarm:*"},
        "StringEquals": {"aws:SourceAccount": "123456789012"},
    }
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_in_production_a_topic_is_encrypted_with_a_key_that_alarms_may_use() -> None:
    made = alerts(db, PRODUCTION, rules=CPU, routes=OPS)
    assert made.named("alerts-p0").inputs["kmsMasterKeyId"] == made.named("alerts-key").outputs["arn"]
    users = [it["Principal"] for it in policy(made, "alerts-key")]
    assert {"Service": "cloudwatch.amazonaws.com"} in users
    assert "kmsMasterKeyId" not in alerts(db, AWS, rules=CPU, routes=OPS).named("alerts-p0").inputs


def test_an_alarm_in_us_east_1_tells_a_topic_there() -> None:
    rules = {"errors": Rule(signal="errors", above=5, level="P0")}
    made = alerts(cdn, ELSEWHERE, rules=rules, routes=OPS)
    assert alarm(made, "errors.cdn")["alarmActions"] == [made.named("alerts-p0-us-east-1").outputs["arn"]]
    assert made.named("alerts-p0-us-east-1").inputs["region"] == "us-east-1"
    at_home = alerts(cdn, AWS, rules=rules, routes=OPS)
    assert alarm(at_home, "errors.cdn")["alarmActions"] == [at_home.named("alerts-p0").outputs["arn"]]


def test_less_than_a_minute_is_refused_with_the_way_out() -> None:
    short = {"busy": Rule(signal="cpu", above=80, lasting="90s")}
    said = refused(lambda: Alerts("alerts", watch=[db()], rules=short))
    assert said == (
        "Alerts 'alerts': rules.busy: lasting: given 90s; aws measures by the minute. Say whole minutes, e.g. '1m'."
    )


def test_what_is_told_by_http_stands_in_one_secret_that_the_teller_alone_reads() -> None:
    made = alerts(db, PRODUCTION, rules=CPU, routes={"P0": Routes(slack=HOOK), "P2": Routes(pagerduty="key")})
    value = made.named("alerts-routes-value")
    assert "secretString" in value.secret_inputs
    assert json.loads(value.inputs["secretString"]) == {"P0": {"slack": HOOK}, "P2": {"pagerduty": "key"}}
    reads = policy(made, "alerts-teller-rights")
    secret = made.named("alerts-routes").outputs["arn"]
    assert [it["Resource"] for it in reads if it["Action"] == ["secretsmanager:GetSecretValue"]] == [secret]
    assert HOOK not in str([it.inputs for it in made.resources if it.name != value.name])


def test_the_teller_knows_whose_routes_a_topic_goes_by() -> None:
    rules = {"errors": Rule(signal="errors", above=5, level="P0")}
    made = alerts(cdn, ELSEWHERE, rules=rules, routes={"P0": Routes(slack=HOOK)})
    topics = made.named("alerts-teller").inputs["environment"]["variables"]["TOPICS"]
    arns = [made.named(name).outputs["arn"] for name in ("alerts-p0", "alerts-p0-us-east-1")]
    assert sorted(topics.split(",")) == sorted(f"{arn}=P0" for arn in arns)
    called = [it.inputs["sourceArn"] for it in made.children("alerts") if it.type.endswith(":Permission")]
    assert sorted(called) == sorted(arns)


def test_mails_need_no_teller() -> None:
    assert not [it for it in alerts(db, rules=CPU, routes=OPS).resources if it.name == "alerts-teller"]


def test_the_sensible_rules_are_taken_as_far_as_there_are_metrics() -> None:
    made = alerts(lambda: [Redis("cache"), cdn()])
    roles = {it.name.removeprefix("alerts-") for it in made.children("alerts")}
    assert {"down.cache.node-1", "memory.cache.node-1", "connections.cache.node-1", "errors.cdn"} <= roles


ALARM = {
    "AlarmName": "alerts-busy.db-1a2b3c4",
    "AlarmDescription": "P1 Postgres db: cpu > 80 % for 15m",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:alerts-busy.db-1a2b3c4",
    "NewStateValue": "ALARM",
    "NewStateReason": "15 datapoints were greater than the threshold",
    "StateChangeTime": "2026-11-26T00:00:00.000+0000",
}


class Posts:
    """What was posted where, in turn; some places do not hear as often as said."""

    def __init__(self, **deaf: int) -> None:
        self.deaf = {PLACES[route]: times for route, times in deaf.items()}
        self.all: list[tuple[str, Any]] = []

    def __call__(self, url: str, body: Any) -> None:
        self.all.append((url, body))
        if self.deaf.get(url, 0):
            self.deaf[url] -= 1
            raise UntoldError("it was answered with 502")

    @property
    def sent(self) -> dict[str, Any]:
        return dict(self.all)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_teller, "PAUSE", 0.0)


def test_slack_is_told_in_words_with_a_way_to_the_alarm() -> None:
    posts = Posts()
    alert_teller.tell(ALARM, {"slack": HOOK}, posts)
    text = posts.sent[HOOK]["text"]
    assert "*P1 firing*" in text
    assert "|Postgres db: cpu > 80 % for 15m>" in text
    assert "https://eu-west-1.console.aws.amazon.com/cloudwatch/" in text


def test_pagerduty_is_told_that_it_is_over_under_the_same_key() -> None:
    begun, over = Posts(), Posts()
    alert_teller.tell(ALARM, {"pagerduty": "key"}, begun)
    alert_teller.tell({**ALARM, "NewStateValue": "OK"}, {"pagerduty": "key"}, over)
    first, last = begun.sent[alert_teller.PAGERDUTY], over.sent[alert_teller.PAGERDUTY]
    assert (first["event_action"], first["payload"]["severity"]) == ("trigger", "error")
    assert last == {"routing_key": "key", "event_action": "resolve", "dedup_key": first["dedup_key"]}


def test_a_webhook_gets_the_alert_as_json() -> None:
    posts = Posts()
    alert_teller.tell({**ALARM, "NewStateValue": "OK"}, {"webhook": "https://alerts.example.com"}, posts)
    told = posts.sent["https://alerts.example.com"]
    assert (told["level"], told["state"], told["name"]) == ("P1", "cleared", "alerts-busy.db-1a2b3c4")


ROUTES = {"webhook": "https://alerts.example.com", "slack": HOOK, "pagerduty": "key"}
PLACES = {**ROUTES, "pagerduty": alert_teller.PAGERDUTY}


def test_who_does_not_hear_keeps_nobody_else_from_being_told_and_is_tried_again() -> None:
    posts = Posts(pagerduty=1)
    alert_teller.tell(ALARM, ROUTES, posts)
    told = ("pagerduty", "slack", "webhook", "pagerduty")
    assert [url for url, _ in posts.all] == [PLACES[route] for route in told]


def test_who_heard_is_never_told_twice_for_another_that_did_not(caplog: pytest.LogCaptureFixture) -> None:
    posts = Posts(webhook=9)
    alert_teller.tell(ALARM, ROUTES, posts)
    assert [url for url, _ in posts.all].count(HOOK) == 1
    (said,) = [it.getMessage() for it in caplog.records if it.levelname == "ERROR"]
    assert said == "alerts-busy.db-1a2b3c4 was not told to all: webhook: it was answered with 502"


def test_where_nobody_heard_the_run_fails_so_that_lambda_tries_again() -> None:
    with pytest.raises(alert_teller.TellError, match=r"^slack: it was answered with 502; webhook: it was"):
        alert_teller.tell(ALARM, {"slack": HOOK, "webhook": ROUTES["webhook"]}, Posts(slack=9, webhook=9))


def test_the_function_runs_with_what_is_in_its_archive_and_boto3(tmp_path: Path) -> None:
    for path, file in teller.CODE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(file.read_bytes())
    (tmp_path / "boto3.py").touch()
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import alert_teller; print(alert_teller.post)"
    assert (
        "function post"
        in subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True).stdout
    )
