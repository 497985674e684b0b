"""What the receiver of traces takes, keeps and shows."""

from __future__ import annotations

import gzip
import html
import http.client
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra_kit.providers.local.programs.traces import otlp, pages, store
from infra_kit.providers.local.programs.traces.otlp import JSON, PROTOBUF, Span, UnreadableError
from infra_kit.providers.local.programs.traces.receiver import Receiver
from infra_kit.providers.local.programs.traces.store import Store
from tests.spans import TRACE, sent, span

SECOND = 10**9


def made(trace: str = TRACE, number: int = 1, parent: str = "", **changes: Any) -> Span:
    plain: dict[str, Any] = {
        "trace": trace, "span": f"{number:016x}", "parent": parent, "service": "api", "name": f"work {number}",
        "begin": number * SECOND, "end": (number + 1) * SECOND, "failed": False, "attributes": {}, "events": [],
    }  # fmt: skip
    return Span(**{**plain, **changes})


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    return Store(tmp_path / "traces.sqlite", most_traces=3, most_bytes=10_000)


@pytest.fixture
def url(kept: Store) -> Iterator[str]:
    receiver = Receiver(0, kept, {})
    threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{receiver.server_port}"
    receiver.shutdown()
    receiver.server_close()


def test_a_span_is_the_same_in_json_and_in_protobuf() -> None:
    failed = span(
        parentSpanId="eee19b7ec3c1b173", status={"code": 2, "message": "no such order"}, links=[{"traceId": TRACE}],
        attributes=[
            {"key": "http.status", "value": {"intValue": "404"}},
            {"key": "tags", "value": {"arrayValue": {"values": [{"stringValue": "a"}, {"boolValue": True}]}}},
            {"key": "raw", "value": {"bytesValue": "AAE="}},
            {"key": "none", "value": {}},
        ],
        events=[{"name": "exception", "timeUnixNano": "1544712660500000000"}],
    )  # fmt: skip
    (found,) = otlp.read(json_of(failed), JSON)

    assert (found.trace, found.span, found.parent) == (TRACE, "eee19b7ec3c1b174", "eee19b7ec3c1b173")
    assert (found.service, found.name, found.failed, found.end - found.begin) == ("hand", "by hand", True, SECOND)
    assert found.attributes == {
        "service.name": "hand", "status": "no such order", "http.status": 404, "tags": ["a", True], "raw": "0001",
        "none": None,
    }  # fmt: skip
    assert found.events[0]["name"] == "exception"
    protobuf = otlp._of_json(json_of(failed)).SerializeToString()
    assert otlp.read(protobuf, PROTOBUF) == [found]


def json_of(*spans: dict[str, Any]) -> bytes:
    return httpx.Request("POST", "http://x", json=sent(*spans)).content


@pytest.mark.parametrize("kind", [JSON, PROTOBUF])
@pytest.mark.parametrize("body", [b"no", b"[1]", b'{"resourceSpans": 1}', b'{"resourceSpans": [1]}', b"\xff\xfe"])
def test_what_is_no_otlp_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(UnreadableError, match="of OTLP"):
        otlp.read(body, kind)


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused() -> None:
    bomb = gzip.compress(bytes(otlp.MOST_BYTES + 1))
    with pytest.raises(UnreadableError, match="at most"):
        otlp.unpacked(bomb, "gzip")
    with pytest.raises(UnreadableError, match="it is no gzip"):
        otlp.unpacked(b"no", "gzip")
    with pytest.raises(UnreadableError, match="given br"):
        otlp.unpacked(b"", "br")


def test_the_oldest_traces_are_forgotten(kept: Store) -> None:
    traces = [f"{number:032x}" for number in range(1, 6)]
    for trace in traces:
        kept.keep([made(trace)])
    kept.keep([made(traces[2], 2)])  # one that goes on is new again

    assert [it.trace for it in kept.latest()] == [traces[2], traces[4], traces[3]]
    assert kept.trace(traces[0]) == []


def test_traces_are_bounded_by_what_they_fill_too(kept: Store, tmp_path: Path) -> None:
    for number in range(1, 200):
        kept.keep([made(f"{number:032x}", attributes={"text": "x" * 4000})])

    assert len(kept.latest()) == 2
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 5 * 2**20
    kept.keep([made(f"{1:032x}", attributes={"text": "x" * 20_000})])
    assert kept.latest() == []


def test_a_span_that_is_sent_twice_is_kept_once(kept: Store) -> None:
    kept.keep([made(), made()])
    kept.keep([made(), made(number=2, service="db", failed=True)])

    (found,) = kept.latest()
    assert (found.spans, found.failed, found.services) == (2, 1, ["api", "db"])
    assert (found.service, found.name) == ("api", "work 1")


def test_spans_stand_below_the_one_that_they_are_part_of() -> None:
    root, child, grandchild = made(), made(number=2, parent=f"{1:016x}"), made(number=3, parent=f"{2:016x}")
    lost = made(number=4, parent="f" * 16)
    ring = [made(number=5, parent=f"{6:016x}"), made(number=6, parent=f"{5:016x}")]
    found = [(it.name, depth) for it, depth in pages.in_order([root, child, grandchild, lost, *ring])]

    assert found[:4] == [("work 1", 0), ("work 2", 1), ("work 3", 2), ("work 4", 0)]
    assert sorted(name for name, _ in found[4:]) == ["work 5", "work 6"]


def test_what_a_program_says_is_no_markup(url: str) -> None:
    nasty = "<script>alert('x')</script>"
    attributes = [{"key": nasty, "value": {"stringValue": nasty}}]
    events = [{"name": nasty, "attributes": attributes}]
    body = sent(span(name=nasty, attributes=attributes, events=events))
    body["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"] = nasty
    assert httpx.post(f"{url}/api/v1/traces", json=body).json() == {}

    for path in ("/", f"/traces/{TRACE}"):
        answer = httpx.get(url + path)
        assert html.escape(nasty) in answer.text
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/api/v1/traces", "text/plain", 415),
        ("/api/v1/metrics", JSON, 404),
        ("/v1/traces", JSON, 404),
        ("/api/v1/traces", PROTOBUF, 400),
    ],
)
def test_only_traces_are_taken(url: str, path: str, kind: str, status: int) -> None:
    answer = httpx.post(url + path, content=b"no", headers={"Content-Type": kind})
    assert (answer.status_code, httpx.get(f"{url}/traces.json").json()) == (status, [])


def test_gzip_is_taken_and_a_length_is_wanted(url: str) -> None:
    packed = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    with httpx.Client() as client:
        for _ in range(2):  # on one connection
            answer = client.post(f"{url}/api/v1/traces", content=gzip.compress(json_of(span())), headers=packed)
            assert answer.status_code == 200
        pieces = client.post(f"{url}/api/v1/traces", content=iter([b"{}"]), headers={"Content-Type": JSON})
        assert pieces.status_code == 411
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    large = {"Content-Type": JSON, "Content-Length": str(otlp.MOST_BYTES + 1)}
    connection.request("POST", "/api/v1/traces", None, large)
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost.evil.example:1", ""])
def test_what_asks_by_another_name_is_refused(url: str, host: str) -> None:
    assert httpx.get(f"{url}/traces.json", headers={"Host": host}).status_code == 421
    name = url.replace("127.0.0.1", "localhost")
    assert httpx.get(f"{name}/traces.json").status_code == 200


def test_what_is_not_there_says_what_is(url: str) -> None:
    assert "was forgotten for newer ones" in httpx.get(f"{url}/traces/{'0' * 32}").text
    assert httpx.get(f"{url}/favicon.ico").status_code == 404
    assert "No trace yet" in httpx.get(url).text


def test_a_list_is_no_longer_than_what_is_shown(tmp_path: Path) -> None:
    kept = Store(tmp_path / "traces.sqlite")
    kept.keep([made(f"{number:032x}") for number in range(1, store.SHOWN + 50)])
    assert len(kept.latest()) == store.SHOWN


def test_what_cannot_be_kept_is_to_be_sent_again_and_the_receiver_goes_on(
    url: str, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(spans: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(kept, "keep", full)
        answer = httpx.post(f"{url}/api/v1/traces", json=sent(span()))
        assert (answer.status_code, answer.text) == (503, "it could not be kept: database or disk is full\n")
    assert httpx.post(f"{url}/api/v1/traces", json=sent(span())).status_code == 200


def test_a_damaged_store_is_begun_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "traces.sqlite"
    file.write_text("no database at all" * 100)
    kept = Store(file)
    kept.keep([made()])

    assert [it.trace for it in kept.latest()] == [TRACE]
    assert "was damaged (file is not a database) and is begun anew" in capsys.readouterr().out


def test_a_store_that_stands_is_kept(tmp_path: Path) -> None:
    Store(tmp_path / "traces.sqlite").keep([made()])
    assert Store(tmp_path / "traces.sqlite").trace(TRACE) == [made()]
