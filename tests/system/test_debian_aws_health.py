"""Whether an instance of a service on aws is well, as the container beside it tells ECS: in Debian's BusyBox (package
`busybox-static`), which has the programs of that container's image."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from infra_kit import Health, Release
from infra_kit.components.service import ServiceSpec
from infra_kit.providers.aws import service_front
from infra_kit.providers.common import answers

BUSYBOX = shutil.which("busybox") or "busybox"
PROGRAMS = ("nc", "sh", "timeout", "touch", "wc")


class _Answers(BaseHTTPRequestHandler):
    """With the status that its path names; a redirect leads where nobody is."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.removeprefix("/")))
        self.send_header("Location", "https://localhost:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


class Beside:
    """The container: its folder, and the programs that it has."""

    def __init__(self, folder: Path, port: int) -> None:
        self.data, self.programs, self.port = folder / "data", folder / "bin", port
        self.data.mkdir()
        self.programs.mkdir()
        for name in PROGRAMS:
            (self.programs / name).symlink_to(BUSYBOX)

    def is_well(self, path: str, tests: Sequence[str] = (), percent: int = 0, *, after: int = 1) -> bool:
        spec = ServiceSpec(
            image="registry.example/api:1",
            port=self.port,
            health=Health(path=path, healthy_after=after),
            release=Release(smoke_tests=tests, max_smoke_failures_percent=percent),
        )
        told = {"PATH": str(self.programs), "ANSWERS": answers.script()}
        asked = [str(self.programs / "sh"), "-c", service_front.script(spec, str(self.data))]
        return subprocess.run(asked, check=False, env=told).returncode == 0

    @property
    def is_tried(self) -> bool:
        return (self.data / service_front.TRIED).exists()


@pytest.fixture
def beside(tmp_path: Path, port: int) -> Beside:
    return Beside(tmp_path, port)


@pytest.mark.parametrize(
    ("status", "well"),
    [(200, True), (204, True), (301, True), (307, True), (399, True), (400, False), (404, False), (503, False)],
)
def test_an_answer_of_200_to_399_is_well_wherever_it_leads(beside: Beside, status: int, *, well: bool) -> None:
    assert beside.is_well(f"/{status}") == well


def test_who_does_not_answer_is_not_well(tmp_path: Path) -> None:
    assert not Beside(tmp_path, 1).is_well("/200")


@pytest.mark.parametrize(("percent", "well"), [(0, False), (49, False), (50, True)])
def test_an_instance_is_well_once_enough_of_its_smoke_tests_are(beside: Beside, percent: int, *, well: bool) -> None:
    assert beside.is_well("/200", ["/301", "/500"], percent) == well
    assert beside.is_tried == well


def test_smoke_tests_are_asked_until_they_went_well_once(beside: Beside) -> None:
    assert beside.is_well("/200", ["/204"])
    assert beside.is_well("/200", ["/500"])


def test_a_new_instance_is_well_after_so_many_answers_in_a_row(beside: Beside) -> None:
    answered = [beside.is_well(path, after=3) for path in ("/200", "/200", "/500", "/200", "/301", "/200", "/200")]
    assert answered == [False, False, False, False, False, True, True]


def test_one_that_was_well_is_so_again_with_its_next_good_answer(beside: Beside) -> None:
    answered = [beside.is_well(path, after=2) for path in ("/200", "/200", "/500", "/200")]
    assert answered == [False, True, False, True]


def test_smoke_tests_are_asked_before_good_answers_count(beside: Beside) -> None:
    answered = [beside.is_well("/200", [test], after=2) for test in ("/500", "/204", "/204")]
    assert answered == [False, False, True]
