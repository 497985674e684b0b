"""The way to a database that stood already."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import pulumi

from infra_kit.component import Scope
from infra_kit.links import Link
from infra_kit.providers.common.stood_already import is_address, places
from infra_kit.providers.gcp.grants import Destination


def destination(scope: Scope, link: Link) -> Destination:
    """Its addresses and ports; where a URL has a name, all addresses of the network, which the plan says."""
    there = places(link)

    def ranges(found: Sequence[tuple[str, int]], whole: str) -> list[str]:
        hosts = sorted({host for host, _ in found})
        named = [host for host in hosts if not is_address(host)]
        if named:
            _say(scope, link, named, whole)
        return [whole] * bool(named) + [str(ipaddress.ip_network(host)) for host in hosts if host not in named]

    return Destination(
        ranges=pulumi.Output.all(there, scope.network.cidr).apply(lambda both: ranges(*both)),
        ports=there.apply(lambda found: sorted({str(port) for _, port in found})),
    )


def _say(scope: Scope, link: Link, named: Sequence[str], whole: str) -> None:
    pulumi.log.warn(
        f"{scope.what}: links: {link} has a name for its address ({', '.join(named)}), and a firewall knows addresses "
        f"alone: this component may open connections to all of {whole}, on its ports. Give its url an IP address to "
        "open the way to that alone.",
        scope.parent,
    )
