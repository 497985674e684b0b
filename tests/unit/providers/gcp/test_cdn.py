"""Cdn on Google Cloud: what it gives back, and what its parts are called."""

from __future__ import annotations

import pytest

from infra_kit import Cdn
from infra_kit.testing import record
from tests.unit.providers.gcp.cdns import HOST, STAGING, place
from tests.unit.providers.gcp.probe import waits_for


@pytest.mark.parametrize("name", ["e", "edge-of-all-our-products-x"[:24]])
def test_names_have_room_for_what_pulumi_adds(name: str) -> None:
    routes = {"/a/very/long/path/below/which/much/is/*": HOST}
    domains = ["a-very-long-name-of-a-host.example.com"]
    made = record(lambda: Cdn(name, target=place(), routes=routes, domains=domains))

    assert max(len(each.name) for each in made.resources) + len("-1234567") <= 63


def test_an_address_is_told_once_something_answers_on_it() -> None:
    def url(domains: list[str]) -> set[str]:
        return waits_for(lambda: Cdn("edge", routes={"/*": HOST}, domains=domains).url, STAGING)

    assert "edge-https-rule" in url(["www.example.com"])
    assert "edge-http-rule" in url([])
