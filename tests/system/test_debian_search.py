"""A real OpenSearch server, driven by its handler: one for all tests, for it takes its time to start.

Needs a Java, e.g. the package `openjdk-17-jre-headless`.
"""

from __future__ import annotations

import base64
import dataclasses
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psutil
import pytest

from infra_kit import SearchIndex
from infra_kit._dynamic import Props
from infra_kit.components.search import SearchSpec
from infra_kit.errors import ServerError
from infra_kit.providers.common import opensearch
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import search_user
from infra_kit.providers.local.servers.search import HANDLER
from infra_kit.signals import OF, Signal
from infra_kit.testing import conformance
from tests.live.servers.conftest import shared_home_dir
from tests.live.servers.measured import of
from tests.live.test_conformance import OnLocal

__all__ = ["shared_home_dir"]

TITLE = {"title": {"type": "text", "analyzer": "spanish"}}


def calls(**index: Any) -> list[dict[str, Any]]:
    told = opensearch.indexes(SearchSpec(indexes={"jobs": SearchIndex(**index)}))
    return [dataclasses.asdict(call) for call in told]


@pytest.fixture(scope="module")
def props(shared_home_dir: Path) -> Props:
    common = {"home": str(shared_home_dir), "stack": "test", "name": "search", "retain": False, "memory_gb": 1}
    return {"kind": "local/search", **common, "calls": calls(mappings={"properties": TITLE})}


@pytest.fixture(scope="module")
def server(props: Props) -> Iterator[Props]:
    yield HANDLER.ensure(props)[1]
    HANDLER.delete("", props)


def ask(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    parts = urlsplit(url)
    login = base64.b64encode(f"{parts.username}:{unquote(parts.password or '')}".encode()).decode()
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    status, text = answer.status, answer.read()
    connection.close()
    return status, json.loads(text) if status == 200 else None


def linked(props: Props, server: Props, access: str, *indexes: str) -> tuple[Props, str]:
    """What a link has made, and its URL."""
    rights = {"access": access, "indexes": list(indexes)}
    asked = {key: props[key] for key in ("home", "stack", "name")} | {"user": f"{access}__search", "rights": rights}
    outs = search_user.HANDLER.ensure(asked)[1]
    login = f"{asked['user']}:{outs['private']['password']}"
    return outs, f"http://{login}@127.0.0.1:{server['public']['port']}"


def test_what_is_written_is_found_by_the_analyzer_of_its_index_and_outlives_a_kill(props: Props, server: Props) -> None:
    url = server["private"]["url"]
    assert ask(url, "PUT", "/jobs/_doc/1?refresh=true", {"title": "Desarrolladores en casa"})[0] == 201
    process = psutil.Process(int(box_of(props).process.pid or 0))
    process.kill()
    process.wait()
    assert HANDLER.changed(server, props)
    HANDLER.ensure(props, server)
    found = ask(url, "GET", "/jobs/_search?q=title:desarrollador")[1]
    assert found["hits"]["total"]["value"] == 1
    assert not HANDLER.changed(server, props)


def test_its_endpoint_is_no_administrator(server: Props) -> None:
    url = server["private"]["url"]
    assert ask(url, "PUT", "/made-by-a-program", {})[0] == 200
    assert ask(url, "GET", "/_plugins/_security/api/internalusers")[0] == 403


def test_who_reads_may_not_write_nor_see_another_index(props: Props, server: Props) -> None:
    _, url = linked(props, server, "read", "jobs")
    assert ask(url, "GET", "/jobs/_search")[0] == 200
    assert ask(url, "GET", "/jobs/_mapping")[0] == 200
    assert ask(url, "PUT", "/jobs/_doc/2", {"title": "x"})[0] == 403
    assert ask(url, "GET", "/other/_search")[0] == 403


def test_who_writes_may_not_delete_an_index_and_its_owner_may(props: Props, server: Props) -> None:
    _, writer = linked(props, server, "readwrite", "jobs*")
    _, owner = linked(props, server, "owner", "jobs*")
    assert ask(writer, "PUT", "/jobs/_doc/3?refresh=true", {"title": "x"})[0] == 201
    assert ask(writer, "DELETE", "/jobs")[0] == 403
    assert ask(owner, "PUT", "/jobs-2", {})[0] == 200
    assert ask(owner, "DELETE", "/jobs-2")[0] == 200
    assert ask(owner, "PUT", "/other", {})[0] == 403


def test_who_is_linked_no_more_is_let_in_no_more(props: Props, server: Props) -> None:
    outs, url = linked(props, server, "read")
    search_user.HANDLER.delete("", outs)
    assert ask(url, "GET", "/")[0] == 401


def test_an_index_gets_fields_and_no_other_settings_or_types(props: Props, server: Props) -> None:
    wider = {"properties": {**TITLE, "pay": {"type": "integer"}}}
    HANDLER.ensure({**props, "calls": calls(mappings=wider)}, server)
    mappings = ask(server["private"]["url"], "GET", "/jobs/_mapping")[1]["jobs"]["mappings"]
    assert mappings["properties"].keys() == {"title", "pay"}
    with pytest.raises(ServerError, match=r"indexes\.jobs: its settings or shards are others"):
        HANDLER.ensure({**props, "calls": calls(mappings=wider, shards=2)}, server)
    other = {"properties": {"pay": {"type": "keyword"}}}
    with pytest.raises(ServerError, match=r"mapper \[pay\] cannot be changed"):
        HANDLER.ensure({**props, "calls": calls(mappings=other)}, server)


@pytest.mark.usefixtures("server")
def test_it_tells_all_that_can_be_asked_of_it(props: Props) -> None:
    measures = of(Path(props["home"]), "search", "search")
    measures.measure()
    figures = measures.measure()
    assert set(figures) == set(OF["search"])
    assert figures[Signal.UPTIME] == 100


class TestSearch(OnLocal):
    suite = conformance.SearchConformance
