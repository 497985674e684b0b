"""How CloudWatch measures each signal of a component. Alerts and dashboards read it here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from infra_kit import features
from infra_kit.component import Component
from infra_kit.features import Feature
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.providers.aws.signals import databases, edges, messages, operations, stores, workloads
from infra_kit.providers.aws.signals.metric import Metric
from infra_kit.providers.common.measures import Measures
from infra_kit.settings import Settings
from infra_kit.signals import Signal

MEASURES: Measures[Metric] = Measures(
    {
        "postgres": (databases.postgres, databases.POSTGRES),
        "redis": (databases.redis, databases.REDIS),
        "document_store": (stores.document_store, stores.DOCUMENT_STORE),
        "search": (stores.search, stores.SEARCH),
        "event_bus": (messages.event_bus, messages.EVENT_BUS),
        "cdn": (edges.cdn, edges.CDN),
        "gateway": (edges.gateway, edges.GATEWAY),
        "service": (workloads.service, workloads.RUNS),
        "worker": (workloads.worker, workloads.RUNS),
        "job": (workloads.job, workloads.JOB),
        "auth": (edges.auth, edges.AUTH),
        "mailer": (messages.mailer, messages.MAILER),
        "uptime": (edges.uptime, edges.UPTIME),
        "backup": (operations.backup, operations.BACKUP),
        "budget": (operations.budget, operations.BUDGET),
        "restore_drill": (operations.restore_drill, operations.DRILL),
    }
)

SUPPORTS = MEASURES.features
SPENT = features.signal("budget", Signal.SPENT)
HINTS = {
    features.signal("object_store", Signal.UPTIME): "S3 counts its answers only as metrics that are paid for; leave "
    "the store out, by naming the others in of=",
    features.signal("event_bus", Signal.UPTIME): "EventBridge and SQS say nothing of it; backlog-age and dead-letters "
    "tell what does not get through",
    features.signal(
        "event_bus", Signal.DISK
    ): "EventBridge and SQS have no disk that fills; leave the bus out, by naming the others in of=",
    features.signal("cdn", Signal.CACHE_HITS): "CloudFront counts hits only as an additional metric that is paid for "
    "each distribution; leave the Cdn out, by naming the others in of=",
    features.signal(
        "auth", Signal.UPTIME
    ): "Cognito says nothing of it; errors tells how many logins got no token, and an "
    "Uptime of its keys (Uptime(…, url=auth.jwks_url)) whether it answers",
    features.signal(
        "mailer", Signal.UPTIME
    ): "SES says nothing of it; bounces and complaints tell what becomes of mail: "
    "leave the rule out, or name the others in of=",
    features.signal("uptime", Signal.LATENCY): "Route 53 measures it for each place it asks from, never as one figure; "
    "a rule of the Gateway's latency tells the same from inside",
    features.signal("uptime", Signal.CERTIFICATE): "Route 53 does not look at certificates; a rule of certificate for "
    "the Cdn or the Gateway that has it tells when ACM does not renew it",
    features.signal("backup", Signal.LOG_AGE): "RDS ships its log by itself every five minutes, and CloudWatch has no "
    "figure of it (aws rds describe-db-instances says LatestRestorableTime); leave the rule out, or name the others in "
    "of=",
    SPENT: "CloudWatch knows what the whole account is charged, and with cost_tags the Budget is of the product alone; "
    "AWS Budgets tells those whom it names in notify by itself; leave the Budget out",
}
"""The way out of what CloudWatch does not measure."""

of = MEASURES.of


def supports(settings: Settings, of: Iterable[Component[Any, Any]]) -> frozenset[Feature]:
    """What there is of these components, with a target's settings."""
    spent = {SPENT} if cast(AwsSettings, settings).cost_tags else set()
    return SUPPORTS - spent - {features.signal(it.KIND, signal) for it in of for signal in messages.lacks(it)}
