"""A Service over its life: balanced, kept well, private, stopped in good order."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from infra_kit.errors import ServerError
from infra_kit.providers.local import inventory
from infra_kit.providers.local.servers.service import HANDLER
from tests.awaiting import until
from tests.live.servers.workloads import (
    REFUSED_SOON,
    TOKEN,
    Load,
    answers,
    box,
    has_taken_the_slow,
    log,
    processes,
    serve,
    service,
)


def test_requests_are_balanced_over_all_instances(home_dir: Path) -> None:
    url = serve(home_dir, instances=3)

    assert sorted(answers(url, 30).values()) == [10, 10, 10]
    assert not HANDLER.changed(service(home_dir, instances=3), service(home_dir, instances=3))


def test_an_instance_that_is_killed_costs_no_request_and_comes_back(home_dir: Path) -> None:
    url = serve(home_dir)
    before = {process for _, process in answers(url)}

    with Load(url) as load:
        load.reach(200)
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len({process for _, process in answers(url)} - {min(before)}) == 2)

    assert load.failed == []
    assert "was ended by signal 9; another one takes its place" in log(home_dir)


def test_an_instance_that_is_not_well_any_more_is_replaced(home_dir: Path) -> None:
    url = serve(home_dir)
    sick = min(process for _, process in answers(url))
    (box(home_dir).data / "volumes" / "notes" / "sick").write_text(str(sick))

    until(lambda: not psutil.pid_exists(sick))
    until(lambda: len(answers(url)) == 2)

    assert "GET /health was answered with 500, 2 times in a row; another one takes its place" in log(home_dir)


def test_an_instance_that_is_down_counts_as_changed_until_it_is_back(home_dir: Path) -> None:
    url = serve(home_dir, instances=1)
    ((_, only),) = answers(url, 1)
    sick = box(home_dir).data / "volumes" / "notes" / "sick"
    sick.write_text("all")  # the one that takes its place is not well either
    os.kill(only, signal.SIGKILL)
    until(lambda: HANDLER.changed(service(home_dir, instances=1), service(home_dir, instances=1)))
    sick.unlink()

    serve(home_dir, instances=1)

    assert answers(url, 1)


def test_instances_that_do_not_get_well_fail_up_with_the_reason_until_they_do(home_dir: Path) -> None:
    url = serve(home_dir, health=REFUSED_SOON)
    sick = box(home_dir).data / "volumes" / "notes" / "sick"
    sick.write_text("all")
    until(lambda: httpx.get(url).status_code == 503)

    with pytest.raises(
        ServerError, match=r"api: it is not well: api-\d+ was not well within 10 s: GET /health was answered with 500"
    ):
        serve(home_dir, health=REFUSED_SOON)
    sick.unlink()

    serve(home_dir, health=REFUSED_SOON)
    assert len(answers(url)) == 2


def test_a_supervisor_that_was_killed_is_brought_back_and_ends_what_it_had_left(home_dir: Path) -> None:
    url = serve(home_dir)
    before = processes(home_dir)
    supervisor = psutil.Process(box(home_dir).process.pid)
    supervisor.kill()
    supervisor.wait(10)
    assert HANDLER.changed(service(home_dir), service(home_dir))

    assert serve(home_dir) == url

    assert len(answers(url)) == 2
    assert not {process.pid for process in before} & {process.pid for process in processes(home_dir)}


def test_an_nginx_that_was_killed_is_started_again(home_dir: Path) -> None:
    url = serve(home_dir)
    for nginx in [process for process in processes(home_dir) if process.name() == "nginx"]:
        with suppress(psutil.NoSuchProcess):  # whoever finds the first one dead ends the others
            nginx.kill()

    until(lambda: _answers(url))


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/version").status_code == 200
    except httpx.TransportError:
        return False


def test_after_a_stop_it_runs_again_on_the_same_port_and_nothing_is_left_running_meanwhile(home_dir: Path) -> None:
    url = serve(home_dir)

    assert inventory.stop("test", home_dir) == ["api"]
    assert processes(home_dir) == []

    assert serve(home_dir) == url
    assert len(answers(url)) == 2


def test_a_stop_lets_requests_end_that_were_taken(home_dir: Path) -> None:
    url = serve(home_dir)
    statuses: list[int] = []
    visit = threading.Thread(target=lambda: statuses.append(httpx.get(f"{url}/slow?seconds=1").status_code))
    visit.start()
    until(lambda: has_taken_the_slow(home_dir))

    inventory.stop("test", home_dir)

    visit.join()
    assert statuses == [200]


def test_a_visitor_stays_with_one_instance_where_that_is_asked(home_dir: Path) -> None:
    url = serve(home_dir, sticky_sessions=True)

    with httpx.Client() as visitor:
        assert len({visitor.get(f"{url}/version").json()["process"] for _ in range(10)}) == 1
    assert len({httpx.get(f"{url}/version").json()["process"] for _ in range(10)}) == 2


def test_a_websocket_passes(home_dir: Path) -> None:
    url = serve(home_dir)

    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as visitor:
        visitor.sendall(b"GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert b"101 Switching Protocols" in visitor.recv(1024)
        visitor.sendall(b"hello")
        assert visitor.recv(1024) == b"hello"


def test_an_instance_is_told_who_asks_and_as_what(home_dir: Path) -> None:
    url = serve(home_dir)
    headers = {"Host": "api.example.com", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}

    seen = httpx.get(f"{url}/seen", headers=headers).json()["headers"]

    assert seen["Host"] == "api.example.com"
    assert seen["X-Forwarded-For"] == "203.0.113.7, 127.0.0.1"
    assert seen["X-Forwarded-Proto"] == "https"


def test_an_instance_has_its_own_variables_and_none_of_the_callers(
    home_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of the caller")
    variables = httpx.get(f"{serve(home_dir)}/seen").json()["variables"]

    assert variables["TOKEN"] == TOKEN
    assert Path(variables["VOLUME_NOTES"]).is_dir()
    assert set(variables) <= {
        "PATH", "LANG", "HOME", "USER", "TMPDIR", "TZ", "PORT", "VERSION", "TOKEN", "VOLUME_NOTES", "LC_CTYPE",
    }  # fmt: skip


def test_a_secret_is_in_no_argument_no_log_and_no_file_that_others_can_read(home_dir: Path) -> None:
    serve(home_dir)

    assert not [it for it in processes(home_dir) if TOKEN in " ".join(it.cmdline())]
    held = [file for file in box(home_dir).path.rglob("*") if file.is_file() and TOKEN in file.read_text()]
    assert {file.name for file in held} == {"workload.json", "serving.json"}
    assert {oct(file.stat().st_mode & 0o777) for file in held} == {"0o600"}


def test_nothing_listens_beyond_the_loopback(home_dir: Path) -> None:
    serve(home_dir)

    listening = [
        it.laddr.ip
        for process in processes(home_dir)
        for it in process.net_connections("tcp")
        if it.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}


def test_what_a_volume_holds_outlives_every_instance(home_dir: Path) -> None:
    url = serve(home_dir)
    httpx.post(f"{url}/notes", content="remember")

    serve(home_dir, "2")

    assert [httpx.get(f"{url}/notes").json()["note"] for _ in range(2)] == ["remember"] * 2


def test_a_program_that_is_not_there_is_an_error_that_names_it(home_dir: Path) -> None:
    with pytest.raises(ServerError, match=r"api: it did not start: 'no-such-program' could not be started in .*/live"):
        serve(home_dir, command=["no-such-program"])
