"""Every stack of this repository, recorded with its own configuration."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import pytest

from infra_kit.engine import guard
from infra_kit.engine.guard import holds_data
from infra_kit.errors import ConfigError, DataLossRefusedError
from infra_kit.planning import saved
from infra_kit.planning.changes import Change, Fate, between
from infra_kit.planning.moves import refused
from infra_kit.planning.phases import descriptions
from infra_kit.planning.saved import Saved
from infra_kit.planning.transition import step
from infra_kit.testing import record
from infra_kit.testing.conformance.safety import replaced
from stacks.config import phases
from tests.unit.planning.mirrored import assert_mirrored
from tests.unit.stacks.recorded import PHASES, PROJECT, STACKS, deploy, phases_of, stack_of

SECRET = {
    "database_url", "pooled_database_url", "reader_url", "reports_url", "analytics_url", "redis_url", "queue_url",
    "events_url", "documents_url", "pgadmin_password", "search_url",
    "second_database_url",
    *(f"{it}_eu" for it in ("database_url", "pooled_database_url", "reports_url", "redis_url", "search_url")),
}  # fmt: skip

ENOUGH = {
    ("nomadshift", "NS-14"): {"1": {}, "2": {"concurrent_users": 10_000}, "3": {}},
    ("vina-santa-cruz", "VS-16"): {
        "1": {"users_a_month": 5000}, "2": {"users_a_month": 15_000}, "3": {"users_a_month": 50_000},
    },
    ("founder-diary", "FD-6"): {
        "1": {"users_a_month": 1000, "data_gb": 10, "requests_a_month": 100_000, "developers": 2}, "2": {},
    },
    ("cuenta-conmigo", "CC-1 to CC-5"): {
        "0": {"active_users": 100, "concurrent_users": 100},
        "1": {"active_users": 1000, "concurrent_users": 200},
        "2": {"active_users": 10_000, "concurrent_users": 1000},
        "3": {"active_users": 100_000, "concurrent_users": 5000},
        "4": {"active_users": 1_000_000, "concurrent_users": 50_000},
    },
    ("zuclubit", "ZU-13"): {"1": {"users": 100}, "2": {"users": 1000}, "3": {"users": 10_000}},
}  # fmt: skip
"""By system and the seed's requirement: the figures up to which each phase is enough, as the seed has them."""
SIGNALS = {
    ("nomadshift", "1"): ["a replica lags behind by over 5 s (NS-2)", "connections are over 70 % of the pool (NS-10)"],
    ("founder-diary", "1"): ["slow", "compliance", "figures", "media files"],
}
"""What else the seeds name, in words that stand in the signals, in their order."""


def steps_of(name: str) -> list[tuple[str, str]]:
    """The pairs of neighbouring phases that one stack goes through in place."""
    return list(pairwise(phases_of(name)))


STEPS = [(name, *pair) for name in STACKS for pair in steps_of(name)]
IN_PLACE = {Fate.KEPT, Fate.CREATED, Fate.CHANGED}


def saved_of(name: str, phase: str) -> Sequence[Saved]:
    return tuple(saved.resource(each, "") for each in stack_of(name, phase).resources)


@cache
def changes_of(name: str, before: str, after: str) -> Sequence[Change]:
    return between(saved_of(name, before), saved_of(name, after))


def test_every_system_has_its_phases() -> None:
    assert {system: sorted(phases(system)) for system in PHASES} == PHASES


def test_every_systems_criteria_are_held_here() -> None:
    assert sorted(system.replace("-", "_") for system, _ in ENOUGH) == sorted(PHASES)


@pytest.mark.parametrize(("system", "row"), ENOUGH)
def test_a_phase_is_enough_up_to_the_figures_of_its_seed(system: str, row: str) -> None:
    found = {phase: each.until for phase, each in descriptions(PROJECT, system).items()}
    assert found == ENOUGH[system, row]


def test_what_tells_besides_figures_that_it_is_time_is_that_of_the_seeds() -> None:
    told = {
        (system, phase): each.signals
        for system, _ in ENOUGH
        for phase, each in descriptions(PROJECT, system).items()
        if each.signals
    }
    assert told.keys() == SIGNALS.keys()
    for key, signals in told.items():
        assert len(signals) == len(SIGNALS[key])
        assert all(words in signal for words, signal in zip(SIGNALS[key], signals, strict=True)), key


@pytest.mark.parametrize(("name", "phase"), [(name, phase) for name in STACKS for phase in phases_of(name)])
def test_a_stack_stands_in_every_phase_with_its_own_configuration(name: str, phase: str) -> None:
    stack = stack_of(name, phase)
    assert "database_url" in stack.exports
    assert stack.secret_exports == SECRET & stack.exports.keys()


@pytest.mark.parametrize(("name", "before", "after"), STEPS)
def test_from_phase_to_phase_nothing_that_holds_data_goes_or_is_made_anew(name: str, before: str, after: str) -> None:
    old, new = stack_of(name, before), stack_of(name, after)
    kept = {resource.urn for resource in new.resources}
    assert [it.name for it in old.resources if holds_data(it.type, it.inputs) and it.urn not in kept] == []
    assert replaced(old, new) == []
    assert replaced(new, old) == []


@pytest.mark.parametrize(("name", "before", "after"), STEPS)
def test_a_later_phase_has_the_components_of_the_one_before_under_their_names(
    name: str, before: str, after: str
) -> None:
    old, new = (
        {it.urn for it in stack_of(name, phase).resources if not it.request.custom} for phase in (before, after)
    )
    assert old - new == set()


@pytest.mark.parametrize(("name", "before", "after"), STEPS)
def test_the_plan_of_a_step_says_what_was_recorded_and_the_guard_lets_it_pass(
    name: str, before: str, after: str
) -> None:
    changes = changes_of(name, before, after)
    assert [it.resource.name for it in changes if it.stateful and it.fate not in IN_PLACE] == []
    guard.check([step(change) for change in changes])


@pytest.mark.parametrize(("name", "before", "after"), STEPS)
def test_on_the_way_back_what_holds_data_stays_is_let_go_or_is_refused(name: str, before: str, after: str) -> None:
    changes = changes_of(name, after, before)
    ended = {it.resource.name for it in changes if it.stateful and it.fate not in {*IN_PLACE, Fate.FORGOTTEN}}
    refused = _refused(changes)
    assert [each for each in ended if f"  {each} (" not in refused] == []


@pytest.mark.parametrize(("name", "before", "after"), STEPS)
def test_both_ways_nothing_is_asked_that_its_service_refuses(name: str, before: str, after: str) -> None:
    found = [*changes_of(name, before, after), *changes_of(name, after, before)]
    assert [f"{it.resource.name}: {line}" for it in found if it.before for line in refused(it)] == []


@pytest.mark.parametrize(("name", "before", "after"), [each for each in STEPS if each[0].endswith("-production")])
def test_in_production_the_engine_itself_ends_nothing_that_only_a_later_phase_has(
    name: str, before: str, after: str
) -> None:
    gone = [it for it in changes_of(name, after, before) if it.stateful and it.fate is Fate.DELETED]
    assert [it.resource.name for it in gone if not it.stopped] == []


def _refused(changes: Sequence[Change]) -> str:
    try:
        guard.check([step(change) for change in changes])
    except DataLossRefusedError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("name", "before", "after"), STEPS)
def test_the_way_back_from_a_phase_mirrors_the_way(name: str, before: str, after: str) -> None:
    assert_mirrored(saved_of(name, before), saved_of(name, after))


def test_vina_santa_cruz_has_its_names_in_a_zone_of_its_own() -> None:
    stack = stack_of("vina-santa-cruz-production")
    records = [it.inputs for it in stack.of_type("aws:route53/record:Record")]
    led = {inputs["name"]: inputs["zoneId"] for inputs in records if "aliases" in inputs}
    zone = stack.named("zone-zone").outputs["zoneId"]
    assert led == {"app.vinasantacruz.example": zone}
    assert stack.exports["name_servers"]


@pytest.mark.parametrize(
    ("name", "phase", "names"),
    [
        ("founder-diary-production", "1", ["app.founderdiary.example"]),
        ("cuenta-conmigo-production", "1", ["app.cuentaconmigo.example", "static.cuentaconmigo.example"]),
    ],
)
def test_on_a_vps_a_stack_says_which_records_to_set(name: str, phase: str, names: list[str]) -> None:
    stack = stack_of(name, phase)
    assert stack.exports["dns_records"] == [f"{it}. 300 IN A 203.0.113.10" for it in names]


def test_zuclubit_uses_all_five_components() -> None:
    stack = stack_of("zuclubit-development")
    for kind in ("Postgres", "Redis", "EventBus", "ObjectStore", "Cdn"):
        assert stack.of_type(f"infra-kit:index:{kind}"), kind


def test_zuclubit_locks_its_invoices_for_five_years() -> None:
    inputs = stack_of("zuclubit-development").named("invoices-server").inputs
    assert inputs["retention_lock"] == 5 * 365


def test_zuclubit_says_what_this_machine_leaves_out() -> None:
    warnings = stack_of("zuclubit-development").warnings
    assert any("archive is left out" in line for line in warnings)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"system": "moon"}, "infra-kit:system: given 'moon', there is cuenta_conmigo, founder_diary, "),
        ({"system": "zuclubit", "phase": 99}, "infra-kit:phase: given '99', there is 1"),
    ],
)
def test_an_unknown_system_or_phase_is_refused_with_those_there_are(config: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        record(deploy, config={f"infra-kit:{key}": value for key, value in config.items()})
    assert str(refused.value).startswith(message)
