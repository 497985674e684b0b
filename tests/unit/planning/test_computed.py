"""Functions of providers whose answer is in their arguments."""

from __future__ import annotations

import json

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


def test_documents_that_it_begins_with_are_in_it() -> None:
    def program() -> None:
        source = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
        aws.iam.Policy("policy", policy=aws.iam.get_policy_document(source_policy_documents=[source]).json)

    policy = record(program, unknown=Answers()).named("policy").inputs["policy"]
    assert json.loads(policy)["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
