"""What the program makes of what the other stack exports."""

import runpy
from pathlib import Path

import pytest

from infra_kit.testing import Recording
from infra_kit.testing.plugin import Infra

PROGRAM = Path(__file__).with_name("__main__.py")
URL = "postgresql://reader:secret@10.20.0.7:5432/shop"
EXPORTS = {"outputs": {"database_url": URL}, "secretOutputNames": ["database_url"]}


@pytest.fixture
def reports(infra: Infra) -> Recording:
    answers = {"pulumi:pulumi:StackReference": EXPORTS}
    return infra(lambda: runpy.run_path(str(PROGRAM)), stack="development", outputs=answers)


def test_it_has_the_database_of_the_other_stack_and_makes_none(reports: Recording) -> None:
    assert "pulumi-python:dynamic/infra-kit:PostgresServer" not in {it.type for it in reports.resources}
    variables = reports.named("reports-server").inputs["environment"]
    assert (variables["DB_HOST"], variables["DB_DATABASE"]) == ("10.20.0.7", "shop")
