"""The tools of a VPS: a static busybox, which containers of users' images mount.

An image brings what it wants, perhaps not even a shell. With one of our own, whatever the image, its secrets become
variables without `docker inspect` showing them (`scripts/start.sh`), and its health is asked for in its own network
(`common/answers.sh`). A host has the tools once, `<target>-tools`: a component that users do not make, but each of
their workloads asks for. The program is the host's package `busybox-static`, which the bootstrap installs and the
distribution keeps up to date: no image's, and of the host's own architecture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.features import Feature
from infra_kit.providers.common import answers
from infra_kit.providers.vps import images, ssh
from infra_kit.providers.vps.containers import holder
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script
from infra_kit.spec import Spec

if TYPE_CHECKING:
    from infra_kit.target import Target

SUPPORTS: frozenset[Feature] = frozenset()

FOLDER = "/run/infra-kit-tools"
BUSYBOX = f"{FOLDER}/busybox"
START = (BUSYBOX, "sh", f"{FOLDER}/start.sh")
"""Starts a program with its secrets as variables."""
RUNS = (BUSYBOX, "true")
"""The health of what answers nobody: that it runs is all that is seen from outside."""


class ToolsSpec(Spec):
    """Nothing: all have the same."""


@dataclass(frozen=True, kw_only=True)
class ToolsEndpoint:
    """How to have them."""

    holder: pulumi.Output[str]
    """The container to mount them from."""
    image: pulumi.Output[str]
    """The id of an image of ours, for what is done in a volume."""


class Tools(Component[ToolsSpec, ToolsEndpoint]):
    """The one set of tools of a host."""

    KIND = "tools"
    SPEC = ToolsSpec

    def __init__(self, name: str, *, target: Target | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {}, target=target, overrides=None, opts=opts)


def of(scope: Scope) -> ToolsEndpoint:
    """The tools of the host that a component is on."""
    return scope.shared(Tools, Tools.KIND).endpoint


def create(scope: Scope, spec: ToolsSpec) -> ToolsEndpoint:  # noqa: ARG001  every driver's form
    image = images.pull(scope, images.NGINX)
    files = {"answers.sh": answers.script(), **{name: script(name) for name in ("start.sh", "schedule.sh")}}
    run = Run(image=image, user="1000:1000", memory_gb=0.0625, cpu=0.1, health=(), networks=(), files=files)
    held = holder(scope, "files", run, folder=FOLDER)
    filled = ssh.run(scope, "busybox", script("tools.sh"), stdin=held.id)
    return ToolsEndpoint(holder=ssh.after(filled, held.id), image=image)


def asks(host: str, port: int, path: str, seconds: int) -> list[str]:
    """The program that tells whether a server answers 200 to 399."""
    connect = ["nc", host, str(port), "-e", BUSYBOX, "sh", f"{FOLDER}/answers.sh", path]
    return [BUSYBOX, "timeout", str(seconds), BUSYBOX, *connect]
