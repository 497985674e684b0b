"""Logs on AWS: lines stand in the log groups of CloudWatch where they are written, and CloudWatch gives those that are
kept longer to Amazon Data Firehose, which puts them into a bucket of S3, one for each class.

- A workload's log group keeps its lines for its `log_retention`, whatever their class: `application` must say the
  same. Of what else is logged (a Network's flows, what a Gateway's WAF refuses) all is `security`.
- Which lines are of a class CloudWatch reads in their JSON. What is archived is written to the bucket within 15
  minutes. There it moves on to Glacier Instant Retrieval at `archive_after`, which is read by a plain GET, and is
  deleted after `keep`.
- `locked` is Object Lock for `keep`: in compliance mode where the environment protects its data, so that not even the
  account's root user gets around it; elsewhere in governance mode.
- A log group has two subscriptions at most (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html):
  two classes that are archived, or one and a sink.
- A sink must speak Firehose's protocol, as Axiom does. It gets what programs wrote: which component that was, they must
  say themselves.
- Why not CKV_AWS_18 (who read the archive is logged): that is CloudTrail's to say, which is the account's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import s3

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.logs import LogsEndpoint, LogsSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.log_classes import APPLICATION, SECURITY, LogClass
from infra_kit.providers.aws import buckets, identity, keys, log_delivery
from infra_kit.providers.aws.buckets import Bucket
from infra_kit.providers.aws.gateway_front import AwsGateway
from infra_kit.providers.aws.log_delivery import Delivery
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.service import AwsService
from infra_kit.providers.common.log_days import check_application
from infra_kit.settings import Settings

HEARD = ("service", "worker", "job", "network", "gateway")
SUPPORTS = frozenset({features.LOCKED_LOGS, features.HTTP_SINK, *(features.logs_of(kind) for kind in HEARD)})
_NO_LINES = "it writes no lines of its own to CloudWatch; leave it out of of="
HINTS: Mapping[Feature, str] = {
    features.ARCHIVE_ELSEWHERE: "Logs makes the buckets of its archive itself, one a class, which lock and expire as "
    "the class says; leave archive out",
    features.HTTP_SINK: "Amazon Data Firehose posts in a protocol of its own; say where that is understood: "
    "HttpSink(…, firehose_url=…), or HttpSink.axiom(…)",
    features.logs_of(
        "postgres"
    ): "RDS makes the log group itself when it first logs (/aws/rds/instance/…), and keeps it "
    "without end; set its retention there, and leave the Postgres out of of=",
    features.logs_of(
        "document_store"
    ): "DocumentDB makes its log groups itself when it first logs (/aws/docdb/…), and keeps "
    "them without end; set their retention there, and leave the DocumentStore out of of=",
    features.logs_of("search"): "a domain of OpenSearch Service publishes its log only under a resource policy of "
    "CloudWatch Logs, of which a region has ten; turn it on at the domain, and leave the Search out of of=",
    features.logs_of("auth"): "Cognito writes no lines, and CloudTrail says who logged in; leave the Auth out of of=",
    features.logs_of("mailer"): "SES writes no lines, and feedback= tells who wants to know what came back; leave the "
    "Mailer out of of=",
    features.logs_of("redis"): _NO_LINES,
    features.logs_of("event_bus"): _NO_LINES,
    features.logs_of("object_store"): "S3 delivers its access logs to a bucket that the ObjectStore has in production; "
    "leave it out of of=",
    features.logs_of("cdn"): "CloudFront delivers its access logs to a bucket that the Cdn has in production; leave it "
    "out of of=",
}
CAVEATS = ("a log group has two subscriptions: two archived classes, or one and a sink",)

MOST_FILTERS = 2
ARCHIVE_CLASS = "GLACIER_IR"
UNSENT_DAYS = 30
"""How long what a sink did not take can be had back."""


@dataclass(frozen=True)
class Group:
    """A log group, and whose it is."""

    component: str
    name: pulumi.Output[str]
    of: str | None
    """The class of all its lines; None: each says its own."""


def gaps(spec: LogsSpec, _: Settings) -> Mapping[Feature, str]:
    """A sink takes one that speaks Firehose's protocol."""
    unspoken = bool(spec.sink and spec.sink.firehose_url is None)
    return features.gaps(spec.features(), SUPPORTS - ({features.HTTP_SINK} if unspoken else frozenset()), HINTS)


def create(scope: Scope, spec: LogsSpec) -> LogsEndpoint:
    groups = [group for component in spec.of for group in _groups(scope, component)]
    for component in spec.of:
        check_application(scope, spec, component)
    wanted = {name: it for name, it in spec.by_class.items() if name != APPLICATION or it.archive_after}
    _check_filters(scope, spec, groups, wanted)
    key = keys.key_arn(scope, services=(keys.LOGS,))
    shared = log_delivery.delivery(scope, key) if wanted or spec.sink else None
    archives = {name: _archive(scope, name, it, groups, shared) for name, it in wanted.items()} if shared else {}
    if spec.sink and shared:
        _ship(scope, spec, groups, shared)
    return LogsEndpoint(url=_console(scope), archive=_where(archives))


def _groups(scope: Scope, component: Component[Any, Any]) -> Iterator[Group]:
    name, of = _logged(scope, component)
    if name is None:
        what = f"{type(component).__name__} {component.name!r}"
        pulumi.log.warn(
            f"{scope.what}: of: {what} logs nothing as it is now (flow_logs, waf, limits, access_logs).", scope.parent
        )
    else:
        yield Group(component.name, name, of)


def _logged(scope: Scope, component: Component[Any, Any]) -> tuple[pulumi.Output[str] | None, str | None]:
    """The group, and the class of all its lines, if they have one."""
    match component.KIND:
        case "network":
            return scope.native(component, AwsNetwork).flows, SECURITY
        case "gateway":
            return scope.native(component, AwsGateway).refusals, SECURITY
        case "service":
            return scope.native(component, AwsService).log, None
    log: pulumi.Output[str] = component.endpoint.log
    return log, None


def _check_filters(scope: Scope, spec: LogsSpec, groups: list[Group], wanted: Mapping[str, LogClass]) -> None:
    counted = Counter[str]()
    for group in groups:
        counted[group.component] += len([name for name in wanted if _pattern(group, name) is not None])
        counted[group.component] += bool(spec.sink)
    for component, count in counted.items():
        if count > MOST_FILTERS:
            sink = " and a sink" if spec.sink else ""
            raise SpecError(
                f"{scope.what}: classes: {', '.join(wanted)}{sink} need {count} subscriptions of the log group of "
                f"{component!r}, and CloudWatch has {MOST_FILTERS}. Join two classes, or leave out the sink or a class."
            )


def _pattern(group: Group, of: str) -> str | None:
    """What fits the lines of a class in a group; None where there are none. Those of no class are all others too: what
    is archived of `application` has every line."""
    if group.of is not None:
        return "" if group.of == of else None
    return "" if of == APPLICATION else f'{{ $.class = "{of}" }}'


def _archive(scope: Scope, of: str, kept: LogClass, groups: list[Group], shared: Delivery) -> Bucket:
    bucket = buckets.create(scope, of, key=shared.key)
    moved = [{"days": kept.searched_days, "storage_class": ARCHIVE_CLASS}] if kept.archive_after else []
    expires = buckets.rule(f"{buckets.OURS}keep", transitions=moved, expiration={"days": kept.kept_days})
    buckets.lifecycle(scope, bucket, [expires, buckets.undelete(1)])
    buckets.policy(scope, bucket)
    _lock(scope, bucket, kept)
    stream = log_delivery.to_bucket(scope, f"{of}-delivery", bucket, shared)
    for group in groups:
        pattern = _pattern(group, of)
        if pattern is not None:
            log_delivery.subscribe(scope, f"{of}-of-{group.component}", group.name, pattern, stream)
    return bucket


def _lock(scope: Scope, bucket: Bucket, kept: LogClass) -> None:
    """Protected as data is: taken off, what is written from then on is not locked."""
    if kept.locked:
        buckets.part(
            scope,
            bucket.role,
            "lock",
            s3.BucketObjectLockConfiguration,
            stateful=True,
            bucket=bucket.versioned,
            rule={
                "default_retention": {
                    "mode": "COMPLIANCE" if scope.defaults.protect else "GOVERNANCE",
                    "days": kept.kept_days,
                }
            },
        )


def _ship(scope: Scope, spec: LogsSpec, groups: list[Group], shared: Delivery) -> None:
    assert spec.sink is not None  # noqa: S101  asked before
    unsent = buckets.create(scope, "unsent", key=shared.key)
    expires = buckets.rule(f"{buckets.OURS}keep", expiration={"days": UNSENT_DAYS})
    buckets.lifecycle(scope, unsent, [expires, buckets.undelete(1)])
    buckets.policy(scope, unsent)
    stream = log_delivery.to_endpoint(scope, "sink", spec.sink, unsent, shared)
    for group in groups:
        pattern = _shipped(group, spec)
        if pattern is not None:
            log_delivery.subscribe(scope, f"sink-of-{group.component}", group.name, pattern, stream)


def _shipped(group: Group, spec: LogsSpec) -> str | None:
    """What fits the lines that a sink is to have; None where there are none."""
    classes = sorted(spec.shipped())
    if group.of is not None:
        return "" if group.of in classes else None
    if APPLICATION in classes:
        return ""
    return "{ " + " || ".join(f'($.class = "{of}")' for of in classes) + " }"


def _where(archives: Mapping[str, Bucket]) -> pulumi.Output[str]:
    """Of several, each."""
    places = [pulumi.Output.concat("s3://", it.bucket.bucket) for _, it in sorted(archives.items())]
    return pulumi.Output.all(*places).apply(" ".join)


def _console(scope: Scope) -> pulumi.Output[str]:
    region = identity.region(scope)
    return pulumi.Output.concat(
        "https://", region, ".console.aws.amazon.com/cloudwatch/home?region=", region, "#logsV2:logs-insights"
    )
