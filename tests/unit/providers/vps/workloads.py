"""What the tests of workloads on a VPS have in common."""

from __future__ import annotations

from typing import Any

from infra_kit import Environment, Service, Target
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy")
IMAGE = "registry.example/api@sha256:" + 4 * "0123456789abcdef"
CONTAINER = "docker:index/container:Container"


def on(environment: Environment = Environment.STAGING, host: str = HOST.host) -> Target:
    return Target(name="vps", app="shop", environment=environment, settings=HOST.model_copy(update={"host": host}))


def service(name: str = "api", **asked: Any) -> Service:
    return Service(name, **{"target": on(), "image": IMAGE, "command": ["node", "app.js"], **asked})


def made(**asked: Any) -> Recording:
    return record(lambda: service(**asked))


def networks(recording: Recording, name: str) -> set[str]:
    """The networks of a container, by what made them."""
    container = recording.named(name)
    return {urn.rpartition("::")[2] for urn in container.options.depends_on if "docker:index/network:Network" in urn}


def uploads(recording: Recording, holder: str) -> dict[str, str]:
    return {it["file"]: it["content"] for it in recording.named(holder).inputs["uploads"]}


def told(recording: Recording, step: str) -> str:
    return str(recording.named(step).inputs["stdin"])
