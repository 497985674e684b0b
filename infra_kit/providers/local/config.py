"""Config on this machine: a tree of files."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.components.config import ConfigEndpoint, ConfigSpec
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.local.resource import ConfigFiles, server

SUPPORTS: frozenset[Feature] = frozenset()


def create(scope: Scope, spec: ConfigSpec) -> ConfigEndpoint:
    files = server(
        scope,
        "files",
        ConfigFiles,
        stateful=False,
        values=dict(spec.values),
        environment=scope.environment.value,
    )
    return ConfigEndpoint(references=files.public["references"])


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  the values are all that there is to read
    spec: ConfigSpec = link.to.spec
    return Grant(variables=spec.variables)
