"""The rules that services, workers, jobs and gateways on AWS are judged by, each by its Checkov id.

Why CKV_AWS_2 and CKV_AWS_103 stay on a gateway behind a Cdn without domains: see `gateway_front`.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from infra_kit import Gateway, Job, Service, Sidecar, Volume, Worker
from infra_kit.testing import Recording, record
from tests.unit.providers.aws.workloads import AWS
from tests.unit.rules import Row, check, each_environment, each_row, row

SERVICE, TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"
BALANCER, TARGETS = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"
REPOSITORY, SAID = "aws:ecr/repository:Repository", re.compile(".+")
KEY = re.compile(r"arn:aws:kms:[\w-]+:\d+:key/[\w-]+")
TO_HTTPS = {"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}
POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
IMAGE = "shop:1.4"
TASKS = ("api", "scorer", "nightly")

ROWS = [
    # ECS
    row("CKV_AWS_65", "aws:ecs/cluster:Cluster", "settings.containerInsights", "disabled", "enabled"),
    row("CKV_AWS_332", SERVICE, "platformVersion", "LATEST"),
    row("CKV_AWS_333", SERVICE, "networkConfiguration.assignPublicIp", False),
    row("CKV_AWS_335", TASK, "pidMode", None),
    row("CKV_AWS_335", TASK, "networkMode", "awsvpc"),
    row("CKV_AWS_97", "api-task", "volumes.uploads.efsVolumeConfiguration.transitEncryption", "ENABLED"),
    # Load balancers
    row("CKV_AWS_2", "edge-https", "protocol", "HTTPS"),
    row("CKV_AWS_2 CKV2_AWS_20", "edge-http", "defaultActions.0", TO_HTTPS),
    row("CKV_AWS_103 CKV2_AWS_74", "edge-https", "sslPolicy", POLICY),
    row("CKV_AWS_131", BALANCER, "dropInvalidHeaderFields", True),
    row("CKV_AWS_328", BALANCER, "desyncMitigationMode", "strictest"),
    row("CKV_AWS_91", BALANCER, "accessLogs.enabled", None, True),
    row("CKV_AWS_150", BALANCER, "enableDeletionProtection", False, True),
    row("CKV_AWS_261", TARGETS, "healthCheck.path", "/health"),
    row("CKV_AWS_378", TARGETS, "protocol", "HTTPS"),
    row("CKV_AWS_378 CKV_AWS_261", TARGETS, "healthCheck.protocol", "HTTPS"),
    row("CKV2_AWS_28", "aws:wafv2/webAclAssociation:WebAclAssociation", "resourceArn", ..., SAID),
    row("CKV2_AWS_76", "edge-acl", "rules", ..., re.compile(".*AWSManagedRulesKnownBadInputsRuleSet.*")),
    # ECR
    row("CKV_AWS_51", REPOSITORY, "imageTagMutability", "IMMUTABLE"),
    row("CKV_AWS_163", REPOSITORY, "imageScanningConfiguration.scanOnPush", True),
    row("CKV_AWS_136", REPOSITORY, "encryptionConfigurations.0.kmsKey", None, KEY),
]


def workloads() -> None:
    beside = {"proxy": Sidecar(image=IMAGE)}
    api = Service("api", image=IMAGE, volumes={"uploads": Volume(path="/data")}, sidecars=beside)
    Worker("scorer", image=IMAGE)
    Job("nightly", image=IMAGE)
    Gateway("edge", routes={"/*": api}, domains=["api.example.com"])


@cache
def made(environment: str) -> Recording:
    return record(workloads, config={**AWS, "infra-kit:environment": environment})


@each_environment
@each_row(ROWS)
def test_an_input_is_as_its_rule_has_it(rule: Row, environment: str) -> None:
    check(rule, made(environment), environment)


@each_environment
@pytest.mark.parametrize("name", TASKS)
def test_ckv_aws_249_who_starts_a_task_is_another_than_who_runs_in_it(name: str, environment: str) -> None:
    task, roles = (
        made(environment).named(f"{name}-task").inputs,
        {"executionRoleArn": "execution", "taskRoleArn": "role"},
    )
    for key, role in roles.items():
        assert task[key] == made(environment).named(f"{name}-{role}").outputs["arn"]
    assert task["executionRoleArn"] != task["taskRoleArn"]


def containers(environment: str) -> dict[str, dict[str, Any]]:
    """By task and name, those of all tasks."""
    tasks = {name: made(environment).named(f"{name}-task").inputs for name in TASKS}
    return {
        f"{name}: {each['name']}": each
        for name, task in tasks.items()
        for each in json.loads(task["containerDefinitions"])
    }


@each_environment
def test_ckv_aws_334_336_a_container_has_no_privilege_and_writes_no_root(environment: str) -> None:
    found = containers(environment)
    assert found.keys() == {
        "api: api", "api: infra_kit_front", "api: sidecar_proxy", "scorer: scorer", "nightly: nightly",
    }  # fmt: skip
    assert not [what for what, it in found.items() if it.get("privileged")]
    assert not [what for what, it in found.items() if "capabilities" in it.get("linuxParameters", {})]
    assert not [what for what, it in found.items() if it["readonlyRootFilesystem"] is not True]
