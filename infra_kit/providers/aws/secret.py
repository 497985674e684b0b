"""Secret on AWS: Secrets Manager, with a key of its own in production.

- `path="jwt/secret"` of production is called `/production/jwt/secret`: one of the account's and region's, so another
  application there needs another path, and for 30 days after it was deleted nothing else has that name. Of a preview it
  is `/preview/<app>/<stack>/jwt/secret`. Without a path it has an automatic name, which nothing else has. It keeps the
  name that it was made with.
- What is linked to it gets the value from ECS, which reads this secret when it starts a task, and no other. Its program
  runs as another role, which may not.
- `rotation`: a generated value belongs to a stretch of time as long as that; the first `up` in the next one makes
  another. The first stretch may be shorter. Nothing rotates between two `up`s: a program gets another value by being
  deployed anew.
- It can be had back for 30 days after it was deleted. The value itself stands in the stack's state, as a secret.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.secret import SecretEndpoint, SecretSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import keys, security, stored_names, stored_secrets
from infra_kit.providers.aws.grants import AwsGrant
from infra_kit.providers.aws.stored_secrets import Reference
from infra_kit.providers.common import secret_values

SUPPORTS = frozenset({features.ROTATION})


@dataclass(frozen=True, kw_only=True)
class AwsSecret:
    """A secret's handle, for workloads."""

    reference: Reference


def create(scope: Scope, spec: SecretSpec) -> SecretEndpoint:
    value = secret_values.value(scope, spec)
    reference = stored_secrets.store(
        scope,
        "secret",
        security.about(scope),
        value,
        keys.key_arn(scope),
        kept=True,
        field="value",
        name=stored_names.of(scope, spec.path) if spec.path else None,
    )
    return SecretEndpoint(value=value, reference=reference.arn, native=AwsSecret(reference=reference))


def link(scope: Scope, link: Link) -> Grant:
    endpoint: SecretEndpoint = link.to.endpoint
    return endpoint.grant(native=AwsGrant(secrets={"": scope.native(link.to, AwsSecret).reference}))
