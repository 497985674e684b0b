"""The invalidation of a Cdn: what Google's API is asked, and what is remembered."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
from email.message import Message

import pytest

from infra_kit.errors import EngineError
from infra_kit.providers.gcp.servers.cdn import HANDLER
from infra_kit.target import load_handler

PROPS = {"kind": "gcp/cdn", "url_map": "projects/p/global/urlMaps/m", "release": "v2", "token": "secret-token"}


class Google:
    def __init__(self, error: OSError | None = None) -> None:
        self.asked: list[urllib.request.Request] = []
        self.error = error

    def __call__(self, request: urllib.request.Request, timeout: float) -> io.BytesIO:
        self.asked.append(request)
        if self.error:
            raise self.error
        return io.BytesIO(b"{}")


def answered_by(monkeypatch: pytest.MonkeyPatch, google: Google) -> Google:
    monkeypatch.setattr(urllib.request, "urlopen", google)
    return google


def test_the_stub_finds_it_by_its_kind() -> None:
    assert load_handler("gcp", "cdn") is HANDLER


def test_a_release_invalidates_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    google = answered_by(monkeypatch, Google())
    HANDLER.ensure(PROPS)

    (request,) = google.asked
    assert request.full_url == "https://compute.googleapis.com/compute/v1/projects/p/global/urlMaps/m/invalidateCache"
    assert (request.get_method(), json.loads(bytes(request.data or b""))) == ("POST", {"path": "/*"})  # type: ignore[arg-type]
    assert request.get_header("Authorization") == "Bearer secret-token"


def test_the_token_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, Google())
    _, remembered = HANDLER.ensure(PROPS)
    assert "secret-token" not in remembered.values()


@pytest.mark.parametrize(
    ("change", "changed"),
    [({"token": "another"}, False), ({"release": "v3"}, True), ({"url_map": "projects/p/global/urlMaps/n"}, True)],
)
def test_it_is_asked_again_for_another_release_and_not_for_another_token(change: dict[str, str], changed: bool) -> None:
    remembered = {key: value for key, value in PROPS.items() if key != "token"}
    assert HANDLER.changed(remembered, {**PROPS, **change}) is changed


def test_nothing_is_asked_to_read_or_delete_it(monkeypatch: pytest.MonkeyPatch) -> None:
    google = answered_by(monkeypatch, Google())
    assert HANDLER.read("v2", PROPS) == PROPS
    HANDLER.delete("v2", PROPS)
    assert not HANDLER.check({}, PROPS)
    assert not google.asked


def test_a_refusal_says_what_who_deploys_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, Google(urllib.error.HTTPError("https://x", 403, "Forbidden", Message(), None)))
    with pytest.raises(EngineError, match=r"403 Forbidden.*compute\.urlMaps\.invalidateCache") as refused:
        HANDLER.ensure(PROPS)
    assert "secret-token" not in str(refused.value)


def test_a_lost_connection_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, Google(OSError("no route to host")))
    with pytest.raises(EngineError, match=r"could not be reached.*no route to host"):
        HANDLER.ensure(PROPS)
