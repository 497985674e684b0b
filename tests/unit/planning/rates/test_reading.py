"""What rates read in a resource, also where a plan holds a text for what another stack would say."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from typing import Any

import pulumi
import pytest

from infra_kit.errors import UnknownQuantityError
from infra_kit.planning import costs, prices
from infra_kit.planning.programs import Planned
from infra_kit.planning.rates import aws, gcp, reading
from infra_kit.planning.rates.gcp import common as gcp_common
from infra_kit.recording import Resource
from tests.unit.planning.rates.aws import bills as on_aws
from tests.unit.planning.rates.gcp import bills as on_gcp

TEXT = "[network.figure]"
BILLS: dict[str, Callable[[Callable[[], object]], Any]] = {"aws": on_aws.bill, "gcp": on_gcp.bill}


@pytest.mark.parametrize(("value", "found"), [(3, 3), ("1.5", 1.5), (0, 0), (None, 7), ("", 7), ([], 7)])
def test_a_number_is_one_or_the_text_of_one_or_the_default(value: object, found: float) -> None:
    assert reading.number(value, 7) == found


@pytest.mark.parametrize("value", [TEXT, f"{TEXT}0", "[secret]"])
def test_a_number_that_nobody_here_knows_is_never_the_default(value: str) -> None:
    with pytest.raises(UnknownQuantityError, match=re.escape(value.removesuffix("0"))):
        reading.number(value, 7)


@pytest.mark.parametrize("read", [gcp_common.gib, gcp_common.cpus])
@pytest.mark.parametrize("value", [TEXT, f"{TEXT}Gi", f"{TEXT}m"])
def test_a_quantity_of_kubernetes_that_nobody_here_knows_is_never_none(
    read: Callable[[object], float], value: str
) -> None:
    with pytest.raises(UnknownQuantityError):
        read(value)


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
        "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig",
    }  # fmt: skip


def test_a_request_takes_as_long_on_each_cloud() -> None:
    function = on_aws.bill(lambda: pulumi.CustomResource("aws:lambda/function:Function", "it", {"memorySize": 1024}))
    service = on_gcp.bill(lambda: on_gcp.raw(on_gcp.RUN, template={"containers": [{}]}))
    seconds = float(on_gcp.items(service)["run/request-cpu"].quantity)
    assert on_aws.skus(on_aws.of(function, "it"))["lambda/x86"] == seconds


@pytest.mark.parametrize("vendor", ["aws", "gcp"])
def test_a_commitment_is_named_alike_in_each_book(vendor: str) -> None:
    books = [prices.load(vendor, region).prices for region in prices.regions(vendor)]
    committed = {sku for book in books for sku in book if re.search(r"[13]yr?$", sku)}
    assert committed
    assert all(re.search(r"/[13]y$", sku) and any(sku[:-3] in book for book in books) for sku in committed)


@pytest.mark.parametrize("vendor", ["aws", "gcp"])
def test_no_rate_looks_at_all_resources_again(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    types = sorted((aws if vendor == "aws" else gcp).RATES)

    def looked_at(count: int) -> int:
        def program() -> None:
            for type_ in types:
                for number in range(count):
                    pulumi.CustomResource(type_, f"it-{number}", dict.fromkeys(inputs_of(type_), TEXT))

        there = (on_gcp.planned if vendor == "gcp" else lambda it: on_aws.planned(it, "us-east-1", {}))(program)
        looks: list[Planned] = []

        def resources(it: Planned) -> Sequence[Resource]:
            looks.append(it)
            return it.recording.resources

        with monkeypatch.context() as patch:
            patch.setattr(Planned, "resources", property(resources))
            costs.cost(there)
        return len(looks)

    assert looked_at(1) == looked_at(3)


def test_what_is_made_from_another_uses_it_and_what_only_waits_for_it_does_not() -> None:
    def program() -> None:
        first = pulumi.CustomResource("gcp:compute/address:Address", "first", {})
        pulumi.CustomResource("gcp:pubsub/topic:Topic", "user", {"labels": {"of": first.id}, "name": "x"})
        pulumi.CustomResource("gcp:pubsub/topic:Topic", "waits", {}, pulumi.ResourceOptions(depends_on=[first]))

    there = on_gcp.planned(program)
    first, user, waits = (there.recording.named(name) for name in ("first", "user", "waits"))
    assert reading.sources(user) == reading.sources(user, "labels") == {first.urn}
    assert reading.sources(user, "name") == reading.sources(waits) == frozenset()
