"""Amazon Data Firehose: takes lines from log groups, and brings them to a bucket or to an HTTP endpoint.

What it cannot deliver it keeps trying for, 24 hours long to a bucket, two to an endpoint; then it puts it into a bucket
where it can be had back. Why not CKV_AWS_241 in an environment without own keys: what waits is encrypted with AWS's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, iam, kinesis

from infra_kit.component import Scope
from infra_kit.log_classes import HttpSink
from infra_kit.providers.aws import identity, log_groups, policies, stored_secrets
from infra_kit.providers.aws.buckets import Bucket
from infra_kit.providers.aws.documents import Text, dumps
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.common.waiting import after

SECONDS, MEGABYTES = 900, 128
"""After whichever comes first an object is written: the most that Firehose gathers
(https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html)."""
SINK_SECONDS, SINK_MEGABYTES, SINK_RETRIES = 60, 4, 7200
"""What an endpoint gets at once, and how long it is tried for: the longest there is."""
UNPACKED = {"type": "Decompression", "parameters": [{"parameter_name": "CompressionFormat", "parameter_value": "GZIP"}]}
"""CloudWatch packs what it gives (https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html)."""
A_LINE_EACH = {"type": "AppendDelimiterToRecord", "parameters": []}
MESSAGES = {
    "type": "CloudWatchLogProcessing",
    "parameters": [{"parameter_name": "DataMessageExtraction", "parameter_value": "true"}],
}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What all of a component's streams share."""

    key: pulumi.Output[str] | None
    log: cloudwatch.LogGroup
    """What goes wrong stands there."""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """What lines are given to."""

    arn: pulumi.Output[str]
    giver: pulumi.Output[str]
    """The ARN of the role as which CloudWatch gives them, once it may."""


def delivery(scope: Scope, key: pulumi.Output[str] | None) -> Delivery:
    return Delivery(key=key, log=log_groups.group(scope, "deliveries", key))


def subscribe(scope: Scope, role: str, group: pulumi.Output[str], pattern: str, to: Stream) -> None:
    """Has CloudWatch give what fits a pattern
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html)."""
    scope.resource(
        role,
        cloudwatch.LogSubscriptionFilter,
        log_group=group,
        filter_pattern=pattern,
        destination_arn=to.arn,
        role_arn=to.giver,
        distribution="ByLogStream",
    )


def to_bucket(scope: Scope, role: str, bucket: Bucket, shared: Delivery) -> Stream:
    """What a line is there is what CloudWatch gives: several, with the group and the stream that they are of."""
    writer = _writer(scope, role, shared, [*_puts(bucket, shared)])
    return _stream(
        scope,
        role,
        shared,
        destination="extended_s3",
        extended_s3_configuration={
            **_objects(bucket, shared, writer),
            "prefix": "!{timestamp:yyyy/MM/dd}/",
            "error_output_prefix": "failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/",
            "file_extension": ".ndjson.gz",
            "processing_configuration": {"enabled": True, "processors": [UNPACKED, A_LINE_EACH]},
            "cloudwatch_logging_options": _told(scope, role, shared),
        },
    )


def to_endpoint(scope: Scope, role: str, sink: HttpSink, unsent: Bucket, shared: Delivery) -> Stream:
    """What programs wrote is posted, a record each; what the endpoint does not take is in `unsent`."""
    secret = _secret(scope, role, sink, shared)
    reads = [policies.allow(["secretsmanager:GetSecretValue"], secret.arn)] if secret else []
    if secret and shared.key is not None:
        reads.append(policies.decrypt(shared.key, identity.region(scope), "secretsmanager"))
    writer = _writer(scope, role, shared, [*_puts(unsent, shared), *reads])
    held = {"enabled": True, "secret_arn": secret.arn, "role_arn": writer} if secret else None
    attributes = [{"name": name, "value": value} for name, value in sorted(sink.headers.items())]
    return _stream(
        scope,
        role,
        shared,
        destination="http_endpoint",
        http_endpoint_configuration={
            "url": sink.firehose_url,
            "name": scope.name,
            "role_arn": writer,
            "secrets_manager_configuration": held,
            "buffering_interval": SINK_SECONDS,
            "buffering_size": SINK_MEGABYTES,
            "retry_duration": SINK_RETRIES,
            "s3_backup_mode": "FailedDataOnly",
            "s3_configuration": _objects(unsent, shared, writer),
            "request_configuration": {"content_encoding": "GZIP", "common_attributes": attributes},
            "processing_configuration": {"enabled": True, "processors": [UNPACKED, MESSAGES]},
            "cloudwatch_logging_options": _told(scope, role, shared),
        },
    )


def _secret(scope: Scope, role: str, sink: HttpSink, shared: Delivery) -> stored_secrets.Reference | None:
    """https://docs.aws.amazon.com/firehose/latest/dev/secrets-manager-whats-secret.html"""
    if sink.token is None:
        return None
    text: pulumi.Output[str] = pulumi.Output.secret(dumps({"api_key": pulumi.Output.secret(sink.token)}))
    return stored_secrets.store(scope, f"{role}-token", f"What {scope.name} ships logs with", text, shared.key)


def _stream(scope: Scope, role: str, shared: Delivery, **how: Any) -> Stream:
    own = {"key_type": "CUSTOMER_MANAGED_CMK", "key_arn": shared.key} if shared.key is not None else {}
    encrypted = {"enabled": True, **(own or {"key_type": "AWS_OWNED_CMK"})}
    made = scope.resource(
        role, kinesis.FirehoseDeliveryStream, server_side_encryption=encrypted, tags=scope.tags, **how
    )
    return Stream(arn=made.arn, giver=_giver(scope, role, made.arn))


def _objects(bucket: Bucket, shared: Delivery, writer: pulumi.Output[str]) -> dict[str, Any]:
    return {
        "bucket_arn": bucket.bucket.arn,
        "role_arn": writer,
        "kms_key_arn": shared.key,
        "compression_format": "GZIP",
        "buffering_interval": SECONDS,
        "buffering_size": MEGABYTES,
    }


def _told(scope: Scope, role: str, shared: Delivery) -> dict[str, Any]:
    stream = scope.resource(f"{role}-told", cloudwatch.LogStream, name=role, log_group_name=shared.log.name)
    return {"enabled": True, "log_group_name": shared.log.name, "log_stream_name": stream.name}


def _puts(bucket: Bucket, shared: Delivery) -> Sequence[Statement]:
    """https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3"""
    arn = bucket.bucket.arn
    lists = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    puts = [policies.allow(lists, arn), policies.allow(["s3:AbortMultipartUpload", "s3:PutObject"], Text(arn, "/*"))]
    if shared.key is None:
        return puts
    return [*puts, policies.allow(["kms:Decrypt", "kms:GenerateDataKey"], shared.key)]


def _writer(scope: Scope, role: str, shared: Delivery, rights: Sequence[Statement]) -> pulumi.Output[str]:
    """The ARN of the role of a stream, once it may do what it is to."""
    made = scope.resource(
        f"{role}-role", iam.Role, assume_role_policy=policies.trust(scope, "firehose.amazonaws.com"), tags=scope.tags
    )
    tells = policies.allow(["logs:PutLogEvents"], Text(shared.log.arn, ":log-stream:", role))
    document = policies.document([tells, *rights])
    may = scope.resource(f"{role}-rights", iam.RolePolicy, role=made.id, policy=document)
    return after(made.arn, may)


def _giver(scope: Scope, role: str, stream: pulumi.Output[str]) -> pulumi.Output[str]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample"""
    place = pulumi.Output.all(identity.partition(scope), identity.region(scope), identity.account(scope))
    made = scope.resource(f"{role}-giver", iam.Role, assume_role_policy=place.apply(_trust), tags=scope.tags)
    gives = policies.document([policies.allow(["firehose:PutRecord", "firehose:PutRecordBatch"], stream)])
    return after(made.arn, scope.resource(f"{role}-gives", iam.RolePolicy, role=made.id, policy=gives))


def _trust(place: Sequence[str]) -> str:
    partition, region, account = place
    groups = f"arn:{partition}:logs:{region}:{account}:*"
    statement: Mapping[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringLike": {"aws:SourceArn": groups}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
