"""Secret on a VPS: a file in a volume of its own, which only what is linked to it mounts, read-only.

There the file is `/run/secrets/<component>/<environment>/<path>`, of the user 1000:1000 and readable by it alone, and
the variable that the link gives is set when the program starts. On the host it is in the folder of Docker's volumes,
which is root's. A program reads a new value when its container is made anew, which the same `up` does. A generated
value is made anew by the first `up` after each stretch of `rotation`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.secret import SecretEndpoint, SecretSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.common import secret_values
from infra_kit.providers.vps import ssh, tools, workloads
from infra_kit.providers.vps.containers import volume
from infra_kit.providers.vps.grants import VpsGrant
from infra_kit.providers.vps.scripts import told

SUPPORTS = frozenset({features.ROTATION})

FOLDER = "/run/secrets"


@dataclass(frozen=True, kw_only=True)
class VpsSecret:
    """What is mounted, and where."""

    folder: str
    volume: pulumi.Output[str]


def create(scope: Scope, spec: SecretSpec) -> SecretEndpoint:
    value = secret_values.value(scope, spec)
    kept = volume(scope, "data").name
    path = f"{scope.environment.value}/{spec.path or scope.name}"
    written = _write(scope, kept, path, value)
    folder = f"{FOLDER}/{scope.name}"
    return SecretEndpoint(
        value=pulumi.Output.secret(ssh.after(written, value)),
        reference=ssh.after(written, f"{folder}/{path}"),
        native=VpsSecret(folder=folder, volume=ssh.after(written, kept)),
    )


def link(scope: Scope, link: Link) -> Grant:
    endpoint: SecretEndpoint = link.to.endpoint
    native = scope.native(link.to, VpsSecret)
    return endpoint.grant(native=VpsGrant(volumes={native.folder: native.volume}))


def _write(scope: Scope, kept: pulumi.Output[str], path: str, value: pulumi.Output[str]) -> pulumi.Resource:
    known = pulumi.Output.all(IMAGE=tools.of(scope).image, VOLUME=kept, VALUE=value)
    fixed = {"FILE": path, "READER": workloads.USER}
    script: pulumi.Output[str] = known.apply(lambda variables: told("secret.sh", {**fixed, **variables}))
    return ssh.run(scope, "value-file", "sh -s", stdin=pulumi.Output.secret(script))
