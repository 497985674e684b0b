"""The configuration of an nginx on this machine: `providers/common/nginx.py` in a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_kit.providers.common import nginx
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers import nginx as nginx_server


@dataclass(frozen=True)
class Site:
    """What nginx.conf is made of."""

    box: str
    ports: Sequence[int]
    generation: str
    """Told at the status port, so that a reload is known to have taken effect."""
    trust: str
    resolvers: Sequence[str]
    fixed_hosts: frozenset[str]
    """Names of this machine's hosts file: no name server knows them."""
    props: Mapping[str, Any]


def render(site: Site) -> str:
    """The whole of nginx.conf."""
    port, status_port = site.ports
    return nginx.render(
        nginx.Site(
            main=nginx_server.main(site.box),
            http=[
                f' access_log "{site.box}/{nginx_server.ACCESS_LOG}" cdn;',
                *_response_headers(site.props["response_headers"]),
                nginx_server.status(status_port, site.generation),
                f" server {{ listen {LOOPBACK}:{port} default_server; return 421; }}",
            ],
            conf=f"{site.box}/conf",
            data=f"{site.box}/data",
            authorities=f"{site.box}/conf/authorities.pem",
            listen=f"{LOOPBACK}:{port}",
            names=[LOOPBACK, "localhost", *site.props["domains"]],
            trust=site.trust,
            resolvers=site.resolvers,
            fixed_hosts=site.fixed_hosts,
            props=site.props,
        )
    )


def _response_headers(headers: Mapping[str, str]) -> list[str]:
    """These replace the origin's own, on every answer."""
    told = [nginx.quote(f"{name}: {value}") for name, value in headers.items()]
    return [f" more_set_headers {header};" for header in [*told, '"X-Cache: $x_cache"']]
