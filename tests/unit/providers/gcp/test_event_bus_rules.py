"""The rules that machines and disks of a bus on Google Cloud are judged by, each by its Checkov id."""

from __future__ import annotations

import re
from functools import cache

from infra_kit.testing import Recording
from tests.unit.providers.gcp.buses import LEADS, bus
from tests.unit.rules import Row, check, each_environment, each_row, row

MACHINE, DISK, BUCKET = "gcp:compute/instance:Instance", "gcp:compute/disk:Disk", "bus-setup-bucket"
SAID = re.compile(".+")

ROWS = [
    row("CKV_GCP_30", MACHINE, "serviceAccount.email", SAID),
    row("CKV_GCP_32", MACHINE, "metadata.block-project-ssh-keys", "TRUE"),
    row("CKV_GCP_34", MACHINE, "metadata.enable-oslogin", "TRUE"),
    row("CKV_GCP_35", MACHINE, "metadata.serial-port-enable", "FALSE"),
    row("CKV_GCP_36", MACHINE, "canIpForward", False),
    row("CKV_GCP_37", DISK, "diskEncryptionKey.kmsKeySelfLink", None, SAID),
    row("CKV_GCP_38", MACHINE, "bootDisk.kmsKeySelfLink", None, SAID),
    row("CKV_GCP_39", MACHINE, "shieldedInstanceConfig.enableVtpm", True),
    row("CKV_GCP_39", MACHINE, "shieldedInstanceConfig.enableIntegrityMonitoring", True),
    row("CKV_GCP_39", MACHINE, "shieldedInstanceConfig.enableSecureBoot", True),
    row("CKV_GCP_40", MACHINE, "networkInterfaces.0.accessConfigs", None),
    row("CKV_GCP_29", BUCKET, "uniformBucketLevelAccess", True),
    row("CKV_GCP_114", BUCKET, "publicAccessPrevention", "enforced"),
]


@cache
def made(environment: str) -> Recording:
    return bus(LEADS, environment)


@each_environment
@each_row(ROWS)
def test_an_input_is_as_its_rule_has_it(rule: Row, environment: str) -> None:
    check(rule, made(environment), environment)


@each_environment
def test_ckv_gcp_3_75_77_88_no_port_is_open_to_the_internet(environment: str) -> None:
    for rule in made(environment).of_type("gcp:compute/firewall:Firewall"):
        assert not (rule.inputs.get("allows") and "0.0.0.0/0" in rule.inputs.get("sourceRanges", ())), rule.name
