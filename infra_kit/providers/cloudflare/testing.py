"""What a recorded program (`infra_kit.testing`) gets from Cloudflare: what its API answers."""

from __future__ import annotations

from typing import Any

from infra_kit.providers.common import testing as common

NAME_SERVERS = ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"]

OUTPUTS: dict[str, Any] = {
    **common.OUTPUTS,
    "cloudflare:index/zone:Zone": {"nameServers": NAME_SERVERS},
    "cloudflare:index/accountToken:AccountToken": {"value": "recorded-token"},
}

CALLS: dict[str, Any] = {
    "cloudflare:index/getZone:getZone": lambda inputs: {
        "id": inputs["zoneId"],
        "name": "example.com",
        "nameServers": NAME_SERVERS,
    },
}
