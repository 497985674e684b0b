"""DocumentStore on gcp: refused, with what there is instead."""

import pytest

from infra_kit import DocumentStore
from infra_kit.errors import SpecError
from infra_kit.testing import record

CONFIG = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "eu-west-1"}


def test_there_is_none_and_the_ways_out_are_told() -> None:
    with pytest.raises(SpecError, match=r"'docs': Google Cloud has no .*name='vps'.*DocumentStore.existing"):
        record(lambda: DocumentStore("docs"), config=CONFIG)


def test_one_that_stands_is_taken_in() -> None:
    url = "mongodb+srv://app:secret@cluster.example.net/shop"
    made = record(lambda: DocumentStore.existing("docs", url=url), config=CONFIG)
    assert made.named("docs").outputs["host"] == "cluster.example.net"
