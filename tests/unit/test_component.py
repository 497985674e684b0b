"""What every component does: refused before anything is made, placed, named, overridden, protected."""

import subprocess
import sys
from typing import Any

import pulumi
import pytest

from infra_kit import Environment, LifecycleRule, ObjectStore, Postgres, Redis, Target
from infra_kit.component import Overrides, Scope
from infra_kit.errors import (
    DuplicateNameError,
    InvalidNameError,
    OverrideError,
    SpecError,
)
from infra_kit.testing import record
from tests.unit.refusals import refusal

PRODUCTION = {"infra-kit:environment": "production"}
ARCHIVE = LifecycleRule(archive_after_days=365)


class Attachment(pulumi.CustomResource):
    """A provider's resource: its inputs come by keyword; one of them is called `role`, as in aws.iam."""

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("aws:iam:Attachment", resource_name, props, opts)


def with_child(
    opts: pulumi.ResourceOptions | None = None, *, overrides: Overrides | None = None, **props: Any
) -> Attachment:
    """What a driver does for a component `it`."""
    options = opts or pulumi.ResourceOptions()
    it = Redis("it", opts=options)
    scope = Scope(it, "it", it.target, overrides or {}, options)
    return scope.resource("attachment", Attachment, **props)


def test_a_bad_argument_is_refused_before_anything_is_made() -> None:
    message = refusal(lambda: Postgres("db", memory_gb="4"), SpecError)  # type: ignore[arg-type]
    assert message == "Postgres 'db': memory_gb: Input should be a valid number, given '4'"


def test_a_bad_name_is_refused() -> None:
    assert refusal(lambda: Postgres("My_DB"), InvalidNameError).startswith("Postgres 'My_DB': a name is ")


def test_two_components_of_one_name_are_refused_whatever_they_are() -> None:
    message = refusal(lambda: (Postgres("main"), Redis("main")), DuplicateNameError)
    assert message.startswith("Redis 'main': this stack already has a Postgres called 'main'.")
    assert message.endswith("choose another.")


def test_one_name_may_stand_in_two_stacks_of_one_process() -> None:
    for stack in ("one", "two"):
        assert record(lambda: Postgres("main"), stack=stack).named("main")


def test_a_name_that_another_components_child_has_is_refused() -> None:
    message = refusal(lambda: (Postgres("db", read_replicas=1), Redis("db-replica-1")), DuplicateNameError)
    assert message.startswith("Redis 'db-replica-1': this stack already has a child of Postgres called 'db-replica-1'.")


def test_an_override_is_merged_last() -> None:
    recording = record(lambda: Redis("cache", memory_gb=1, overrides={"server": {"memory_gb": 2}}))
    assert recording.named("cache-server").inputs["memory_gb"] == 2


def test_an_override_inside_a_mapping_takes_nothing_else_away() -> None:
    program = lambda: with_child(overrides={"attachment": {"tags": {"team": "a"}}}, tags={"app": "shop"}, role="r")  # noqa: E731
    assert record(program).named("it-attachment").inputs == {"tags": {"app": "shop", "team": "a"}, "role": "r"}


@pytest.mark.parametrize(
    ("said", "users", "wanted"),
    [(None, None, True), (False, None, False), (True, None, True), (False, True, True), (True, False, False)],
)
def test_a_drivers_own_protection_stands_between_the_environments_and_the_users(
    said: bool | None,
    users: bool | None,
    wanted: bool,
) -> None:
    options = pulumi.ResourceOptions(protect=users)
    recording = record(lambda: with_child(options, stateful=True, protect=said), config=PRODUCTION)
    assert recording.named("it-attachment").options.protect is wanted


def test_a_driver_may_protect_what_holds_no_data_whatever_the_environment() -> None:
    assert record(lambda: with_child(protect=True)).named("it-attachment").options.protect


def test_protection_set_above_the_component_reaches_what_holds_data_also_in_development() -> None:
    def program() -> None:
        above = pulumi.ComponentResource("shop:index:Shop", "shop", None, pulumi.ResourceOptions(protect=True))
        Redis("cache", opts=pulumi.ResourceOptions(parent=above))

    assert record(program).named("cache-server").options.protect


@pytest.mark.parametrize(("environment", "stays"), [("development", False), ("staging", True), ("production", True)])
def test_what_a_driver_retains_stays_where_the_environment_retains_data(environment: str, stays: bool) -> None:
    config = {"infra-kit:environment": environment}
    attachment = record(lambda: with_child(retain_on_delete=True), config=config).named("it-attachment")
    assert attachment.options.retain_on_delete is stays


def test_a_child_may_wait_for_what_its_inputs_do_not_tell() -> None:
    def program() -> None:
        with_child(depends_on=[pulumi.ComponentResource("shop:index:Shop", "shop"), Redis("other")])

    recording = record(program)
    assert recording.named("other-server").urn in recording.named("it-attachment").options.depends_on


def test_an_override_may_set_pulumis_options() -> None:
    options = pulumi.ResourceOptions(ignore_changes=["memory_gb"])
    recording = record(lambda: Redis("cache", overrides={"server": {"opts": options}}))
    assert recording.named("cache-server").options.ignore_changes == ("memory_gb",)
    assert recording.named("cache-server").parent == recording.named("cache").urn


def test_an_override_of_an_unknown_role_is_refused_with_those_there_are() -> None:
    message = refusal(
        lambda: Redis("cache", replicas=1, overrides={"sever": {}, "server": {}}),
        OverrideError,
    )
    assert message == (
        "Redis 'cache': overrides names sever, which local does not make here. Roles: server, replica-1."
    )


def test_a_target_given_comes_before_the_stacks() -> None:
    production = Target(name="local", environment=Environment.PRODUCTION)
    recording = record(lambda: (Redis("here"), Redis("there", target=production)))
    assert not recording.named("here-server").options.protect
    assert recording.named("there-server").options.protect


def test_the_components_own_protection_comes_before_the_environments() -> None:
    config = {"infra-kit:environment": "production"}
    recording = record(lambda: Redis("cache", opts=pulumi.ResourceOptions(protect=False)), config=config)
    assert not recording.named("cache-server").options.protect


def test_options_of_the_component_work_as_in_any_pulumi_component() -> None:
    options = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])
    recording = record(lambda: Redis("cache", opts=options))
    assert any("old" in alias for alias in recording.named("cache").options.aliases)


def test_without_a_running_program_it_says_how_to_run_one() -> None:
    program = 'from infra_kit import Redis; Redis("cache")'
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "no Pulumi program is running" in answer.stderr
    assert "infra-kit up" in answer.stderr


@pytest.mark.parametrize("kind", [Postgres, Redis, ObjectStore])
def test_a_component_is_of_the_type_that_other_languages_need(kind: type[Postgres | Redis | ObjectStore]) -> None:
    assert record(lambda: kind("it")).named("it").type == f"infra-kit:index:{kind.__name__}"


def test_a_class_that_a_user_derives_keeps_the_type_in_the_state() -> None:
    class AppDb(Postgres):
        """A user's own."""

    assert record(lambda: AppDb("db")).named("db").type == "infra-kit:index:Postgres"


@pytest.mark.parametrize(("said", "environment"), [(True, "development"), (False, "production")])
def test_protection_said_above_the_component_comes_before_what_a_driver_says(said: bool, environment: str) -> None:
    def program() -> None:
        product = pulumi.ComponentResource("test:index:Product", "product", opts=pulumi.ResourceOptions(protect=said))
        Postgres("db", deletion_protection=not said, opts=pulumi.ResourceOptions(parent=product))

    made = record(program, config={"infra-kit:environment": environment})
    assert made.named("db-server").options.protect is said


def test_a_user_may_let_go_of_what_would_be_retained() -> None:
    def program(**options: Any) -> bool:
        opts = pulumi.ResourceOptions(**options)
        made = record(lambda: with_child(opts, stateful=True, retain_on_delete=True), config=PRODUCTION)
        return made.named("it-attachment").options.retain_on_delete

    assert program()
    assert not program(retain_on_delete=False)
