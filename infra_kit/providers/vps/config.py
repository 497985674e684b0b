"""Config on a VPS: files, which only what is linked to it mounts, read-only.

There they are `/run/config/<component>/<environment>/<path>`, beside the variables that the link gives. Other values
are other files: what is linked is made anew with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.components.config import ConfigEndpoint, ConfigSpec
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.vps import tools, workloads
from infra_kit.providers.vps.containers import holder
from infra_kit.providers.vps.grants import VpsGrant
from infra_kit.providers.vps.run import Run

SUPPORTS: frozenset[Feature] = frozenset()

FOLDER = "/run/config"


@dataclass(frozen=True, kw_only=True)
class VpsConfig:
    """What is mounted."""

    files: pulumi.Output[str]


def create(scope: Scope, spec: ConfigSpec) -> ConfigEndpoint:
    paths = {path: f"{scope.environment.value}/{path}" for path in spec.values}
    folder = f"{FOLDER}/{scope.name}"
    run = Run(
        image=tools.of(scope).image,
        user=workloads.USER,
        memory_gb=0.02,
        cpu=0.1,
        health=(),
        networks=(),
        files={paths[path]: value for path, value in spec.values.items()},
    )
    held = holder(scope, "files", run, folder=folder)
    references = {path: f"{folder}/{place}" for path, place in paths.items()}
    return ConfigEndpoint(references=held.id.apply(lambda _: references), native=VpsConfig(files=held.id))


def link(scope: Scope, link: Link) -> Grant:
    spec: ConfigSpec = link.to.spec
    return Grant(variables=spec.variables, native=VpsGrant(files=(scope.native(link.to, VpsConfig).files,)))
