"""How long a first deployment takes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pulumi
import pytest
from pulumi_aws import ec2, kms, rds, sqs

from infra_kit import Postgres, Redis
from infra_kit.engine.project import Project
from infra_kit.planning import creation_times, deployment
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.programs import Planned
from infra_kit.testing import record

CONFIG = {"infra-kit:target": "aws", "infra-kit:environment": "production", "infra-kit:region": "eu-west-1"}


VPS = {
    "infra-kit:target": "vps",
    "infra-kit:environment": "staging",
    "infra-kit:vps": {"host": "203.0.113.10", "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample"},
}
IMAGE = "docker:index/remoteImage:RemoteImage"


def first(program: Callable[[], object], config: Mapping[str, object] = CONFIG) -> deployment.Deployment:
    project = Project(Path(), "shop", Path(), Path())
    return deployment.first(
        Planned(Configuration(project, "test", config, frozenset()), record(program, config=config), ())
    )


def seconds(*types: str) -> int:
    return sum(creation_times.of(each).seconds for each in types)


def cache() -> Redis:
    return Redis("cache", memory_gb=1)


def test_what_waits_for_each_other_adds_up_and_what_does_not_is_made_meanwhile() -> None:
    def program() -> None:
        key = kms.Key("key")
        database = rds.Instance("db", instance_class="db.t4g.micro", kms_key_id=key.id)
        rds.Instance("replica", instance_class="db.t4g.micro", replicate_source_db=database.id)
        ec2.NatGateway("nat", subnet_id="subnet-1")

    found = first(program)
    assert [step.resource for step in found.chain] == ["key", "db", "replica"]
    assert found.seconds == seconds("aws:kms/key:Key", "aws:rds/instance:Instance", "aws:rds/instance:Instance")


def test_of_two_chains_it_is_the_one_that_takes_longer_and_not_the_one_with_more_steps() -> None:
    def program() -> None:
        queues: list[pulumi.Resource] = []
        for number in range(5):
            queues.append(sqs.Queue(f"queue-{number}", opts=pulumi.ResourceOptions(depends_on=queues[-1:])))
        ec2.NatGateway("nat", subnet_id="subnet-1")

    assert [step.resource for step in first(program).chain] == ["nat"]


def test_components_wait_for_each_other_by_what_they_are_made_of() -> None:
    alone = first(lambda: Postgres("db", memory_gb=4))
    with_replica = first(lambda: Postgres("db", memory_gb=4, read_replicas=1))
    assert [step.resource for step in alone.chain if step.source][-1] == "db-server"
    assert [step.resource for step in with_replica.chain if step.source][-2:] == ["db-server", "db-replica-1"]
    assert with_replica.seconds == sum(step.seconds for step in with_replica.chain)


def test_on_a_fresh_host_the_first_container_waits_for_docker_and_for_its_image() -> None:
    found = first(cache, VPS)
    assert [step.resource for step in found.chain if step.assumed] == ["vps-bootstrap", "cache-image"]
    assert found.seconds > creation_times.of("command:local:Command", "vps-bootstrap").seconds + seconds(IMAGE)


def test_on_a_host_that_its_owner_prepares_nothing_is_installed() -> None:
    prepared = {**VPS, "infra-kit:vps": {**VPS["infra-kit:vps"], "bootstrap": False}}  # type: ignore[dict-item]
    assert [step.resource for step in first(cache, prepared).chain if step.assumed] == ["cache-image"]


def test_images_are_loaded_beside_each_other_and_only_one_is_waited_for() -> None:
    chain = first(lambda: (cache(), Redis("sessions", memory_gb=1)), VPS).chain
    assert [step.type for step in chain].count(IMAGE) == 1


def test_what_nobody_has_timed_counts_as_one_call_and_says_no_source() -> None:
    (step,) = first(lambda: sqs.Queue("queue")).chain
    assert (step.seconds, step.source) == (creation_times.CALL.seconds, "")


def test_a_program_that_makes_nothing_takes_no_time() -> None:
    assert first(lambda: None) == deployment.Deployment(0, ())


@pytest.mark.parametrize("type_token", sorted(creation_times.TIMES))
def test_every_figure_is_positive_and_has_a_page(type_token: str) -> None:
    typical = creation_times.TIMES[type_token]
    assert typical.seconds > 0
    assert typical.source.startswith(("https://", "`make bench` "))
    assert type_token.count(":") == 2


def test_every_type_of_the_table_is_one_that_an_sdk_or_we_have() -> None:
    from infra_kit.planning.rates import aws, gcp

    known = {*aws.RATES, *aws.FREE, *gcp.RATES, *gcp.FREE}
    clouds = {token for token in creation_times.TIMES if token.startswith(("aws:", "gcp:"))}
    assert clouds <= known
