"""Who Zuclubit's people are, and the mail that they get (seeds/004: ZU-2, ZU-8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pulumi

from infra_kit import Auth, Client, Domain, Jwt, Mailer, Network, Postgres, Secret, Service
from infra_kit.errors import ConfigError
from stacks.config import system
from stacks.zuclubit.containers import architectures

IMAGE = "supabase/gotrue:v2.189.0"
API = Path(__file__).with_name("auth.yaml")
DATABASE, AUDIENCE = "auth", "crm"
MAILS_BY = {
    end: f"GOTRUE_SMTP_{its}" for end, its in (("USERNAME", "USER"), ("PASSWORD", "PASS"), ("SENDER", "ADMIN_EMAIL"))
}
"""Of the Mailer's variables, those that it calls otherwise."""
BACK = "http://localhost:3000/callback"
"""Where a developer's own web application takes up a login."""


class Accounts:
    """Supabase Auth as a Service, whose tokens say `zuclubit:auth-url` as their issuer: the edge's own address, where
    it answers. Where that is not said, the target's own `Auth`, which needs no image."""

    def __init__(self, db: Postgres, network: Network | None, zones: Sequence[Domain], *, instances: int) -> None:
        url = pulumi.Config(system()).get("auth-url")
        self.mail = _mail(zones) if url else None
        self.service = _supabase(db, url, self.mail, network, instances) if url and self.mail else None
        self.tokens = Jwt(issuer=url, audience=[AUDIENCE]) if url else _own().jwt()
        """ZU-2: a service reads its tenant from a token, which has been checked by then."""

    @property
    def services(self) -> dict[str, Service]:
        return {"auth": self.service} if self.service else {}


def _mail(zones: Sequence[Domain]) -> Mailer:
    """From `zuclubit:mail-domain`; `zuclubit:notify` is told what came back."""
    config = pulumi.Config(system())
    told: Sequence[str] = config.get_object("notify") or []
    return Mailer("mail", domain=config.require("mail-domain"), zones=zones, feedback=told)


def _supabase(db: Postgres, url: str, mail: Mailer, network: Network | None, instances: int) -> Service:
    """It makes its own tables, in a database of its own, and guards them by row-level security: so it is their owner.

    `zuclubit:auth-keys` signs tokens: a JSON list of one private key, as `supabase gen signing-key --algorithm RS256`
    makes it.
    """
    return Service(
        "auth",
        network=network,
        image=IMAGE,
        port=9999,
        architectures=architectures(),
        memory_gb=0.5,
        min_instances=instances,
        environment={
            "API_EXTERNAL_URL": url,
            "DB_NAMESPACE": "public",
            "GOTRUE_DB_DRIVER": "postgres",
            "GOTRUE_JWT_AUD": AUDIENCE,
            "GOTRUE_JWT_ISSUER": url,
            "GOTRUE_SITE_URL": url,
            # Who runs the product makes accounts, and says in `app_metadata` of which tenant: an invitation goes by
            # mail, as does what a forgotten password takes.
            "GOTRUE_DISABLE_SIGNUP": "true",
            "GOTRUE_MAILER_AUTOCONFIRM": "true",
            "GOTRUE_SMTP_SENDER_NAME": "Zuclubit",
        },
        secrets={
            "GOTRUE_JWT_KEYS": pulumi.Config(system()).require_secret_object("auth-keys").apply(_checked),
            "GOTRUE_JWT_SECRET": Secret("auth-secret").value,
        },
        links=[db.link("owner", database=DATABASE, name="DATABASE"), mail.link(name="GOTRUE_SMTP").called(**MAILS_BY)],
    )


def _checked(keys: Any) -> str:
    """Keys of RSA alone: the edge on aws, ALB's check of tokens, knows RS256 and no other, and would let nobody in
    (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html). A plan knows none.
    """
    if isinstance(keys, list) and {key.get("kty") for key in keys} != {"RSA"}:
        kinds = ", ".join(sorted({str(key.get("kty")) for key in keys})) or "none"
        raise ConfigError(
            f"zuclubit:auth-keys: given keys of kind {kinds}; the edge checks RS256 alone, of a key of kind RSA: "
            "`supabase gen signing-key --algorithm RS256`."
        )
    return json.dumps(keys)


def _own() -> Auth:
    """ZU-5: a session is a day."""
    client = Client(redirects=[BACK])
    return Auth("auth", clients={AUDIENCE: client}, groups=["admin", "user"], session_lifetime="1d")
