"""Cuenta Conmigo's copies on another cloud (seeds/003: CC-5), in its stack as it is configured."""

from __future__ import annotations

import json

from tests.unit.stacks.recorded import stack_of

AWS = "cuenta-conmigo-aws-production"


def test_phase_4_has_a_dump_on_another_cloud_each_night() -> None:
    stack = stack_of(AWS, "4")
    bucket = stack.named("copies-bucket")
    assert (bucket.type, bucket.inputs["location"]) == ("gcp:storage/bucket:Bucket", "europe-west1")
    (task,) = (it for it in stack.of_type("aws:ecs/taskDefinition:TaskDefinition") if it.name == "dump-elsewhere-task")
    told = json.loads(task.inputs["containerDefinitions"])[0]
    assert {"COPIES_BUCKET", "COPIES_ENDPOINT"} <= {it["name"] for it in told["environment"]}
    assert "COPIES_SECRET_KEY" in {it["name"] for it in told["secrets"]}
    assert stack.named("dump-elsewhere-schedule").inputs["scheduleExpression"] == "cron(0 3 * * ? *)"


def test_who_gets_into_aws_deletes_no_dump_of_the_last_month() -> None:
    held = stack_of(AWS, "4").named("copies-bucket").inputs
    assert held["retentionPolicy"] == {"retentionPeriod": str(30 * 86_400), "isLocked": True}
    assert held["versioning"] == {"enabled": True}


def test_a_dump_on_another_cloud_is_gone_after_90_days_with_the_version_that_deleting_leaves() -> None:
    rules = stack_of(AWS, "4").named("copies-bucket").inputs["lifecycleRules"]
    deletes = [it["condition"] for it in rules if it["action"]["type"] == "Delete"]
    assert deletes == [
        {"age": 90, "withState": "LIVE"},
        {"daysSinceNoncurrentTime": 1, "withState": "ARCHIVED"},
    ]
