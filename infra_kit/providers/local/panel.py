"""Panel on this machine: a web server at a port of the loopback, which looks at the stack's servers every two seconds.

It reads what lies in their boxes: records, reports, `alerts.json`. A password is read from there when somebody asks to
see it, and at no other time; whoever the server runs as may read it anyway. Nobody else on the network reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from infra_kit import features
from infra_kit import home as homes
from infra_kit.component import Component, Scope
from infra_kit.components.panel import PanelEndpoint, PanelSpec
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import panel
from infra_kit.providers.local import home
from infra_kit.providers.local.resource import PanelServer, server

SUPPORTS: frozenset[Feature] = frozenset()
HINTS: Mapping[Feature, str] = {
    features.DOMAINS: "a laptop publishes nothing, and the panel is at 127.0.0.1; leave domains out here"
}
WITHOUT_SERVER = frozenset({"budget", "domain", "external_service", "network"})
"""Kinds of which nothing stands on this machine."""


def create(scope: Scope, spec: PanelSpec) -> PanelEndpoint:
    stack = pulumi.get_stack()
    page = server(
        scope,
        "server",
        PanelServer,
        stateful=False,
        depends_on=list(spec.of),
        facts=panel.facts(scope, spec, {it.name: _version(it) for it in spec.of}),
        servers={it.name: _servers(it) for it in spec.of},
        plan=str(homes.plan_file(Path(home.project()), stack)),
        username=spec.username,
    )
    return PanelEndpoint(url=page.public["url"], username=page.public["username"], password=page.private["password"])


def _servers(component: Component[Any, Any]) -> list[str]:
    """The boxes of a component; the first is the one that has its password."""
    if component.KIND in WITHOUT_SERVER:
        return []
    replicas = getattr(component.endpoint.native, "replicas", {})
    return [component.name, *(child(component.name, role) for role in replicas)]


def _version(component: Component[Any, Any]) -> str:
    """Of what the user runs, by its image's tag; the panel knows that of the servers."""
    return panel.tag(str(getattr(component.spec, "image", "")))
