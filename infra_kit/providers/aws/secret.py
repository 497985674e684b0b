"""Secret on AWS: Secrets Manager, with a key of its own in production.

- `jwt/secret` of production is called `/production/jwt/secret`. It is one of the account's and region's, so another
  application there needs another path. A secret that is named after its component keeps the name that it was made with.
- What is linked to it gets the value from ECS, which reads this secret when it starts a task, and no other. Its program
  runs as another role, which may not.
- `rotation`: a generated value belongs to a stretch of time as long as that; the first `up` in the next one makes
  another. The first stretch may be shorter. Nothing rotates between two `up`s: a program gets another value by being
  deployed anew.
- It can be had back for 30 days after it was deleted. The value itself stands in the stack's state, as a secret.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.secret import SecretEndpoint, SecretSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import keys, security, stored_secrets
from infra_kit.providers.aws.grants import AwsGrant
from infra_kit.providers.aws.stored_secrets import Reference
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.rotation import keepers

SUPPORTS = frozenset({features.ROTATION})


@dataclass(frozen=True, kw_only=True)
class AwsSecret:
    """A secret's handle, for workloads."""

    reference: Reference


def create(scope: Scope, spec: SecretSpec) -> SecretEndpoint:
    value = pulumi.Output.secret(_generated(scope, spec) if spec.value is None else spec.value)
    reference = stored_secrets.store(
        scope,
        "secret",
        security.about(scope),
        value,
        keys.key_arn(scope),
        ignore_changes=[] if spec.path else ["name"],
        name=stored_name(scope, spec.path or scope.name),
    )
    return SecretEndpoint(value=value, reference=reference.arn, native=AwsSecret(reference=reference))


def _generated(scope: Scope, spec: SecretSpec) -> pulumi.Output[str]:
    return password(scope, "value", length=spec.length, keepers=keepers(spec.rotation)).result


def stored_name(scope: Scope, path: str) -> str:
    """What a path below the environment is called."""
    return f"/{scope.environment}/{path}"


def link(scope: Scope, link: Link) -> Grant:
    endpoint: SecretEndpoint = link.to.endpoint
    return endpoint.grant(native=AwsGrant(secrets={"": scope.native(link.to, AwsSecret).reference}))
