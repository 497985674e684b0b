"""What links give on AWS: rights as narrow as their access, a way as narrow as its port, a login of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pulumi
import pytest

from infra_kit import (
    Config,
    Consumer,
    EventBus,
    Job,
    ObjectStore,
    Pooling,
    Postgres,
    Redis,
    Secret,
    Service,
    Stream,
)
from infra_kit.components.object_store import Access
from infra_kit.errors import SpecError
from infra_kit.links import Link
from infra_kit.testing import Recording, record
from tests.unit.apart import in_two_networks, on_two_targets, on_two_targets_in_one_network
from tests.unit.providers.aws.workloads import AWS, IMAGE, INGRESS, PRODUCTION, of, statements, variables, ways_into


def linked(make: Callable[[], Link], config: Mapping[str, Any] = AWS) -> Recording:
    def program() -> None:
        link = make()
        Service("api", image=IMAGE, links=[link])

    return of(program, config)


def secrets(made: Recording) -> dict[str, str]:
    found: dict[str, str] = json.loads(made.named("api-secrets-value").inputs["secretString"])
    return found


def test_a_database_lets_in_what_is_linked_to_it_and_nobody_else() -> None:
    made = linked(lambda: Postgres("db").link())
    assert ways_into(made, "db-security-group") == {
        "db-ingress": ("db-client-security-group-id", 5432),  # its own set-up and pooler
        "api-reaches-db": ("api-security-group-id", 5432),
    }


def test_no_store_is_open_to_a_whole_network_where_services_stand() -> None:
    """Also one that nothing is linked to; made before the services, or after them."""

    def program() -> None:
        Redis("idle")
        Service("api", image=IMAGE, links=[Postgres("db").link()])
        Redis("later")

    found = of(program).of_type(INGRESS)
    assert [it.name for it in found if "cidrIpv4" in it.inputs] == []
    assert {it.inputs.get("referencedSecurityGroupId") for it in found} == {
        "idle-security-group-id", "later-security-group-id", "db-client-security-group-id", "api-security-group-id",
    }  # fmt: skip


def test_where_nothing_runs_the_network_reaches_its_stores() -> None:
    (rule,) = of(lambda: Redis("cache")).of_type(INGRESS)
    assert rule.inputs["cidrIpv4"] == "10.0.0.0/16"
    assert "referencedSecurityGroupId" not in rule.inputs


def test_each_link_to_a_database_is_a_role_that_one_run_makes() -> None:
    def program() -> None:
        db = Postgres("db", databases=["shop", "audit"])
        Service("api", image=IMAGE, links=[db.link("read", database="audit")])
        Service("web", image=IMAGE, links=[db.link()])

    made = of(program)
    run = made.named("db-setup-run")
    assert json.loads(run.inputs["input"])["links"] == [
        {"role": "service-api-db-audit", "password": "recorded-password", "access": "read", "database": "audit"},
        {"role": "service-web-db-shop", "password": "recorded-password", "access": "readwrite", "database": "shop"},
    ]
    assert "input" in run.secret_inputs
    assert len(made.of_type("aws:lambda/invocation:Invocation")) == 1
    assert run.urn in made.named("api-task").options.depends_on


def test_a_link_to_a_database_gives_its_own_login() -> None:
    made = linked(lambda: Postgres("db", read_replicas=1).link("read"))
    host = "db-server.abc123.us-east-1.rds.amazonaws.com"
    assert (
        secrets(made)["DB_URL"] == f"postgresql://service-api-db-app:recorded-password@{host}:5432/app?sslmode=require"
    )
    assert "@db-replica.abc123" in secrets(made)["DB_READER_URL"]
    found = variables(made)
    assert (found["DB_USERNAME"], found["DB_HOST"], found["DB_DATABASE"]) == ("service-api-db-app", host, "app")
    assert "recorded-password" not in str(found)


def test_a_pooler_knows_the_logins_of_links() -> None:
    made = linked(lambda: Postgres("db", pooling=Pooling()).link(), PRODUCTION)
    arns = {made.named(name).outputs["arn"] for name in ("db-secret", "db-api-link-db-login")}
    assert {auth["secretArn"] for auth in made.named("db-pooler").inputs["auths"]} == arns
    (reads, _) = statements(made, "db-pooler-rights")
    assert set(reads["Resource"]) == arns
    login = json.loads(made.named("db-api-link-db-login-value").inputs["secretString"])
    assert login["username"] == "service-api-db-app"
    # The pooler's role may use the database's key alone.
    assert made.named("db-api-link-db-login").inputs["kmsKeyId"] == made.named("db-key").outputs["arn"]
    assert "@db-pooler-1a2b3c4.proxy-" in secrets(made)["DB_POOLED_URL"]


@pytest.mark.parametrize(
    ("access", "may", "may_not"),
    [("read", "+@read", "+@all"), ("readwrite", "+@all", "+@read")],
)
def test_each_link_to_a_cache_is_a_user(access: Any, may: str, may_not: str) -> None:
    made = linked(lambda: Redis("cache").link(access))
    user = made.named("cache-api-link-cache-user")
    rules = user.inputs["accessString"].split()
    assert may in rules
    assert may_not not in rules
    assert user.inputs["userId"] in made.named("cache-users").inputs["userIds"]
    assert "authenticationMode" in user.secret_inputs
    assert secrets(made)["CACHE_URL"].startswith(f"rediss://{user.inputs['userName']}:recorded-password@master.cache.")
    assert ways_into(made, "cache-security-group")["api-reaches-cache"] == ("api-security-group-id", 6379)
    assert made.named("cache-users").urn in made.named("api-service").options.depends_on


def test_users_of_one_cache_have_ids_of_their_own() -> None:
    def program() -> None:
        cache = Redis("cache")
        Service("api", image=IMAGE, links=[cache.link(), cache.link("read", name="VIEW")])
        Service("web", image=IMAGE, links=[cache.link()])

    ids = [it.inputs["userId"] for it in of(program).of_type("aws:elasticache/user:User")]
    assert len(set(ids)) == len(ids) == 4
    assert max(map(len, ids)) <= 40


@pytest.mark.parametrize(
    ("access", "objects", "bucket"),
    [
        (("read",), {"s3:GetObject", "s3:GetObjectVersion"}, {"s3:GetBucketLocation", "s3:ListBucket"}),
        (
            ("write",),
            {"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"},
            {"s3:GetBucketLocation"},
        ),
        (("delete",), {"s3:DeleteObject"}, {"s3:GetBucketLocation"}),
    ],
)
def test_each_access_to_a_bucket_is_what_s3_calls_so(
    access: tuple[Access, ...], objects: set[str], bucket: set[str]
) -> None:
    made = linked(lambda: ObjectStore("files").link(*access, prefix="up/"))
    found: dict[str, set[str]] = {}
    for statement in statements(made, "api-role-rights"):
        found.setdefault(statement["Resource"], set()).update(statement["Action"])
    arn = made.named("files-bucket").outputs["arn"]
    assert found == {f"{arn}/up/*": objects, arn: bucket}


def test_a_list_is_bounded_by_the_prefix() -> None:
    made = linked(lambda: ObjectStore("files").link("read", prefix="up/"))
    (lists,) = (it for it in statements(made, "api-role-rights") if it["Action"] == ["s3:ListBucket"])
    assert lists["Condition"] == {"StringLike": {"s3:prefix": "up/*"}}


def test_a_bucket_with_a_key_is_read_by_it_and_no_further() -> None:
    made = linked(lambda: ObjectStore("files").link("read"), PRODUCTION)
    (uses,) = (
        it for it in statements(made, "api-role-rights") if it["Resource"] == made.named("files-key").outputs["arn"]
    )
    assert uses["Action"] == ["kms:Decrypt"]


def bus() -> EventBus:
    streams = {"LEADS": Stream(subjects=["lead.*"]), "ORDERS": Stream(subjects=["order.*"])}
    consumers = {"scoring": Consumer(stream="LEADS"), "billing": Consumer(stream="ORDERS")}
    return EventBus("bus", engine="native", streams=streams, consumers=consumers)


def test_who_publishes_may_put_these_subjects_on_this_bus() -> None:
    made = linked(lambda: bus().link(publish=["lead.created"]))
    (may,) = statements(made, "api-role-rights")
    assert (may["Action"], may["Resource"]) == (["events:PutEvents"], made.named("bus-bus").outputs["arn"])
    assert may["Condition"] == {"StringLike": {"events:detail-type": ["lead.created"]}}


def test_who_consumes_takes_from_this_queue_alone() -> None:
    made = linked(lambda: bus().link(consume=["scoring"]), PRODUCTION)
    take, decrypt = statements(made, "api-role-rights")
    assert take["Resource"] == [made.named("bus-queue-scoring").outputs["arn"]]
    assert "sqs:SendMessage" not in take["Action"]
    assert decrypt["Resource"] == made.named("bus-key").outputs["arn"]


def test_a_secret_is_read_where_it_stands() -> None:
    made = linked(lambda: Secret("jwt").link(), PRODUCTION)
    arn = made.named("jwt-secret").outputs["arn"]
    assert variables(made)["JWT"] == f"{arn}:::recorded-version"
    assert not [it.name for it in made.resources if it.name in ("api-secrets", "api-role-rights")]
    found = {it["Action"][0]: it["Resource"] for it in statements(made, "api-execution-rights")}
    assert found["secretsmanager:GetSecretValue"] == [arn]
    assert found["kms:Decrypt"] == made.named("jwt-key").outputs["arn"]


def test_parameters_are_variables_and_may_be_read_again() -> None:
    made = linked(lambda: Config("conf", values={"database/host": "db.internal"}).link())
    assert variables(made)["CONF_DATABASE_HOST"] == "db.internal"
    (may,) = statements(made, "api-role-rights")
    assert may["Resource"] == ["arn:aws:ssm:us-east-1:123456789012:parameter/staging/database/host"]


def test_what_waits_for_a_migration_may_be_linked_to_the_same_stores() -> None:
    """The stores' roles are made by one run, which the migration waits for: that must not wait for the service's."""

    def program() -> None:
        stores: list[Postgres | Redis] = [Postgres("db", pooling=Pooling()), Redis("cache")]
        migrate = Job("migrate", image=IMAGE, timeout="10m", links=[store.link() for store in stores])
        after = pulumi.ResourceOptions(depends_on=[migrate])
        Service("api", image=IMAGE, links=[store.link() for store in stores], opts=after)

    made = record(program, config=AWS)
    assert made.named("api").options.depends_on >= {made.named("migrate-run").urn}
    assert {made.named(f"{it}-api-link-{it}-password").parent for it in ("db", "cache")} == {
        made.named("db").urn, made.named("cache").urn
    }  # fmt: skip


LINKABLE: Mapping[str, Callable[..., Any]] = {
    "Postgres": Postgres,
    "Redis": Redis,
    "Service": partial(Service, image=IMAGE),
}


@pytest.mark.parametrize("kind", LINKABLE)
def test_what_stands_in_another_network_is_no_link_away(kind: str) -> None:
    with pytest.raises(SpecError, match=rf"^Service 'api': links: {kind} 'it' stands in network 'one' .*Give both"):
        of(in_two_networks(LINKABLE[kind], IMAGE))


@pytest.mark.parametrize("kind", LINKABLE)
def test_what_another_target_of_the_place_has_is_no_link_away(kind: str) -> None:
    with pytest.raises(SpecError, match=r"network 'two-network' of the target 'two', this one in 'aws-network' of"):
        of(on_two_targets(LINKABLE[kind], IMAGE, "aws"))


@pytest.mark.parametrize("kind", LINKABLE)
def test_in_one_network_two_targets_of_the_place_are_linked(kind: str) -> None:
    assert of(on_two_targets_in_one_network(LINKABLE[kind], IMAGE, "aws")).named("api-reaches-it")
