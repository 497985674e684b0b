"""What opts, overrides and policies mean on every cloud, over all components at once."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi.runtime
import pulumi_aws
import pulumi_docker
import pulumi_gcp
import pytest
from pydantic import SecretStr

from infra_kit import (
    Alerts,
    Backup,
    Backups,
    Dashboard,
    Environment,
    Gateway,
    Keep,
    LogClass,
    Logs,
    Panel,
    Postgres,
    Redis,
    RestoreDrill,
    Routes,
    Service,
    Target,
    features,
)
from infra_kit.component import Component
from infra_kit.errors import SpecError
from infra_kit.providers.common.relay import Relay
from infra_kit.providers.gcp.settings import GcpSettings
from infra_kit.providers.vps.settings import Smtp, VpsSettings
from infra_kit.recording import sdk
from infra_kit.target import EVERYWHERE, package
from infra_kit.testing import Recording, Resource, conformance, record
from infra_kit.testing.conformance.alerts import ROUTES
from infra_kit.testing.conformance.logs import SINK
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE
from tests.conformance.test_vps import STORE

Suite = type[ComponentConformance]

HOST = VpsSettings(
    host="vps-1.example.com",
    host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey",
    user="deploy",
    backups=STORE,
    smtp=Smtp(host="smtp.example.com", sender="alerts@shop.example", username="alerts", password=SecretStr("mail")),
)
RELAY = Relay(host="smtp.example.com", username="shop", password=SecretStr("mail"))
TARGETS = {
    "aws": Target(name="aws", app="shop", environment=Environment.PRODUCTION),
    "gcp": Target(
        name="gcp",
        app="shop",
        environment=Environment.PRODUCTION,
        region="europe-west1",
        settings=GcpSettings(billing_account="012345-6789AB-CDEF01", smtp=RELAY),
    ),
    "vps": Target(name="vps", app="shop", environment=Environment.PRODUCTION, settings=HOST),
}
NEEDS = {("gcp", "cdn"): {"domains": ["www.example.com"]}}
"""What a component must say in production on a cloud, beside its suite's arguments."""
ELSEWHERE: dict[str, Callable[[], pulumi.ProviderResource]] = {
    "aws": lambda: pulumi_aws.Provider("elsewhere", region="eu-west-3"),
    "gcp": lambda: pulumi_gcp.Provider("elsewhere", project="other", region="europe-west4"),
    "vps": lambda: pulumi_docker.Provider("elsewhere", host="ssh://deploy@vps-2.example.com"),
}
SUITES = [getattr(conformance, name) for name in conformance.__all__ if name != ComponentConformance.__name__]
ROWS = [
    pytest.param(cloud, suite, id=f"{suite.component.__name__}-on-{cloud}")
    for cloud in TARGETS
    for suite in SUITES
    if suite.component.KIND not in EVERYWHERE
    and suite.component.KIND not in getattr(package(cloud), "REFUSES", ())
    and importlib.util.find_spec(package(cloud).DRIVERS[suite.component.KIND])
]
each_row = pytest.mark.parametrize(("cloud", "suite"), ROWS)
MAKES_NOTHING = {("vps", "budget"), ("vps", "domain"), ("vps", "mailer"), ("gcp", "mailer")}
"""What a person does by hand on a target, what has nothing to watch there, and what somebody else does."""
NOTHING = [f"{kind.title().replace('_', '')}-on-{cloud}" for cloud, kind in sorted(MAKES_NOTHING)]
ACCOUNTS = [row for row in ROWS if row.values[0] != "vps" and row.id not in NOTHING]
each_account = pytest.mark.parametrize(("cloud", "suite"), ACCOUNTS)
each_host = pytest.mark.parametrize(("cloud", "suite"), [row for row in ROWS if row.values[0] == "vps"])

TAGS = {"aws": {"tags"}, "gcp": {"labels", "userLabels", "resourceLabels"}, "docker": {"labels"}}
"""By package, the inputs that hold tags."""
TAGGED = "infra-kit"
"""The value of managed-by."""
UNTAGGED: dict[str, str] = {}
"""Types that are left untagged, each with the reason."""

REPLACES = {
    ("aws:ec2/securityGroup:SecurityGroup", "description"),
    ("aws:elasticache/parameterGroup:ParameterGroup", "description"),
    ("aws:rds/parameterGroup:ParameterGroup", "description"),
    ("random:index/randomId:RandomId", "prefix"),
}
"""Inputs that make another resource when they change, beside its name."""


def make(cloud: str, suite: Suite, *, name: str = "it", **arguments: Any) -> Component[Any, Any]:
    # A cloud's own bus is what it has instead of NATS.
    target = dataclasses.replace(arguments.pop("target", TARGETS[cloud]), accepted_gaps={name: ("engine",)})
    needed = NEEDS.get((cloud, suite.component.KIND), {})
    makes = {
        Gateway: _routes, Alerts: _watch, Backup: _data, Dashboard: _shown, Panel: _on_a_page, RestoreDrill: _copies,
        Logs: _lines,
    }  # fmt: skip
    behind = makes[suite.component](target, arguments.get("opts")) if suite.component in makes else {}
    return suite.component(name, target=target, **{**suite.arguments, **behind, **needed, **arguments})


def _routes(target: Target, opts: pulumi.ResourceOptions | None) -> dict[str, Any]:
    """A gateway stands before a service, by the same provider."""
    same = pulumi.ResourceOptions(provider=opts.provider if opts else None)
    return {"routes": {"/*": Service("api", target=target, image=IMAGE, command=["python", "app.py"], opts=same)}}


def _watch(target: Target, opts: pulumi.ResourceOptions | None) -> dict[str, Any]:
    """Alerts watch what is measured, by the same provider, and tell everybody whom the target can tell."""
    same = pulumi.ResourceOptions(provider=opts.provider if opts else None)
    kinds = [kind for kind in ROUTES if features.route(kind) in target.driver("alerts").SUPPORTS]
    routes = {"P0": Routes(**{kind: ROUTES[kind] for kind in kinds})}
    return {"watch": [Redis("cache", target=target, opts=same)], "rules": None, "routes": routes}


def _data(target: Target, opts: pulumi.ResourceOptions | None) -> dict[str, Any]:
    """What is copied stands by the same provider."""
    same = pulumi.ResourceOptions(provider=opts.provider if opts else None)
    return {"of": [Postgres("db", target=target, backups=Backups(), opts=same)]}


def _shown(target: Target, opts: pulumi.ResourceOptions | None) -> dict[str, Any]:
    """What is shown is measured by the same provider."""
    same = pulumi.ResourceOptions(provider=opts.provider if opts else None)
    return {"of": [Redis("cache", target=target, opts=same)], "charts": None}


def _copies(target: Target, opts: pulumi.ResourceOptions | None) -> dict[str, Any]:
    """A drill restores what a backup copied, by the same provider."""
    same = pulumi.ResourceOptions(provider=opts.provider if opts else None)
    keep = Keep(daily=None, weekly=None)
    return {"of": Backup("safe", target=target, keep=keep, opts=same, **_data(target, opts))}


def _lines(target: Target, opts: pulumi.ResourceOptions | None) -> dict[str, Any]:
    """Whose lines are kept stands by the same provider; a sink is shipped to where the target has one."""
    same = pulumi.ResourceOptions(provider=opts.provider if opts else None)
    speaks = Service("api", target=target, image=IMAGE, command=["python", "app.py"], opts=same)
    classes = {"application": LogClass(keep="30d"), "audit": LogClass(keep="7y", archive_after="30d")}
    sink = SINK if features.HTTP_SINK in target.driver("logs").SUPPORTS else None
    return {"of": [speaks], "classes": classes, "sink": sink}


def _on_a_page(target: Target, opts: pulumi.ResourceOptions | None) -> dict[str, Any]:
    """What a panel shows stands by the same provider."""
    same = pulumi.ResourceOptions(provider=opts.provider if opts else None)
    return {"of": [Redis("cache", target=target, opts=same)]}


def made(cloud: str, suite: Suite, **arguments: Any) -> Recording:
    return record(lambda: make(cloud, suite, **arguments), config={"infra-kit:environment": "production"})


def below(recording: Recording, urn: str) -> list[Resource]:
    """A component's resources, all the way down."""
    children = [resource for resource in recording.resources if resource.parent == urn]
    return [one for child in children for one in (child, *below(recording, child.urn))]


@each_row
def test_a_component_that_is_renamed_with_an_alias_keeps_all_it_has(cloud: str, suite: Suite) -> None:
    """As the engine has it: a child whose name begins with its parent's has the parent's alias there too."""
    alias = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])
    before, after = made(cloud, suite, name="old"), made(cloud, suite, name="new", opts=alias)
    assert after.named("new").options.aliases == ("old",)
    known = {_urn(resource, "new", "old"): resource for resource in after.resources}
    assert known.keys() == {resource.urn for resource in before.resources}
    for resource in before.resources:
        changed = {key for key, value in resource.inputs.items() if known[resource.urn].inputs.get(key) != value}
        replacing = {key for key in changed if key == "name" or (resource.type, key) in REPLACES}
        # A name that another resource answers is the same one: only the recording makes it of the component's name.
        own = {key for key in replacing if _says(resource.inputs[key], "old")}
        assert own <= set(known[resource.urn].options.ignore_changes), resource.name


STANDS = re.compile(r"\bBUCKET='?[^\s']+|\brepo1-path=\S+")
"""Where data stands, as a host is told."""


@each_host
@pytest.mark.parametrize("changed", [{"name": "new"}, {"app": "other"}, {"environment": Environment.STAGING}], ids=str)
def test_what_is_renamed_or_promoted_finds_its_data_where_it_was(
    cloud: str, suite: Suite, changed: dict[str, Any]
) -> None:
    """As the engine has it: what a child ignores stays as it was born."""
    name, rest = changed.get("name", "old"), {key: value for key, value in changed.items() if key != "name"}

    def program() -> None:
        target = dataclasses.replace(TARGETS[cloud], **rest)
        make(cloud, suite, name=name, target=target)

    before = made(cloud, suite, name="old")

    def born(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        urn = inputs["urn"].replace(f"::{name}-", "::old-")
        return next(it.outputs for it in before.resources if it.urn == urn)

    config = {"infra-kit:environment": "production"}
    after = record(program, config=config, outputs={"random:index/randomId:RandomId": born})
    assert _places(after, name) == _places(before, "old")


def _places(recording: Recording, name: str) -> set[str]:
    told = {place for it in recording.resources for place in STANDS.findall(str(it.inputs).replace("\\n", "\n"))}
    return told | {str(recording.named(name).outputs.get("bucket"))}


def _urn(resource: Resource, name: str, former: str) -> str:
    kind, _, own = resource.urn.rpartition("::")
    return f"{kind}::{former}{own.removeprefix(name)}" if own.startswith(name) else resource.urn


def _says(value: object, name: str) -> bool:
    return name in str(value)


@each_row
def test_overrides_reach_every_role(cloud: str, suite: Suite) -> None:
    plain = made(cloud, suite)
    roles = [resource.name.removeprefix("it-") for resource in below(plain, plain.named("it").urn)]
    marked = pulumi.ResourceOptions(ignore_changes=["marked"])
    recording = made(cloud, suite, overrides={role: {"opts": marked} for role in roles})
    found = [resource.name for resource in below(recording, recording.named("it").urn) if _is_marked(resource)]
    assert found == [resource.name for resource in below(plain, plain.named("it").urn)]
    assert bool(found) == ((cloud, suite.component.KIND) not in MAKES_NOTHING)


def _is_marked(resource: Resource) -> bool:
    return "marked" in resource.options.ignore_changes


@each_account
def test_an_explicit_provider_reaches_every_resource_and_every_call(cloud: str, suite: Suite) -> None:
    asked: dict[str, str] = {}

    async def look(args: pulumi.InvokeTransformArgs) -> None:
        provider = args.opts.provider
        asked[args.token] = str(await provider.urn.future()) if provider else "the ambient one"

    def program() -> None:
        pulumi.runtime.register_invoke_transform(look)
        make(cloud, suite, opts=pulumi.ResourceOptions(provider=ELSEWHERE[cloud]()))

    recording = record(program, config={"infra-kit:environment": "production"})
    own = [it for it in recording.resources if it.type.startswith(f"{cloud}:")]
    assert own
    assert not [it.name for it in own if "::elsewhere::" not in (it.options.provider or "")]
    assert not {token: provider for token, provider in asked.items() if not provider.endswith("::elsewhere")}


@each_host
def test_a_host_is_its_target_and_no_provider_of_the_users(cloud: str, suite: Suite) -> None:
    """Containers would stand on the provider's host, and what is run by SSH on the target's."""

    def program() -> None:
        make(cloud, suite, opts=pulumi.ResourceOptions(provider=ELSEWHERE[cloud]()))

    with pytest.raises(SpecError, match=r"given the Docker provider 'elsewhere'; a target is one host.*Target\(name"):
        record(program, config={"infra-kit:environment": "production"})


@each_row
def test_what_the_providers_class_can_tag_is_tagged(cloud: str, suite: Suite) -> None:
    """By the SDK's own classes: a resource that takes tags and has none is one that a bill cannot be split by."""
    bare = []
    for resource in made(cloud, suite).resources:
        if resource.type.partition(":")[0] not in TAGS or resource.type in UNTAGGED:
            continue
        taken = TAGS[resource.type.partition(":")[0]] & set(sdk.inputs(resource.type))
        if taken and not any(TAGGED in str(resource.inputs.get(key)) for key in taken):
            bare.append(f"{resource.name} ({resource.type})")
    assert bare == []
