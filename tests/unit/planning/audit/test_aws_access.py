"""What an audit finds in who may do what on AWS."""

import json
from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from tests.unit.planning.audit.audited import rules


def role(principal: Any, **arguments: Any) -> Callable[[], object]:
    """The statement as a mapping, which AWS allows where there is one."""
    narrowed = {"Condition": arguments.pop("condition")} if "condition" in arguments else {}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **narrowed}
    return lambda: aws.iam.Role("raw", assume_role_policy=json.dumps({"Statement": statement}), **arguments)


SERVICE = {"Service": "ec2.amazonaws.com"}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}], ids=str)
def test_a_role_that_anybody_may_take_on_is_found(principal: Any) -> None:
    assert "open-role" in rules(role(principal))


def test_a_role_of_a_service_or_bounded_by_a_condition_is_no_finding() -> None:
    bounded = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert not {"open-role", "administrator", "wildcard"} & rules(role(SERVICE))
    assert "open-role" not in rules(role("*", condition=bounded))


def test_a_role_with_rights_to_nearly_everything_is_found() -> None:
    much = ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert "administrator" in rules(role(SERVICE, managed_policy_arns=much))
    assert "administrator" not in rules(role(SERVICE, managed_policy_arns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]))


def test_a_roles_own_policy_is_looked_at() -> None:
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    assert "wildcard" in rules(role(SERVICE, inline_policies=[{"name": "all", "policy": policy}]))


def domain(principal: Any, **arguments: Any) -> Callable[[], object]:
    statement = {"Effect": "Allow", "Action": "es:ESHttpGet", "Principal": principal}
    policies = json.dumps({"Statement": [statement]})
    return lambda: aws.opensearch.Domain("raw", access_policies=policies, **arguments)


def test_a_search_domain_that_answers_everybody_is_found_outside_of_a_network() -> None:
    assert "open-search" in rules(domain("*"))
    assert "open-search" not in rules(domain("*", vpc_options={"subnet_ids": ["subnet-1"]}))
    assert "open-search" not in rules(domain({"AWS": "arn:aws:iam::123456789012:role/api"}))


@pytest.mark.parametrize(("kind", "found"), [("NONE", True), ("AWS_IAM", False)])
def test_a_function_with_an_address_of_its_own_that_anybody_may_call_is_found(kind: str, *, found: bool) -> None:
    assert (
        "open-function" in rules(lambda: aws.lambda_.FunctionUrl("raw", function_name="it", authorization_type=kind))
    ) is found


@pytest.mark.parametrize("acl", ["public-read", "public-read-write"])
def test_a_bucket_that_is_shown_to_all_is_found(acl: str) -> None:
    assert "granted-to-all" in rules(lambda: aws.s3.BucketAcl("raw", bucket="it", acl=acl))
    assert "granted-to-all" in rules(lambda: aws.s3.BucketV2("raw", acl=acl))
    assert "granted-to-all" not in rules(lambda: aws.s3.BucketAcl("raw", bucket="it", acl="private"))


def test_a_bucket_with_a_grant_to_all_is_found() -> None:
    grantee = {"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}
    control: Any = {"owner": {"id": "it"}, "grants": [{"grantee": grantee, "permission": "READ"}]}
    assert "granted-to-all" in rules(lambda: aws.s3.BucketAcl("raw", bucket="it", access_control_policy=control))
