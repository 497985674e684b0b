"""Auth on this machine: an OpenID Connect provider of our own, on the loopback, for development and tests.

It has what applications and gateways go by (discovery, a login page, codes with PKCE, refresh tokens that hold once,
keys), and an account is made without a mail being answered. `PUT <issuer>/users`, as its `username` with its
`password`, makes accounts of any group, for tests.
"""

from __future__ import annotations

from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.components.auth import AuthEndpoint, AuthSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.local.resource import AuthServer, server

SUPPORTS: frozenset[Feature] = frozenset()
HINTS = {
    Feature("login-by"): "accounts here are of this machine alone, and no secret of an application at Google or Apple "
    "has to be on it; leave google and apple out here"
}


def create(scope: Scope, spec: AuthSpec) -> AuthEndpoint:
    made = server(scope, "server", AuthServer, **_asked(spec))
    return AuthEndpoint(
        issuer=made.public["issuer"],
        jwks_url=pulumi.Output.concat(made.public["issuer"], "/.well-known/jwks.json"),
        client_ids=made.public["client_ids"],
        client_secrets=pulumi.Output.secret(made.private["client_secrets"]),
        username=made.public["username"],
        password=made.private["password"],
    )


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  who logs in there is no program
    there: AuthEndpoint = link.to.endpoint
    return there.grant(link.only["client"][0])


def _asked(spec: AuthSpec) -> dict[str, Any]:
    clients = {
        name: {"redirects": list(client.redirects), "logouts": list(client.logouts), "secret": client.secret}
        for name, client in spec.clients.items()
    }
    return {
        "clients": clients,
        "sign_up": spec.sign_up,
        "groups": list(spec.groups),
        "access_seconds": seconds(spec.access_lifetime),
        "refresh_seconds": seconds(spec.session_lifetime),
        "password_length": spec.password_length,
    }
