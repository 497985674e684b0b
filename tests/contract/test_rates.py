"""What our drivers make has a price, or costs nothing: nothing of it is unknown to `infra-kit cost`."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

import infra_kit
from infra_kit.planning.rates import aws
from infra_kit.planning.rates.aws.free import FREE
from infra_kit.replacements import is_known
from infra_kit.stateful import is_stateful
from tests.recorded_types import TYPES

PROVIDERS = Path(infra_kit.__file__).parent / "providers"


def types_of(package: str, target: str) -> Iterator[str]:
    """The types of the resources of an SDK that a target's drivers name."""
    for file in sorted((PROVIDERS / target).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        modules = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == package
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                yield from _type(package, modules[node.value.id], node.attr)


def _type(package: str, module: str, name: str) -> Iterator[str]:
    kind = getattr(importlib.import_module(f"{package}.{module}"), name, None)
    if isinstance(kind, type) and issubclass(kind, pulumi.CustomResource):
        yield str(kind.pulumi_type)  # type: ignore[attr-defined]


def test_everything_that_our_drivers_make_on_aws_has_a_rate_or_is_free() -> None:
    made = set(types_of("pulumi_aws", "aws"))
    assert {"aws:rds/instance:Instance", "aws:ecs/service:Service", "aws:s3/bucket:Bucket"} <= made
    assert sorted(made - aws.RATES.keys() - FREE) == []


def test_nothing_is_billed_and_free_at_once() -> None:
    assert sorted(aws.RATES.keys() & FREE) == []


@pytest.mark.parametrize("type_", sorted(aws.RATES.keys() | FREE))
def test_what_has_a_rate_is_a_type_of_the_sdk(type_: str) -> None:
    module, name = type_.removeprefix("aws:").partition("/")[0], type_.rpartition(":")[2]
    found = importlib.import_module(f"pulumi_aws.{'lambda_' if module == 'lambda' else module}")
    assert getattr(found, name).pulumi_type.rpartition(":")[2] == name


def test_of_what_our_drivers_keep_data_in_it_is_known_what_replaces_it() -> None:
    made = {*types_of("pulumi_aws", "aws"), *types_of("pulumi_gcp", "gcp"), "docker:index/volume:Volume"}
    holding = {it for it in made if is_stateful(it)}
    assert {"aws:rds/instance:Instance", "gcp:storage/bucket:Bucket"} <= holding
    assert sorted(it for it in holding if not is_known(it)) == []
    assert sorted(made - set(TYPES.values())) == [], "what its provider replaces was not recorded"
