"""`make bench`: requests that fail while a service behind a gateway is released. Fails unless it is none of enough."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from infra_kit.components.gateway import SECURITY_HEADERS
from infra_kit.providers.local.servers.gateway import HANDLER
from tests.bench_edge import home
from tests.live.servers.gateway_client import limit, props, trusting
from tests.live.servers.workloads import Load, answers, serve

ENOUGH = 2_000
STRATEGIES = ("rolling", "blue-green")


def main() -> None:
    measured = {}
    for strategy in STRATEGIES:
        with home() as place:
            measured[strategy] = _released(place, {"strategy": strategy, "max_error_percent": 1.0})
    _report(measured)


def _released(place: Path, release: dict[str, Any]) -> Load:
    """What came by TLS, from before the new version was asked for until after it had taken over."""
    url = serve(place, release=release)
    route = {"host": "127.0.0.1", "port": float(url.rpartition(":")[2]), "jwt": False, "limits": [limit(10**6, 60)]}
    _, outs = HANDLER.ensure(props(place, {"/*": route}, waf=True, response_headers=SECURITY_HEADERS))
    with Load(outs["public"]["url"], tls=trusting(outs)) as load:
        load.reach(ENOUGH // 4)
        serve(place, "2", release=release)
        load.reach(max(ENOUGH, load.answered + ENOUGH // 4))
    if {version for version, _ in answers(url)} != {"2"}:
        sys.exit(f"{release}: the new version did not take over")
    return load


def _report(measured: dict[str, Load]) -> None:
    table = Table("release of two instances", "requests", "failed (at most 0)", title="by TLS", title_justify="left")
    for strategy, load in measured.items():
        table.add_row(strategy, f"{load.answered + len(load.failed)}", f"{len(load.failed)}")
    Console(width=100).print(table)
    sys.exit(any(load.failed or load.answered < ENOUGH for load in measured.values()))


if __name__ == "__main__":
    main()
