"""Machines, their disks and clusters of them."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit.planning.rates.gcp import machines
from infra_kit.planning.usage import HOURS_A_MONTH
from tests.unit.planning.rates.gcp.bills import CLUSTER, VM, bill, items, monthly, raw

E2_MEDIUM = (0.02181159 + 4 * 0.00292353) * HOURS_A_MONTH


def vm(type_: str, **more: Any) -> None:
    raw(VM, machineType=type_, zone="us-central1-a", **more)


@pytest.mark.parametrize(
    ("name", "machine"),
    [
        ("e2-micro", ("e2", 0.25, 1)),
        ("n2-highmem-16", ("n2", 16, 128)),
        ("n2-highmem-128", ("n2", 128, 864)),
        ("c4-standard-2", ("c4", 2, 7)),
        ("c4a-highcpu-8", ("c4a", 8, 16)),
        ("custom-2-4096", None),
        ("g2-standard-4", None),
        ("c4-standard-4-lssd", None),
    ],
)
def test_what_a_machine_type_is_made_of(name: str, machine: tuple[str, float, float] | None) -> None:
    assert machines.of(name) == machine


@pytest.mark.parametrize(("type_", "hourly"), [("c4a-standard-4", 0.1796), ("n4-standard-2", 0.0907)])
def test_a_machine_costs_what_the_vendors_list_says(type_: str, hourly: float) -> None:
    """Of the sum of its parts: the list names the whole."""
    there = bill(lambda: vm(type_))
    found = sum(float(it.monthly or 0) for sku, it in items(there).items() if sku.startswith("compute/"))
    assert found == pytest.approx(hourly * HOURS_A_MONTH)


def test_its_zone_says_where_it_stands() -> None:
    there = bill(lambda: raw(VM, machineType="e2-standard-2", zone="southamerica-east1-b"))
    assert monthly(there, "compute/e2/cpu") == pytest.approx(2 * 0.0346242 * HOURS_A_MONTH)


def test_a_spot_machine_costs_less_and_a_share_of_them_in_between() -> None:
    spot = bill(lambda: vm("e2-medium", scheduling={"provisioningModel": "SPOT"}))
    half = bill(lambda: vm("e2-medium"), {"*": {"spot": 0.5}})
    plain = bill(lambda: vm("e2-medium"))
    assert spot.total < half.total < plain.total
    assert float(half.total) == pytest.approx(float(spot.total + plain.total) / 2)


def test_paid_for_in_advance_a_machine_has_no_sustained_use() -> None:
    there = bill(lambda: vm("n2-standard-2"), {"*": {"commitment": "3y"}})
    assert monthly(there, "compute/n2/cpu/3y") == pytest.approx(2 * 10.38425, rel=1e-4)


def test_disks_and_a_public_address_are_lines_of_their_own() -> None:
    boot = {"initializeParams": {"type": "pd-ssd", "size": 50}}
    there = bill(lambda: vm("e2-medium", bootDisk=boot, networkInterfaces=[{"accessConfigs": [{}]}]))
    assert monthly(there, "disk/pd-ssd") == pytest.approx(8.5)
    assert monthly(there, "ip/vm") == pytest.approx(3.65)


def test_a_machine_for_graphics_is_unpriced() -> None:
    there = bill(lambda: vm("n1-standard-4", guestAccelerators=[{"type": "nvidia-tesla-t4", "count": 1}]))
    assert [it.why for it in there.unpriced] == [
        "the price book of gcp in us-central1 has no compute/gpu/nvidia-tesla-t4"
    ]


@pytest.mark.parametrize(
    ("inputs", "nodes"),
    [
        ({"location": "us-central1", "initialNodeCount": 1}, 3),
        ({"location": "us-central1-a", "initialNodeCount": 2}, 2),
        ({"location": "us-central1", "initialNodeCount": 1, "nodeLocations": ["us-central1-a", "us-central1-b"]}, 2),
        ({"location": "us-central1", "initialNodeCount": 1, "removeDefaultNodePool": True}, 0),
    ],
)
def test_a_cluster_costs_its_fee_and_its_nodes(inputs: dict[str, Any], nodes: int) -> None:
    there = bill(lambda: raw(CLUSTER, **inputs))
    assert monthly(there, "gke/cluster") == pytest.approx(73)
    assert sum(monthly(there, f"compute/e2/{part}") for part in ("cpu", "memory")) == pytest.approx(nodes * E2_MEDIUM)


def test_of_autopilot_the_pods_are_unpriced() -> None:
    there = bill(lambda: raw(CLUSTER, location="us-central1", enableAutopilot=True))
    assert [it.what for it in there.unpriced] == ["its pods, by what they ask for"]


def test_a_group_has_as_many_machines_as_it_says() -> None:
    def program() -> None:
        template = raw("gcp:compute/instanceTemplate:InstanceTemplate", "template", machineType="e2-medium")
        versions = [{"instanceTemplate": template.id}]
        raw("gcp:compute/instanceGroupManager:InstanceGroupManager", targetSize=4, versions=versions)

    assert float(bill(program).total) == pytest.approx(4 * E2_MEDIUM)


def test_a_disk_with_a_snapshot_a_day_costs_what_is_on_it_once_more_and_what_is_said_of_the_rest() -> None:
    def program() -> None:
        disk = raw("gcp:compute/disk:Disk", "data", size=50, type="pd-balanced")
        raw("gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment", disk=disk.id)

    assert monthly(bill(program), "disk/snapshot") == pytest.approx(50 * 0.05)
    assert monthly(bill(program, {"*": {"backup_gb": 30}}), "disk/snapshot") == pytest.approx(80 * 0.05)
