"""Keys and security groups: what every driver of AWS builds on."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from infra_kit import Network, Redis
from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.providers.aws import keys, snapshots
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.security import database_group
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.refusals import refusal

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
PRODUCTION = AWS | {"infra-kit:environment": "production"}


def scope(name: str = "it") -> Scope:
    """What a driver gets, of a component that makes nothing itself."""
    network = Network.existing(name, id="vpc-1", cidr="10.0.0.0/16")
    return Scope(network, name, network.target, {}, pulumi.ResourceOptions())


def statements(*services: str, **config: str) -> list[dict[str, Any]]:
    """Of a production key that these services use."""
    recording = record(lambda: keys.key_arn(scope(), services=services), config=PRODUCTION | config)
    found: list[dict[str, Any]] = json.loads(recording.named("it-key").inputs["policy"])["Statement"]
    return found


def test_a_service_that_acts_by_itself_uses_the_key_for_this_account_alone() -> None:
    (_, events) = statements("events.amazonaws.com")
    assert events["Principal"] == {"Service": "events.amazonaws.com"}
    assert events["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert not [action for action in events["Action"] if "*" in action]


def test_cloudwatch_logs_uses_it_for_the_log_groups_of_its_region() -> None:
    (_, logs) = statements(keys.LOGS, **{"infra-kit:region": "eu-west-1"})
    assert logs["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:*"
    assert logs["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}}


def test_statements_are_told_apart() -> None:
    sids = [it["Sid"] for it in statements("events.amazonaws.com", "delivery.logs.amazonaws.com", keys.LOGS)]
    assert len(set(sids)) == len(sids)


def test_no_key_is_made_where_nothing_is_protected() -> None:
    assert record(lambda: keys.key_arn(scope()), config=AWS).of_type("aws:kms/key:Key") == ()


def group() -> Recording:
    def program() -> None:
        it = scope()
        network = it.native(it.parent, AwsNetwork)
        pulumi.export("group", database_group(it, network, 5432))

    return record(program, config=AWS)


def test_a_group_lets_the_network_in_on_one_port_and_nothing_out() -> None:
    assert group().of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == ()
    rule = group().named("it-ingress").inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.0.0.0/16", 5432, 5432)


def test_a_group_and_its_rules_say_what_they_are_for() -> None:
    recording = group()
    assert all(recording.named(f"it-{role}").inputs["description"] for role in ("security-group", "ingress"))


@pytest.mark.parametrize("name", ["sg", "sg-main"])
def test_a_name_that_aws_keeps_for_itself_is_refused(name: str) -> None:
    message = refusal(lambda: Redis(name), SpecError, target="aws", environment="staging")
    assert message.startswith(f"Redis {name!r}: AWS takes no security group whose name begins with 'sg-'")


def test_a_name_that_only_begins_like_it_is_taken() -> None:
    assert record(lambda: Redis("sga"), config=AWS).named("sga-security-group")


def test_nothing_is_kept_where_the_environment_keeps_nothing() -> None:
    development = AWS | {"infra-kit:environment": "development"}
    assert record(lambda: pulumi.export("name", snapshots.final_name(scope())), config=development).exports == {}
