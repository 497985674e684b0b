"""A program that is run twice makes the same, on every target: what was saved of the first run says so."""

from pathlib import Path

import pytest

from infra_kit.planning import saved
from infra_kit.planning.changes import Fate, between
from infra_kit.planning.programs import plan
from infra_kit.planning.transition import check, transition
from tests.unit.planning.conftest import MakeProject

EVERYTHING = """
    import pulumi
    from infra_kit import (
        Cdn, Config, EventBus, Gateway, Job, Network, ObjectStore, Postgres, Redis, Secret, Service, Stream, Worker,
    )
    target = pulumi.Config("infra-kit").require("target")
    image = "registry.example/api:1"
    command = {"command": ["sleep", "1"]} if target == "local" else {"image": image}
    net = Network("net")
    db = Postgres("db", memory_gb=1)
    cache = Redis("cache", memory_gb=1)
    files = ObjectStore("files")
    engine = {} if target in {"vps", "local"} else {"engine": "native"}
    bus = EventBus("bus", **engine, streams={"LEADS": Stream(subjects=["lead.*"])})
    key, old, flags = Secret("key"), Secret("old", rotation="90d"), Config("flags", values={"beta": "on"})
    links = [bus.link(publish=["lead.created"]), *(it.link() for it in (db, cache, files, key, flags))]
    api = Service("api", port=8080, links=links, **command)
    Worker("mailer", links=links, **command)
    Job("nightly", schedule="0 3 * * *", links=[db.link()], **command)
    Gateway("web", routes={"/*": api}, domains=["api.example.com"])
    Cdn("edge", routes={"/*": files}, domains=["www.example.com"])
"""
HOST = "{host: 203.0.113.10, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample}"
PLACES = {
    "aws": "{infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}",
    "gcp": "{infra-kit:target: gcp, infra-kit:environment: production, infra-kit:region: europe-west1, "
    "infra-kit:gcp: {project: shop-1}}",
    "vps": f"{{infra-kit:target: vps, infra-kit:environment: preview, infra-kit:vps: {HOST}}}",
    "local": "{infra-kit:target: local, infra-kit:environment: development}",
}
COMPONENTS = {
    "Cdn", "Config", "EventBus", "Gateway", "Job", "Network", "ObjectStore", "Postgres", "Redis", "Secret", "Service",
    "Worker",
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_second_run_keeps_all_that_was_saved_of_the_first(
    make_project: MakeProject, tmp_path: Path, place: str
) -> None:
    project = make_project(EVERYTHING, prod=f"config: {PLACES[place]}")
    first = plan(project, "prod")
    saved.write(first, tmp_path / "plan.json")
    before, after = saved.read(tmp_path / "plan.json"), plan(project, "prod")
    assert {it.type.rpartition(":")[2] for it in before.resources if it.type.startswith("infra-kit:")} >= COMPONENTS
    differing = [it for it in between(before.resources, saved.of(after)) if it.fate is not Fate.KEPT]
    assert [(it.resource.name, it.fate, it.keys) for it in differing] == []
    found = transition(before, after)
    assert (found.moves, found.monthly_before) == ((), found.monthly_after)
    check(found)
