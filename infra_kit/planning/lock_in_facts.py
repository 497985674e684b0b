"""What is known of how each component is spoken to, left and run on each target. Scores: docs/lock-in.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from infra_kit.spec import Spec


@dataclass(frozen=True)
class Fact:
    """Scores from 0 to 10, each with why."""

    protocol: float
    protocol_why: str
    exit: float
    exit_why: str
    skills: float
    skills_why: str
    source: str = ""


NO_DRIVER = frozenset({"ExternalService"})

_SQL = "PostgreSQL's own protocol and SQL: any PostgreSQL takes over"
_RESP = "Redis' own protocol: any Valkey or Redis takes over"
_OPENSEARCH = "OpenSearch's own HTTP API: any OpenSearch takes over"
_S3 = "the S3 API, which many servers and clouds speak"
_OCI = "an OCI image and environment variables: any container platform runs it"
_HTTP = "HTTP and TLS: visitors notice no difference"
_LINES = "JSON on the standard output"
_OBJECTS = "objects of compressed lines, copied out and charged by the GB"
_TOLD = "mail, messages and HTTP: who is told notices no difference"
_SMTP = "SMTP: any mail service takes over, once its records stand"
_NO_DATA = "it keeps no data"
_NOT_SPOKEN = "no application speaks to it"

_AWS = "AWS' console, roles and quotas"
_GCP = "Google Cloud's console, roles and quotas"
_ON_COMPUTE = "machines, disks and accounts of Compute Engine"
_CLOUDFLARE = "Cloudflare's console and tokens"
_HOST = "Docker and Linux"

_ON: Mapping[tuple[str, str], Fact] = {
    ("Postgres", "aws"): Fact(
        0, _SQL, 2, "logical replication and pg_dump lead out; its snapshots do not", 3, _AWS,
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html",
    ),
    ("Postgres", "gcp"): Fact(
        0, _SQL, 2, "logical replication and pg_dump lead out; its backups do not", 3, _GCP,
        "https://cloud.google.com/sql/docs/postgres/replication/configure-logical-replication",
    ),
    ("Redis", "aws"): Fact(
        0, _RESP, 3, "no replica outside may follow it; a snapshot can be exported to S3", 2, _AWS,
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html",
    ),
    ("Redis", "gcp"): Fact(
        0, _RESP, 3, "no replica outside may follow it; it can be exported to a bucket", 2, _GCP,
        "https://cloud.google.com/memorystore/docs/redis/about-importing-exporting",
    ),
    ("Search", "aws"): Fact(
        0, _OPENSEARCH, 2, "a snapshot to a bucket, or _reindex, leads out; its own snapshots do not", 3, _AWS,
        "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html",
    ),
    ("Search", "gcp"): Fact(
        0, _OPENSEARCH, 1, "_reindex leads out; its disk's snapshots are Google's own", 2, _ON_COMPUTE,
        "https://docs.opensearch.org/latest/api-reference/document-apis/reindex/",
    ),
    ("ObjectStore", "aws"): Fact(
        1, _S3, 3, "copied object by object, and what leaves is charged by the GB", 2, _AWS,
        "https://aws.amazon.com/s3/pricing/",
    ),
    ("ObjectStore", "gcp"): Fact(
        2, "the S3 API, of which Google's store has a part", 3, "copied one by one, and charged by the GB", 2, _GCP,
        "https://cloud.google.com/storage/docs/interoperability",
    ),
    ("ObjectStore", "cloudflare"): Fact(
        1, _S3, 2, "copied object by object, and nothing that leaves is charged", 1, _CLOUDFLARE,
        "https://developers.cloudflare.com/r2/pricing/",
    ),
    ("Cdn", "aws"): Fact(0, _HTTP, 0, _NO_DATA, 5, "CloudFront's behaviours, policies and functions"),
    ("Cdn", "gcp"): Fact(0, _HTTP, 0, _NO_DATA, 5, "URL maps, backend buckets and their policies"),
    ("Gateway", "aws"): Fact(0, _HTTP, 0, _NO_DATA, 4, "load balancers, listener rules, WAF"),
    ("Gateway", "gcp"): Fact(0, _HTTP, 0, _NO_DATA, 4, "load balancers, URL maps, Cloud Armor"),
    ("Service", "aws"): Fact(0, _OCI, 0, _NO_DATA, 4, "ECS' tasks, services and roles"),
    ("Service", "gcp"): Fact(0, _OCI, 0, _NO_DATA, 3, "Cloud Run, whose API is Knative's"),
    ("Network", "aws"): Fact(0, "IP", 0, _NO_DATA, 4, "VPCs, route tables, security groups"),
    ("Network", "gcp"): Fact(0, "IP", 0, _NO_DATA, 4, "VPCs, firewall rules, private services access"),
    ("Secret", "aws"): Fact(0, "an environment variable of the container", 1, "read one by one", 2, _AWS),
    ("Secret", "gcp"): Fact(0, "an environment variable of the container", 1, "read one by one", 2, _GCP),
    ("Alerts", "aws"): Fact(0, _TOLD, 0, _NO_DATA, 2, "CloudWatch and SNS"),
    ("Alerts", "gcp"): Fact(0, _TOLD, 0, _NO_DATA, 2, "Cloud Monitoring"),
    ("Logs", "aws"): Fact(0, _LINES, 2, _OBJECTS, 3, "CloudWatch's groups and filters, Firehose, S3's lifecycles"),
    ("Logs", "gcp"): Fact(0, _LINES, 2, _OBJECTS, 2, "Cloud Logging's buckets, sinks and queries"),
    ("Dashboard", "aws"): Fact(0, _NOT_SPOKEN, 0, _NO_DATA, 1, "CloudWatch's dashboards"),
    ("Dashboard", "gcp"): Fact(0, _NOT_SPOKEN, 0, _NO_DATA, 1, "Cloud Monitoring's dashboards"),
    ("Uptime", "aws"): Fact(0, _HTTP, 0, _NO_DATA, 1, "Route 53's health checks"),
    ("Uptime", "gcp"): Fact(0, _HTTP, 0, _NO_DATA, 1, "Google's uptime checks"),
    ("Auth", "aws"): Fact(
        2, "OpenID Connect; accounts are made by AWS' own API", 8, "passwords do not leave: every user sets a new one",
        3, _AWS,
        "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-import-using-lambda.html",
    ),
    ("Auth", "gcp"): Fact(0, _NOT_SPOKEN, 0, _NO_DATA, 0, "there is none"),
    ("Mailer", "aws"): Fact(0, _SMTP, 1, "a reputation, which is earned anew", 2, "SES' identities and rules"),
    ("Mailer", "gcp"): Fact(0, _SMTP, 1, "a reputation, which is earned anew", 0, "the relay's own console"),
    ("Backup", "aws"): Fact(
        0, _NOT_SPOKEN, 6, "a copy is restored within AWS only", 3, "AWS Backup's vaults, plans and roles",
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-a-backup.html",
    ),
    ("Backup", "gcp"): Fact(
        0, _NOT_SPOKEN, 2, "dumps and objects in a bucket, which any server reads", 3,
        "Cloud SQL's exports, Storage Transfer, schedules and roles",
        "https://cloud.google.com/sql/docs/postgres/import-export/import-export-sql",
    ),
    ("EventBus", "aws"): Fact(
        0, "NATS' own open protocol", 1, "streams are backed up by NATS' own program and restored anywhere", 2,
        "machines, volumes and roles of EC2",
        "https://docs.nats.io/running-a-nats-service/nats_admin/jetstream_admin/disaster_recovery",
    ),
    ("EventBus", "gcp"): Fact(
        0, "NATS' own open protocol", 1, "streams are backed up by NATS' own program and restored anywhere", 2,
        _ON_COMPUTE,
        "https://docs.nats.io/running-a-nats-service/nats_admin/jetstream_admin/disaster_recovery",
    ),
    ("DocumentStore", "aws"): Fact(
        1, "MongoDB's protocol, of which DocumentDB has a part", 2, "mongodump leads out; its snapshots do not", 3,
        _AWS,
        "https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html",
    ),
    ("DocumentStore", "gcp"): Fact(0, _NOT_SPOKEN, 0, _NO_DATA, 0, "there is none"),
    ("Panel", "aws"): Fact(0, _NOT_SPOKEN, 0, _NO_DATA, 0, "there is none"),
    ("Panel", "gcp"): Fact(0, _NOT_SPOKEN, 0, _NO_DATA, 0, "there is none"),
    ("RestoreDrill", "gcp"): Fact(0, _NOT_SPOKEN, 0, _NO_DATA, 2, "Cloud SQL's backups, and a Cloud Run job"),
    ("RestoreDrill", "aws"): Fact(0, _NOT_SPOKEN, 0, _NO_DATA, 2, "AWS Backup's restore tests"),
    ("Domain", "aws"): Fact(0, "DNS", 1, "exported record by record; the name servers are set anew", 2, _AWS),
    ("Domain", "gcp"): Fact(0, "DNS", 1, "exported as a zone file; the name servers are set anew", 2, _GCP),
    ("Domain", "cloudflare"): Fact(
        0, "DNS", 1, "exported as a zone file; the name servers are set anew", 1, _CLOUDFLARE,
        "https://developers.cloudflare.com/dns/manage-dns-records/how-to/import-and-export/",
    ),
}  # fmt: skip

_NATIVE: Mapping[str, Fact] = {
    "aws": Fact(
        10, "AWS' own API: publishers and consumers are written for EventBridge and SQS", 7,
        "an archive is replayed within AWS only", 6, "EventBridge's patterns, SQS' visibility and redrives",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html",
    ),
    "gcp": Fact(
        10, "Google's own API: publishers and consumers are written for Pub/Sub", 6,
        "what a subscription has not delivered is pulled out by a program", 5, "Pub/Sub's subscriptions and seeks",
        "https://cloud.google.com/pubsub/docs/replay-overview",
    ),
}  # fmt: skip
"""An EventBus with engine="native"."""

_SAME = {"Worker": "Service", "Job": "Service", "Config": "Secret"}
"""What is spoken to, left and run as another component is."""
_OWN_HOST = Fact(0, "its own open protocol", 0, "files of one's own on one's own disk", 1, _HOST)
_EXTERNAL = Fact(8, "the vendor's own API or SDK", 5, "what the vendor's export gives", 3, "the vendor's console")

RAW: Mapping[str, Fact] = {
    "aws:dynamodb/table:Table": Fact(
        10, "AWS' own API", 4, "exported to S3 as JSON", 5, "keys, indexes and capacity of DynamoDB",
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.HowItWorks.html",
    ),
    "aws:sqs/queue:Queue": Fact(
        9, "AWS' own API", 2, "a queue is worked off, and then empty", 3, "visibility and redrives",
    ),
    "aws:sns/topic:Topic": Fact(9, "AWS' own API", 0, _NO_DATA, 3, "topics and filters"),
    "aws:cognito/userPool:UserPool": Fact(
        6, "OpenID Connect, beside AWS' own API", 8, "passwords do not leave: every user sets a new one", 5, _AWS,
        "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-import-using-lambda.html",
    ),
    "aws:sagemaker/endpoint:Endpoint": Fact(
        9, "AWS' own API", 4, "models are files in a bucket", 8, "SageMaker's images, roles and pipelines",
    ),
    "aws:ec2/instance:Instance": Fact(0, "a Linux host", 2, "copied over SSH", 2, _AWS),
    "aws:rds/cluster:Cluster": Fact(1, _SQL, 3, "pg_dump leads out of a storage of AWS' own", 4, _AWS),
    "gcp:firestore/database:Database": Fact(10, "Google's own API", 5, "exported to a bucket in its own form", 5, _GCP),
    "gcp:bigquery/dataset:Dataset": Fact(7, "SQL of a dialect of its own", 4, "exported as Parquet", 5, _GCP),
}  # fmt: skip
"""By type, of what users make beside our components."""


_OF_ONES_OWN = frozenset({"local", "vps"})


def of(kind: str, target: str, spec: Spec) -> Fact | None:
    """What is known of a component on a target; None where nothing is: a target of somebody else's."""
    if kind == "ExternalService":
        return _external(spec)
    if is_native_bus(kind, spec) and target in _NATIVE:
        return _NATIVE[target]
    return _OWN_HOST if target in _OF_ONES_OWN else _ON.get((_SAME.get(kind, kind), target))


def is_native_bus(kind: str, spec: Spec) -> bool:
    """Whether it is a cloud's own bus."""
    return kind == "EventBus" and getattr(spec, "engine", "nats") == "native"


def _external(spec: Spec) -> Fact:
    protocol: str | None = getattr(spec, "protocol", None)
    if not protocol:
        return _EXTERNAL
    return replace(_EXTERNAL, protocol=1, protocol_why=f"it speaks {protocol}, as others do", exit=2)


def file_of(type_token: str) -> str:
    """The name of a component's file: `infra-kit:index:ObjectStore` is `object_store`."""
    name = type_token.rpartition(":")[2]
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")
