"""People's accounts, and the mail that they get (seeds/000: NS-4): one of each for all regions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pulumi

from infra_kit import Apple, Auth, Client, Domain, Google, Mailer
from stacks.config import domains, system


def accounts() -> Auth:
    """By an address and a password, or by Google and Apple: where `infra-kit:placements` says, for not every target
    has accounts."""
    homes = [f"https://{domain}" for domain in (*domains(), *domains("eu-domains"))] or ["http://localhost:3000"]
    return Auth(
        "accounts",
        clients={
            "web": Client(redirects=_at(homes, "/auth/callback"), logouts=_at(homes, "/"), secret=True),
            "mobile": Client(redirects=_at(homes, "/mobile/callback")),
        },
        sign_up=True,
        groups=["worker", "business", "admin"],
        session_lifetime="30d",
        **_others(),
    )


def oauth_clients() -> Mapping[str, str]:
    """NS-9: at Google and Apple, this environment's own: `nomadshift:oauth-clients: {google: …, apple: …}`."""
    clients: Mapping[str, str] = pulumi.Config(system()).require_object("oauth-clients")
    return clients


def _others() -> dict[str, Any]:
    """`nomadshift:apple: {team: …, key: …}`, and the secrets `google-secret` and `apple-private-key`. Without the
    first, which Apple gives to who pays, there is no login by others."""
    config, clients = pulumi.Config(system()), oauth_clients()
    apple: Mapping[str, str] | None = config.get_object("apple")
    if apple is None:
        return {}
    return {
        "google": Google(client_id=clients["google"], client_secret=config.require_secret("google-secret")),
        "apple": Apple(client_id=clients["apple"], private_key=config.require_secret("apple-private-key"), **apple),
    }


def _at(homes: Iterable[str], path: str) -> list[str]:
    return [f"{home}{path}" for home in homes]


def mail(zones: Sequence[Domain]) -> Mailer:
    """From `nomadshift:mail-domain`; `nomadshift:notify` is told what bounced."""
    config = pulumi.Config(system())
    told: Sequence[str] = config.get_object("notify") or []
    return Mailer("mail", domain=config.require("mail-domain"), zones=zones, dmarc="quarantine", feedback=told)
