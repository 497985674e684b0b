"""Who may tell a topic of SNS anything."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import sns

from infra_kit.providers.aws.documents import dumps


def policy(topic: sns.Topic, sid: str, service: str, **condition: Any) -> pulumi.Output[str]:
    """One service, under a condition, and only by TLS.

    Args:
        topic: whose policy it is.
        sid: what the statement is called.
        service: the principal, e.g. `cloudwatch.amazonaws.com`.
        condition: by operator, e.g. `StringEquals={"aws:SourceAccount": …}`.
    """
    publish = {"Action": "sns:Publish", "Resource": topic.arn}
    let = {"Sid": sid, "Effect": "Allow", "Principal": {"Service": service}, **publish, "Condition": condition}
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Sid": "OnlyOverTls", "Effect": "Deny", "Principal": "*", **publish, "Condition": plain}
    return dumps({"Version": "2012-10-17", "Statement": [let, deny]})
