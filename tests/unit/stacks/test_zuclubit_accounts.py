"""What seeds/004 asks of Zuclubit's accounts and their tokens (ZU-2, ZU-5, ZU-8), in its stacks."""

from __future__ import annotations

import json

import pytest
import yaml

from infra_kit.errors import ConfigError
from infra_kit.testing.plugin import Infra
from stacks.zuclubit import accounts
from tests.unit.stacks.recorded import configuration, deploy, stack_of
from tests.unit.stacks.zuclubit import DEVELOPMENT, PRODUCTION, STAGING, containers, hidden, said


@pytest.mark.parametrize(("name", "host"), [(STAGING, "app.staging"), (PRODUCTION, "app")])
def test_supabase_auth_signs_the_tokens_that_the_edge_checks(name: str, host: str) -> None:
    stack, issuer = stack_of(name), f"https://{host}.zuclubit.example"
    told = said(stack, "auth")
    assert containers(stack, "auth")[0]["image"] == accounts.IMAGE
    assert (told["GOTRUE_JWT_ISSUER"], told["GOTRUE_JWT_AUD"], told["DATABASE_DATABASE"]) == (issuer, "crm", "auth")
    assert {"DATABASE_URL", "GOTRUE_JWT_KEYS", "GOTRUE_JWT_SECRET"} <= hidden(stack, "auth")
    rules = json.dumps([it.inputs for it in stack.of_type("aws:lb/listenerRule:ListenerRule")])
    assert f'"{issuer}/.well-known/jwks.json"' in rules
    assert '"/token"' in rules
    assert "/admin" not in rules


@pytest.mark.parametrize(("name", "host"), [(STAGING, "staging."), (PRODUCTION, "")])
def test_supabase_auth_sends_its_mails_by_the_stacks_mailer_in_its_own_words(name: str, host: str) -> None:
    stack = stack_of(name)
    told = said(stack, "auth")
    assert told["GOTRUE_SMTP_HOST"].startswith("email-smtp.us-east-1.")
    assert told["GOTRUE_SMTP_PORT"] == "587"
    assert told["GOTRUE_SMTP_ADMIN_EMAIL"] == f"no-reply@mail.{host}zuclubit.example"
    assert told["GOTRUE_SMTP_USER"]
    assert "GOTRUE_SMTP_PASS" in hidden(stack, "auth")
    assert stack.named("mail-identity").inputs["emailIdentity"] == f"mail.{host}zuclubit.example"
    rules = json.dumps([it.inputs for it in stack.of_type("aws:lb/listenerRule:ListenerRule")])
    assert all(f'"{path}"' in rules for path in ("/recover", "/verify"))


@pytest.mark.parametrize("keys", ['[{"kty": "EC", "alg": "ES256"}]', "[]"])
def test_a_key_whose_tokens_the_edge_would_refuse_is_refused(infra: Infra, keys: str) -> None:
    config = {**configuration(PRODUCTION, "1"), "zuclubit:auth-keys": keys}
    with pytest.raises(ConfigError, match=r"zuclubit:auth-keys: .*--algorithm RS256"):
        infra(deploy, stack=PRODUCTION, config=config)


@pytest.mark.parametrize(("phase", "instances"), [("1", 1), ("2", 2), ("3", 3)])
def test_accounts_are_there_more_than_once_when_the_product_is(phase: str, instances: int) -> None:
    assert stack_of(PRODUCTION, phase).named("auth-service").inputs["desiredCount"] == instances


def test_in_development_the_edge_checks_the_tokens_of_the_machines_own_accounts() -> None:
    stack = stack_of(DEVELOPMENT)
    jwt = stack.named("gateway-server").inputs["jwt"]
    assert jwt["audience"] == ["crm"]
    assert jwt["jwks_url"] == f"{jwt['issuer']}/.well-known/jwks.json"
    assert stack.named("auth-server").inputs["refresh_seconds"] == 86_400


def test_what_supabase_auth_answers_needs_no_token_of_the_edge() -> None:
    document = yaml.safe_load(accounts.API.read_text())
    tags = {it["tags"][0] for item in document["paths"].values() for it in item.values()}
    assert (document["security"], tags) == ([], {"auth"})
