"""A recorded program with all that a host can be asked to watch, and what its Prometheus is told."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from infra_kit import (
    Alerts,
    Consumer,
    Environment,
    EventBus,
    Gateway,
    Job,
    ObjectStore,
    Postgres,
    Redis,
    Service,
    Stream,
    Target,
    Uptime,
)
from infra_kit.component import Component
from infra_kit.providers.vps.settings import Smtp, VpsSettings
from infra_kit.testing import Recording, record

SMTP = Smtp(host="smtp.example.com", sender="alerts@example.com", username="alerts", password=SecretStr("hush-mail"))
HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", smtp=SMTP)
TARGET = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=HOST)


def everything() -> list[Component[Any, Any]]:
    api = Service("api", target=TARGET, image="api:1", min_instances=2)
    consumers = {"scoring": Consumer(stream="LEADS")}
    return [
        Postgres("db", target=TARGET, read_replicas=1), Redis("cache", target=TARGET),
        ObjectStore("files", target=TARGET), api,
        EventBus("bus", target=TARGET, streams={"LEADS": Stream(subjects=["lead.*"])}, consumers=consumers),
        Job("nightly", target=TARGET, image="job:1", command=["work"], schedule="0 3 * * *"),
        Gateway("gw", target=TARGET, routes={"/*": api}, domains=["api.example.com"], waf=False),
        Uptime("site", target=TARGET, url="https://www.example.com"),
    ]  # fmt: skip


def watched(**asked: Any) -> Recording:
    return record(lambda: Alerts("alerts", target=TARGET, watch=everything(), **asked))


def told(made: Recording, step: str) -> Mapping[str, Any]:
    """What a step brings to Prometheus, by the folder that it is for."""
    script = made.named(step).inputs["stdin"].partition("#!/bin/sh")[0]
    known = dict(line.split("=", 1) for line in shlex.split(script))
    return {key.lower(): json.loads(known[key]) for key in ("TARGETS", "RULES", "MANAGERS") if known[key]}


def file(made: Recording, container: str, name: str) -> str:
    """One of the files that a container mounts."""
    uploads = made.named(f"{container}-files").inputs["uploads"]
    (text,) = [upload["content"] for upload in uploads if upload["file"].endswith(name)]
    return str(text)
