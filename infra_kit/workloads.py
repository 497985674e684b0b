"""Workloads: what Service, Worker and Job share: what runs, with what, and how much of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

import pulumi
from pydantic import BeforeValidator, ConfigDict, Field, InstanceOf, PlainValidator, model_validator

from infra_kit import features, links
from infra_kit.component import Component, Scope
from infra_kit.durations import Duration
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Items, Options, Spec
from infra_kit.texts import Folder, Header, Image, Name, matching

Architecture = Literal["amd64", "arm64"]
Value = str | pulumi.Output[str]


def _value(given: object) -> object:
    if not isinstance(given, str | pulumi.Output):
        raise ValueError("a text is needed, plain or an Output")  # noqa: TRY004  pydantic reads ValueError
    return given


def _link(given: object) -> object:
    if isinstance(given, Link):
        return given
    name = given.name if isinstance(given, Component) else given if isinstance(given, str) else "db"
    raise ValueError(f"a Link is needed, which the component makes: links=[{name.replace('-', '_')}.link()]")


Variable = Annotated[
    str, matching(r"[A-Za-z_][A-Za-z0-9_]{0,127}", "the name of an environment variable is needed, e.g. 'LOG_LEVEL'")
]
Text = Annotated[Value, PlainValidator(_value)]
SinkUrl = Annotated[
    str,
    matching(
        r"https?://([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(:\d{1,5})?(/[A-Za-z0-9_.~-]+)*",
        "a URL without a user, a query and a '/' at its end is needed, e.g. 'https://api.axiom.co'",
    ),
]


TRACING = frozenset(
    {
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_TRACES_SAMPLER",
        "OTEL_TRACES_SAMPLER_ARG",
    }
)
"""The variables that `tracing` makes. It also says `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, and that neither
metrics nor logs go there (`OTEL_METRICS_EXPORTER`, `OTEL_LOGS_EXPORTER`), each only where the spec does not
(https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/)."""


class Volume(Options):
    """Files that outlive an instance."""

    path: Folder
    """Where they are in the container, e.g. `/data`. The variable `VOLUME_<NAME>` tells it: on local, where there is no
    container, they are elsewhere."""
    size_gb: int = Field(default=1, ge=1, le=16_384)


class Sidecar(Options):
    """A container beside each instance, which shares its network and goes with it."""

    image: Image
    command: Items[str] = ()
    cpu: float = Field(default=0.25, gt=0, le=16)
    memory_gb: float = Field(default=0.25, ge=0.05, le=120)


class OtlpSink(Options):
    """Who takes traces by the open protocol OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    url: SinkUrl
    """Without `/v1/traces`, which is asked there: `https://api.axiom.co`."""
    headers: Mapping[Header, Text] = Field(default_factory=dict)
    """What it knows the sender by, e.g. `{"Authorization": token}`. Taken as secrets."""

    @model_validator(mode="after")
    def _check(self) -> OtlpSink:
        if self.headers and not re.match(r"https://|http://(localhost|127\.0\.0\.1)[:/]", self.url + "/"):
            raise ValueError(f"headers: given with {self.url}, they would go over the network in clear; take https://")
        names = [name.lower() for name in self.headers]
        if len(set(names)) < len(names):
            raise ValueError("headers: one stands twice, in other letters")
        return self


class Tracing(Options):
    """What a program tells of its work as it does it, one trace a request, by OpenTelemetry. The program records its
    spans with any of OpenTelemetry's libraries; where they go is said by the variables that those read."""

    share: float | None = Field(default=None, gt=0, le=1)
    """Of the traces that begin here, how many are kept; where a caller began one, it was decided there. Default: 0.1
    (seeds/001: 10 % of transactions), in development all."""
    to: OtlpSink | None = None
    """Default: the target's own: X-Ray on aws, Cloud Trace on gcp, a Jaeger on the host of a VPS, on local a page of
    its own. With it, they go there, on local too, beside the page."""


class WorkloadSpec(Spec):
    """What runs."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    image: Image | None = None
    """An OCI image by tag or digest, e.g. `registry.example/api:1.4`. On local it is neither needed nor used: there
    `command` runs on the machine itself."""
    command: Items[str] = ()
    """The program and its arguments, no shell. Default: the image's own. On local it is needed."""
    environment: Mapping[Variable, Text] = Field(default_factory=dict)
    """Plain values; a secret among them is refused: it belongs to `secrets`."""
    secrets: Mapping[Variable, Text] = Field(default_factory=dict)
    """Values that only the target's mechanism for secrets holds: never in an image's plain environment."""
    links: Items[Annotated[InstanceOf[Link], BeforeValidator(_link)]] = ()
    """What it may use: `links=[db.link("read")]`."""
    cpu: float = Field(default=0.25, gt=0, le=16)
    """Virtual CPUs of an instance."""
    memory_gb: float = Field(default=0.5, ge=0.05, le=120)
    """Memory of an instance in GiB."""
    architectures: Items[Architecture] = Field(default=("amd64",), min_length=1)
    """What the image is made for; the cheaper one of the target is taken (arm64 on aws)."""
    stop_timeout: Duration = "30s"
    """How long an instance may take to end by itself after SIGTERM."""
    volumes: Mapping[Name, Volume] = Field(default_factory=dict)
    """By name."""
    sidecars: Mapping[Name, Sidecar] = Field(default_factory=dict)
    """By name."""
    log_retention: Duration = "30d"
    """How long its log is kept (seeds/000: 30 days)."""
    tracing: Tracing | None = None
    """Whether the program is told where traces go, and by which share: see `TRACING` for the variables."""

    @model_validator(mode="after")
    def _check_workload(self) -> WorkloadSpec:
        both = sorted(self.environment.keys() & self.secrets.keys())
        if both:
            raise ValueError(f"secrets: {both[0]} stands in environment too; each variable is said once")
        for key in sorted(self.sets() & (self.environment.keys() | self.secrets.keys())):
            where = "environment" if key in self.environment else "secrets"
            raise ValueError(f"{where}: {key} is set by infra_kit, which knows its value; leave it out")
        names = [link.name for link in self.links]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"links: the variables of two begin with {twice[0]}_; give one of them another name: link(…, name='…')"
            )
        return self

    def sets(self) -> frozenset[str]:
        """The variables that its own fields make."""
        return frozenset(map(volume_variable, self.volumes)) | (TRACING if self.tracing else frozenset())

    def asked(self) -> Mapping[Feature, bool]:
        return {
            features.VOLUMES: bool(self.volumes),
            features.SIDECARS: bool(self.sidecars),
            features.TRACING: self.tracing is not None,
        }

    def features(self) -> frozenset[Feature]:
        return frozenset(feature for feature, wanted in self.asked().items() if wanted)

    def without(self, feature: Feature) -> Any:
        match feature:
            case features.VOLUMES:
                return self.replace(volumes={})
            case features.SIDECARS:
                return self.replace(sidecars={})
            case features.TRACING:
                return self.replace(tracing=None)
            case _:
                return super().without(feature)


class WorkloadArgs(TypedDict, total=False):
    """The arguments that Service, Worker and Job share: see `WorkloadSpec`."""

    image: str | None
    command: Sequence[str]
    environment: Mapping[str, Value]
    secrets: Mapping[str, Value]
    links: Sequence[Link]
    cpu: float
    memory_gb: float
    architectures: Sequence[Architecture]
    stop_timeout: str
    volumes: Mapping[str, Volume]
    sidecars: Mapping[str, Sidecar]
    log_retention: str
    tracing: Tracing | None


def volume_variable(name: str) -> str:
    """The variable that says where a volume is: `VOLUME_UPLOADS`."""
    return f"VOLUME_{links.variable(name)}"


@dataclass(frozen=True, kw_only=True)
class Variables:
    """What a workload finds in its environment, and what its links grant beside that."""

    plain: Mapping[str, pulumi.Input[str]]
    secret: Mapping[str, pulumi.Output[str]]
    grants: Sequence[Grant]


def variables(scope: Scope, spec: WorkloadSpec, unsaid: Mapping[str, pulumi.Input[str]] | None = None) -> Variables:
    """All variables of a workload, by their whole names.

    Raises `SpecError` for one that is said twice, and for a secret that is given as plain environment: at the
    deployment, where it is an Output.

    Args:
        scope, spec: of the workload.
        unsaid: plain ones of the target's, each only where neither the spec nor a link says it.
    """
    granted = [(link, scope.grant(link)) for link in spec.links]
    volumes: dict[str, pulumi.Input[str]] = {volume_variable(key): it.path for key, it in spec.volumes.items()}
    plain = volumes | {
        key: no_secret(scope, f"environment.{key}", value, f"Say secrets={{{key!r}: …}}")
        for key, value in spec.environment.items()
    }
    secret = {key: pulumi.Output.secret(value) for key, value in spec.secrets.items()}
    for link, grant in granted:
        _check_called(scope, link, grant)
        own, hidden = links.named(link, grant.variables), links.named(link, grant.secrets)
        _check_once(scope, link, (own.keys() | hidden.keys()) & (spec.sets() | plain.keys() | secret.keys()))
        plain |= own
        secret |= hidden
    left = {key: value for key, value in (unsaid or {}).items() if key not in secret}
    return Variables(plain=left | plain, secret=secret, grants=[grant for _, grant in granted])


def _check_called(scope: Scope, link: Link, grant: Grant) -> None:
    """Names of the user's own are of variables that are there, and of one each."""
    ends = [*grant.variables, *grant.secrets]
    for end in sorted(link.names.keys() - set(ends)):
        raise SpecError(
            f"{scope.what}: the link to {link}: called: {end}: it gives none here; it gives {', '.join(sorted(ends))}."
        )
    names = list(links.named(link, dict.fromkeys(ends)))
    if len(names) < len(ends):
        raise SpecError(f"{scope.what}: the link to {link}: called: two of its variables have one name.")


def _check_once(scope: Scope, link: Link, twice: Set[str]) -> None:
    for key in sorted(twice):
        raise SpecError(
            f"{scope.what}: {key} is said twice: the link to {link} gives it too. Leave "
            "it out, or give the link another name: link(…, name='…')."
        )


def no_secret(scope: Scope, field: str, value: Value, way_out: str) -> pulumi.Input[str]:
    """The value, which is no secret. Raises `SpecError` for one that is: at the deployment, where it is an Output."""
    if isinstance(value, str):
        return value

    async def checked() -> str:
        if await value.is_secret():
            raise SpecError(f"{scope.what}: {field}: given a secret, which everybody could read there. {way_out}.")
        return ""

    return pulumi.Output.concat(value, pulumi.Output.from_input(checked()))
