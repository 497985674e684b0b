"""What an audit finds, and what it does not."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from infra_kit import Gateway, Postgres, Service
from infra_kit.errors import ConfigError
from infra_kit.planning import sarif
from infra_kit.planning.audit import Severity
from infra_kit.planning.audit.findings import RULES
from tests.unit.planning.audit.audited import audited


def rds(**arguments: Any) -> Callable[[], object]:
    well = {
        "instance_class": "db.t4g.micro", "storage_encrypted": True, "backup_retention_period": 7, "multi_az": True,
        "deletion_protection": True, "opts": pulumi.ResourceOptions(protect=True),
    }  # fmt: skip
    return lambda: aws.rds.Instance("raw", **{**well, **arguments})


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


def test_of_what_no_rule_knows_it_is_said() -> None:
    def program() -> None:
        for name in ("warehouse", "reports"):
            aws.redshift.Cluster(name, cluster_identifier=name, node_type="ra3.large", publicly_accessible=True)
        pulumi.ComponentResource("acme:index:Shop", "shop")

    found = audited(program)
    assert {finding.rule for finding in found.findings} == {"unprotected"}  # a rule about all that holds data
    assert found.unknown == {"aws:redshift/cluster:Cluster": ("reports", "warehouse")}


def test_of_what_a_rule_knows_and_of_what_our_drivers_make_nothing_is_said() -> None:
    def program() -> None:
        aws.rds.Instance("raw", instance_class="db.t4g.micro")
        aws.opensearch.DomainPolicy("policy", domain_name="search", access_policies="{}")
        aws.ec2.Subnet("subnet", vpc_id="vpc-1", cidr_block="10.0.0.0/24")
        Service("api", image="registry.example/api:1", links=[Postgres("db", memory_gb=4).link()])

    assert audited(program).unknown == {}
