"""The gateway's server over its life: changed under load, started again, renewed; and what it shows of itself."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from cryptography import x509

from infra_kit.providers.local import inventory
from infra_kit.providers.local.programs.panel.standing import Life
from infra_kit.providers.local.servers import gateway_certificates
from infra_kit.providers.local.servers.gateway import HANDLER
from tests.live.servers.gateway_client import Issuer, box, client, limit, logged, props, route, serve
from tests.live.servers.origin import Origin


def pid(home: Path) -> int:
    found = box(home).process.pid
    assert found is not None
    return found


def test_no_request_is_dropped_while_routes_and_limits_change(home_dir: Path, origin: Origin) -> None:
    wanted = props(home_dir, {"/*": route(origin)}, waf=True)
    _, outs = HANDLER.ensure(wanted)
    first, done = pid(home_dir), threading.Event()

    def asks(*, keeps: bool) -> list[int]:
        answers = []
        while not done.is_set():
            with client(outs) as visitor:
                answers += [visitor.get("/x").status_code for _ in range(50 if keeps else 1)]
        return answers

    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(asks, keeps=keeps) for keeps in (True, True, True, False)]
        for number in range(8):
            routes = {"/*": route(origin, limits=[limit(100_000 + number, 60)]), f"/new-{number}/*": route(origin)}
            HANDLER.ensure({**wanted, "routes": routes})
        done.set()
        answers = [answer for load in loads for answer in load.result()]

    assert len(answers) > 100
    assert set(answers) == {200}
    assert pid(home_dir) == first


def test_a_second_ensure_of_the_same_props_changes_nothing(home_dir: Path, origin: Origin) -> None:
    wanted = props(home_dir, {"/*": route(origin)}, domains=["shop.example.com"])
    _, outs = HANDLER.ensure(wanted)
    before = psutil.Process(pid(home_dir)).children()

    _, again = HANDLER.ensure(wanted)

    assert again == outs
    assert psutil.Process(pid(home_dir)).children() == before
    assert not HANDLER.changed(wanted, wanted)


def test_kill_9_of_it_costs_neither_address_nor_authority_nor_secret(home_dir: Path, origin: Origin) -> None:
    issuer = Issuer()
    wanted = props(home_dir, {"/*": route(origin, jwt=True)}, jwt=issuer.settings())
    _, outs = HANDLER.ensure(wanted)
    assert client(outs).get("/x", headers=issuer.token()).status_code == 200
    master = psutil.Process(pid(home_dir))
    master.kill()
    master.wait(10)
    assert client(outs).get("/x", headers=issuer.token()).status_code == 200
    (gateway,) = inventory.servers("test", home_dir)
    assert (gateway.died, gateway.orphaned) == (True, True)
    assert Life(box(home_dir)).look().state == "degraded"

    assert HANDLER.changed(wanted, wanted)
    _, again = HANDLER.ensure(wanted)

    assert again == outs
    assert client(outs).get("/x", headers=issuer.token()).status_code == 200
    issuer.stop()


def test_a_certificate_is_renewed_before_it_ends_by_the_same_authority(
    home_dir: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = props(home_dir, {"/*": route(origin)})
    monkeypatch.setattr(gateway_certificates, "VALID", timedelta(days=59))
    _, outs = HANDLER.ensure(wanted)
    old, first = _certificate(home_dir), pid(home_dir)
    visitor = client(outs)
    assert visitor.get("/x").status_code == 200
    monkeypatch.undo()

    assert HANDLER.changed(wanted, wanted)
    _, again = HANDLER.ensure(wanted)

    new = _certificate(home_dir)
    assert again == outs
    assert client(outs).get("/x").status_code == 200
    assert new.serial_number != old.serial_number
    assert timedelta(days=360) < new.not_valid_after_utc - datetime.now(UTC) < timedelta(days=398)
    assert not HANDLER.changed(wanted, wanted)
    assert pid(home_dir) == first


def _certificate(home: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((box(home).conf / gateway_certificates.CERTIFICATE).read_bytes())


def test_it_listens_on_the_loopback_and_on_kept_ports_only(home_dir: Path, origin: Origin) -> None:
    serve(home_dir, {"/*": route(origin)})

    connections = psutil.Process(pid(home_dir)).net_connections("inet")
    listening = {tuple(each.laddr) for each in connections if each.status == psutil.CONN_LISTEN}

    assert listening == {("127.0.0.1", port) for port in box(home_dir).record.ports}


def test_no_secret_stands_in_arguments_or_logs_and_files_are_private(home_dir: Path, origin: Origin) -> None:
    issuer = Issuer()
    visitor = serve(home_dir, {"/*": route(origin, jwt=True)}, jwt=issuer.settings(), access_logs=True, waf=True)
    token = issuer.token()
    visitor.get("/x?key=s3cr3t", headers=token)
    visitor.get("/.env?key=s3cr3t", headers=token)
    logged(home_dir, 2)
    issuer.stop()
    place = box(home_dir)
    told = " ".join(psutil.Process(pid(home_dir)).cmdline()) + place.process.log.read_text()
    told += (place.path / "access.log").read_text()

    secrets = ("s3cr3t", token["Authorization"].split(".")[-1], place.record.secrets["trust"], "PRIVATE KEY")
    assert not [secret for secret in secrets if secret in told]
    assert {file.stat().st_mode & 0o777 for file in place.conf.iterdir()} == {0o600}


def test_a_request_whose_check_fails_is_not_let_through(home_dir: Path, origin: Origin) -> None:
    issuer = Issuer()
    visitor = serve(home_dir, {"/*": route(origin, jwt=True)}, jwt=issuer.settings())
    issuer.body = b'{"keys": [null]}'

    answer = visitor.get("/x", headers=issuer.token())
    issuer.stop()

    assert answer.status_code == 500
    assert origin.requests == []
    assert "js: gateway: TypeError" in box(home_dir).process.log.read_text()


def test_a_service_that_is_down_is_502_and_the_gateway_stays(home_dir: Path, origin: Origin) -> None:
    visitor = serve(home_dir, {"/*": route(origin), "/down": {**route(origin), "port": 1.0}})

    assert [visitor.get(path).status_code for path in ("/down", "/x", "/down", "/x")] == [502, 200, 502, 200]


def test_a_domain_more_gets_a_certificate_of_the_same_authority(home_dir: Path, origin: Origin) -> None:
    serve(home_dir, {"/*": route(origin)})
    authority = (box(home_dir).conf / gateway_certificates.AUTHORITY).read_text()

    visitor = serve(home_dir, {"/*": route(origin)}, domains=["shop.example.com"])

    named = httpx.Request("GET", f"{visitor.base_url}", headers={"Host": "shop.example.com"})
    named.extensions["sni_hostname"] = "shop.example.com"
    assert visitor.send(named).status_code == 200
    assert (box(home_dir).conf / gateway_certificates.AUTHORITY).read_text() == authority
