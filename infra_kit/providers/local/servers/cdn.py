"""An nginx that caches."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.common import nginx as common
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command
from infra_kit.providers.local.servers import nginx, nginx_conf


class CdnServer(nginx.NginxServer):
    KIND = "local/cdn"
    PORTS = 2
    STOP = signal.SIGTERM
    """Fast shutdown: whoever still downloads is cut off (https://nginx.org/en/docs/control.html)."""

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        box.write("authorities.pem", nginx.authorities())

        def files(generation: str) -> Mapping[str, str]:
            site = nginx_conf.Site(
                box=str(box.path),
                ports=record.ports,
                generation=generation,
                trust=record.secrets["trust"],
                resolvers=nginx.resolvers(),
                fixed_hosts=nginx.fixed_hosts(),
                props=props,
            )
            return {"nginx.conf": nginx_conf.render(site), "cdn.js": common.script()}

        return nginx.command(box, files)

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        url = f"http://{LOOPBACK}:{record.ports[0]}"
        return {"url": url, "domain": LOOPBACK}, {"trust": record.secrets["trust"]}


HANDLER = CdnServer()
