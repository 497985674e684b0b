"""What an Auth is made of on AWS, and that its tokens say what those of every target say."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Apple, Auth, Client, Environment, Gateway, Google, Service, Target
from infra_kit.errors import SpecError
from infra_kit.providers.aws.lambdas.token_claims import handler
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record

AWS = Target(name="aws", app="shop", environment=Environment.STAGING, region="eu-west-1")
PRODUCTION = Target(name="aws", app="shop", environment=Environment.PRODUCTION, region="eu-west-1")
WEB = Client(redirects=["https://shop.example/callback"], logouts=["https://shop.example/"])
API = Client(redirects=["http://localhost:3000/callback"], secret=True)


def auth(target: Target = AWS, **arguments: Any) -> Recording:
    def program() -> None:
        Auth("auth", target=target, **{"clients": {"web": WEB}, **arguments})

    return record(program, config={"infra-kit:environment": "staging"})


def event(groups: list[str] | None) -> dict[str, Any]:
    """As Cognito sends it."""
    return {
        "version": "2",
        "triggerSource": "TokenGeneration_HostedAuth",
        "userPoolId": "eu-west-1_Example",
        "callerContext": {"clientId": "1example23456789"},
        "request": {"userAttributes": {"sub": "a"}, "groupConfiguration": {"groupsToOverride": groups}},
        "response": {"claimsAndScopeOverrideDetails": None},
    }


@pytest.mark.parametrize(("groups", "said"), [
    (["admin", "staff"], ["admin", "staff"]), ([], []), (None, []), (["eu-west-1_Example_Google", "admin"], ["admin"])
])  # fmt: skip
def test_tokens_say_for_whom_they_are_and_which_groups_somebody_is_in(groups: Any, said: list[str]) -> None:
    told = handler(event(groups), None)["response"]["claimsAndScopeOverrideDetails"]
    assert told["accessTokenGeneration"]["claimsToAddOrOverride"] == {"groups": said, "aud": "1example23456789"}
    assert told["idTokenGeneration"]["claimsToAddOrOverride"] == {"groups": said}


def test_the_pool_asks_the_function_before_it_makes_a_token_and_may_call_it() -> None:
    made = auth()
    asked = made.named("auth-pool").inputs["lambdaConfig"]["preTokenGenerationConfig"]
    assert asked["lambdaVersion"] == "V2_0"
    assert made.named("auth-pool").inputs["userPoolTier"] == "ESSENTIALS"
    let = made.named("auth-claims-called").inputs
    assert let["principal"] == "cognito-idp.amazonaws.com"
    assert let["sourceArn"].endswith("auth-pool")


@pytest.mark.parametrize("sign_up", [True, False])
def test_who_makes_accounts_is_as_it_is_said(sign_up: bool) -> None:
    pool = auth(sign_up=sign_up, password_length=16).named("auth-pool").inputs
    assert pool["adminCreateUserConfig"] == {"allowAdminCreateUserOnly": not sign_up}
    assert pool["passwordPolicy"]["minimumLength"] == 16
    assert pool["usernameConfiguration"] == {"caseSensitive": False}


def test_in_production_the_accounts_are_guarded() -> None:
    pool = auth(PRODUCTION).named("auth-pool")
    assert pool.inputs["deletionProtection"] == "ACTIVE"
    assert pool.options.protect
    assert pool.options.retain_on_delete
    assert auth().named("auth-pool").inputs["deletionProtection"] == "INACTIVE"


def test_a_client_logs_in_by_a_code_for_as_long_as_it_is_said() -> None:
    made = auth(clients={"web": WEB, "api": API}, access_lifetime="15m", session_lifetime="7d")
    web, api = made.named("auth-client-web").inputs, made.named("auth-client-api").inputs
    assert web["allowedOauthFlows"] == ["code"]
    assert (web["callbackUrls"], web["logoutUrls"]) == (["https://shop.example/callback"], ["https://shop.example/"])
    assert (web["accessTokenValidity"], web["idTokenValidity"], web["refreshTokenValidity"]) == (900, 900, 604_800)
    assert set(web["tokenValidityUnits"].values()) == {"seconds"}
    assert web["refreshTokenRotation"]["feature"] == "ENABLED"
    assert (web["generateSecret"], api["generateSecret"]) == (False, True)
    assert made.named("auth").outputs["client_secrets"].keys() == {"api"}


GOOGLE = Google(client_id="000000000000-example.apps.googleusercontent.com", client_secret="hidden")
APPLE = Apple(client_id="example.shop", team="A1B2C3D4E5", key="F6G7H8I9J0", private_key="hidden too")


def test_people_come_by_google_and_apple_too_where_that_is_asked() -> None:
    made = auth(sign_up=True, google=GOOGLE, apple=APPLE)
    google, apple = made.named("auth-by-google").inputs, made.named("auth-by-apple").inputs
    assert google["providerDetails"] == {
        "client_id": GOOGLE.client_id, "client_secret": "hidden", "authorize_scopes": "openid email",
    }  # fmt: skip
    assert apple["providerDetails"] == {
        "client_id": "example.shop", "team_id": "A1B2C3D4E5", "key_id": "F6G7H8I9J0", "private_key": "hidden too",
        "authorize_scopes": "email",
    }  # fmt: skip
    ways = made.named("auth-client-web").inputs["supportedIdentityProviders"]
    assert ways == ["COGNITO", "Google", "SignInWithApple"]
    assert auth().named("auth-client-web").inputs["supportedIdentityProviders"] == ["COGNITO"]


def test_what_they_know_the_application_by_is_a_secret_and_what_cognito_fills_in_changes_nothing() -> None:
    made = auth(sign_up=True, google=GOOGLE, apple=APPLE)
    for name in ("auth-by-google", "auth-by-apple"):
        assert "providerDetails" in made.named(name).secret_inputs
        assert "providerDetails.authorize_url" in made.named(name).options.ignore_changes


def test_a_service_of_any_other_place_logs_people_in_there() -> None:
    def program() -> None:
        known = Auth("auth", target=AWS, clients={"web": WEB})
        far = Target(name="aws", app="shop", environment=Environment.STAGING, region="us-east-1", alias="us")
        Service("api", target=far, image="registry.example/api:1", links=[known.link()])

    made = record(program, config={"infra-kit:environment": "staging"})
    (task,) = (it for it in made.children("api") if it.type == "aws:ecs/taskDefinition:TaskDefinition")
    assert made.named("auth").outputs["issuer"] in task.inputs["containerDefinitions"]


def test_groups_are_named_as_they_are_said() -> None:
    assert auth(groups=["admin"]).named("auth-group-admin").inputs["name"] == "admin"


def test_a_load_balancer_checks_its_tokens() -> None:
    def program() -> None:
        known = Auth("auth", target=AWS, clients={"web": WEB})
        api = Service("api", target=AWS, image="registry.example/api:1")
        Gateway("edge", target=AWS, jwt=known.jwt(), domains=["api.shop.example"], routes={"/*": api})

    made = record(program, config={"infra-kit:environment": "staging"})
    issuer = made.named("auth").outputs["issuer"]
    rules = [it.inputs["actions"] for it in made.children("edge") if it.type == "aws:lb/listenerRule:ListenerRule"]
    (checks,) = [it for actions in rules for it in actions if it["type"] == "jwt-validation"]
    asked = checks["jwtValidation"]
    assert issuer.startswith("https://cognito-idp.")
    assert (asked["issuer"], asked["jwksEndpoint"]) == (issuer, f"{issuer}/.well-known/jwks.json")
    (audience,) = asked["additionalClaims"]
    assert (audience["format"], audience["values"]) == (
        "single-string",
        [made.named("auth").outputs["client_ids"]["web"]],
    )


HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey")
ELSEWHERE = [
    Target(name="gcp", environment=Environment.STAGING, region="europe-west1"),
    Target(name="vps", environment=Environment.STAGING, settings=HOST),
]


@pytest.mark.parametrize("target", ELSEWHERE, ids=lambda target: target.name)
def test_where_there_is_none_the_way_out_is_told(target: Target) -> None:
    with pytest.raises(SpecError, match=rf"Auth 'auth': {target.name} has none yet.*target=Target\(name='aws'\)"):
        auth(target)


def test_a_gateway_of_another_target_checks_its_tokens() -> None:
    (_, host) = ELSEWHERE

    def program() -> None:
        known = Auth("auth", target=AWS, clients={"web": WEB})
        api = Service("api", target=host, image="registry.example/api:1")
        Gateway("edge", target=host, jwt=known.jwt(), domains=["api.shop.example"], routes={"/*": api})

    made = record(program, config={"infra-kit:environment": "staging"})
    assert made.named("auth").outputs["issuer"] in str(
        [it.inputs for it in made.resources if it.name.startswith("edge")]
    )
