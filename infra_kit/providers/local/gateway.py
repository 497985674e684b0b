"""Gateway on this machine: an nginx with TLS, on the loopback.

`url` is `https://127.0.0.1:<port>`; the same port answers for the `domains` too (by the `Host` header), and refuses any
other name. A second port answers plain HTTP with the way to the first. The certificate is of an authority of the
gateway's own, `ca_certificate`, which stays the same for its whole life; a certificate of a year is renewed by an `up`
in its last 60 days.

One that is not public has no certificate: it answers plain HTTP on the loopback, to its Cdn alone, which it knows by
`trust`; all others are answered 403.

Rate limits are counted in the memory of nginx: they outlive every change of the gateway, and begin anew when it is
started again.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.gateway import GatewayEndpoint, GatewaySpec
from infra_kit.providers.common import gateway_routes
from infra_kit.providers.local import domain
from infra_kit.providers.local.resource import GatewayServer, server

SUPPORTS = gateway_routes.SUPPORTS | {features.DOMAINS, features.WILDCARD_DOMAINS}

HINTS = {features.FAILOVER: "one machine cannot stand in for itself; leave failover out here"}


@dataclass(frozen=True)
class LocalGateway:
    """What a Cdn before it must know."""

    trust: pulumi.Output[str]
    """What its requests carry in `X-Infra-Kit-Cdn`, so that its word is taken for the visitor's address and scheme."""


def create(scope: Scope, spec: GatewaySpec) -> GatewayEndpoint:
    gateway_routes.check(scope.name, spec)
    domain.check(scope, spec.zones)
    made = server(
        scope, "server", GatewayServer, stateful=False, domains=list(spec.domains), **gateway_routes.plain(spec)
    )
    return GatewayEndpoint(
        url=made.public["url"],
        domain=made.public["domain"],
        # Where there is none, a server tells nothing of it.
        ca_certificate=made.public["ca_certificate"] if spec.public else pulumi.Output.from_input(None),
        native=LocalGateway(trust=pulumi.Output.secret(made.private["trust"])),
    )
