"""What tells Slack, PagerDuty and webhooks of alerts: a Lambda function (`lambdas/alert_teller.py`).

SNS posts to none of them what it understands, and wants each URL confirmed. Their URLs and keys are in one secret,
which the function alone reads.

Why no dead letter queue (CKV_AWS_116): Lambda tries again twice where nobody was told, and mails go another way. Why it
stands in no network (CKV_AWS_117): it calls what is on the internet. Why no reserved concurrency (CKV_AWS_115), own key
(CKV_AWS_173), signing (CKV_AWS_272) or traces (CKV_AWS_50): as in `postgres_functions`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import iam, lambda_, sns

from infra_kit.component import Scope
from infra_kit.components.alerts import AlertsSpec
from infra_kit.providers.aws import identity, lambdas, log_groups, policies, stored_secrets
from infra_kit.providers.aws.alert_topics import Topics
from infra_kit.providers.aws.documents import Text, dumps
from infra_kit.providers.aws.stored_secrets import Reference
from infra_kit.providers.common import posting
from infra_kit.providers.common.waiting import after

TOLD = ("slack", "pagerduty", "webhook")
"""The routes that go by it."""
CODE = {
    "alert_teller.py": Path(lambdas.__path__[0]) / "alert_teller.py",
    f"{posting.__name__.replace('.', '/')}.py": Path(posting.__file__),
}
"""The function and what it imports, by the path in its archive."""
TIMEOUT = 90
"""Seconds: three routes, 10 seconds each at most, and that twice."""


def create(scope: Scope, spec: AlertsSpec, key: pulumi.Output[str] | None, topics: Topics) -> None:
    """Nothing where no level has such a route."""
    routes = {level: _routes(spec, level) for level in sorted(spec.routes)}
    told = {level: found for level, found in routes.items() if found}
    if not told:
        return
    text: pulumi.Output[str] = pulumi.Output.secret(dumps(told))
    secret = stored_secrets.store(scope, "routes", f"Whom {scope.name} tells of alerts", text, key)
    heard = {place: topic for place, topic in topics.items() if place[0] in told}
    function = _function(scope, secret, heard)
    for (level, region), topic in heard.items():
        _subscribe(scope, f"{level.lower()}-{region}" if region else level.lower(), topic, function, region)


def _routes(spec: AlertsSpec, level: Any) -> dict[str, Any]:
    found = {kind: getattr(spec.routes[level], kind) for kind in TOLD}
    return {kind: value for kind, value in found.items() if value is not None}


def _function(scope: Scope, secret: Reference, heard: Topics) -> lambda_.Function:
    log = log_groups.group(scope, "teller-log", secret.key)
    role = scope.resource("teller-role", iam.Role, assume_role_policy=policies.TRUST_LAMBDA, tags=scope.tags)
    writes = policies.allow(["logs:CreateLogStream", "logs:PutLogEvents"], Text(log.arn, ":*"))
    reads = [policies.allow(["secretsmanager:GetSecretValue"], secret.arn)]
    if secret.key is not None:
        reads.append(policies.decrypt(secret.key, identity.region(scope), "secretsmanager"))
    policy = policies.document([writes, *reads])
    rights = scope.resource("teller-rights", iam.RolePolicy, role=role.id, policy=policy)
    levels = pulumi.Output.all(**{"/".join(filter(None, place)): topic.arn for place, topic in heard.items()})
    return scope.resource(
        "teller",
        lambda_.Function,
        description=f"Tells others of {scope.name}",
        runtime="python3.13",
        architectures=["arm64"],
        handler="alert_teller.handler",
        code=pulumi.AssetArchive({path: pulumi.FileAsset(str(file)) for path, file in CODE.items()}),
        role=after(role.arn, rights),
        timeout=TIMEOUT,
        memory_size=128,
        environment={"variables": {"SECRET": secret.arn, "TOPICS": levels.apply(_by_topic)}},
        logging_config={"log_format": "JSON", "log_group": log.name},
        tags=scope.tags,
    )


def _by_topic(arns: dict[str, str]) -> str:
    """`ARN=P0,…`"""
    return ",".join(f"{arn}={place.partition('/')[0]}" for place, arn in sorted(arns.items()))


def _subscribe(scope: Scope, role: str, topic: sns.Topic, function: lambda_.Function, region: str | None) -> None:
    let = scope.resource(
        f"{role}-calls",
        lambda_.Permission,
        action="lambda:InvokeFunction",
        function=function.name,
        principal="sns.amazonaws.com",
        source_arn=topic.arn,
    )
    scope.resource(
        f"{role}-teller",
        sns.TopicSubscription,
        depends_on=[let],
        topic=topic.arn,
        protocol="lambda",
        endpoint=function.arn,
        region=region,
    )
