"""Functions of providers whose answer is in their arguments."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws

from infra_kit.planning.answers import Answers
from infra_kit.testing import record


def test_a_policy_that_a_function_writes_is_the_policy_and_nothing_is_made_up() -> None:
    answers = Answers()

    def program() -> None:
        document = aws.iam.get_policy_document(
            statements=[
                {
                    "sid": "Read",
                    "actions": ["s3:GetObject"],
                    "resources": ["*"],
                    "principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::123456789012:root"]}],
                    "conditions": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}],
                },
                aws.iam.GetPolicyDocumentStatementArgs(
                    effect="Deny",
                    not_actions=["s3:*"],
                    principals=[aws.iam.GetPolicyDocumentStatementPrincipalArgs(type="*", identifiers=["*"])],
                ),
            ]
        )
        aws.iam.Policy("policy", policy=document.json)

    policy = record(program, unknown=answers).named("policy").inputs["policy"]

    assert json.loads(policy) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Sid": "Read",
                "Action": ["s3:GetObject"],
                "Resource": ["*"],
                "Principal": {"AWS": ["arn:aws:iam::123456789012:root"]},
                "Condition": {"Bool": {"aws:SecureTransport": ["true"]}},
            },
            {"Effect": "Deny", "NotAction": ["s3:*"], "Principal": "*"},
        ],
    }
    assert answers.assumed == set()


def policy_of(**arguments: Any) -> list[dict[str, Any]]:
    def program() -> None:
        aws.iam.Policy("policy", policy=aws.iam.get_policy_document(**arguments).json)

    statements: list[dict[str, Any]] = json.loads(record(program, unknown=Answers()).named("policy").inputs["policy"])[
        "Statement"
    ]
    return statements


def test_principals_and_conditions_of_one_kind_are_all_kept() -> None:
    [statement] = policy_of(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "AWS", "identifiers": ["*"]}, {"type": "AWS", "identifiers": ["arn:one"]}],
                "conditions": [
                    {"test": "StringEquals", "variable": "aws:tag", "values": ["a"]},
                    {"test": "StringEquals", "variable": "aws:tag", "values": ["b"]},
                ],
            }
        ]
    )
    assert statement["Principal"] == {"AWS": ["*", "arn:one"]}
    assert statement["Condition"] == {"StringEquals": {"aws:tag": ["a", "b"]}}


def test_a_statement_that_is_overridden_is_not_there_beside_the_other() -> None:
    statements = policy_of(
        statements=[{"sid": "Read", "actions": ["*"], "resources": ["*"]}],
        override_policy_documents=[json.dumps({"Statement": {"Sid": "Read", "Effect": "Deny", "Action": "*"}})],
    )
    assert statements == [{"Sid": "Read", "Effect": "Deny", "Action": "*"}]


def test_a_document_that_begins_with_what_was_made_up_is_made_up_and_told() -> None:
    answers = Answers()

    def program() -> None:
        document = aws.iam.get_policy_document(source_policy_documents=["[getBucketPolicy.policy]"])
        aws.iam.Policy("policy", policy=document.json)

    record(program, unknown=answers)
    assert answers.assumed == {"what aws:iam/getPolicyDocument:getPolicyDocument answers"}


def test_documents_that_it_begins_with_are_in_it() -> None:
    def program() -> None:
        source = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
        aws.iam.Policy("policy", policy=aws.iam.get_policy_document(source_policy_documents=[source]).json)

    policy = record(program, unknown=Answers()).named("policy").inputs["policy"]
    assert json.loads(policy)["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
