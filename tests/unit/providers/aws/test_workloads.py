"""What services, workers and jobs share on AWS: what runs, as whom, where, with which secrets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from infra_kit import Job, Network, Postgres, Service, Sidecar, Volume, Worker
from infra_kit.errors import SpecError
from infra_kit.policies import is_wild
from infra_kit.testing import Recording, record
from tests.unit.providers.aws.workloads import (
    AWS,
    IMAGE,
    PRODUCTION,
    actions,
    containers,
    of,
    refused,
    service,
    statements,
    variables,
    ways_into,
    worker,
)


@pytest.mark.parametrize(
    ("cpu", "memory_gb", "picked"),
    [(0.25, 0.5, ("256", "512")), (0.25, 3, ("512", "3072")), (3, 1, ("4096", "8192")), (16, 100, ("16384", "106496"))],
)
def test_the_cheapest_task_of_fargate_is_taken_that_has_enough(
    cpu: float, memory_gb: float, picked: tuple[str, str]
) -> None:
    task = worker(cpu=cpu, memory_gb=memory_gb).named("scorer-task").inputs
    assert (task["cpu"], task["memory"]) == picked


@pytest.mark.parametrize("memory_gb", [0.5, 1, 4])
def test_a_service_has_all_the_memory_that_it_asks_for_beside_its_front(memory_gb: float) -> None:
    made = service(memory_gb=memory_gb)
    front = containers(made)["infra_kit_front"]["memory"]
    assert int(made.named("api-task").inputs["memory"]) - front >= memory_gb * 1024


def test_a_sidecar_counts_and_gets_no_more_than_it_asks() -> None:
    proxy = Sidecar(image="proxy:1", cpu=0.25, memory_gb=0.5)
    made = worker(cpu=0.25, memory_gb=0.5, sidecars={"proxy": proxy})
    task = made.named("scorer-task").inputs
    assert (task["cpu"], task["memory"]) == ("512", "1024")
    sidecar = containers(made, "scorer")["sidecar_proxy"]
    assert (sidecar["cpu"], sidecar["memory"], sidecar["essential"]) == (256, 512, True)


def test_more_than_fargate_has_is_refused() -> None:
    proxy = Sidecar(image="proxy:1", cpu=8)
    message = refused(lambda: Service("api", image=IMAGE, cpu=12, sidecars={"proxy": proxy}))
    assert message.startswith("Service 'api': given cpu=20 ")


def test_it_runs_on_graviton_where_its_image_is_made_for_that() -> None:
    platforms = [
        service(architectures=asked).named("api-task").inputs["runtimePlatform"]["cpuArchitecture"]
        for asked in (["amd64"], ["amd64", "arm64"])
    ]
    assert platforms == ["X86_64", "ARM64"]


def test_its_root_is_read_only_and_tmp_is_not() -> None:
    made = service(sidecars={"proxy": Sidecar(image="proxy:1")})
    assert all(it["readonlyRootFilesystem"] for it in containers(made).values())
    (mount,) = containers(made)["api"]["mountPoints"]
    assert (mount["containerPath"], mount["readOnly"]) == ("/tmp", False)  # noqa: S108  the container's
    assert {"name": "infra_kit_tmp"} in made.named("api-task").inputs["volumes"]


def test_all_that_runs_in_a_task_has_the_time_to_stop_that_was_said() -> None:
    made = service(stop_timeout="45s", sidecars={"proxy": Sidecar(image="proxy:1")})
    stops = {name: it["stopTimeout"] for name, it in containers(made).items()}
    assert stops == {"api": 45, "sidecar_proxy": 45, "infra_kit_front": 45}


def test_no_name_of_ours_is_one_of_theirs() -> None:
    made = of(
        lambda: Service(
            "front",
            image=IMAGE,
            sidecars={"front": Sidecar(image="proxy:1")},
            volumes={"front": Volume(path="/data"), "tmp": Volume(path="/more")},
        )
    )
    assert len(containers(made, "front")) == 3
    volumes = [it["name"] for it in made.named("front-task").inputs["volumes"]]
    assert len(set(volumes)) == len(volumes) == 4


def test_a_command_takes_the_place_of_the_images_own() -> None:
    own = containers(service(command=["python", "app.py"]))["api"]
    assert (own["entryPoint"], own["command"]) == (["python"], ["app.py"])
    assert "entryPoint" not in containers(service())["api"]


def test_it_stands_in_the_private_subnets_without_an_address_of_its_own() -> None:
    network = service().named("api-service").inputs["networkConfiguration"]
    assert network["subnets"] == ["aws-network-private-a-id", "aws-network-private-b-id"]
    assert network["assignPublicIp"] is False


def test_nobody_gets_in_who_is_not_linked() -> None:
    assert ways_into(service(), "api-security-group") == {}


def linked_to_what_stood_already(url: str, network: Callable[[], Network | None] = lambda: None) -> Recording:
    def program() -> None:
        Service("api", image=IMAGE, network=network(), links=[Postgres.existing("db", url=url).link()])

    return of(program)


@pytest.mark.parametrize("host", ["db.0a1b2c.us-east-1.rds.amazonaws.com", "10.0.7.3"])
def test_the_plan_says_that_no_way_was_made_to_a_database_that_stood_already(host: str) -> None:
    (said,) = linked_to_what_stood_already(f"postgresql://u:very-secret@{host}/app").warnings
    assert said.startswith(f"Service 'api': links: Postgres 'db' stood already ({host}), and 'aws-network' is ")
    assert "Network.existing" in said
    assert "very-secret" not in said


def test_it_says_nothing_of_a_database_in_the_internet_or_in_a_network_that_stood_already_too() -> None:
    def staging() -> Network:
        return Network.existing("staging", id="vpc-1", cidr="10.0.0.0/16", subnets={"private": {"a": "subnet-1"}})

    assert not linked_to_what_stood_already("postgresql://u:p@8.8.8.8/app").warnings
    assert not linked_to_what_stood_already("postgresql://u:p@10.0.7.3/app", staging).warnings


def test_a_network_without_a_way_out_is_refused() -> None:
    message = refused(lambda: Service("api", image=IMAGE, network=Network("net", nat="none")))
    assert "it has nat='none', so nothing there can fetch an image" in message
    assert "Network(nat='single')" in message


def test_all_of_a_network_share_a_cluster() -> None:
    def program() -> None:
        for name in ("api", "web"):
            Service(name, image=IMAGE)
        Service("other", image=IMAGE, network=Network("apart"))

    made = of(program)
    clusters = {it.name: it.outputs["arn"] for it in made.of_type("aws:ecs/cluster:Cluster")}
    assert set(clusters) == {"aws-cluster-cluster", "aws-ecs-apart-cluster"}
    chosen = {name: made.named(f"{name}-service").inputs["cluster"] for name in ("api", "web", "other")}
    assert chosen["api"] == chosen["web"] == clusters["aws-cluster-cluster"]
    assert chosen["other"] == clusters["aws-ecs-apart-cluster"]


@pytest.mark.parametrize(("config", "value"), [(AWS, "disabled"), (PRODUCTION, "enabled")])
def test_a_cluster_is_watched_where_the_environment_is(config: dict[str, str], value: str) -> None:
    (setting,) = service(config).named("aws-cluster-cluster").inputs["settings"]
    assert setting == {"name": "containerInsights", "value": value}


def test_secrets_stand_in_one_secret_and_are_read_by_the_version_that_was_deployed() -> None:
    made = service(secrets={"TOKEN": "a", "KEY": "b"}, environment={"LOG": "info"})
    assert json.loads(made.named("api-secrets-value").inputs["secretString"]) == {"KEY": "b", "TOKEN": "a"}
    arn = made.named("api-secrets").outputs["arn"]
    found = variables(made)
    assert found["TOKEN"] == f"{arn}:TOKEN::recorded-version"
    assert found["LOG"] == "info"


def test_who_starts_it_reads_its_secrets_and_writes_its_log_and_nothing_else() -> None:
    made = service(PRODUCTION, secrets={"TOKEN": "a"})
    found = {it["Action"][0]: it["Resource"] for it in statements(made, "api-execution-rights")}
    assert found == {
        "logs:CreateLogStream": made.named("api-log").outputs["arn"] + ":*",
        "secretsmanager:GetSecretValue": [made.named("api-secrets").outputs["arn"]],
        "kms:Decrypt": made.named("api-key").outputs["arn"],
    }


def test_it_runs_as_a_role_of_its_own_that_may_do_nothing_by_itself() -> None:
    made = service(secrets={"TOKEN": "a"})
    task = made.named("api-task").inputs
    assert task["taskRoleArn"] == made.named("api-role").outputs["arn"]
    assert not [it.name for it in made.resources if it.name == "api-role-rights"]
    (trust,) = json.loads(made.named("api-role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}


@pytest.mark.parametrize(("asked", "days"), [("30d", 30), ("12h", 1), ("31d", 60), ("9y", 3288)])
def test_a_log_is_kept_for_the_fewest_days_of_cloudwatch_that_are_enough(asked: str, days: int) -> None:
    assert service(log_retention=asked).named("api-log").inputs["retentionInDays"] == days


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"image": None}, "image: none given; on aws one is needed"),
        ({"stop_timeout": "5m"}, "stop_timeout: given 5m, Fargate waits 120 seconds at most"),
        ({"log_retention": "20y"}, "log_retention: given 20y, CloudWatch keeps a log for 3653 days at most"),
    ],
)
def test_what_fargate_cannot_do_is_refused(asked: dict[str, object], words: str) -> None:
    arguments: dict[str, object] = {"image": IMAGE, **asked}
    assert f"Service 'api': {words}" in refused(lambda: Service("api", **arguments))  # type: ignore[arg-type]


def test_a_volume_is_a_folder_of_an_encrypted_file_system_that_the_task_alone_reaches() -> None:
    made = service(PRODUCTION, volumes={"uploads": Volume(path="/data")})
    files = made.named("api-files")
    assert files.inputs["encrypted"]
    assert files.inputs["kmsKeyId"] == made.named("api-key").outputs["arn"]
    assert files.options.protect
    assert ways_into(made, "api-files-security-group") == {"api-files-ingress": ("api-security-group-id", 2049)}
    (mounted,) = (it for it in made.named("api-task").inputs["volumes"] if it["name"] == "uploads")
    assert mounted["efsVolumeConfiguration"]["transitEncryption"] == "ENABLED"
    (may,) = statements(made, "api-role-rights")
    assert may["Condition"]["StringEquals"]["elasticfilesystem:AccessPointArn"]
    assert variables(made)["VOLUME_UPLOADS"] == "/data"


def test_a_volume_is_its_workloads_own_and_reached_over_tls_alone() -> None:
    made = service(PRODUCTION, volumes={"uploads": Volume(path="/data")})
    its, plain = statements(made, "api-files-policy")
    assert its["Principal"] == {"AWS": made.named("api-role").outputs["arn"]}
    assert its["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert its["Condition"]["StringEquals"]["elasticfilesystem:AccessPointArn"]
    assert (plain["Effect"], plain["Principal"]) == ("Deny", {"AWS": "*"})
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert made.named("api-files-policy").urn in made.named("api-service").options.depends_on


def test_a_plain_name_is_an_image_of_a_repository_that_is_made_once() -> None:
    def program() -> None:
        for name in ("api", "web"):
            Service(name, image="shop:1.4")

    made = of(program, PRODUCTION)
    (repository,) = made.of_type("aws:ecr/repository:Repository")
    assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
    assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository.inputs["encryptionConfigurations"][0]["encryptionType"] == "KMS"
    image = f"{repository.outputs['repositoryUrl']}:1.4"  # as long as no account is asked for its digest
    assert [containers(made, name)[name]["image"] for name in ("api", "web")] == [image, image]
    allowed = statements(made, "api-execution-rights")
    assert {"ecr:GetAuthorizationToken", "ecr:BatchGetImage"} <= actions(allowed)
    # Of the registry itself, and of nothing else: ECR has no resource for that.
    assert [it["Action"] for it in allowed if it["Resource"] == "*"] == [["ecr:GetAuthorizationToken"]]
    assert not any(is_wild(it) for it in allowed)


IMAGES = "aws:ecr/getImages:getImages"
DIGEST, OLDER = "sha256:" + "d" * 64, "sha256:" + "a" * 64
PUSHED = {"imageIds": [{"imageTag": "1.3", "imageDigest": OLDER}, {"imageTag": "1.4", "imageDigest": DIGEST}]}


def pushed(make: Callable[[], object], answer: Mapping[str, object]) -> Recording:
    return record(make, config=AWS, calls={IMAGES: answer})


@pytest.mark.parametrize("mark", [":1.4", f"@{DIGEST}", f":1.4@{DIGEST}"])
@pytest.mark.parametrize("kind", [Service, Worker, Job])
def test_what_runs_is_the_image_that_the_tag_means(kind: type[Service | Worker | Job], mark: str) -> None:
    made = pushed(lambda: kind("it", image=f"shop{mark}"), PUSHED)
    (repository,) = made.of_type("aws:ecr/repository:Repository")
    assert containers(made, "it")["it"]["image"] == f"{repository.outputs['repositoryUrl']}@{DIGEST}"


@pytest.mark.parametrize("kind", [Service, Worker, Job])
def test_an_image_that_was_not_pushed_stops_up_with_what_to_do(kind: type[Service | Worker | Job]) -> None:
    with pytest.raises(SpecError) as refused:
        pushed(lambda: kind("it", image="shop:1.5"), PUSHED)
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/aws-image-shop-1a2b3c4:1.5"
    assert str(refused.value) == (
        f"{kind.__name__} 'it': image: {image} is not there yet. Push it (docker push {image}), and run up again."
    )


def test_a_repository_without_an_image_stops_up() -> None:
    with pytest.raises(SpecError, match=r":latest is not there yet\. Push it"):
        pushed(lambda: Service("it", image="shop"), {"imageIds": []})


def test_an_image_of_ecr_may_be_fetched_from_its_own_repository() -> None:
    made = service(image=f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/api@{DIGEST}")
    assert made.of_type("aws:ecr/repository:Repository") == ()
    (fetch,) = (it for it in statements(made, "api-execution-rights") if "ecr:BatchGetImage" in it["Action"])
    assert fetch["Resource"] == "arn:aws:ecr:eu-west-1:123456789012:repository/team/api"
    assert not any("ecr:" in action for action in actions(statements(service(), "api-execution-rights")))
