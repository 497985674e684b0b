"""Links, as every target has them: what their variables are called, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from infra_kit import (
    Auth,
    Client,
    Config,
    Consumer,
    DocumentStore,
    Environment,
    EventBus,
    Job,
    Link,
    Mailer,
    ObjectStore,
    Postgres,
    Redis,
    Search,
    Secret,
    Service,
    Stream,
    Target,
    Volume,
    Worker,
)
from infra_kit.component import Component
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal

COMMAND = ["python", "app.py"]
DOCS = Path(__file__).parents[2] / "docs" / "components.md"


def bus(name: str = "events") -> EventBus:
    streams = {"LEADS": Stream(subjects=["lead.*"]), "PROPOSALS": Stream(subjects=["proposal.>"])}
    consumers = {"scoring": Consumer(stream="LEADS"), "crm": Consumer(stream="PROPOSALS")}
    return EventBus(name, streams=streams, consumers=consumers)


LINKS: dict[str, Callable[[], Link]] = {
    "Postgres": lambda: Postgres("db").link(),
    "Redis": lambda: Redis("cache").link(),
    "Search": lambda: Search("search").link(),
    "DocumentStore": lambda: DocumentStore("docs").link(),
    "ObjectStore": lambda: ObjectStore("files").link(),
    "EventBus": lambda: bus().link(publish=["lead.created"]),
    "Auth": lambda: Auth("auth", clients={"web": Client(redirects=["https://shop.example/"])}).link(),
    "Mailer": lambda: Mailer("mail", domain="shop.example").link(),
    "Service": lambda: Service("users", command=COMMAND).link(),
    "Secret": lambda: Secret("jwt").link(),
    "Config": lambda: Config("settings", values={"database/host": "db.internal"}).link(),
}
"""By component, a link with its default access, as the table in the docs has them."""


def service(*links: Callable[[], Link], **arguments: Any) -> Callable[[], Service]:
    return lambda: Service("api", command=COMMAND, links=[link() for link in links], **arguments)


def linked(*links: Callable[[], Link], **arguments: Any) -> tuple[dict[str, str], dict[str, str]]:
    """What a service finds in its environment, and what of it is secret."""
    server = record(service(*links, **arguments)).named("api-server")
    assert "secrets" in server.secret_inputs
    assert "environment" not in server.secret_inputs
    return dict(server.inputs["environment"]), dict(server.inputs["secrets"])


def documented() -> dict[str, tuple[set[str], set[str]]]:
    """The table of the docs: by component, its variables, plain and secret."""
    section = DOCS.read_text().partition("## Links\n")[2].partition("\n## ")[0]
    rows = [row.split("|")[1:-1] for row in re.findall(r"^\| `[A-Z]\w+\(.*$", section, re.MULTILINE)]
    return {first.strip(" `").partition("(")[0]: (_names(plain), _names(secret)) for first, _, plain, secret in rows}


def _names(cell: str) -> set[str]:
    return set(re.findall(r"`([A-Z][A-Z_]*)`", cell))


@pytest.mark.parametrize("component", LINKS)
def test_the_variables_of_a_link_are_those_of_the_docs(component: str) -> None:
    plain, secret = linked(LINKS[component])
    assert (set(plain), set(secret)) == documented()[component]


def test_every_component_that_can_be_linked_stands_in_the_docs() -> None:
    kinds = [it for it in Component.__subclasses__() if "link" in vars(it) and not it.__module__.startswith("t")]
    assert {kind.__name__ for kind in kinds} == LINKS.keys() == documented().keys()


def test_variables_begin_with_the_components_name_or_with_what_the_link_is_called() -> None:
    plain, secret = linked(lambda: Redis("order-cache").link(), lambda: Secret("jwt").link(name="TOKEN_KEY"))
    assert {name.rpartition("_CACHE_")[0] for name in plain} == {"ORDER"}
    assert "TOKEN_KEY" in secret


def test_workers_and_jobs_find_the_same() -> None:
    def program() -> None:
        db = Postgres("db")
        Worker("worker", command=COMMAND, links=[db.link("read")])
        Job("job", command=COMMAND, links=[db.link("owner")])

    recording = record(program)
    for name in ("worker", "job"):
        assert recording.named(f"{name}-server").inputs["secrets"].keys() == documented()["Postgres"][1]


def test_a_bus_tells_the_addresses_of_what_the_link_may_use_and_no_others() -> None:
    plain, _ = linked(lambda: bus().link(publish=["lead.created"], consume=["crm"]))
    assert json.loads(plain["EVENTS_STREAMS"]) == {"LEADS": "LEADS"}
    assert json.loads(plain["EVENTS_CONSUMERS"]) == {"crm": "PROPOSALS/crm"}


def test_values_of_a_config_are_variables() -> None:
    values = {"database/host": "db.internal", "log-level": "info"}
    plain, _ = linked(lambda: Config("settings", values=values).link(name="APP"))
    assert plain == {"APP_DATABASE_HOST": "db.internal", "APP_LOG_LEVEL": "info"}


def test_a_prefix_is_told() -> None:
    plain, _ = linked(lambda: ObjectStore("files").link("read", prefix="public/"))
    assert plain["FILES_PREFIX"] == "public/"


@pytest.mark.parametrize(
    ("make", "allowed"),
    [
        (lambda: Postgres("it").link("admin"), "read, readwrite, owner"),  # type: ignore[arg-type]
        (lambda: Redis("it").link("admin"), "read, readwrite"),  # type: ignore[arg-type]
        (lambda: ObjectStore("it").link("admin"), "read, write, delete"),  # type: ignore[arg-type]
        (lambda: Service("it", command=COMMAND).link("admin"), "call"),  # type: ignore[arg-type]
        (lambda: Secret("it").link("admin"), "read"),  # type: ignore[arg-type]
        (lambda: Config("it", values={"a": "b"}).link("admin"), "read"),  # type: ignore[arg-type]
    ],
)
def test_an_unknown_access_is_refused_with_those_there_are(make: Callable[[], Link], allowed: str) -> None:
    assert refusal(make, SpecError).endswith(f"'it': link: access: given 'admin', allowed: {allowed}.")


def test_nothing_links_itself_for_a_link_needs_what_is_there_already() -> None:
    def program() -> None:
        api: Service = Service("api", command=COMMAND, links=[api.link()])  # noqa: F821, F841  that is the mistake

    with pytest.raises(UnboundLocalError, match="'api'"):
        record(program)


def test_a_link_comes_with_the_component_and_none_later_for_it_keeps_a_copy() -> None:
    def program() -> None:
        wanted = [Redis("cache").link()]
        api = Service("api", command=COMMAND, links=wanted)
        wanted.append(Redis("sessions").link())
        assert [link.name for link in api.spec.links] == ["CACHE"]
        with pytest.raises(AttributeError):
            api.spec.links.append(wanted[-1])  # type: ignore[attr-defined]
        with pytest.raises(ValidationError, match="frozen"):
            api.spec.links = wanted  # type: ignore[misc]

    record(program)


def test_a_bus_is_linked_for_something() -> None:
    message = refusal(lambda: bus().link(), SpecError)
    assert message == "EventBus 'events': link: access: given nothing, allowed: publish, consume."


@pytest.mark.parametrize("subject", ["proposals.created", "lead.>", "*.created", "lead"])
def test_who_publishes_stays_within_the_streams(subject: str) -> None:
    message = refusal(lambda: bus().link(publish=[subject]), SpecError)
    assert message == (
        f"EventBus 'events': link: publish: given {subject!r}, within none of the streams' subjects: "
        "lead.*, proposal.>."
    )


def test_an_unknown_consumer_is_refused_with_those_there_are() -> None:
    message = refusal(lambda: bus().link(consume=["mine"]), SpecError)
    assert message == "EventBus 'events': link: consume: given 'mine'; consumers: scoring, crm."


def test_an_unknown_database_is_refused_with_those_there_are() -> None:
    message = refusal(lambda: Postgres("db", databases=["app", "audit"]).link(database="logs"), SpecError)
    assert message == "Postgres 'db': link: database: given 'logs', there is app, audit."


@pytest.mark.parametrize("prefix", ["/uploads", "up*", "${aws:username}/", "a?", "a b"])
def test_a_prefix_has_no_characters_that_policies_read_as_patterns(prefix: str) -> None:
    message = refusal(lambda: ObjectStore("files").link("read", prefix=prefix), SpecError)
    assert message.startswith(f"ObjectStore 'files': link: prefix: given {prefix!r}; ")


@pytest.mark.parametrize("name", ["db", "1DB", "D-B", "_DB", "D B"])
def test_a_links_name_is_one_that_variables_may_begin_with(name: str) -> None:
    message = refusal(lambda: Redis("cache").link(name=name), SpecError)
    assert message.startswith(f"Redis 'cache': link: name: given {name!r}; variables begin with it: capital letters")


def test_two_links_do_not_give_the_same_variables() -> None:
    message = refusal(service(lambda: Redis("a").link(name="DB"), lambda: Redis("b").link(name="DB")), SpecError)
    assert message == (
        "Service 'api': links: the variables of two begin with DB_; give one of them another name: link(…, name='…')"
    )


@pytest.mark.parametrize("where", ["environment", "secrets"])
def test_what_a_link_says_is_not_said_twice(where: str) -> None:
    message = refusal(service(lambda: Redis("cache").link(), **{where: {"CACHE_URL": "redis://"}}), SpecError)
    assert message == (
        "Service 'api': CACHE_URL is said twice: the link to Redis 'cache' gives it too. Leave it out, or give the "
        "link another name: link(…, name='…')."
    )


def test_two_links_whose_variables_meet_are_refused() -> None:
    def meeting() -> Link:
        return Config("settings", values={"2/url": "https://elsewhere"}).link(name="CACHE")

    message = refusal(service(lambda: Redis("one").link(name="CACHE_2"), meeting), SpecError)
    assert message.startswith("Service 'api': CACHE_2_URL is said twice: the link to Config 'settings' gives it too.")


@pytest.mark.parametrize("name", ["PORT", "VOLUME_UPLOADS"])
def test_a_secret_is_not_called_like_a_variable_of_the_service_itself(name: str) -> None:
    volumes = {"uploads": Volume(path="/uploads")}
    message = refusal(service(lambda: Secret("it").link(name=name), volumes=volumes), SpecError)
    assert message.startswith(f"Service 'api': {name} is said twice: the link to Secret 'it' gives it too.")


def test_a_link_to_another_target_is_refused_and_names_both() -> None:
    def elsewhere() -> Link:
        return Redis("cache", target=Target(name="vps", environment=Environment.DEVELOPMENT)).link()

    vps = {"host": "203.0.113.7", "host_key": "ssh-ed25519 AAAA"}
    message = refusal(service(elsewhere), SpecError, vps=vps)
    assert message.startswith("Service 'api': links: Redis 'cache' is on vps, and this one is on local: ")
    assert "no network leads from here to there" in message
    assert message.endswith("or link what has an address of its own: Postgres.existing(url=…).")


def test_a_secret_as_plain_environment_is_refused_and_not_shown() -> None:
    def program() -> None:
        service(environment={"KEY": pulumi.Output.secret("hunter2")})()

    message = refusal(program, SpecError)
    assert message == (
        "Service 'api': environment.KEY: given a secret, which everybody could read there. Say secrets={'KEY': …}."
    )


def test_an_output_that_is_no_secret_may_stand_in_the_environment() -> None:
    def program() -> None:
        service(environment={"REGION": pulumi.Output.from_input("here")})()

    assert record(program).named("api-server").inputs["environment"] == {"REGION": "here"}


def test_one_link_more_changes_nothing_of_the_others() -> None:
    def program(*names: str) -> Callable[[], None]:
        def make() -> None:
            Service("api", command=COMMAND, links=[Redis(name).link() for name in names])

        return make

    before, after = record(program("b")), record(program("a", "b"))
    assert before.named("api-link-b") == after.named("api-link-b")
    assert before.named("api-server").inputs["name"] == after.named("api-server").inputs["name"] == "api"
