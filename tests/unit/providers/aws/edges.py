"""A Cdn on AWS, recorded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from infra_kit import Cdn, ObjectStore, Route
from infra_kit.errors import SpecError
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.refusals import refusal

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
PRODUCTION = AWS | {"infra-kit:environment": "production"}
API = "https://api.example.com"


def made(config: Mapping[str, Any] = AWS, **arguments: Any) -> Recording:
    return record(lambda: Cdn("edge", **{"routes": {"/*": API}, **arguments}), config=config)


def distribution(config: Mapping[str, Any] = AWS, **arguments: Any) -> Mapping[str, Any]:
    return made(config, **arguments).named("edge-distribution").inputs


def fronting_files(routes: Mapping[str, Any] = MappingProxyType({})) -> Recording:
    def program() -> None:
        files = ObjectStore("files")
        Cdn("edge", routes={"/*": Route(files), **routes})

    return record(program, config=AWS)


def refused(**arguments: Any) -> str:
    return refusal(
        lambda: Cdn("edge", **{"routes": {"/*": API}, **arguments}), SpecError, target="aws", environment="staging"
    )
