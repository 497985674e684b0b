"""Logs on Google Cloud: all lines stand in the project's own bucket `_Default` for 30 days, as they always do; those of
a class that is kept longer are routed to a bucket of Cloud Logging of its own, or archived in one of Cloud Storage.

- Which lines are of a class Google reads in their JSON. A Network's flows, and what a Gateway's Cloud Armor denies, are
  `security`.
- An archived class is written to Cloud Storage by the hour, moves on to the class Archive at `archive_after`, and is
  deleted after `keep` (https://cloud.google.com/logging/docs/export/storage).
- A workload's lines are kept for its `log_retention`: `application` must say the same.
- `locked` is a retention policy for `keep`, which is locked where the environment protects its data: nobody, Google
  neither, shortens it or deletes the bucket then. Elsewhere it can be taken off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_gcp import logging, storage

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.logs import LogsEndpoint, LogsSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.log_classes import APPLICATION, DAY, LogClass
from infra_kit.providers.common import relay
from infra_kit.providers.common.log_days import check_application
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import log_queries
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.log_queries import HEARD, Lines
from infra_kit.providers.gcp.place import project, region
from infra_kit.providers.gcp.workload_logs import DEFAULT_DAYS, MOST_DAYS, SUFFIX_BYTES

SUPPORTS = frozenset({features.LOCKED_LOGS, *(features.logs_of(kind) for kind in HEARD)})
HINTS: Mapping[Feature, str] = {
    features.ARCHIVE_ELSEWHERE: "Logs makes the buckets of its archive itself, one a class, which lock and expire as "
    "the class says; leave archive out",
    features.HTTP_SINK: "Cloud Logging posts to Pub/Sub alone, and Pub/Sub with tokens of Google's own; leave sink "
    "out, and have the program ship its lines itself, or a Worker that reads them from Pub/Sub",
    features.logs_of("event_bus"): "what NATS says stands in the journal of its machines and on their consoles, and "
    "of Pub/Sub (engine='native') Google logs nothing but audits that are switched on for the project; leave it out "
    "of of=",
    features.logs_of("search"): "what OpenSearch says stands in the journal of its machine and on its console; leave "
    "it out of of=",
    features.logs_of("object_store"): "Google logs nothing of it but audits that are switched on for the project; "
    "leave it out of of=",
    **dict.fromkeys(
        (features.logs_of(kind) for kind in ("document_store", "auth")),
        "there is none on this target; leave it out of of=",
    ),
    features.logs_of("mailer"): relay.UNHEARD,
}

Query = pulumi.Output[str]


def create(scope: Scope, spec: LogsSpec) -> LogsEndpoint:
    _check(scope, spec)
    for component in spec.of:
        check_application(scope, spec, component)
    lines = [log_queries.of(scope, component) for component in spec.of]
    archives = [
        archive for name, it in sorted(spec.by_class.items()) if (archive := _class(scope, name, it, lines, spec))
    ]
    return LogsEndpoint(url=_console(scope), archive=pulumi.Output.all(*archives).apply(" ".join))


def _check(scope: Scope, spec: LogsSpec) -> None:
    for name, it in spec.by_class.items():
        if not DEFAULT_DAYS <= it.searched_days <= MOST_DAYS:
            field = "archive_after" if it.archive_after else "keep"
            raise SpecError(
                f"{scope.what}: classes: {name}: {field}: given {it.searched_days}d; Cloud Logging keeps all lines of "
                f"a project for {DEFAULT_DAYS} days, and some for {MOST_DAYS} at most. Say '{DEFAULT_DAYS}d' to "
                f"'{MOST_DAYS}d', and archive what is kept longer."
            )


def _class(scope: Scope, name: str, kept: LogClass, lines: Sequence[Lines], spec: LogsSpec) -> Query | None:
    """What keeps the lines of a class; where its archive is, if it has one."""
    if kept.searched_days > DEFAULT_DAYS or (kept.locked and not kept.archive_after):
        # A workload's own bucket has what is of no class.
        own = name == APPLICATION and not kept.locked
        query = _queries([it for it in lines if not (own and it.workload)], name, spec)
        if query is not None:
            _searched(scope, name, kept, query)
    query = _queries(lines, name, spec)
    return _archive(scope, name, kept, query) if kept.archive_after and query is not None else None


def _queries(lines: Sequence[Lines], name: str, spec: LogsSpec) -> Query | None:
    """What finds the lines of a class of all components; None where there are none."""
    found = [query for it in lines if (query := log_queries.of_class(it, name, spec.by_class)) is not None]
    if not found:
        return None
    return pulumi.Output.all(*found).apply(lambda them: " OR ".join(f"({it})" for it in them))


def _searched(scope: Scope, name: str, kept: LogClass, query: Query) -> None:
    made = scope.resource(
        f"{name}-id",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{scope.name}-{name}-",
        ignore_changes=["prefix"],  # a component that is renamed keeps its lines
    )
    bucket = scope.resource(
        name,
        logging.ProjectBucketConfig,
        stateful=True,
        depends_on=[api(scope, "logs")],
        project=project(scope),
        location=region(scope),
        bucket_id=made.hex,
        description=f"What is {name}",  # told apart from a workload's own by it: see `stateful`
        retention_days=kept.searched_days,
        locked=kept.locked and not kept.archive_after and scope.defaults.protect,
    )
    _sink(scope, name, pulumi.Output.concat("logging.googleapis.com/", bucket.id), query)


def _archive(scope: Scope, name: str, kept: LogClass, query: Query) -> Query:
    bucket = _bucket(scope, f"{name}-archive", kept)
    sink = _sink(scope, f"{name}-archive", pulumi.Output.concat("storage.googleapis.com/", bucket.name), query)
    may = scope.resource(
        f"{name}-archive-writer",
        storage.BucketIAMMember,
        retain_on_delete=True,
        bucket=bucket.name,
        role="roles/storage.objectCreator",
        member=sink.writer_identity,
    )
    return after(pulumi.Output.concat("gs://", bucket.name), may)


def _bucket(scope: Scope, role: str, kept: LogClass) -> storage.Bucket:
    # Why not CKV_GCP_62 and CKV_GCP_78: what is written is never overwritten, and who reads it is a matter of audits.
    key = key_id(scope, service="storage", role=f"{role}-key")
    archived = {
        "action": {"type": "SetStorageClass", "storage_class": "ARCHIVE"},
        "condition": {"age": kept.searched_days},
    }
    deleted = {"action": {"type": "Delete"}, "condition": {"age": kept.kept_days}}
    held = {"retention_period": str(kept.kept_days * DAY), "is_locked": scope.defaults.protect}
    more: dict[str, Any] = {"retention_policy": held} if kept.locked else {}
    return scope.resource(
        role,
        storage.Bucket,
        stateful=True,
        retain_on_delete=True,
        depends_on=[api(scope, "storage")],
        # To unlock a policy, the provider would make another bucket.
        ignore_changes=[] if scope.defaults.protect else ["retentionPolicy.isLocked"],
        location=region(scope),
        labels=labels(scope),
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        force_destroy=not scope.defaults.retain_data,
        lifecycle_rules=[archived, deleted],
        soft_delete_policy={"retention_duration_seconds": 0},
        encryption={"default_kms_key_name": key} if key else None,
        **more,
    )


def _sink(scope: Scope, role: str, destination: Query, query: Query) -> logging.ProjectSink:
    return scope.resource(
        f"{role}-sink",
        logging.ProjectSink,
        depends_on=[api(scope, "logs")],
        destination=destination,
        filter=query,
        unique_writer_identity=True,
    )


def _console(scope: Scope) -> pulumi.Output[str]:
    return pulumi.Output.concat("https://console.cloud.google.com/logs/query?project=", project(scope))
