"""Logs, alarms, schedules, state machines (https://aws.amazon.com/cloudwatch/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws.common import ENDLESS_MONTHS, fixed
from infra_kit.planning.rates.reading import MILLION, MONTH_DAYS, each, number, part, share
from infra_kit.planning.rates.runs import runs

COMPRESSED = 0.15
"""What is left of a log when it is stored (https://aws.amazon.com/cloudwatch/pricing/, its examples)."""
FAST = 60
"""Seconds: an alarm that looks more often is one of high resolution."""
TRANSITIONS = 2
"""Of a state machine with one step, for each run."""


def logs(asked: Asked) -> Iterator[Line]:
    """Its part of what the component writes, once when it comes in, and compressed as long as it is kept."""
    gb = asked.usage.log_gb * share(asked)
    days = number(asked.inputs.get("retentionInDays"))
    months = max(1, days / MONTH_DAYS) if days else ENDLESS_MONTHS
    yield Line("logs written", "logs/ingested", gb, assumed=True)
    yield Line(f"logs kept for {months * MONTH_DAYS:g} days", "logs/stored", gb * months * COMPRESSED, assumed=True)


def delivery(asked: Asked) -> Iterator[Line]:
    """What a stream takes in: of ours, as much as one component writes. Each record counts as 5 KB at least: CloudWatch
    gives several lines at once (https://aws.amazon.com/firehose/pricing/)."""
    yield Line("logs delivered", "firehose/ingested", asked.usage.log_gb, assumed=True)


def alarm(asked: Asked) -> Iterator[Line]:
    """By the metrics that it looks at."""
    queries = [it for it in each(asked.inputs.get("metricQueries")) if it.get("metric")]
    periods = [number(part(it, "metric").get("period"), FAST) for it in queries] or [
        number(asked.inputs.get("period"), FAST)
    ]
    kind = "fast-alarm" if min(periods) < FAST else "alarm"
    count = len(periods)
    yield Line("an alarm" if count == 1 else f"an alarm of {count} metrics", f"cloudwatch/{kind}", count)


def machine(asked: Asked) -> Iterator[Line]:
    if asked.inputs.get("type") == "EXPRESS":
        yield Line("runs", "states/express", asked.usage.requests / MILLION, assumed=True)
        return
    yield Line("transitions", "states/standard", runs(asked) * TRANSITIONS, assumed=True)


def schedule(asked: Asked) -> Iterator[Line]:
    yield Line("starts", "scheduler/starts", runs(asked) / MILLION, assumed=True)


def told(asked: Asked) -> Iterator[Line]:
    """Of ours, how old the last copy or proof is, as a metric of its own; others have none."""
    yield Line("its age, as a metric", "cloudwatch/metric", 1 if asked.made else 0)


RATES: Mapping[str, Rate] = {
    "aws:backup/plan:Plan": told,
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": told,
    "aws:cloudwatch/logGroup:LogGroup": logs,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": delivery,
    "aws:cloudwatch/dashboard:Dashboard": fixed("a dashboard", "cloudwatch/dashboard"),
    "aws:sfn/stateMachine:StateMachine": machine,
    "aws:scheduler/schedule:Schedule": schedule,
}
