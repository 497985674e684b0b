"""`make bench`: what a gateway and the service behind it add to a request, against the bare process, in ms. Fails
beyond its bounds.

It needs wrk (Debian: apt install wrk). Times are those of one connection, which never waits for another.
"""

from __future__ import annotations

import os
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
from tests.live.servers.workloads import serve

SECONDS, MANY = 4, 16
MOST_ADDED_MS, MOST_ADDED_TO_P99_MS = 2.0, 5.0
"""To the bare process's in the same run, by a gateway that does all it can and the service's own proxy. Both are for a
machine that has nothing else to do: on another, each process on the way waits for its turn."""
BARE = f"""
cat >"$TMPDIR/bare.conf" <<CONF
daemon off; worker_processes 1; pid $TMPDIR/pid; error_log stderr; events {{}}
http {{
  access_log off; client_body_temp_path $TMPDIR/body; proxy_temp_path $TMPDIR/proxy;
  fastcgi_temp_path $TMPDIR/fastcgi; uwsgi_temp_path $TMPDIR/uwsgi; scgi_temp_path $TMPDIR/scgi;
  server {{
    listen {LOOPBACK}:$PORT; keepalive_requests 1000000; location / {{ return 200 "{"x" * 1000}"; }}
  }}
}}
CONF
exec '{nginx.program()}' -e stderr -p "$TMPDIR" -c "$TMPDIR/bare.conf"
"""
"""The process: an nginx, which answers sooner than a program could."""


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
        with home() as place, _bare() as bare:
            url = serve(place, command=["sh", "-c", BARE])
            measured = {"the bare process, by HTTP": measure(bare), "a service of two, by HTTP": measure(url)}
            for name, changes in _gateways(int(url.rpartition(":")[2]), issuer).items():
                with gateway(changes) as edge:
                    measured[name] = measure(edge, issuer.token(exp=2**31))
    finally:
        issuer.stop()
    _report(measured)


def _gateways(port: int, issuer: Issuer) -> Mapping[str, dict[str, Any]]:
    plain = {"host": LOOPBACK, "port": port, "jwt": False, "limits": []}
    limited = {**plain, "limits": [limit(10**6, 60)]}
    headers = {"response_headers": SECURITY_HEADERS}
    return {
        "… behind a gateway: TLS, headers": {"routes": {"/*": plain}, **headers},
        "… and its firewall": {"routes": {"/*": plain}, **headers, "waf": True},
        "… and a rate limit": {"routes": {"/*": limited}, **headers, "waf": True},
        "… and a token (RS256)": {
            "routes": {"/*": {**limited, "jwt": True}}, **headers, "waf": True, "access_logs": True,
            "jwt": issuer.settings(X_User="sub"),
        },
    }  # fmt: skip


def measure(url: str, headers: Mapping[str, str] | None = None) -> Figures:
    page = f"{url}/x?a=1"
    one, many = wrk(page, headers, 1), wrk(page, headers, MANY)
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
def _bare() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="infra-kit-bench-") as name:
        Path(name).chmod(0o755)
        port = ports.pick("bench", 1, frozenset(), None)[0]
        environment = {**os.environ, "TMPDIR": name, "PORT": str(port)}
        program = subprocess.Popen(["sh", "-c", BARE], env=environment)
        try:
            until((Path(name) / "pid").exists)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            program.terminate()
            program.wait(10)


@contextmanager
def home() -> Iterator[Path]:
    """Of servers, which end with it."""
    place = Path(tempfile.mkdtemp(prefix="infra-kit-bench-"))
    place.chmod(0o711)
    try:
        yield place
    finally:
        inventory.stop("test", place)
        shutil.rmtree(place)


@contextmanager
def gateway(changes: dict[str, Any]) -> Iterator[str]:
    with home() as place:
        _, outs = HANDLER.ensure({**props(place, {}), **changes})
        yield str(outs["public"]["url"])


def _report(measured: Mapping[str, Figures]) -> None:
    bare, *_, whole = measured.values()
    table = Table("what", "p50", "p99", f"requests/s of {MANY}", title="wrk", title_justify="left")
    for name, it in measured.items():
        table.add_row(name, f"{it.p50:.2f} ms", f"{it.p99:.2f} ms", f"{it.rate:.0f}")
    p50, p99 = whole.p50 - bare.p50, whole.p99 - bare.p99
    bounds = f"added by all of it (at most {MOST_ADDED_MS} and {MOST_ADDED_TO_P99_MS} ms)"
    table.add_row(bounds, f"{p50:.2f} ms", f"{p99:.2f} ms")
    Console(width=100).print(table)
    sys.exit(p50 > MOST_ADDED_MS or p99 > MOST_ADDED_TO_P99_MS)


if __name__ == "__main__":
    main()
