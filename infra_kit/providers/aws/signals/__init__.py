"""How CloudWatch measures each signal of a component. Alerts and dashboards read it here."""

from __future__ import annotations

from infra_kit import features
from infra_kit.providers.aws.signals import databases, edges, messages, workloads
from infra_kit.providers.aws.signals.metric import Metric
from infra_kit.providers.common.measures import Measures
from infra_kit.signals import Signal

MEASURES: Measures[Metric] = Measures(
    {
        "postgres": (databases.postgres, databases.POSTGRES),
        "redis": (databases.redis, databases.REDIS),
        "event_bus": (messages.event_bus, messages.EVENT_BUS),
        "cdn": (edges.cdn, edges.CDN),
        "gateway": (edges.gateway, edges.GATEWAY),
        "service": (workloads.service, workloads.RUNS),
        "worker": (workloads.worker, workloads.RUNS),
        "job": (workloads.job, workloads.JOB),
        "uptime": (edges.uptime, edges.UPTIME),
    }
)

SUPPORTS = MEASURES.features
HINTS = {
    features.signal("object_store", Signal.UPTIME): "S3 counts its answers only as metrics that are paid for; leave "
    "the store out of the rule, by naming the others in of=",
    features.signal("event_bus", Signal.UPTIME): "EventBridge and SQS say nothing of it; backlog-age and dead-letters "
    "tell what does not get through",
    features.signal("cdn", Signal.CACHE_HITS): "CloudFront counts hits only as an additional metric that is paid for "
    "each distribution; leave the Cdn out of the rule, by naming the others in of=",
    features.signal("uptime", Signal.LATENCY): "Route 53 measures it for each place it asks from, never as one figure; "
    "a rule of the Gateway's latency tells the same from inside",
    features.signal("uptime", Signal.CERTIFICATE): "Route 53 does not look at certificates; a rule of certificate for "
    "the Cdn or the Gateway that has it tells when ACM does not renew it",
    features.signal("budget", Signal.SPENT): "AWS Budgets tells those whom the Budget names in notify by itself; leave "
    "the Budget out of watch",
}
"""The way out of what CloudWatch does not measure."""

of = MEASURES.of
