"""A Lambda function: tells Slack, PagerDuty and webhooks of an alarm that SNS brings.

Environment:
    TOPICS: by topic, whose routes it goes by: `ARN=P0,…`.
    SECRET: the ARN of the secret that has the routes of each level, as JSON.

A webhook gets `name`, `level` (P0 to P3), `state` (`firing` or `cleared`), `what`, `why`, `at` and `url` as JSON.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from infra_kit.providers.common.posting import UntoldError, post

Post = Callable[[str, Mapping[str, Any]], None]

PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
"""https://developer.pagerduty.com/docs/events-api-v2/trigger-events/"""
SEVERITIES = {"P0": "critical", "P1": "error", "P2": "warning", "P3": "info"}
PAUSE = 5.0
"""Seconds, before those who were not told are tried again."""


class TellError(Exception):
    """Nobody could be told."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  Lambda gives both
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]
    topics = dict(pair.rsplit("=", 1) for pair in os.environ["TOPICS"].split(","))
    for record in event["Records"]:
        message = record["Sns"]
        tell(json.loads(message["Message"]), json.loads(secret)[topics[message["TopicArn"]]], post)


def tell(alarm: Mapping[str, Any], routes: Mapping[str, str], post: Post) -> None:
    """All of them, each on its own, and twice who was not told. Raises `TellError` where nobody was: Lambda tries again
    within minutes. Where somebody was, it would tell them twice, so an error in the log says who was not."""
    alert = _alert(alarm)
    untold = _told(alert, routes, post)
    if untold:
        time.sleep(PAUSE)
        untold = _told(alert, {route: routes[route] for route in untold}, post)
    said = "; ".join(f"{route}: {why}" for route, why in untold.items())
    if untold and untold.keys() == routes.keys():
        raise TellError(said)
    if untold:
        logging.getLogger().error("%s was not told to all: %s", alert["name"], said)


def _told(alert: Mapping[str, str], routes: Mapping[str, str], post: Post) -> dict[str, str]:
    """By route, why it was not."""
    untold = {}
    for route, to in sorted(routes.items()):
        url, body = WAYS[route](alert, to)
        try:
            post(url, body)
        except UntoldError as error:
            untold[route] = str(error)
    return untold


def _alert(alarm: Mapping[str, Any]) -> dict[str, str]:
    region = alarm["AlarmArn"].split(":")[3]
    place = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    level, _, what = alarm["AlarmDescription"].partition(" ")
    return {
        "name": alarm["AlarmName"],
        "level": level,
        "state": "firing" if alarm["NewStateValue"] == "ALARM" else "cleared",
        "what": what,
        "why": alarm["NewStateReason"],
        "at": alarm["StateChangeTime"],
        "url": f"{place}#alarmsV2:alarm/{alarm['AlarmName']}",
    }


def _slack(alert: Mapping[str, str], url: str) -> tuple[str, dict[str, Any]]:
    """https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/"""
    mark = ":red_circle:" if alert["state"] == "firing" else ":white_check_mark:"
    return url, {
        "text": f"{mark} *{alert['level']} {alert['state']}*: <{alert['url']}|{alert['what']}>\n{alert['why']}"
    }


def _pagerduty(alert: Mapping[str, str], key: str) -> tuple[str, dict[str, Any]]:
    body: dict[str, Any] = {
        "routing_key": key,
        "event_action": "trigger" if alert["state"] == "firing" else "resolve",
        "dedup_key": alert["name"],
    }
    if alert["state"] == "firing":
        body["client_url"] = alert["url"]
        body["payload"] = {
            "summary": f"{alert['level']} {alert['what']}",
            "source": alert["name"],
            "severity": SEVERITIES[alert["level"]],
            "timestamp": alert["at"],
            "custom_details": alert,
        }
    return PAGERDUTY, body


def _webhook(alert: Mapping[str, str], url: str) -> tuple[str, dict[str, Any]]:
    return url, dict(alert)


WAYS = {"slack": _slack, "pagerduty": _pagerduty, "webhook": _webhook}
