"""Panel on aws: refused, with what there is instead."""

import pytest

from infra_kit import Panel, Redis
from infra_kit.errors import SpecError
from infra_kit.testing import record

CONFIG = {"infra-kit:target": "aws", "infra-kit:environment": "staging", "infra-kit:region": "eu-west-1"}


def test_there_is_none_and_the_way_out_is_told() -> None:
    with pytest.raises(SpecError, match=r"Panel 'panel': of: 'cache' is on .*Leave the Panel out: a Dashboard"):
        record(lambda: Panel("panel", of=[Redis("cache")]), config=CONFIG)
