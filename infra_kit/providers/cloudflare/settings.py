"""The options of Cloudflare that a stack sets under `infra-kit:cloudflare`.

Who deploys is Pulumi's own to know: `CLOUDFLARE_API_TOKEN`, or `pulumi config set --secret cloudflare:apiToken`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from infra_kit.settings import Settings
from infra_kit.texts import matching

Account = Annotated[
    str,
    matching(r"[0-9a-f]{32}", "an account's id is needed: 32 digits and letters from a to f, as in its console"),
]


class CloudflareSettings(Settings):
    account: Account = Field(examples=["0123456789abcdef0123456789abcdef"])
    """The account's id."""
    jurisdiction: Literal["default", "eu"] = "default"
    """Where objects must stay: `eu` holds them in the European Union. A bucket keeps that for good
    (https://developers.cloudflare.com/r2/reference/data-location/)."""
    location: Literal["apac", "eeur", "enam", "oc", "weur", "wnam"] | None = None
    """Near whom buckets are put, as far as Cloudflare can. Default: near who makes them."""
