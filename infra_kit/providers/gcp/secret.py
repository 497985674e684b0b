"""Secret on Google Cloud: Secret Manager, in the region, with a key of its own in production.

- `jwt/secret` of production is called `production--jwt--secret`: an id is letters, digits, `-` and `_`
  (https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets). It is one of the project's, so another
  application in the same project needs another path. Of a preview it is `preview--<app>--<stack>--jwt--secret`; without
  a path it is called like that in each environment, after the component. It keeps the name, and the key, that it was
  made with.
- What is linked to it gets the right to read this one, and its program the value from Cloud Run, which reads it when an
  instance starts.
- `rotation`: a generated value belongs to a stretch of time as long as that; the first `up` in the next one makes
  another. The first stretch may be shorter. Nothing rotates between two `up`s, because a program gets another value by
  being deployed anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.secret import SecretEndpoint, SecretSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.common import secret_values
from infra_kit.providers.gcp import stored_names, stored_secrets
from infra_kit.providers.gcp.grants import GcpGrant, Reference

SUPPORTS = frozenset({features.ROTATION})


@dataclass(frozen=True, kw_only=True)
class GcpSecret:
    """A secret's handle, for workloads."""

    reference: Reference


def create(scope: Scope, spec: SecretSpec) -> SecretEndpoint:
    value = secret_values.value(scope, spec)
    reference = stored_secrets.store(
        scope,
        "secret",
        secret_id=stored_names.of(scope, spec.path) if spec.path else stored_names.of_stack(scope, scope.name),
        value=value,
        key=stored_secrets.key_of(scope),
        kept=True,
        field="value",
    )
    return SecretEndpoint(value=value, reference=reference.secret, native=GcpSecret(reference=reference))


def link(scope: Scope, link: Link) -> Grant:
    endpoint: SecretEndpoint = link.to.endpoint
    reference = scope.native(link.to, GcpSecret).reference
    native = GcpGrant(permissions={"accessor": stored_secrets.may_read(reference)}, secrets={"": reference})
    return endpoint.grant(native=native)
