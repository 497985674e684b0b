"""What seeds/001 asks of the previews of Viña Santa Cruz (VS-6), in its stacks as they are configured."""

from __future__ import annotations

import pulumi
import pytest

from infra_kit.testing.plugin import Infra
from tests.unit.stacks.recorded import DATABASE_URL, configuration, deploy, phases_of, stack_of
from tests.unit.stacks.vina_santa_cruz import PREVIEW, PRODUCTION, STAGING, components, container, preview, variables


def test_two_previews_share_stagings_database_each_in_a_schema_of_its_own() -> None:
    """VS-6"""
    one, two = preview(123), preview(124)
    assert (one.exports["database_url"], two.exports["database_url"]) == tuple(
        f"{DATABASE_URL}?options=-csearch_path%3Dpreview_{number}" for number in (123, 124)
    )
    for stack, schema in ((one, "preview_123"), (two, "preview_124")):
        assert {variables(stack, name)["DB_SCHEMA"] for name in ("shop", "migrate", "own-schema")} == {schema}
        assert not stack.of_type("aws:rds/instance:Instance")
        assert components(stack, "Job") == ["migrate", "own-schema"]


def test_a_previews_schema_stands_before_its_migrations_and_they_before_its_shop() -> None:
    """VS-6, VS-15"""
    stack = preview(123)
    runs = {name: stack.named(f"{name}-run").urn for name in ("own-schema", "migrate")}
    assert runs["own-schema"] in stack.named("migrate").options.depends_on
    assert runs["migrate"] in stack.named("shop").options.depends_on


@pytest.mark.parametrize("phase", phases_of(PREVIEW))
def test_a_preview_stands_in_stagings_network_where_its_database_is(phase: str) -> None:
    """VS-6"""
    stack = stack_of(PREVIEW, phase)
    network = configuration(PREVIEW, phase)["vina-santa-cruz:network"]
    assert not stack.of_type("aws:ec2/vpc:Vpc")
    groups = {it.inputs["vpcId"] for it in stack.of_type("aws:ec2/securityGroup:SecurityGroup")}
    assert groups == {network["id"]}
    service = stack.named("shop-service").inputs["networkConfiguration"]
    assert sorted(service["subnets"]) == sorted(network["subnets"]["private"].values())
    assert not [line for line in stack.warnings if "Postgres 'db'" in line]


def test_a_preview_without_stagings_database_is_refused(infra: Infra) -> None:
    given = {**configuration(PREVIEW, "1")}
    del given["vina-santa-cruz:database-url"]
    with pytest.raises(pulumi.ConfigMissingError, match="vina-santa-cruz:database-url"):
        infra(deploy, stack=PREVIEW, config=given)


def test_a_preview_copies_and_watches_nothing() -> None:
    """VS-6: staging looks after its data."""
    assert [components(preview(123), kind) for kind in ("Backup", "Alerts", "Uptime", "Dashboard")] == [[]] * 4


def test_only_staging_drops_the_schemas_of_old_previews() -> None:
    """VS-6"""
    assert components(stack_of(STAGING), "Job") == ["migrate", "nightly-checks", "old-previews"]
    assert components(stack_of(PRODUCTION), "Job") == ["migrate", "nightly-checks"]
    command = container(stack_of(STAGING), "old-previews")["command"]
    assert "DROP SCHEMA %I CASCADE" in command[-1]
