"""EventBridge, SQS, SNS and SES (https://aws.amazon.com/eventbridge/pricing/). An event counts as 1 KB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws.common import ENDLESS_MONTHS
from infra_kit.planning.rates.reading import MILLION, MONTH_DAYS, number, share, used_by

QUEUE = "aws:sqs/queue:Queue"
BUS = "aws:cloudwatch/eventBus:EventBus"
GIVE_UP = (QUEUE, BUS, "aws:cloudwatch/eventTarget:EventTarget", "aws:lambda/function:Function")
"""What sends on what it could not deliver."""
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
FEEDBACK = "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination"
KB_A_GB = 1_000_000
REQUESTS = 3
"""To a queue for each message: it is sent, received, deleted."""


def bus(asked: Asked) -> Iterator[Line]:
    yield Line("events", "events/custom", asked.usage.messages / MILLION, assumed=True)


def archive(asked: Asked) -> Iterator[Line]:
    """Its part of the events: each bus with several archives splits them."""
    gb = asked.usage.messages * share(asked) / KB_A_GB
    days = number(asked.inputs.get("retentionDays"))
    months = days / MONTH_DAYS if days else ENDLESS_MONTHS
    yield Line("events archived", "events/archived", gb, assumed=True)
    yield Line(f"events kept for {months * MONTH_DAYS:g} days", "events/kept", gb * months, assumed=True)


def queue(asked: Asked) -> Iterator[Line]:
    """Each queue gets all messages, but one for dead letters, which is meant to stay empty."""
    if used_by(asked, *GIVE_UP, by=["redrivePolicy", "deadLetterConfig"]):
        return
    sku = "sqs/fifo" if asked.inputs.get("fifoQueue") else "sqs/standard"
    yield Line("requests", sku, asked.usage.messages * REQUESTS / MILLION, assumed=True)


def topic(asked: Asked) -> Iterator[Line]:
    """One that alarms or bounces tell has few: the first million a month, and a thousand mails, cost nothing."""
    if used_by(asked, ALARM, FEEDBACK, by=["alarmActions", "eventDestination"]):
        return
    yield Line("messages", "sns/standard", asked.usage.messages / MILLION, assumed=True)


def mail(asked: Asked) -> Iterator[Line]:
    yield Line("mails", "ses/mail", asked.usage.mails / MILLION, assumed=True)


RATES: Mapping[str, Rate] = {
    BUS: bus,
    "aws:cloudwatch/eventArchive:EventArchive": archive,
    QUEUE: queue,
    "aws:sesv2/emailIdentity:EmailIdentity": mail,
    "aws:sns/topic:Topic": topic,
}
