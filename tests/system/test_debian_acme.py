"""Certificates of the edge, from an authority that checks as Let's Encrypt does: Debian's `pebble` (and `caddy`).

The names lead to this machine by the DNS server that comes with pebble.
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import trustme

from infra_kit.providers.local import ports
from tests.awaiting import until
from tests.system.edge_proxy import Edge
from tests.system.side_by_side import port

NAME = "www.shop.test"
HTTP, HTTPS, DIRECTORY, MANAGEMENT, DNS, NAMES = map(port, (18081, 18444, 18445, 18446, 18053, 18055))
SECONDS = 60
"""What a certificate of this authority is good for: Caddy renews when a third of that is left."""


ENVIRONMENT = {"PATH": "/usr/bin", "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
"""By itself it answers late and refuses one of twenty, so that clients are tried."""


class Authority:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own = trustme.CA()
        own.cert_pem.write_to_path(folder / "own.pem")
        leaf = own.issue_cert("127.0.0.1")
        leaf.private_key_pem.write_to_path(folder / "key.pem")
        leaf.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        config = {
            "listenAddress": f"127.0.0.1:{DIRECTORY}",
            "managementListenAddress": f"127.0.0.1:{MANAGEMENT}",
            "certificate": str(folder / "cert.pem"),
            "privateKey": str(folder / "key.pem"),
            "httpPort": HTTP,
            "tlsPort": HTTPS,
            "certificateValidityPeriod": SECONDS,
        }
        (folder / "pebble.json").write_text(json.dumps({"pebble": config}))

    @property
    def directory(self) -> str:
        return f"https://127.0.0.1:{DIRECTORY}/dir"

    def root(self) -> str:
        """What signed all its certificates; another one at each start."""
        trusting = ssl.create_default_context(cafile=str(self.folder / "own.pem"))
        return httpx.get(f"https://127.0.0.1:{MANAGEMENT}/roots/0", verify=trusting).text

    @contextmanager
    def running(self) -> Iterator[Authority]:
        names = ["pebble-challtestsrv", "-dns01", f"127.0.0.1:{DNS}", "-http01=", "-https01=", "-tlsalpn01=",
                 "-management", f"127.0.0.1:{NAMES}", "-defaultIPv4", "127.0.0.1", "-defaultIPv6="]  # fmt: skip
        pebble = ["pebble", "-config", str(self.folder / "pebble.json"), "-dnsserver", f"127.0.0.1:{DNS}"]
        with (self.folder / "log").open("w") as log:
            programs = [subprocess.Popen(it, stdout=log, stderr=log, env=ENVIRONMENT) for it in (names, pebble)]
            try:
                until(self._answers, 60, (self.folder / "log").read_text)
                yield self
            finally:
                for it in programs:
                    it.terminate()
                    it.wait(timeout=30)

    def _answers(self) -> bool:
        return all(ports.answers(it) for it in (DIRECTORY, MANAGEMENT, DNS))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with Authority(tmp_path_factory.mktemp("pebble")).running() as it:
        yield it


@pytest.fixture(scope="module")
def edge(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """It looks more often than every ten minutes whether a certificate is near its end."""
    it = Edge(
        tmp_path_factory.mktemp("edge"),
        http=HTTP,
        https=HTTPS,
        directory=authority.directory,
        options=" renew_interval 1s\n",
        environment={"SSL_CERT_FILE": str(authority.folder / "own.pem")},
    )
    with it.running():
        assert it.put("www", f"{NAME} {{\n respond hello\n}}") == ""
        yield it


def certificate(root: str) -> dict[str, object]:
    """What the edge shows for the name. Raises `ssl.SSLError` unless the authority signed it for that name."""
    trusting = ssl.create_default_context(cadata=root)
    with (
        socket.create_connection(("127.0.0.1", HTTPS), timeout=60) as plain,
        trusting.wrap_socket(plain, server_hostname=NAME) as secured,
    ):
        return dict(secured.getpeercert() or {})


def is_served(root: str) -> bool:
    try:
        return bool(certificate(root))
    except (ssl.SSLError, OSError):
        return False


def ends(shown: dict[str, object]) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


def test_a_certificate_is_got_for_a_name_and_served(authority: Authority, edge: Edge) -> None:
    until(lambda: is_served(authority.root()), 180, edge.log)
    assert certificate(authority.root())["subjectAltName"] == (("DNS", NAME),)


def test_it_is_renewed_before_its_end_and_no_visitor_is_turned_away(authority: Authority, edge: Edge) -> None:
    root = authority.root()
    until(lambda: is_served(root), 180, edge.log)
    first = certificate(root)

    def renewed() -> bool:
        shown = certificate(root)  # which fails for one that has ended
        return shown["serialNumber"] != first["serialNumber"]

    until(renewed, 2 * SECONDS, edge.log)
    assert ends(certificate(root)) > ends(first) > datetime.now(UTC)


def test_http_leads_to_https_and_a_name_that_nobody_has_gets_nothing(edge: Edge) -> None:
    address = f"http://127.0.0.1:{HTTP}"
    led = httpx.get(f"{address}/path?query=1", headers={"Host": NAME})
    assert led.status_code == 308
    assert httpx.URL(led.headers["Location"]).scheme == "https"
    assert (httpx.URL(led.headers["Location"]).host, httpx.URL(led.headers["Location"]).raw_path) == (
        NAME,
        b"/path?query=1",
    )
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(address, headers={"Host": "other.shop.test"})
