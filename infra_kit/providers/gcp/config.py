"""Config on Google Cloud: Parameter Manager, in the region, with a key of its own in production.

- `database/host` of production is the parameter `production--database--host`: an id is at most 63 letters, digits, `-`
  and `_` (https://cloud.google.com/secret-manager/parameter-manager/docs/overview). It is one of the project's, so
  another application in the same project needs another path. Of a preview it is
  `preview--<app>--<stack>--database--host`.
- A version of a parameter never changes, and none is called the latest: each is named after what it holds, and
  `references` names the one that stands.
- What is linked gets the values as plain variables; there is nothing that it would have to read, so it gets no right.
"""

from __future__ import annotations

import hashlib

import pulumi
from pulumi_gcp import parametermanager

from infra_kit.component import Scope
from infra_kit.components.config import ConfigEndpoint, ConfigSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.gcp import stored_names
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import region

SUPPORTS: frozenset[Feature] = frozenset()

MAX_LENGTH = 63
DIGITS = 16
"""Of the mark that names a version after what it holds."""


def create(scope: Scope, spec: ConfigSpec) -> ConfigEndpoint:
    for path in spec.values:
        _check(scope, path)
    key = key_id(scope, service="parameters", location=region(scope))
    references = {path: _parameter(scope, path, value, key) for path, value in spec.values.items()}
    return ConfigEndpoint(references=pulumi.Output.all(**references))


def _check(scope: Scope, path: str) -> None:
    made = stored_names.of(scope, path)
    if len(made) > MAX_LENGTH:
        raise SpecError(
            f"{scope.what}: values: {path}: on gcp it is called {made!r}, and Parameter Manager takes {MAX_LENGTH} "
            "characters. Choose a shorter path."
        )


def _parameter(scope: Scope, path: str, value: pulumi.Input[str], key: pulumi.Output[str] | None) -> pulumi.Output[str]:
    role = path.replace("/", ".")
    parameter = scope.resource(
        f"parameter-{role}",
        parametermanager.RegionalParameter,
        depends_on=[api(scope, "parameters")],
        location=region(scope),
        parameter_id=stored_names.of(scope, path),
        kms_key=key,
        labels=labels(scope),
    )
    version = scope.resource(
        f"version-{role}",
        parametermanager.RegionalParameterVersion,
        parameter=parameter.id,
        parameter_version_id=pulumi.Output.from_input(value).apply(_mark),
        parameter_data=value,
    )
    return version.name


def _mark(value: str) -> str:
    return f"v-{hashlib.sha256(value.encode()).hexdigest()[:DIGITS]}"


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  the values are all that there is to read
    spec: ConfigSpec = link.to.spec
    return Grant(variables=spec.variables)
