"""What rates read in a resource, also where a plan holds a text for what another stack would say."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from infra_kit.planning.rates import aws, gcp, reading
from tests.unit.planning.rates.aws import bills as on_aws
from tests.unit.planning.rates.gcp import bills as on_gcp

TEXT = "[network.figure]"
BILLS: dict[str, Callable[[Callable[[], object]], Any]] = {"aws": on_aws.bill, "gcp": on_gcp.bill}


@pytest.mark.parametrize(("value", "found"), [(3, 3), ("1.5", 1.5), (0, 0), (None, 7), ("", 7), (TEXT, 7), ([], 7)])
def test_a_number_is_one_or_the_text_of_one_or_the_default(value: object, found: float) -> None:
    assert reading.number(value, 7) == found


def test_lists_and_mappings_are_what_the_program_said_or_nothing() -> None:
    assert (reading.many(["a", "b"]), reading.many(TEXT), reading.many(None)) == (2, 0, 0)
    assert reading.each([{"a": 1}, TEXT]) == [{"a": 1}]
    assert reading.each(TEXT) == []
    assert reading.part({"a": {"b": {"c": 1}}}, "a", "b") == {"c": 1}
    assert reading.part({"a": TEXT}, "a", "b") == {}


def inputs_of(type_: str) -> list[str]:
    """All inputs that the SDK's class of a type has, as the engine names them."""
    package, module, name = type_.split(":")
    home = module.partition("/")[0]
    kind = getattr(importlib.import_module(f"pulumi_{package}.{'lambda_' if home == 'lambda' else home}"), name)
    return [getattr(it.fget, "_pulumi_name", key) for key, it in vars(kind).items() if isinstance(it, property)]


@pytest.mark.parametrize("type_", sorted({*aws.RATES, *gcp.RATES}))
def test_a_text_in_every_input_breaks_no_rate(type_: str) -> None:
    inputs = dict.fromkeys(inputs_of(type_), TEXT)
    made = BILLS[type_.partition(":")[0]](lambda: pulumi.CustomResource(type_, "it", inputs))
    assert made.items or type_ in {
        "aws:acm/certificate:Certificate", "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ecs/cluster:Cluster",
        "aws:ssm/parameter:Parameter", "gcp:compute/address:Address", "gcp:compute/globalAddress:GlobalAddress",
        "gcp:compute/uRLMap:URLMap", "gcp:compute/regionUrlMap:RegionUrlMap", "gcp:container/nodePool:NodePool",
    }  # fmt: skip


def test_what_is_made_from_another_uses_it_and_what_only_waits_for_it_does_not() -> None:
    def program() -> None:
        first = pulumi.CustomResource("gcp:compute/address:Address", "first", {})
        pulumi.CustomResource("gcp:pubsub/topic:Topic", "user", {"labels": {"of": first.id}, "name": "x"})
        pulumi.CustomResource("gcp:pubsub/topic:Topic", "waits", {}, pulumi.ResourceOptions(depends_on=[first]))

    there = on_gcp.planned(program)
    first, user, waits = (there.recording.named(name) for name in ("first", "user", "waits"))
    assert reading.sources(user) == reading.sources(user, "labels") == {first.urn}
    assert reading.sources(user, "name") == reading.sources(waits) == frozenset()
