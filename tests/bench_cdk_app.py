"""The data layer of `bench_plan` as aws-cdk-lib has it; `bench_plan` runs it in a venv of its own."""

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs


def main() -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "shop")
    network = ec2.Vpc(stack, "net", max_azs=3, nat_gateways=1)
    network.add_flow_log("flow-log")
    database(stack, network)
    cache(stack, network)
    edge(stack)
    bus(stack)
    resources = app.synth().get_stack_by_name("shop").template["Resources"]
    print(len(resources))


def database(stack: cdk.Stack, network: ec2.Vpc) -> None:
    size = ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM)
    primary = rds.DatabaseInstance(
        stack, "db", vpc=network, multi_az=True, storage_encrypted=True, deletion_protection=True, instance_type=size,
        engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17),
        parameters={"rds.force_ssl": "1"}, storage_encryption_key=kms.Key(stack, "db-key", enable_key_rotation=True),
    )  # fmt: skip
    rds.DatabaseInstanceReadReplica(
        stack, "db-replica", source_database_instance=primary, vpc=network, instance_type=size
    )
    primary.add_proxy("db-proxy", secrets=[primary.secret], vpc=network)
    primary.add_rotation_single_user()


def cache(stack: cdk.Stack, network: ec2.Vpc) -> None:
    group = ec2.SecurityGroup(stack, "cache-access", vpc=network)
    group.add_ingress_rule(ec2.Peer.ipv4(network.vpc_cidr_block), ec2.Port.tcp(6379))
    subnets = elasticache.CfnSubnetGroup(
        stack, "cache-subnets", description="cache",
        subnet_ids=network.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS).subnet_ids,
    )  # fmt: skip
    elasticache.CfnReplicationGroup(
        stack, "cache", replication_group_description="cache", engine="valkey", cache_node_type="cache.t4g.small",
        num_cache_clusters=2, automatic_failover_enabled=True, multi_az_enabled=True, at_rest_encryption_enabled=True,
        transit_encryption_enabled=True, cache_subnet_group_name=subnets.ref,
        security_group_ids=[group.security_group_id],
    )  # fmt: skip


def edge(stack: cdk.Stack) -> None:
    logs = s3.Bucket(
        stack, "logs", encryption=s3.BucketEncryption.S3_MANAGED, enforce_ssl=True,
        object_ownership=s3.ObjectOwnership.OBJECT_WRITER, block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    )  # fmt: skip
    files = s3.Bucket(
        stack, "files", versioned=True, encryption=s3.BucketEncryption.KMS, enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL, server_access_logs_bucket=logs,
    )  # fmt: skip
    origin = origins.S3BucketOrigin.with_origin_access_control(files)
    cloudfront.Distribution(
        stack, "edge", log_bucket=logs,
        default_behavior=cloudfront.BehaviorOptions(
            origin=origin, viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
        ),
    )  # fmt: skip


def bus(stack: cdk.Stack) -> None:
    bus = events.EventBus(stack, "bus")
    bus.archive(
        "leads", event_pattern=events.EventPattern(detail_type=["lead.created"]), retention=cdk.Duration.days(7)
    )
    dead = sqs.Queue(stack, "dead", enforce_ssl=True)
    queue = sqs.Queue(
        stack, "scoring", enforce_ssl=True, dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=5)
    )
    rule = events.Rule(stack, "rule", event_bus=bus, event_pattern=events.EventPattern(detail_type=["lead.created"]))
    rule.add_target(targets.SqsQueue(queue))


if __name__ == "__main__":
    main()
