"""A Service behind a Gateway behind a Cdn, through `infra-kit up`, on one stack, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import httpx
import pytest

from infra_kit.components.gateway import SECURITY_HEADERS
from tests.live.services.conftest import open_application
from tests.shop import Shop


@pytest.fixture(scope="module")
def fronted(cli: Path) -> Iterator[Shop]:
    with open_application(cli, "fronted") as project:
        project.up()
        yield project


def test_the_application_comes_through_the_gateway_and_files_from_the_bucket(fronted: Shop) -> None:
    told = fronted.outputs
    s3 = boto3.client(
        "s3",
        endpoint_url=told["s3_endpoint"],
        aws_access_key_id=told["access_key"],
        aws_secret_access_key=told["secret_key"],
        region_name="us-east-1",
    )
    s3.put_object(Bucket=told["bucket"], Key="static/a.css", Body=b"body {}")

    seen = httpx.get(f"{told['url']}/seen", headers={"Cookie": "sid=ann"}, timeout=20)

    assert httpx.get(f"{told['url']}/static/a.css", timeout=20).text == "body {}"
    assert seen.json()["headers"]["Cookie"] == "sid=ann"
    assert seen.json()["headers"]["X-Forwarded-For"].split(",")[0] == "127.0.0.1"
    assert {name: seen.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_nobody_comes_past_the_cdn(fronted: Shop) -> None:
    assert httpx.get(f"{fronted.outputs['past']}/version", timeout=20).status_code == 403


def test_a_second_up_changes_nothing(fronted: Shop) -> None:
    assert "Nothing had to change." in fronted.up().stderr


def test_a_change_of_the_gateway_leaves_the_cdn_as_it_is(fronted: Shop) -> None:
    fronted.configure(**{"api:requests": 7})
    changed = fronted.up()

    assert "inner-server" in changed.stdout + changed.stderr
    assert httpx.get(f"{fronted.outputs['url']}/version", timeout=20).status_code == 200


def test_limits_hold_behind_the_cdn(fronted: Shop) -> None:
    answers = [httpx.get(f"{fronted.outputs['url']}/version", timeout=20).status_code for _ in range(8)]

    assert answers[-1] == 429
