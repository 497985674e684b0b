"""The lock-in of a stack: one method, whatever the system."""

import pkgutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from infra_kit import components
from infra_kit.components.postgres import PostgresSpec
from infra_kit.errors import ConfigError
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.costs import cost
from infra_kit.planning.lock_in import LockIn, Score, lock_in
from infra_kit.planning.lock_in_aspects import WEIGHTS
from infra_kit.planning.overview import overview
from infra_kit.planning.programs import Planned, plan
from infra_kit.target import package
from tests.unit.planning.conftest import MakeProject

SHOP = """
    import pulumi
    from infra_kit import EventBus, ExternalService, Postgres, Stream
    engine = pulumi.Config().get("engine") or "nats"
    Postgres("db", memory_gb=4)
    EventBus("events", engine=engine, streams={"ORDERS": Stream(subjects=["order.*"])})
    if paid := pulumi.Config().get("crm"):
        ExternalService("crm", vendor="Salesforce", monthly=float(paid))
    if raw := pulumi.Config().get("raw"):
        import pulumi_aws as aws
        key = [{"name": "id", "type": "S"}]
        aws.dynamodb.Table("carts", hash_key="id", billing_mode="PAY_PER_REQUEST", attributes=key)
        aws.dynamodb.Table(raw, hash_key="id", billing_mode="PAY_PER_REQUEST", attributes=key)
        aws.glue.CatalogDatabase("lake")
        import pulumi_random as random
        random.RandomPet("name")
"""
AWS = """
    config:
      infra-kit:target: aws
      infra-kit:environment: staging
      infra-kit:region: us-east-1
      shop:engine: native
      shop:raw: ""
      shop:crm: ""
"""
VPS = """
    config:
      infra-kit:target: vps
      infra-kit:environment: development
      infra-kit:vps: {host: 203.0.113.10, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey}
      shop:engine: nats
"""
LOCAL = "config: {infra-kit:target: local, shop:engine: nats}"
PLACES = {
    "local": "{infra-kit:target: local}",
    "vps": "{infra-kit:target: vps, infra-kit:environment: development, infra-kit:vps: {host: 203.0.113.10, "
    "host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey, acme_email: ops@shop.example, backups: {bucket: copies, "
    "endpoint: 'https://s3.example', access_key: KEY, secret_key: SECRET, passphrase: PASSPHRASE}, "
    "smtp: {host: smtp.example, sender: a@shop.example, username: shop, password: PASSWORD}}}",
    "aws": "{infra-kit:target: aws, infra-kit:environment: staging, infra-kit:region: us-east-1}",
    "gcp": "{infra-kit:target: gcp, infra-kit:environment: staging, infra-kit:region: us-east1, infra-kit:gcp: {"
    "project: shop-1, billing_account: 012345-6789AB-CDEF01, smtp: {host: smtp.example, username: shop, "
    "password: PASSWORD}}}",
}
ALL = """
    import pulumi
    from infra_kit import *
    run = {"image": "registry.example/it:1", "command": ["true"]}
    net, token, zone = Network("net"), Secret("token"), Domain("zone", domain="shop.example")
    db = Postgres("db", backups=Backups())
    Redis("cache"), Config("config", values={"level": "info"}), Budget("budget", monthly=100)
    EventBus("events", engine="native", streams={"ORDERS": Stream(subjects=["order.*"])})
    api, files = Service("api", **run, port=3000, links=[token.link()]), ObjectStore("files")
    Worker("mailer", **run), Job("nightly", **run, schedule="0 3 * * *")
    Gateway("gateway", routes={"/*": api}, domains=["api.shop.example"])
    Cdn("edge", routes={"/*": files}, domains=["www.shop.example"])
    ExternalService("errors", vendor="Sentry", plan="Team")
    Alerts("alerts", watch=[db, Uptime("outside", url="https://www.shop.example", outside=False)])
    Logs("logs", of=[api]), Mailer("mail", domain="shop.example")
    RestoreDrill("drill", of=Backup("safe", of=[db], keep=Keep(daily=None, weekly=None)))
    Dashboard("board", of=[db, api]), Search("search")
    on = pulumi.Config("infra-kit").require("target")
    on == "gcp" or DocumentStore("docs")
    on in ("local", "vps") and Panel("panel", of=[db, api])
    on in ("local", "aws") and Auth("auth", clients={"web": Client(redirects=["https://shop.example/"])})
"""
COMPONENTS = {module.name.title().replace("_", "") for module in pkgutil.iter_modules(components.__path__)}


@pytest.fixture
def shop(make_project: MakeProject) -> Callable[..., Planned]:
    project = make_project(SHOP, staging=AWS, host=VPS, laptop=LOCAL)
    return lambda *settings, stack="staging": plan(project, stack, settings)


def scored(planned: Planned) -> LockIn:
    return lock_in(planned, cost(planned))


def score(found: LockIn, component: str) -> Score:
    return next(score for score in found.scores if score.component == component)


def of(found: LockIn, component: str) -> float:
    return score(found, component).score


def test_what_costs_more_weighs_more(shop: Callable[..., Planned]) -> None:
    cheap, dear = (scored(shop(f"shop:crm={paid}")) for paid in (1, 1000))
    assert score(cheap, "crm").share < score(dear, "crm").share
    assert cheap.total < dear.total


def test_a_clouds_own_bus_holds_more_than_a_database_that_speaks_sql(shop: Callable[..., Planned]) -> None:
    found = scored(shop())
    assert of(found, "events") > 6
    assert of(found, "db") < 2


def test_the_change_that_is_named_is_the_one_that_lowers_the_stack_most_and_not_of_what_holds_most(
    shop: Callable[..., Planned],
) -> None:
    """A service bought elsewhere holds more here than the bus, and little can be done about it."""
    found = scored(shop("shop:crm=100"))
    crm, events = score(found, "crm"), score(found, "events")
    assert crm.score * crm.share > events.score * events.share
    assert found.change
    assert found.change.component == "events"
    assert "NATS" in found.change.what


def test_a_change_says_the_stacks_score_before_and_after_each_part_at_its_weight(shop: Callable[..., Planned]) -> None:
    found = scored(shop("shop:crm=100"))
    events, change = score(found, "events"), found.change
    assert change
    assert events.change
    assert round(change.before, 1) == found.total
    assert change.before - change.after == pytest.approx((events.score - events.change.score) * events.share)


def test_every_other_change_leaves_the_stack_with_more(shop: Callable[..., Planned]) -> None:
    found = scored(shop("shop:crm=100", "shop:raw=more"))
    drops = [(it.score - it.change.score) * it.share for it in found.scores if it.change]
    assert len(drops) >= 5
    assert found.change
    assert found.change.before - found.change.after == pytest.approx(max(drops))


def test_what_is_changed_scores_in_its_new_place_what_the_change_said(shop: Callable[..., Planned]) -> None:
    """NATS on a host of one's own, and the database beside it."""
    before, after = scored(shop()), scored(shop(stack="host"))
    for name in ("db", "events"):
        change = score(before, name).change
        assert change
        assert change.score == of(after, name)


def test_where_nothing_lowers_it_no_change_is_named(shop: Callable[..., Planned]) -> None:
    assert scored(shop(stack="laptop")).change is None


def test_what_speaks_a_vendors_own_api_is_not_taken_by_another_target_as_it_is(shop: Callable[..., Planned]) -> None:
    events = score(scored(shop()), "events")
    assert next(aspect.score for aspect in events.aspects if aspect.name == "effort") >= 9


def test_what_nothing_is_known_of_is_unscored_and_counts_nowhere(
    shop: Callable[..., Planned], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a target of somebody else's."""
    of_all = facts.of
    monkeypatch.setattr(facts, "of", lambda kind, *where: None if kind == "Postgres" else of_all(kind, *where))
    found = scored(shop())
    assert found.unscored == ("Postgres on aws",)
    assert "db" not in {it.component for it in found.scores}
    assert sum(it.share for it in found.scores) == pytest.approx(1)


def test_a_target_of_somebody_elses_is_not_known() -> None:
    assert facts.of("Postgres", "hetzner", PostgresSpec(memory_gb=4)) is None


def test_what_a_laptop_runs_holds_nearly_nothing(shop: Callable[..., Planned]) -> None:
    assert scored(shop(stack="laptop")).total < 1


def test_each_score_is_the_sum_of_its_aspects_with_their_reasons(shop: Callable[..., Planned]) -> None:
    for each in scored(shop()).scores:
        assert {aspect.name for aspect in each.aspects} == set(WEIGHTS)
        assert each.score == pytest.approx(sum(WEIGHTS[it.name] * it.score for it in each.aspects), abs=0.051)
        assert all(aspect.why for aspect in each.aspects)


def test_accepted_lock_in_is_shown_with_and_without(shop: Callable[..., Planned]) -> None:
    accepted = scored(shop("infra-kit:accepted-lock-in={events: archive of five years}"))
    assert accepted.total == scored(shop()).total
    assert accepted.unaccepted < accepted.total
    assert accepted.change
    assert accepted.change.component == "db"


def test_a_resource_beside_our_components_is_accepted_by_its_name(shop: Callable[..., Planned]) -> None:
    open_ = scored(shop("shop:raw=more"))
    accepted = scored(shop("shop:raw=more", "infra-kit:accepted-lock-in={carts: single-digit milliseconds}"))
    assert score(accepted, "carts").accepted == "single-digit milliseconds"
    assert not score(accepted, "more").accepted
    assert accepted.total == open_.total
    rest = [it for it in open_.scores if it.component != "carts"]
    assert accepted.unaccepted == round(sum(it.score * it.share for it in rest) / sum(it.share for it in rest), 1)


def test_once_both_are_accepted_neither_is_what_would_lower_it_most(shop: Callable[..., Planned]) -> None:
    both = "infra-kit:accepted-lock-in={events: five years, carts: fast, more: fast}"
    accepted = scored(shop("shop:raw=more", both))
    assert accepted.change
    assert accepted.change.component == "db"


def test_a_resource_of_no_known_type_may_be_accepted_and_stays_unscored(shop: Callable[..., Planned]) -> None:
    accepted = scored(shop("shop:raw=more", "infra-kit:accepted-lock-in={lake: Athena reads it}"))
    assert accepted.unscored == ("aws:glue/catalogDatabase:CatalogDatabase",)
    assert accepted.unaccepted == accepted.total


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{queue: why}", "of that name. There is: aws-network, db, events"),
        ("{events: }", "reason"),
        ("[events]", "mapping"),
    ],
)
def test_what_is_accepted_must_be_there_and_have_a_reason(shop: Callable[..., Planned], given: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        scored(shop(f"infra-kit:accepted-lock-in={given}"))


def test_what_stands_beside_our_components_counts_where_it_is_known_and_is_said_where_not(
    shop: Callable[..., Planned],
) -> None:
    found = scored(shop("shop:raw=yes"))
    assert of(found, "carts") > 7
    assert score(found, "carts").beside
    assert not score(found, "db").beside
    assert found.total > scored(shop()).total
    assert found.unscored == ("aws:glue/catalogDatabase:CatalogDatabase",)


def test_what_has_the_name_of_a_component_beside_it_has_a_score_of_its_own(shop: Callable[..., Planned]) -> None:
    """The engine tells them apart by their types."""
    planned = shop("shop:raw=db")
    assert sorted(it.kind for it in scored(planned).scores if it.component == "db") == [
        "Postgres",
        "aws:dynamodb/table:Table",
    ]
    assert next(part.lock_in for part in overview(planned).parts if part.name == "db") == of(scored(shop()), "db")


@pytest.mark.parametrize("target", ["local", "vps", "aws", "gcp"])
def test_of_a_stack_of_our_components_alone_nothing_is_unscored(make_project: MakeProject, target: str) -> None:
    """Whatever its drivers make beside them, such as the switches of Google's APIs."""
    project = make_project(ALL, it=f"config: {PLACES[target]}")
    gaps = "{events: ['engine:native'], gateway: [domains], edge: [domains]}"
    found = scored(plan(project, "it", [f"infra-kit:accepted-gaps={gaps}"]))
    assert found.unscored == ()
    refused = {kind.title().replace("_", "") for kind in getattr(package(target), "REFUSES", ())}
    assert {it.kind for it in found.scores} == COMPONENTS - {"Budget"} - refused


def test_the_weights_of_all_are_a_whole(shop: Callable[..., Planned]) -> None:
    assert sum(score.share for score in scored(shop("shop:raw=yes")).scores) == pytest.approx(1)


def test_what_stands_beside_weighs_by_its_cost_too_each_of_a_type_alike(shop: Callable[..., Planned]) -> None:
    planned = shop("shop:raw=more")
    bill = cost(planned)
    [db, *_] = [item for item in bill.items if item.monthly]
    db = replace(db, component="db", monthly=Decimal(100))
    table = replace(db, component="", type="aws:dynamodb/table:Table", monthly=Decimal(150))
    free = {it.component: it.share for it in lock_in(planned, replace(bill, items=())).scores}
    paid = {it.component: it.share for it in lock_in(planned, replace(bill, items=(db, table, table))).scores}
    assert paid["carts"] == paid["more"] == pytest.approx((1 / len(free) + 150 / 400) / 2)
    assert free["carts"] == pytest.approx(1 / len(free))
    assert sum(paid.values()) == pytest.approx(1)


def test_a_feature_that_only_one_target_has_takes_more_effort(make_project: MakeProject) -> None:
    program = """
        import pulumi
        from infra_kit import LifecycleRule, ObjectStore
        archived = {"old": LifecycleRule(archive_after_days=90)} if pulumi.Config().get("archive") else {}
        ObjectStore("files", lifecycle=archived)
    """
    project = make_project(
        program, prod="config: {infra-kit:target: aws, infra-kit:environment: staging, shop:archive: ''}"
    )
    plain, archived = (scored(plan(project, "prod", [f"shop:archive={it}"])) for it in ("", "yes"))
    assert of(archived, "files") > of(plain, "files")
