"""The shop's secrets, one set an environment (seeds/001: VS-14)."""

import pulumi

from infra_kit import Link, Secret
from stacks.config import system

GIVEN = (
    "cloudinary-api-secret",
    "transbank-api-key",
    "flow-secret-key",
    "stripe-secret-key",
    "brevo-api-key",
    "twilio-auth-token",
)
"""What others sign: `pulumi config set --secret vina-santa-cruz:stripe-secret-key`, of a sandbox but in production, and
again every 90 days. One that an environment has not is not there."""


def credentials() -> list[Link]:
    """Those that are given, and the shop's own, which signs sessions (NextAuth.js) and is another one every 90 days."""
    config = pulumi.Config(system())
    given = {key: value for key in GIVEN if (value := config.get_secret(key)) is not None}
    own = Secret("nextauth-secret", rotation="90d")
    return [it.link() for it in (own, *(Secret(key, value=value) for key, value in given.items()))]
