"""The program that sets up an OpenSearch on a machine: as it runs in its job, against a stand-in that speaks TLS."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import trustme

from infra_kit import SearchIndex
from infra_kit.components.search import SearchSpec
from infra_kit.providers.common import opensearch
from infra_kit.providers.gcp import programs
from tests.unit.providers.opensearches import PASSWORD, USER, OpenSearch, standing

AUTHORITY = trustme.CA()


@pytest.fixture(scope="module")
def trusted() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def there(trusted: ssl.SSLContext) -> Iterator[OpenSearch]:
    with standing(trusted) as it:
        yield it


def told(there: OpenSearch, **other: Any) -> dict[str, Any]:
    calls = [
        *opensearch.indexes(SearchSpec(indexes={"jobs": SearchIndex()})),
        *opensearch.user("app", "secret", "app", ()),
    ]
    return {
        "host": "localhost",
        "port": there.port,
        "ca": AUTHORITY.cert_pem.bytes().decode(),
        "seconds": 60,
        "username": USER,
        "password": PASSWORD,
        "mark": opensearch.MARK,
        "security": opensearch.SECURITY,
        "users": ["app"],
        "calls": [asdict(call) for call in calls],
        **other,
    }


def run(event: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "told.json"
    file.write_text(json.dumps(event))
    return subprocess.run(
        [sys.executable, "-I", "-c", programs.text("searches")],
        env={"TOLD": str(file)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_waits_until_all_can_be_searched_and_makes_indexes_and_users(there: OpenSearch, tmp_path: Path) -> None:
    there.states = ["red", "yellow"]
    done = run(told(there), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert there.asked[:3] == ["GET /_cluster/health", "GET /_cluster/health", "PUT /jobs"]
    assert f"{opensearch.SECURITY}/internalusers/app" in there.kept


def test_what_never_becomes_well_fails_with_where_to_look_and_nothing_is_told_to_it(
    there: OpenSearch, tmp_path: Path
) -> None:
    there.states = ["red"]
    done = run(told(there, seconds=0), tmp_path)
    assert done.returncode == 1
    assert "get-serial-port-output" in json.loads(done.stdout)["message"]
    assert there.indexes == {}


def test_who_shows_another_authoritys_certificate_is_told_nothing(there: OpenSearch, tmp_path: Path) -> None:
    other = trustme.CA().cert_pem.bytes().decode()
    done = run(told(there, seconds=0, ca=other), tmp_path)
    assert (done.returncode, there.asked) == (1, [])


def test_what_opensearch_refuses_is_in_the_log_without_a_password(there: OpenSearch, tmp_path: Path) -> None:
    there.indexes["jobs"] = {"settings": {}, "mappings": {"_meta": {opensearch.MARK: "another"}}}
    done = run(told(there), tmp_path)
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert (said["severity"], said["message"].startswith("indexes.jobs: its settings")) == ("ERROR", True)
    assert PASSWORD not in done.stdout + done.stderr
