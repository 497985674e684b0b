"""The way to a database that stood already: all that is known of it is what its URLs say."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

import pulumi

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresEndpoint
from infra_kit.links import Link
from infra_kit.providers.gcp.grants import Destination

PORT = 5432
"""Where a URL names none."""


def destination(scope: Scope, link: Link) -> Destination:
    """Its addresses and ports; where a URL has a name, all addresses of the network, which the plan says."""
    there: PostgresEndpoint = link.to.endpoint
    # Where it is, is no secret; the password stays behind.
    urls = pulumi.Output.all(there.url, there.reader_url, there.pooled_url)
    places = pulumi.Output.unsecret(urls.apply(lambda found: sorted({_place(url) for url in found})))

    def ranges(found: Sequence[tuple[str, int]], whole: str) -> list[str]:
        hosts = sorted({host for host, _ in found})
        named = [host for host in hosts if not _is_address(host)]
        if named:
            _say(scope, link, named, whole)
        return [whole] * bool(named) + [str(ipaddress.ip_network(host)) for host in hosts if host not in named]

    return Destination(
        ranges=pulumi.Output.all(places, scope.network.cidr).apply(lambda both: ranges(*both)),
        ports=places.apply(lambda found: sorted({str(port) for _, port in found})),
    )


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return str(parts.hostname), parts.port or PORT


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _say(scope: Scope, link: Link, named: Sequence[str], whole: str) -> None:
    pulumi.log.warn(
        f"{scope.what}: links: {link} has a name for its address ({', '.join(named)}), and a firewall knows addresses "
        f"alone: this component may open connections to all of {whole}, on its ports. Give its url an IP address to "
        "open the way to that alone.",
        scope.parent,
    )
