"""What machines, tasks and functions on aws are billed for."""

from decimal import Decimal
from typing import Any

import pulumi_aws as aws
import pytest

from infra_kit import Job, Service
from tests.unit.planning.rates.aws.bills import AWS, bill, of, skus

IMAGE = "registry.example/api@sha256:" + "0" * 64


def service(**arguments: Any) -> Service:
    return Service("api", target=AWS, image=IMAGE, cpu=1, memory_gb=2, **arguments)


def test_a_service_is_billed_by_its_tasks_and_their_size() -> None:
    made = bill(lambda: service(min_instances=3))
    size = 3  # GB: two of its own, and what takes TLS beside it, rounded up to what Fargate has
    assert skus(of(made, "api-service")) == {"fargate/x86/vcpu": 3 * 730, "fargate/x86/memory": 3 * size * 730}
    assert not of(made, "api-role")


def test_more_tasks_than_the_least_are_an_assumption() -> None:
    made = bill(service, api={"instances": 5})
    assert {item.assumed for item in of(made, "api-service")} == {True}
    assert skus(of(made, "api-service"))["fargate/x86/vcpu"] == 5 * 730


def test_spot_tasks_cost_less_and_only_for_their_share() -> None:
    whole = bill(service, region="sa-east-1")
    half = bill(service, region="sa-east-1", api={"spot": 0.5})
    assert skus(of(half, "api-service"))["fargate/x86/vcpu/spot"] == skus(of(half, "api-service"))["fargate/x86/vcpu"]
    assert half.total < whole.total


def test_a_job_is_billed_for_its_runs() -> None:
    program = lambda: Job("nightly", target=AWS, image=IMAGE, cpu=1, memory_gb=2, schedule="0 3 * * *")  # noqa: E731
    items = [item for item in bill(program, nightly={"run_minutes": 30}).items if "fargate" in str(item.price)]
    assert all(item.assumed for item in items)
    assert items[0].quantity == pytest.approx(Decimal(365 / 12 / 2), rel=Decimal("0.01"))


def test_what_watches_containers_is_billed_by_what_there_is_to_watch() -> None:
    (item,) = of(bill(service), "aws-cluster-cluster")
    assert skus([item]) == {"cloudwatch/metric": 8 + 11 + 6}


def test_a_machine_of_the_users_own_is_billed_with_its_disk_and_address() -> None:
    made = bill(
        lambda: aws.ec2.Instance(
            "box", instance_type="t4g.small", ami="ami-1", associate_public_ip_address=True,
            root_block_device={"volume_size": 30, "volume_type": "gp3"},
        )
    )  # fmt: skip
    assert skus(of(made, "box")) == {"ec2/t4g.small": 730, "ebs/gp3": 30, "ipv4": 730, "transfer/internet-out": 50}


def box(**arguments: Any) -> aws.ec2.Instance:
    return aws.ec2.Instance("box", instance_type="t4g.small", ami="ami-1", **arguments)


def test_what_leaves_a_machine_is_billed_where_it_has_an_address() -> None:
    def in_subnet(public: bool) -> None:
        box(subnet_id=aws.ec2.Subnet("subnet", vpc_id="vpc", map_public_ip_on_launch=public).id)

    def with_a_fixed_address() -> None:
        aws.ec2.Eip("fixed", instance=box(associate_public_ip_address=False).id)

    usage = {"gb_out": 200}
    assert "transfer/internet-out" not in skus(of(bill(lambda: in_subnet(False), every=usage), "box"))
    public = skus(of(bill(lambda: in_subnet(True), every=usage), "box"))
    assert (public["ipv4"], public["transfer/internet-out"]) == (730, 200)
    made = bill(with_a_fixed_address, every=usage)
    assert skus(of(made, "box"))["transfer/internet-out"] == 200
    assert "ipv4" not in skus(of(made, "box"))
    assert skus(of(made, "fixed")) == {"ipv4": 730}


def test_what_leaves_by_a_load_balancer_is_not_billed_with_the_machine_too() -> None:
    def program() -> None:
        there = box(associate_public_ip_address=True)
        aws.lb.TargetGroupAttachment("behind", target_group_arn="arn:aws:elasticloadbalancing:x", target_id=there.id)

    assert "transfer/internet-out" not in skus(of(bill(program), "box"))


@pytest.mark.parametrize(
    ("strategies", "normal", "spot"),
    [
        ([("FARGATE_SPOT", 0, 1)], 0, 4),
        ([("FARGATE", 1, 1), ("FARGATE_SPOT", 0, 2)], 2, 2),
        ([("FARGATE", 10, 1), ("FARGATE_SPOT", 0, 1)], 4, 0),
        ([("FARGATE", 0, 1), ("machines", 0, 1)], 2, 0),
    ],
)
def test_tasks_are_billed_as_their_capacity_providers_share_them(
    strategies: list[tuple[str, int, int]], normal: float, spot: float
) -> None:
    def program() -> None:
        size = aws.ecs.TaskDefinition("task", family="api", container_definitions="[]", cpu="1024", memory="2048")
        said: Any = [{"capacity_provider": name, "base": base, "weight": weight} for name, base, weight in strategies]
        aws.ecs.Service("api", task_definition=size.arn, desired_count=4, capacity_provider_strategies=said)

    items = of(bill(program, region="sa-east-1"), "api")
    found = skus(items)
    assert found.get("fargate/x86/vcpu", 0) == normal * 730
    assert found.get("fargate/x86/vcpu/spot", 0) == spot * 730
    assert found.get("fargate/x86/memory/spot", 0) == 2 * spot * 730
    assert not any(item.assumed for item in items)


def test_a_service_that_says_nothing_runs_where_its_cluster_says() -> None:
    def program() -> None:
        cluster = aws.ecs.Cluster("shop")
        spot: Any = [{"capacity_provider": "FARGATE_SPOT", "weight": 1}]
        aws.ecs.ClusterCapacityProviders(
            "providers", cluster_name=cluster.name, default_capacity_provider_strategies=spot
        )
        size = aws.ecs.TaskDefinition("task", family="api", container_definitions="[]", cpu="1024", memory="2048")
        aws.ecs.Service("api", cluster=cluster.arn, task_definition=size.arn)
        aws.ecs.Service("other", cluster=cluster.arn, task_definition=size.arn, launch_type="FARGATE")

    made = bill(program, region="sa-east-1")
    assert set(skus(of(made, "api"))) == {"fargate/x86/vcpu/spot", "fargate/x86/memory/spot"}
    assert set(skus(of(made, "other"))) == {"fargate/x86/vcpu", "fargate/x86/memory"}


def test_a_machine_and_nodes_that_the_program_calls_spot_are_spot() -> None:
    def program() -> None:
        box(instance_market_options={"market_type": "spot"})
        scaling: Any = {"desired_size": 2, "min_size": 1, "max_size": 5}
        aws.eks.NodeGroup(
            "nodes", cluster_name="shop", node_role_arn="role", subnet_ids=["a"], scaling_config=scaling,
            instance_types=["m7g.large"], capacity_type="SPOT",
        )  # fmt: skip

    assert {item.why.rpartition(" ")[2] for item in bill(program).unpriced} == {
        "ec2/t4g.small/spot", "ec2/m7g.large/spot"
    }  # fmt: skip


def test_a_machine_that_is_reserved_for_a_year_costs_less() -> None:
    program = lambda: aws.ec2.Instance("box", instance_type="m7g.large", ami="ami-1")  # noqa: E731
    made = bill(program, every={"commitment": "1y"})
    assert skus(of(made, "box"))["ec2/m7g.large/1y"] == 730
    assert made.total < bill(program).total


def test_a_function_is_billed_by_calls_seconds_and_memory() -> None:
    made = bill(
        lambda: aws.lambda_.Function(
            "hook", role="role", memory_size=512, architectures=["arm64"], runtime="python3.13"
        )
    )
    assert skus(of(made, "hook")) == {"lambda/requests": 1, "lambda/arm64": 100_000}


def test_a_cluster_of_kubernetes_is_billed_with_its_nodes() -> None:
    def program() -> None:
        vpc: Any = {"subnet_ids": ["a", "b"]}
        cluster = aws.eks.Cluster("shop", role_arn="role", vpc_config=vpc)
        scaling: Any = {"desired_size": 3, "min_size": 1, "max_size": 5}
        aws.eks.NodeGroup(
            "nodes", cluster_name=cluster.name, node_role_arn="role", subnet_ids=["a"], scaling_config=scaling,
            instance_types=["m7g.large"],
        )  # fmt: skip

    made = bill(program)
    assert skus(of(made, "shop")) == {"eks/cluster": 730}
    assert skus(of(made, "nodes")) == {"ec2/m7g.large": 3 * 730, "ebs/gp2": 60}


@pytest.mark.parametrize("given", ["arn:aws:ecs:us-east-1:1:task-definition/api:7", "[api-stack.task]"])
def test_tasks_whose_definition_stands_elsewhere_are_unpriced_and_not_free(given: str) -> None:
    (item,) = bill(lambda: aws.ecs.Service("api", task_definition=given, desired_count=10)).unpriced
    assert (item.what, item.why) == ("10 tasks", "how large a task of it is, this program does not say")


def test_tasks_on_machines_are_paid_for_with_the_machines() -> None:
    assert not of(bill(lambda: aws.ecs.Service("api", task_definition="api:7", launch_type="EC2")), "api")


def test_every_disk_of_a_machine_is_billed_with_what_makes_it_fast() -> None:
    disks: Any = [
        {"device_name": "/dev/sdb", "volume_size": 2000, "volume_type": "gp3", "iops": 5000, "throughput": 225},
        {"device_name": "/dev/sdc", "snapshot_id": "snap-1"},
    ]
    made = bill(lambda: aws.ec2.Instance("box", instance_type="t4g.small", ami="ami-1", ebs_block_devices=disks))
    found = skus(of(made, "box"))
    assert found == {
        "ec2/t4g.small": 730, "ebs/gp2": 8, "ebs/gp3": 2000, "ebs/gp3-iops": 2000, "ebs/gp3-throughput": 100
    }  # fmt: skip
    assert [item.why for item in made.unpriced] == ["how large its snapshot is, this program does not say"]
