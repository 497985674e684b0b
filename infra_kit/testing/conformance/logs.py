"""What every target's Logs must do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from infra_kit import (
    Auth,
    Cdn,
    Client,
    DocumentStore,
    EventBus,
    Gateway,
    HttpSink,
    Job,
    LogClass,
    Logs,
    Mailer,
    Network,
    ObjectStore,
    Postgres,
    Redis,
    Search,
    Service,
    Stream,
    Target,
    Worker,
    features,
)
from infra_kit.component import Component
from infra_kit.components.logs import SAY_SOMETHING, LogsEndpoint
from infra_kit.features import Feature
from infra_kit.recording import record
from infra_kit.spec import Spec
from infra_kit.testing.conformance.base import NAME
from infra_kit.testing.conformance.endpoints import clear
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE

Any_ = Component[Any, Any]


def _runs(program: str) -> dict[str, Any]:
    return {"image": IMAGE, "command": ["python", program]}


TOKEN = "the-secret-token-of-the-sink"  # noqa: S105  nobody takes it
SINK = HttpSink.axiom(dataset="shop", token=TOKEN)
ONE = {"application": LogClass(keep="30d")}


def _edge(target: Target) -> Gateway:
    routes = {"/*": Service("site", target=target, **_runs("app.py"))}
    return Gateway("edge", target=target, routes=routes, domains=["api.example.com"])


def _front(target: Target) -> Cdn:
    return Cdn("front", target=target, routes={"/*": ObjectStore("pages", target=target)}, domains=["www.example.com"])


SPEAKERS: Mapping[str, Callable[[Target], Any_]] = {
    "api": lambda target: Service("api", target=target, **_runs("app.py")),
    "mailer": lambda target: Worker("mailer", target=target, **_runs("worker.py")),
    "nightly": lambda target: Job("nightly", target=target, schedule="0 3 * * *", **_runs("job.py")),
    "edge": _edge,
    "front": _front,
    "db": lambda target: Postgres("db", target=target),
    "cache": lambda target: Redis("cache", target=target),
    "files": lambda target: ObjectStore("files", target=target),
    "bus": lambda target: EventBus("bus", target=target, streams={"LEADS": Stream(subjects=["lead.*"])}),
    "docs": lambda target: DocumentStore("docs", target=target),
    "search": lambda target: Search("search", target=target),
    "people": lambda target: Auth(
        "people", target=target, clients={"web": Client(redirects=["https://shop.example/"])}
    ),
    "post": lambda target: Mailer("post", target=target, domain="mail.shop.example"),
    "net": lambda target: Network("net", target=target, flow_logs=True),
    "offsite": lambda target: ObjectStore("offsite", target=target),
}
"""Whose lines are kept, and where they are archived, by name: a component stands in one program only."""
LACKING = {"bus": ("engine",), "net": ("flow-logs",), "edge": ("waf", "domains"), "front": ("domains",)}
"""What a target may lack of them: it is the Logs that are looked at."""


def with_speakers(target: Target, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with the components that they name, made in the program that runs."""
    made = dict(arguments)
    lacking = {features.logs_of(kind) for kind in SAY_SOMETHING} - target.driver("logs").SUPPORTS
    target = replace(target, accepted_gaps={**(target.accepted_gaps or {}), **LACKING})
    if "of" in made:
        named = [(_name(it), _standing()[_name(it)]) for it in made["of"]]
        # What a target cannot hear of is refused, or left out, before anything is asked of it.
        made["of"] = [it if features.logs_of(it.KIND) in lacking else SPEAKERS[name](target) for name, it in named]
    if made.get("archive"):
        made["archive"] = SPEAKERS[_name(made["archive"])](target)
    return made


def _name(it: str | Any_) -> str:
    return it if isinstance(it, str) else it.name


@cache
def _standing() -> Mapping[str, Any_]:
    """One of each, for specs that are looked at outside of a program."""
    made: dict[str, Any_] = {}
    target = Target(name="local", accepted_gaps=LACKING)
    record(lambda: made.update({name: make(target) for name, make in SPEAKERS.items()}))
    return made


class LogsConformance(ComponentConformance):
    component = Logs
    endpoint = LogsEndpoint
    beside = frozenset({*SPEAKERS, "site", "pages"})
    arguments = {"of": ("api",), "classes": ONE}
    opens: ClassVar[frozenset[Feature]] = frozenset({features.logs_of("gateway"), features.logs_of("cdn")})
    keeps_data = False  # what one keeps, another has where no resource of ours is
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        features.ARCHIVE_ELSEWHERE: {
            "archive": "offsite",
            "classes": {**ONE, "audit": LogClass(keep="7y", archive_after="30d")},
        },
        features.LOCKED_LOGS: {"classes": {**ONE, "audit": LogClass(keep="1y", archive_after="30d", locked=True)}},
        features.HTTP_SINK: {"sink": SINK},
        **{
            features.logs_of(kind): {"of": ("api", name), "classes": None}
            for kind, name in {
                "worker": "mailer",
                "job": "nightly",
                "gateway": "edge",
                "cdn": "front",
                "postgres": "db",
                "redis": "cache",
                "object_store": "files",
                "event_bus": "bus",
                "document_store": "docs",
                "search": "search",
                "auth": "people",
                "mailer": "post",
                "network": "net",
            }.items()
        },
        features.logs_of("service"): {"of": ("mailer", "api")},
    }
    variations: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "the classes of seeds/000": {"classes": None},
        "another class": {"classes": {**ONE, "payments": LogClass(keep="1y")}},
        "more to hear": {"of": ("api", "mailer")},
    }

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        return super().make(target, **with_speakers(target, {**self.arguments, **arguments}))

    def spec(self, arguments: Mapping[str, Any]) -> Spec:
        given = {**self.arguments, **arguments}
        standing: dict[str, Any] = {"of": [_standing()[_name(it)] for it in given["of"]]}
        if given.get("archive"):
            standing["archive"] = _standing()[_name(given["archive"])]
        return super().spec({**given, **standing})

    def test_what_a_sink_is_shown_is_nowhere_in_clear(self, target: Target) -> None:
        if not self.gaps(target, {"sink": SINK}):
            shown = [it.name for it in self.record(target, sink=SINK).resources if TOKEN in str(clear(it))]
            assert shown == []

    def test_nothing_is_made_anew_when_a_class_is_kept_longer(self, target: Target) -> None:
        classes = [{**ONE, "audit": LogClass(keep=keep, archive_after="30d")} for keep in ("1y", "7y")]
        before, after = (self.record(target, classes=it) for it in classes)
        own = {it.urn for it in before.children(NAME)}
        assert own == {it.urn for it in after.children(NAME)}
