"""Search on gcp: refused, with what there is instead."""

import pytest

from infra_kit import Search, Service
from infra_kit.errors import InfraKitError
from infra_kit.testing import record

CONFIG = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}


@pytest.mark.parametrize("gaps", [[], ["version"]])
def test_there_is_none_and_the_way_out_is_told(gaps: list[str]) -> None:
    config = CONFIG | {"infra-kit:accepted-gaps": {"search": gaps}}
    with pytest.raises(InfraKitError, match=r"(?s)'search'.*Search\.existing\(name, url="):
        record(lambda: Search("search"), config=config)


def test_one_that_a_vendor_runs_is_linked() -> None:
    def program() -> None:
        search = Search.existing("search", url="https://shop:secret@search.vendor.example:443")
        Service("api", image="registry.example/api:1", command=["run"], links=[search.link()])

    found = record(program, config=CONFIG)
    assert "search.vendor.example" in str(found.named("api-service").inputs)
