"""Secret on Google Cloud: Secret Manager, in the region, with a key of its own in production.

- `jwt/secret` of production is called `production--jwt--secret`: an id is letters, digits, `-` and `_`
  (https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets). It is one of the project's, so another
  application in the same project needs another path. It keeps the name, and the key, that it was made with.
- What is linked to it gets the right to read this one, and its program the value from Cloud Run, which reads it when an
  instance starts.
- `rotation`: a generated value belongs to a stretch of time as long as that; the first `up` in the next one makes
  another. The first stretch may be shorter. Nothing rotates between two `up`s, because a program gets another value by
  being deployed anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.secret import SecretEndpoint, SecretSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.rotation import keepers
from infra_kit.providers.gcp import stored_secrets
from infra_kit.providers.gcp.grants import GcpGrant, Reference

SUPPORTS = frozenset({features.ROTATION})

SEPARATOR = "--"


@dataclass(frozen=True, kw_only=True)
class GcpSecret:
    """A secret's handle, for workloads."""

    reference: Reference


def create(scope: Scope, spec: SecretSpec) -> SecretEndpoint:
    value = pulumi.Output.secret(_generated(scope, spec) if spec.value is None else spec.value)
    reference = stored_secrets.store(
        scope,
        "secret",
        secret_id=stored_id(scope, spec.path or scope.name),
        value=value,
        key=stored_secrets.key_of(scope),
        kept=True,
    )
    return SecretEndpoint(value=value, reference=reference.secret, native=GcpSecret(reference=reference))


def _generated(scope: Scope, spec: SecretSpec) -> pulumi.Output[str]:
    return password(scope, "value", length=spec.length, keepers=keepers(spec.rotation)).result


def stored_id(scope: Scope, path: str) -> str:
    """What a path below the environment is called."""
    return SEPARATOR.join([scope.environment.value, *path.split("/")])


def link(scope: Scope, link: Link) -> Grant:
    endpoint: SecretEndpoint = link.to.endpoint
    reference = scope.native(link.to, GcpSecret).reference
    native = GcpGrant(permissions={"accessor": stored_secrets.may_read(reference)}, secrets={"": reference})
    return endpoint.grant(native=native)
