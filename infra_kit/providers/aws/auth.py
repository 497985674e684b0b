"""Auth on AWS: a user pool of Cognito with its own login page.

- Tokens say what they say on every target: an access token of Cognito alone has neither `aud` nor `groups`; a function
  adds both before one is made (`lambdas/token_claims.py`), which takes the plan Essentials.
- An address is confirmed by a code that Cognito sends, 50 mails a day at most; it sends from an address of its own
  (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html).
- A refresh token holds once, and ten seconds more for who did not get the answer.
- Whose accounts people may log in by besides stands in `auth_others`.
- Who runs it makes accounts and puts people into groups in the console, or by `aws cognito-idp`.
- Another pool has other people, and no password leaves one: it is guarded like data.

Why the function has no dead letter queue (CKV_AWS_116): Cognito waits for it. Why it stands in no network
(CKV_AWS_117): it calls nobody. The rest is as in `backup_functions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_random as random
from pulumi_aws import cognito, lambda_

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.auth import AuthEndpoint, AuthSpec, Client
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import auth_others, functions, keys, log_groups
from infra_kit.providers.common.waiting import after

SUPPORTS: frozenset[Feature] = frozenset({features.login_by("google"), features.login_by("apple")})
REACHED_ANYWHERE = True
"""Its issuer, keys and login page are public."""

COGNITO = "cognito-idp.amazonaws.com"
TIMEOUT = 5
"""Seconds: Cognito waits no longer (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html)."""
SUFFIX_BYTES = 6
GRACE_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class AwsAuth:
    """What it is measured by."""

    claims: lambda_.Function


def create(scope: Scope, spec: AuthSpec) -> AuthEndpoint:
    claims = _claims(scope)
    pool = _pool(scope, spec, claims)
    let = _let(scope, claims, pool)
    for group in spec.groups:
        scope.resource(f"group-{group}", cognito.UserGroup, name=group, user_pool_id=pool.id)
    page = _login(scope, pool)
    ways: list[pulumi.Input[str]] = ["COGNITO", *auth_others.create(scope, spec, pool, page)]
    clients = {name: _client(scope, spec, pool, name, client, ways=ways) for name, client in spec.clients.items()}
    issuer = after(pulumi.Output.concat("https://", pool.endpoint), page, let)
    return AuthEndpoint(
        issuer=issuer,
        jwks_url=pulumi.Output.concat(issuer, "/.well-known/jwks.json"),
        client_ids=_by_name({name: it.id for name, it in clients.items()}),
        client_secrets=_secrets(spec, clients),
        username=pulumi.Output.from_input(None),
        password=pulumi.Output.from_input(None),
        native=AwsAuth(claims=claims),
    )


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  who logs in there is no program
    there: AuthEndpoint = link.to.endpoint
    return there.grant(link.only["client"][0])


def _claims(scope: Scope) -> lambda_.Function:
    log = log_groups.group(scope, "log", keys.key_arn(scope, services=[keys.LOGS]))
    says = f"Says in the tokens of {scope.name} for whom they are, and of which groups"
    return functions.create(scope, "claims", "token_claims", says=says, log=log, timeout=TIMEOUT)


def _pool(scope: Scope, spec: AuthSpec, claims: lambda_.Function) -> cognito.UserPool:
    return scope.resource(
        "pool",
        cognito.UserPool,
        stateful=True,
        retain_on_delete=True,
        user_pool_tier="ESSENTIALS",
        deletion_protection="ACTIVE" if scope.defaults.protect else "INACTIVE",
        username_attributes=["email"],
        username_configuration={"case_sensitive": False},
        auto_verified_attributes=["email"],
        user_attribute_update_settings={"attributes_require_verification_before_updates": ["email"]},
        account_recovery_setting={"recovery_mechanisms": [{"name": "verified_email", "priority": 1}]},
        admin_create_user_config={"allow_admin_create_user_only": not spec.sign_up},
        password_policy={
            "minimum_length": spec.password_length,
            **dict.fromkeys(("require_lowercase", "require_numbers", "require_symbols", "require_uppercase"), False),
            "temporary_password_validity_days": 7,
        },
        lambda_config={"pre_token_generation_config": {"lambda_arn": claims.arn, "lambda_version": "V2_0"}},
        tags=scope.tags,
    )


def _let(scope: Scope, claims: lambda_.Function, pool: cognito.UserPool) -> pulumi.Resource:
    return scope.resource(
        "claims-called",
        lambda_.Permission,
        action="lambda:InvokeFunction",
        function=claims.name,
        principal=COGNITO,
        source_arn=pool.arn,
    )


def _login(scope: Scope, pool: cognito.UserPool) -> cognito.UserPoolDomain:
    """The login page. Its name is a region's, and nobody sees more of it than the bar of the browser."""
    mark = scope.resource("login-id", random.RandomId, byte_length=SUFFIX_BYTES, prefix="login-")
    return scope.resource("login", cognito.UserPoolDomain, domain=mark.hex, user_pool_id=pool.id)


def _client(
    scope: Scope,
    spec: AuthSpec,
    pool: cognito.UserPool,
    name: str,
    client: Client,
    *,
    ways: Sequence[pulumi.Input[str]],
) -> cognito.UserPoolClient:
    """`ways`: by which people come, its providers' names."""
    return scope.resource(
        f"client-{name}",
        cognito.UserPoolClient,
        user_pool_id=pool.id,
        generate_secret=client.secret,
        allowed_oauth_flows_user_pool_client=True,
        allowed_oauth_flows=["code"],
        allowed_oauth_scopes=["openid", "email"],
        callback_urls=list(client.redirects),
        logout_urls=list(client.logouts),
        supported_identity_providers=list(ways),
        explicit_auth_flows=["ALLOW_USER_SRP_AUTH"],
        access_token_validity=seconds(spec.access_lifetime),
        id_token_validity=seconds(spec.access_lifetime),
        refresh_token_validity=seconds(spec.session_lifetime),
        token_validity_units=dict.fromkeys(("access_token", "id_token", "refresh_token"), "seconds"),
        refresh_token_rotation={"feature": "ENABLED", "retry_grace_period_seconds": GRACE_SECONDS},
        enable_token_revocation=True,
        prevent_user_existence_errors="ENABLED",
    )


def _secrets(spec: AuthSpec, clients: Mapping[str, cognito.UserPoolClient]) -> pulumi.Output[dict[str, str]]:
    secret = {name: clients[name].client_secret for name, client in spec.clients.items() if client.secret}
    return pulumi.Output.secret(_by_name(secret))


def _by_name(known: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[dict[str, str]]:
    return cast("pulumi.Output[dict[str, str]]", pulumi.Output.from_input(dict(known)))
