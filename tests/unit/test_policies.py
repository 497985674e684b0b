"""Policies of AWS's form: what is too much."""

import json
from typing import Any

import pytest

from infra_kit.policies import is_wild, statements


def test_a_wildcard_is_found_in_a_policy_wherever_it_stands() -> None:
    open_ = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::files"}
    denied = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    policies = [{"policy": json.dumps({"Statement": [open_, denied]})}]
    assert [is_wild(it) for it in statements(policies)] == [True]
    assert not is_wild({"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::files/*"]})
    assert is_wild({"Action": "s3:GetObject", "Resource": "*"})
    assert is_wild({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/*", "Principal": "*"})


def test_one_statement_may_stand_without_a_list_and_a_policy_as_a_mapping() -> None:
    one = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::files"}
    assert list(statements({"policy": json.dumps({"Statement": one})})) == [one]
    assert list(statements({"policy": {"Version": "2012-10-17", "Statement": [one]}})) == [one]


def test_a_text_that_only_speaks_of_a_policy_is_none() -> None:
    assert list(statements({"userData": 'echo "Statement"'})) == []


@pytest.mark.parametrize(
    "broad",
    [
        {"Action": "s3:Get*"},
        {"NotAction": "s3:GetObject"},
        {"NotResource": "arn:aws:s3:::files"},
        {"Principal": {"AWS": ["*"]}},
        {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Resource": "arn:aws:s3:::*"},
        {"Resource": "arn:aws:s3:::*/public/*"},
        {"Resource": "arn:aws:sqs:*:*:*"},
        {"Resource": "arn:aws:sqs:us-east-1:*:orders"},
        {"Resource": ["arn:aws:secretsmanager:us-east-1:123456789012:secret:*"]},
        {"Resource": "arn:aws:ssm:us-east-1:123456789012:parameter/*"},
    ],
    ids=str,
)
def test_a_statement_is_broad_where_it_names_nothing(broad: dict[str, Any]) -> None:
    assert is_wild({"Effect": "Allow", **broad})


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:::files",
        "arn:aws:s3:::files/uploads/*",
        "arn:aws:ssm:us-east-1:123456789012:parameter/shop/*",
        "arn:aws:logs:us-east-1:123456789012:log-group:api:*",
        "arn:aws:ecs:us-east-1:123456789012:task/shop/*",
    ],
)
def test_a_star_within_a_named_resource_is_narrow(resource: str) -> None:
    assert not is_wild({"Effect": "Allow", "Action": "a:Get", "Resource": resource})


def test_an_action_that_aws_knows_for_any_resource_only_is_no_wildcard() -> None:
    token = {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"}
    assert not is_wild(token)
    assert is_wild({**token, "Action": ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"]})
