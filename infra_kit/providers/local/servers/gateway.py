"""An nginx that is a gateway: HTTPS at its first port, plain HTTP that leads there at its second. One that only its Cdn
reaches has plain HTTP at its first port, and nothing at its second."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.common import gateway_nginx
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, box_of
from infra_kit.providers.local.servers import gateway_certificates as certificates
from infra_kit.providers.local.servers import nginx

CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
)
"""Of TLS 1.2 (https://ssl-config.mozilla.org, intermediate, without DHE)."""


class GatewayServer(nginx.NginxServer):
    KIND = "local/gateway"
    PORTS = 3
    STOP = signal.SIGQUIT
    """Graceful: requests that are being answered are answered (https://nginx.org/en/docs/control.html)."""

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        box.write("authorities.pem", nginx.authorities())
        certificate = {} if props["fronted"] else _certificate(box, props)

        def files(generation: str) -> Mapping[str, str]:
            return {**gateway_nginx.files(_site(box, record, props, generation)), **certificate}

        return nginx.command(box, files)

    def changed(self, olds: Props, news: Props) -> bool:
        return super().changed(olds, news) or (not news["fronted"] and certificates.due(box_of(news), _names(news)))

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:
        authority = box.conf / certificates.AUTHORITY
        public = {
            "url": f"{'http' if props['fronted'] else 'https'}://{LOOPBACK}:{record.ports[0]}",
            "domain": LOOPBACK,
            "ca_certificate": None if props["fronted"] or not authority.exists() else authority.read_text(),
        }
        return public, {"trust": record.secrets["trust"]}


def _names(props: Props) -> list[str]:
    return [LOOPBACK, "localhost", *props["domains"]]


def _certificate(box: Box, props: Props) -> dict[str, str]:
    certificates.ensure(box, _names(props))
    return {certificates.CERTIFICATE: (box.conf / certificates.CERTIFICATE).read_text()}


def _site(box: Box, record: Record, props: Props, generation: str) -> gateway_nginx.Site:
    first, second, status = record.ports
    names = ["_"] if props["fronted"] else _names(props)
    return gateway_nginx.Site(
        main=nginx.main(str(box.path)),
        http=[
            *_logs(box, props),
            nginx.status(status, generation),
            *([] if props["fronted"] else _outermost(box, names, https=first, http=second)),
        ],
        server=[f"listen {LOOPBACK}:{first}{'' if props['fronted'] else ' ssl'};"],
        inside=f"{LOOPBACK}:{status}",
        names=names,
        conf=str(box.conf),
        data=str(box.data),
        authorities=f"{box.conf}/authorities.pem",
        trust=record.secrets["trust"],
        resolvers=nginx.resolvers(),
        fixed_hosts=nginx.fixed_hosts(),
        props=props,
    )


def _logs(box: Box, props: Props) -> list[str]:
    accesses = [f' access_log "{box.path}/{nginx.ACCESS_LOG}" gateway;'] if props["access_logs"] else []
    return [
        " log_format figures '$time_iso8601 $status - $request_time';",
        f' access_log "{box.path}/{nginx.FIGURES_LOG}" figures;',
        *accesses,
    ]


def _outermost(box: Box, names: Sequence[str], *, https: int, http: int) -> list[str]:
    """TLS, the way to it, and no answer to any other name."""
    return [
        *_tls(box),
        f" server {{ listen {LOOPBACK}:{http} default_server; return 421; }}",
        f" server {{ listen {LOOPBACK}:{http}; server_name {' '.join(names)}; "
        f"return 308 https://$host:{https}$request_uri; }}",
        f" server {{ listen {LOOPBACK}:{https} ssl default_server; return 421; }}",
    ]


def _tls(box: Box) -> list[str]:
    return [
        f' ssl_certificate "{box.conf}/{certificates.CERTIFICATE}";',
        f' ssl_certificate_key "{box.conf}/{certificates.KEY}";',
        f" ssl_protocols TLSv1.2 TLSv1.3;\n ssl_ciphers {CIPHERS};",
        " ssl_session_cache shared:tls:2m;\n ssl_session_tickets off;\n http2 on;",
    ]


HANDLER = GatewayServer()
