"""What an audit finds, and what it does not."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_docker as docker
import pulumi_gcp as gcp
import pytest

from infra_kit import Gateway, Postgres, RateLimit, Service
from infra_kit.errors import ConfigError
from infra_kit.planning import sarif
from infra_kit.planning.audit import Severity
from infra_kit.planning.audit.findings import RULES
from tests.unit.planning.audit.audited import audited, rules


def rds(**arguments: Any) -> Callable[[], object]:
    well = {
        "instance_class": "db.t4g.micro", "storage_encrypted": True, "backup_retention_period": 7, "multi_az": True,
        "deletion_protection": True, "opts": pulumi.ResourceOptions(protect=True),
    }  # fmt: skip
    return lambda: aws.rds.Instance("raw", **{**well, **arguments})


def group(first: int, last: int, **arguments: Any) -> Callable[[], object]:
    rule: Any = {"protocol": "tcp", "from_port": first, "to_port": last, "cidr_blocks": ["0.0.0.0/0"], **arguments}
    return lambda: aws.ec2.SecurityGroup("raw", ingress=[rule])


def bucket(*, blocked: bool) -> Callable[[], object]:
    def program() -> None:
        made = aws.s3.Bucket("raw", opts=pulumi.ResourceOptions(protect=True))
        every: dict[str, Any] = dict.fromkeys(
            ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), blocked
        )
        aws.s3.BucketPublicAccessBlock("raw", bucket=made.id, **every)

    return program


def policy(action: str, resource: str) -> Callable[[], object]:
    statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
    return lambda: aws.iam.Policy("raw", policy=pulumi.Output.json_dumps({"Statement": [statement]}))


def sql(**ip: Any) -> Callable[[], object]:
    settings: Any = {
        "tier": "db-f1-micro", "deletion_protection_enabled": True, "availability_type": "REGIONAL",
        "backup_configuration": {"enabled": True},
        "ip_configuration": {"ipv4_enabled": False, "ssl_mode": "ENCRYPTED_ONLY", **ip},
    }  # fmt: skip
    kept = pulumi.ResourceOptions(protect=True)
    return lambda: gcp.sql.DatabaseInstance("raw", database_version="POSTGRES_17", settings=settings, opts=kept)


def container(**arguments: Any) -> Callable[[], object]:
    well = {
        "image": "nginx@sha256:" + "0" * 64, "memory": 128, "capabilities": {"drops": ["ALL"]},
        "security_opts": ["no-new-privileges"],
    }  # fmt: skip
    return lambda: docker.Container("raw", **{**well, **arguments})


def task(*variables: tuple[str, str]) -> Callable[[], object]:
    containers = [{"name": "it", "environment": [{"name": name, "value": value} for name, value in variables]}]
    return lambda: aws.ecs.TaskDefinition(
        "raw", family="it", container_definitions=pulumi.Output.json_dumps(containers)
    )


def gateway(*limits: RateLimit) -> Callable[[], object]:
    def program() -> None:
        api = Service("api", image="registry.example/api:1", port=3000, min_instances=2)
        Gateway("edge", routes={"/*": api}, domains=["shop.example"], limits=limits)

    return program


def service(instances: int) -> Callable[[], object]:
    return lambda: Service("api", image="registry.example/api:1", port=3000, min_instances=instances)


CASES: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "public-database": (rds(publicly_accessible=True), rds()),
    "unencrypted-database": (rds(storage_encrypted=False), rds()),
    "no-backup": (rds(backup_retention_period=0), rds()),
    "no-deletion-protection": (rds(deletion_protection=False), rds()),
    "single-zone": (rds(multi_az=False), rds(multi_az=False, replicate_source_db="other")),
    "unprotected": (rds(opts=None), rds()),
    "open-to-all": (group(0, 0, protocol="-1"), group(443, 443)),
    "open-port": (group(5432, 5432), group(5432, 5432, cidr_blocks=["10.0.0.0/8"])),
    "public-bucket": (bucket(blocked=False), bucket(blocked=True)),
    "wildcard": (policy("s3:*", "arn:aws:s3:::it/*"), policy("s3:GetObject", "arn:aws:s3:::it/*")),
    "published-port": (
        container(ports=[{"internal": 5432, "external": 5432}]),
        container(ports=[{"internal": 5432, "external": 5432, "ip": "127.0.0.1"}]),
    ),
    "privileged": (container(privileged=True), container()),
    "docker-socket": (container(volumes=[{"host_path": "/var/run/docker.sock"}]), container()),
    "capabilities": (container(capabilities={"drops": ["CAP_CHOWN"]}), container()),
    "no-memory-limit": (container(memory=0), container()),
    "secret-in-environment": (task(("DB_PASSWORD", "hunter2")), task(("DB_PASSWORD_FILE", "/run/secrets/db"))),
    "no-rate-limit": (gateway(), gateway(RateLimit(requests=1000, per="5m"))),
    "single-instance": (service(1), service(2)),
    "plain-database": (sql(ssl_mode="ALLOW_UNENCRYPTED_AND_ENCRYPTED"), sql()),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_what_is_wrong_and_leaves_what_is_right(rule: str) -> None:
    wrong, right = CASES[rule]
    assert rule in rules(wrong)
    assert rule not in rules(right)


def test_a_public_database_of_google_is_found_too() -> None:
    assert "public-database" in rules(sql(ipv4_enabled=True))
    assert "public-database" not in rules(sql())


def test_what_the_library_makes_for_production_has_nothing_that_is_bad() -> None:
    def program() -> None:
        db = Postgres("db", memory_gb=4, high_availability=True)
        image = "registry.example/api:1"
        api = Service("api", image=image, port=3000, min_instances=2, links=[db.link()])
        Gateway("edge", routes={"/*": api}, domains=["shop.example"])

    found = audited(program)
    assert not [finding for finding in found.findings if finding.severity >= Severity.MEDIUM]


def test_the_worst_stands_first_and_each_finding_says_why_and_how_to_mend_it() -> None:
    found = audited(rds(publicly_accessible=True, multi_az=False)).findings
    assert [finding.severity for finding in found] == sorted((it.severity for it in found), reverse=True)
    assert all(finding.why and finding.mend and finding.resource == "raw" for finding in found)


def test_what_is_accepted_with_a_reason_is_still_told_and_no_longer_open() -> None:
    given = {"raw": {"single-zone": "an hour away is fine"}}
    found = audited(rds(multi_az=False), accepted_findings=given)
    assert [(finding.rule, finding.accepted) for finding in found.findings] == [("single-zone", "an hour away is fine")]
    assert found.open == ()
    assert found.at_least(Severity.LOW) == ()


def test_what_is_accepted_may_be_named_by_its_component_or_by_itself() -> None:
    def found(name: str) -> list[str]:
        given = {name: {"single-zone": "an hour away is fine"}}
        findings = audited(lambda: Postgres("db", memory_gb=4), accepted_findings=given).findings
        return [finding.accepted for finding in findings if finding.rule == "single-zone"]

    assert found("db") == found("db-server") == ["an hour away is fine"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"nothing": {"single-zone": "why"}}, "nothing of that name"),
        ({"raw": {"single-zone": ""}}, "each rule needs its reason"),
        ({"raw": ["single-zone"]}, "each rule needs its reason"),
        ({"raw": {"no-such-rule": "why"}}, "'no-such-rule' is no rule. Rules: "),
    ],
)
def test_what_is_accepted_must_be_there_with_a_reason(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        audited(rds(), accepted_findings=given)


def test_every_rule_says_all_that_a_reader_needs() -> None:
    assert all(rule.what and rule.why and rule.mend and rule.types for rule in RULES)


def test_sarif_has_the_rules_the_results_and_what_was_accepted() -> None:
    given = {"raw": {"single-zone": "an hour away is fine"}}
    report = sarif.report(
        audited(rds(multi_az=False, publicly_accessible=True), accepted_findings=given), "__main__.py"
    )
    [run] = report["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["public-database", "single-zone"]
    bad, accepted = run["results"]
    assert (bad["ruleId"], bad["level"], "suppressions" in bad) == ("public-database", "error", False)
    assert accepted["suppressions"] == [{"kind": "external", "justification": "an hour away is fine"}]
    assert bad["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "__main__.py"
