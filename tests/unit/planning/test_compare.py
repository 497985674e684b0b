"""One stack in several places, side by side."""

from dataclasses import replace

import pytest

from infra_kit import Postgres, Redis, Service, target
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.planning.answers import Answers
from infra_kit.planning.availability import availability
from infra_kit.planning.compare import compare
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.programs import Planned
from infra_kit.testing import record
from tests.unit.planning.conftest import MakeProject

SHOP = """
    import pulumi
    from infra_kit import Postgres
    Postgres("db", memory_gb=pulumi.Config().require_int("memory"), extensions=["postgis"])
"""
AWS = "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1, shop:memory: 4}"
VPS, ON_AWS = "infra-kit:target=vps", "infra-kit:target=aws"


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project(SHOP, production=AWS)


def test_a_key_that_is_set_twice_gives_two_places_and_the_others_hold_in_both(project: Project) -> None:
    vps, aws = compare(project, "production", [VPS, ON_AWS, "shop:memory=8"])
    assert (vps.settings, aws.settings) == ((VPS,), (ON_AWS,))
    assert vps.resources > 0
    assert aws.resources > 0
    assert vps.lock_in < aws.lock_in


def test_regions_that_are_set_as_often_as_targets_are_theirs_and_of_all_else_each_is_seen_with_each(
    project: Project,
) -> None:
    regions = ["infra-kit:region=eu-west-1", "infra-kit:region=us-east-1"]
    sizes = ["shop:memory=4", "shop:memory=8"]
    found = compare(project, "production", [ON_AWS, regions[0], sizes[0], ON_AWS, regions[1], sizes[1]])
    assert [it.settings for it in found] == [(ON_AWS, region, size) for region in regions for size in sizes]
    alone = compare(project, "production", [VPS, ON_AWS, *sizes])
    assert [it.settings for it in alone] == [(place, size) for place in (VPS, ON_AWS) for size in sizes]


def test_what_a_place_lacks_is_told_and_not_refused(project: Project) -> None:
    vps, aws = compare(project, "production", [VPS, ON_AWS])
    assert "extension:postgis" in vps.gaps["db"]
    assert "db" not in aws.gaps


def test_what_a_place_needs_to_be_told_is_assumed_and_said(project: Project) -> None:
    vps, aws = compare(project, "production", [VPS, ON_AWS])
    assert any("infra-kit:vps.host" in each for each in vps.assumed)
    assert not any("infra-kit:" in each for each in aws.assumed)


def test_a_place_where_the_program_fails_says_why_and_the_others_stand(project: Project) -> None:
    small, large = compare(project, "production", ["shop:memory=4", "shop:memory=-1"])
    assert small.problem == ""
    assert "memory_gb" in large.problem


def test_a_target_whose_sdk_is_not_installed_says_how_to_get_it_and_the_others_stand(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.package.cache_clear()
    monkeypatch.setattr("infra_kit.providers.vps.NEEDS", ("no_such_sdk",), raising=False)
    vps, aws = compare(project, "production", [VPS, ON_AWS])
    target.package.cache_clear()
    assert "no_such_sdk, not installed here. Run: " in vps.problem
    assert aws.problem == ""


def test_a_gap_that_the_program_does_not_let_be_accepted_is_a_problem_of_that_place(
    make_project: MakeProject,
) -> None:
    program = """
        import pulumi
        from infra_kit import Postgres, Target
        name = pulumi.Config("infra-kit").get("target")
        Postgres("db", memory_gb=4, extensions=["postgis"], target=Target(name=name, accepted_gaps={}))
    """
    vps, aws = compare(make_project(program, production=AWS), "production", [VPS, ON_AWS])
    assert "extension:postgis" in vps.problem
    assert aws.problem == ""


def test_each_place_tells_its_own_assumptions_whatever_answers_are_given(project: Project) -> None:
    vps, aws = compare(project, "production", [VPS, ON_AWS], Answers())
    assert any("infra-kit:vps.host" in each for each in vps.assumed)
    assert not any("infra-kit:vps.host" in each for each in aws.assumed)
    assert not any("aws:index/getPartition" in each for each in vps.assumed)


def planned(**arguments: int | bool) -> Planned:
    def program() -> None:
        Postgres("db", memory_gb=4, high_availability=bool(arguments.get("high_availability")))
        Service("api", image="registry.example/api:1", port=80, min_instances=int(arguments.get("instances", 1)))

    config = {"infra-kit:target": "aws", "infra-kit:environment": "staging", "infra-kit:region": "eu-west-1"}
    recording = record(program, config=config)
    return Planned(Configuration(None, "test", config, frozenset()), recording, ())  # type: ignore[arg-type]


def test_what_stands_twice_is_promised_more() -> None:
    once, twice = availability(planned()), availability(planned(high_availability=True, instances=2))
    assert once.percent is not None
    assert twice.percent is not None
    assert once.percent < twice.percent < 99.95
    assert once.weakest.startswith(("db", "api"))
    assert (once.hours_a_year or 0) > (twice.hours_a_year or 0) > 0


def test_each_promise_has_the_vendors_page() -> None:
    promises = availability(planned()).promises
    assert set(promises) == {"db", "api"}
    assert promises["db"].source == "https://aws.amazon.com/rds/sla/"


def test_what_nobody_promises_is_named_and_there_is_no_figure() -> None:
    def program() -> None:
        Redis("cache", memory_gb=1)

    plan = planned()
    with_cache = record(program, config=plan.configuration.values)
    found = availability(replace(plan, recording=with_cache))
    assert (found.percent, found.unpromised) == (None, ("cache",))


def test_a_cloud_whose_region_nobody_has_said_is_compared_in_an_example_of_one(make_project: MakeProject) -> None:
    project = make_project(
        "from infra_kit import Budget, Redis\nRedis('cache', memory_gb=1)\nBudget('all', monthly=100)", prod=AWS
    )
    vps, gcp = compare(project, "prod", [VPS, "infra-kit:target=gcp"])
    assert gcp.problem == ""
    assert any("infra-kit:region (us-central1)" in each for each in gcp.assumed)
    assert gcp.monthly > 0
    assert not any("infra-kit:region" in each for each in vps.assumed)


def test_data_that_is_partly_elsewhere_is_not_in_the_same_region(make_project: MakeProject) -> None:
    program = """
        import pulumi
        from infra_kit import Postgres, Redis, Target
        Redis("cache", memory_gb=1)
        if pulumi.Config().require_int("memory") > 4:
            Postgres("db", memory_gb=4, target=Target(name="aws", alias="far", region="us-east-1"))
    """
    near, far = compare(make_project(program, prod=AWS), "prod", ["shop:memory=4", "shop:memory=8"])
    assert "in the same region" in near.latency
    assert "partly in another place" in far.latency


def test_a_key_that_nothing_reads_is_refused(project: Project) -> None:
    with pytest.raises(ConfigError, match=r"reads shop:memroy\. Did you mean shop:memory"):
        compare(project, "production", [VPS, ON_AWS, "shop:memroy=8"])
