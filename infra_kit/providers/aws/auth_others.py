"""Whose accounts people may log in by: Google's and Apple's, which Cognito asks in their name.

- Both send people back to Cognito, whose address `up` says: it has to be registered there, as
  `https://<login page>/oauth2/idpresponse`.
- Somebody who comes by two ways is two people to Cognito, of one address: nothing proves to it that they are one.
- Whoever comes by one of them is in a group that Cognito makes, beside those that are said; tokens leave it out
  (`lambdas/token_claims.py`).
- Cognito never tells Apple's key, so after a refresh, which `infra-kit up` begins with, the plan has an update of
  `by-apple`, each time, with the same key. It is not ignored, since a new key would be then too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import cognito

from infra_kit.component import Scope
from infra_kit.components.auth import Apple, AuthSpec, Google
from infra_kit.providers.aws import identity

FILLED_IN = (
    "attributes_url", "attributes_url_add_attributes", "authorize_url", "oidc_issuer", "token_request_method",
    "token_url",
)  # fmt: skip
"""What Cognito knows of both by itself, and reports
(https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html)."""


def create(
    scope: Scope, spec: AuthSpec, pool: cognito.UserPool, page: cognito.UserPoolDomain
) -> list[pulumi.Output[str]]:
    """The names by which a client says that people may come by them."""
    asked = {
        "Google": _google(spec.google) if spec.google else None,
        "SignInWithApple": _apple(spec.apple) if spec.apple else None,
    }
    made = [_provider(scope, pool, kind, details) for kind, details in asked.items() if details]
    if made:
        _say(scope, page)
    return made


def _say(scope: Scope, page: cognito.UserPoolDomain) -> None:
    back = pulumi.Output.concat("https://", page.domain, ".auth.", identity.region(scope), ".amazoncognito.com")
    back.apply(
        lambda url: pulumi.log.info(
            f"{scope.what}: register {url}/oauth2/idpresponse, where people come back to, "
            "and at Apple the domain of it, too.",
            scope.parent,
        )
    )


def _provider(scope: Scope, pool: cognito.UserPool, kind: str, details: Mapping[str, Any]) -> pulumi.Output[str]:
    its = scope.resource(
        f"by-{kind.removeprefix('SignInWith').lower()}",
        cognito.IdentityProvider,
        ignore_changes=[f"providerDetails.{key}" for key in FILLED_IN],
        user_pool_id=pool.id,
        provider_name=kind,
        provider_type=kind,
        provider_details=details,
        attribute_mapping={"username": "sub", "email": "email"},
    )
    return its.provider_name


def _google(of: Google) -> Mapping[str, Any]:
    secret = pulumi.Output.secret(of.client_secret)
    return {"client_id": of.client_id, "client_secret": secret, "authorize_scopes": "openid email"}


def _apple(of: Apple) -> Mapping[str, Any]:
    return {
        "client_id": of.client_id,
        "team_id": of.team,
        "key_id": of.key,
        "private_key": pulumi.Output.secret(of.private_key),
        "authorize_scopes": "email",
    }
