"""`make bench`: what a gateway adds to a request, against the bare process, in ms. Fails beyond its bound.

It needs wrk (Debian: apt install wrk). Times are those of one connection, which never waits for another.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from infra_kit.components.gateway import SECURITY_HEADERS
from infra_kit.providers.local import inventory, ports
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers import nginx
from infra_kit.providers.local.servers.gateway import HANDLER
from tests.awaiting import until
from tests.live.servers.gateway_client import Issuer, limit, props

SECONDS, MANY = 4, 16
MOST_ADDED_MS = 2.0
"""To the median, by a gateway that does all it can."""
BARE = """
daemon off; worker_processes 1; pid {home}/pid; error_log {home}/log; events {{}}
http {{
  access_log off; client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
  server {{ listen {address}:{port}; keepalive_requests 1000000; location / {{ return 200 "{text}"; }} }}
}}
"""


@dataclass(frozen=True)
class Figures:
    p50: float
    p99: float
    rate: float


def main() -> None:
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt install wrk (https://github.com/wg/wrk)")
    issuer = Issuer()
    try:
        with _bare() as port:
            measured = {"the bare process, by HTTP": measure(f"http://{LOOPBACK}:{port}/x?a=1")}
            for name, changes in _gateways(port, issuer).items():
                with _gateway(changes) as url:
                    measured[name] = measure(f"{url}/x?a=1", issuer.token(exp=2**31))
    finally:
        issuer.stop()
    _report(measured)


def _gateways(port: int, issuer: Issuer) -> Mapping[str, dict[str, Any]]:
    bare = {"host": LOOPBACK, "port": port, "jwt": False, "limits": []}
    limited = {**bare, "limits": [limit(10**6, 60)]}
    headers = {"response_headers": SECURITY_HEADERS}
    return {
        "gateway: TLS, headers": {"routes": {"/*": bare}, **headers},
        "… and its firewall": {"routes": {"/*": bare}, **headers, "waf": True},
        "… and a rate limit": {"routes": {"/*": limited}, **headers, "waf": True},
        "… and a token (RS256)": {
            "routes": {"/*": {**limited, "jwt": True}}, **headers, "waf": True, "access_logs": True,
            "jwt": issuer.settings(X_User="sub"),
        },
    }  # fmt: skip


def measure(url: str, headers: Mapping[str, str] | None = None) -> Figures:
    one, many = wrk(url, headers, 1), wrk(url, headers, MANY)
    rate = _number(many, r"Requests/sec:\s+([\d.]+)")
    return Figures(_milliseconds(one, "50%"), _milliseconds(one, "99%"), rate)


def wrk(url: str, headers: Mapping[str, str] | None, connections: int) -> str:
    """What wrk says. It does not look at certificates."""
    told = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *told, url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"{url}: {text}")
    return text


def _milliseconds(text: str, share: str) -> float:
    unit = re.search(rf"{share}\s+[\d.]+(us|ms|s)", text)
    assert unit
    return _number(text, rf"{share}\s+([\d.]+)") * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit[1]]


def _number(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found, text
    return float(found[1])


@contextmanager
def _bare() -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="infra-kit-bench-") as name:
        home = Path(name)
        home.chmod(0o755)
        port = ports.pick("bench", 1, frozenset(), None)[0]
        (home / "nginx.conf").write_text(BARE.format(home=home, address=LOOPBACK, port=port, text="x" * 1000))
        program = subprocess.Popen([str(nginx.program()), "-e", "stderr", "-p", name, "-c", str(home / "nginx.conf")])
        until((home / "pid").exists)
        yield port
        program.terminate()
        program.wait(10)


@contextmanager
def _gateway(changes: dict[str, Any]) -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="infra-kit-bench-"))
    home.chmod(0o711)
    try:
        _, outs = HANDLER.ensure({**props(home, {}), **changes})
        yield str(outs["public"]["url"])
    finally:
        inventory.stop("test", home)
        shutil.rmtree(home)


def _report(measured: Mapping[str, Figures]) -> None:
    bare, *_, whole = measured.values()
    table = Table("what", "p50", "p99", f"requests/s of {MANY}", title="wrk", title_justify="left")
    for name, it in measured.items():
        table.add_row(name, f"{it.p50:.2f} ms", f"{it.p99:.2f} ms", f"{it.rate:.0f}")
    added = whole.p50 - bare.p50
    table.add_row(
        f"added by all of it (p50 at most {MOST_ADDED_MS})", f"{added:.2f} ms", f"{whole.p99 - bare.p99:.2f} ms"
    )
    Console(width=100).print(table)
    sys.exit(added > MOST_ADDED_MS)


if __name__ == "__main__":
    main()
