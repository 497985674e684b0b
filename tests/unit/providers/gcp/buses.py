"""An EventBus of NATS on Google Cloud, recorded."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from infra_kit import Consumer, EventBus, Network, Service, Stream
from infra_kit.providers.common import machine_scripts
from infra_kit.recording import Recording
from infra_kit.testing import record

LEADS = Stream(subjects=["lead.*"], retention="30d", replicas=3)
CRM = {"crm": Consumer(stream="LEADS")}
JOB, FIREWALL = "gcp:cloudrunv2/job:Job", "gcp:compute/firewall:Firewall"


def bus(
    stream: Stream = LEADS, environment: str = "staging", *links: Any, name: str = "bus", **asked: Any
) -> Recording:
    """Each link is a service's, named in its order."""

    def program() -> None:
        network = Network("net")
        it = EventBus(name, streams={"LEADS": stream}, consumers=CRM, network=network, **asked)
        for number, link in enumerate(links):
            Service(f"api-{number}", image="nginx:1", port=80, links=[link(it)], network=network)

    gcp = {"infra-kit:target": "gcp", "infra-kit:region": "europe-west1", "infra-kit:environment": environment}
    return record(program, config=gcp)


@cache
def three() -> Recording:
    return bus()


@cache
def lone(environment: str = "development") -> Recording:
    return bus(Stream(subjects=["lead.*"]), environment)


def files(made: Recording) -> dict[str, str]:
    return machine_scripts.files(made.named("bus-settings-version").inputs["secretData"])


def script(made: Recording, place: str) -> str:
    return str(made.named(f"bus-server-{place}").inputs["metadataStartupScript"])


def container(made: Recording, step: str) -> dict[str, Any]:
    (it,) = made.named(f"bus-{step}").inputs["template"]["template"]["containers"]
    return dict(it)


def step(made: Recording, name: str) -> dict[str, Any]:
    """What the job of a step is told beside what all are."""
    return dict(json.loads(container(made, name)["args"][0]))


def of_type(made: Recording, ending: str) -> set[str]:
    return {it.name for it in made.resources if it.type.endswith(ending) and it.name.startswith("bus-")}
