"""The rules that the data layer on Google Cloud is judged by, each by its Checkov id: what must stand where."""

from __future__ import annotations

import re
from functools import cache

from infra_kit import Cdn, Consumer, EventBus, ObjectStore, Pooling, Postgres, Redis, Stream
from infra_kit.testing import Recording, record
from tests.unit.rules import Row, check, each_environment, each_row, row

SQL, FLAGS = "gcp:sql/databaseInstance:DatabaseInstance", ("settings", "databaseFlags")
REDIS, BUCKET = "gcp:redis/instance:Instance", "gcp:storage/bucket:Bucket"
TOPIC, KEY = "gcp:pubsub/topic:Topic", "gcp:kms/cryptoKey:CryptoKey"
SUBNETWORK, FIREWALL = "gcp:compute/subnetwork:Subnetwork", "gcp:compute/firewall:Firewall"
SAID = re.compile(".+")
PRIMITIVE = {"roles/owner", "roles/editor", "roles/viewer"}

ROWS = [
    # Cloud SQL: of an instance and of each replica of it, where no name is said
    row("CKV_GCP_6", SQL, "settings.ipConfiguration.sslMode", "ENCRYPTED_ONLY"),
    row("CKV_GCP_11", SQL, "settings.ipConfiguration.authorizedNetworks", None),
    row("CKV_GCP_60", SQL, "settings.ipConfiguration.ipv4Enabled", False),
    row("CKV_GCP_60", SQL, "settings.ipConfiguration.privateNetwork", SAID),
    row("CKV_GCP_14", "db-server", "settings.backupConfiguration.enabled", True),
    row("CKV_GCP_14", "db-server", "settings.backupConfiguration.backupRetentionSettings.retainedBackups", 1, 7),
    row("CKV_GCP_14", "db-server", "settings.backupConfiguration.pointInTimeRecoveryEnabled", True),
    row("CKV_GCP_14", "db-server", "deletionProtection", False, True),
    row("CKV_GCP_14", "db-server", "settings.deletionProtectionEnabled", False, True),
    row("CKV_GCP_14", "db-server", "encryptionKeyName", None, SAID),
    row("CKV_GCP_51", SQL, (*FLAGS, "log_checkpoints"), "on"),
    row("CKV_GCP_52", SQL, (*FLAGS, "log_connections"), "on"),
    row("CKV_GCP_53", SQL, (*FLAGS, "log_disconnections"), "on"),
    row("CKV_GCP_54", SQL, (*FLAGS, "log_lock_waits"), "on"),
    row("CKV_GCP_55", SQL, (*FLAGS, "log_min_messages"), "warning"),
    row("CKV_GCP_56", SQL, (*FLAGS, "log_temp_files"), "0"),
    row("CKV_GCP_57", SQL, (*FLAGS, "log_min_duration_statement"), "-1"),
    row("CKV_GCP_108", SQL, (*FLAGS, "log_hostname"), "on"),
    row("CKV_GCP_109", SQL, (*FLAGS, "log_min_error_statement"), "error"),
    row("CKV_GCP_110", SQL, (*FLAGS, "cloudsql.enable_pgaudit"), "on"),
    row("CKV_GCP_111", SQL, (*FLAGS, "log_statement"), "ddl"),
    # Memorystore
    row("CKV_GCP_95", REDIS, "authEnabled", True),
    row("CKV_GCP_97", REDIS, "transitEncryptionMode", "SERVER_AUTHENTICATION"),
    row("CKV_GCP_97", REDIS, "connectMode", "PRIVATE_SERVICE_ACCESS"),
    row("CKV_GCP_97", REDIS, "customerManagedKey", None, SAID),
    row("CKV_GCP_97", REDIS, "deletionProtection", False, True),
    # Cloud Storage: of the bucket of logs too
    row("CKV_GCP_29", BUCKET, "uniformBucketLevelAccess", True),
    row("CKV_GCP_114", BUCKET, "publicAccessPrevention", "enforced"),
    row("CKV_GCP_62", "files-bucket", "logging.logBucket", None, SAID),
    row("CKV_GCP_78", BUCKET, "versioning.enabled", False, True),
    row("CKV_GCP_78", "files-bucket", "encryption.defaultKmsKeyName", None, SAID),
    # Pub/Sub, keys
    row("CKV_GCP_83", TOPIC, "kmsKeyName", None, SAID),
    row("CKV_GCP_43", KEY, "rotationPeriod", ..., f"{90 * 24 * 3600}s"),
    # Network
    row("CKV_GCP_26", SUBNETWORK, "logConfig.flowSampling", None, 1),
    row("CKV_GCP_74", SUBNETWORK, "privateIpGoogleAccess", True),
    row("CKV_GCP_76", SUBNETWORK, "stackType", "IPV4_ONLY"),
    row("CKV2_GCP_18", "gcp-network-vpc", "autoCreateSubnetworks", False),
    row("CKV2_GCP_18", "gcp-network-deny-ingress", "denies.0.protocol", "all"),
    row("CKV2_GCP_18", "gcp-network-deny-ingress", "network", "gcp-network-vpc-id"),
]


def data_layer() -> None:
    Postgres("db", read_replicas=1, high_availability=True, pooling=Pooling())
    Redis("cache", replicas=1, high_availability=True)
    ObjectStore("files")
    Cdn("edge", routes={"/*": "https://api.example.com"}, domains=["www.example.com"])
    consumers = {"crm": Consumer(stream="LEADS")}
    EventBus("bus", engine="native", streams={"LEADS": Stream(subjects=["lead.*"])}, consumers=consumers)


@cache
def made(environment: str) -> Recording:
    config = {"infra-kit:target": "gcp", "infra-kit:region": "europe-west1", "infra-kit:environment": environment}
    return record(data_layer, config=config)


@each_environment
@each_row(ROWS)
def test_an_input_is_as_its_rule_has_it(rule: Row, environment: str) -> None:
    check(rule, made(environment), environment)


@each_environment
def test_ckv_gcp_2_3_75_77_88_and_ckv2_gcp_12_no_port_is_open_to_the_internet(environment: str) -> None:
    for rule in made(environment).of_type(FIREWALL):
        assert not (rule.inputs.get("allows") and "0.0.0.0/0" in rule.inputs.get("sourceRanges", ())), rule.name


@each_environment
def test_ckv_gcp_41_42_46_49_117_rights_are_named_ones_of_one_account_on_one_thing(environment: str) -> None:
    grants = [it for it in made(environment).resources if it.type.endswith("IAMMember")]
    assert grants
    for grant in grants:
        assert grant.inputs["role"] not in PRIMITIVE | {"roles/iam.serviceAccountUser"}, grant.name
        assert "admin" not in grant.inputs["role"].lower(), grant.name
        assert grant.inputs["member"].partition(":")[0] in {"serviceAccount", "group"}, grant.name
        assert not grant.type.startswith(("gcp:projects", "gcp:organizations", "gcp:folder")), grant.name


def test_ckv_gcp_82_keys_are_protected() -> None:
    keys = made("production").of_type(KEY)
    assert len(keys) == 4
    assert all(it.options.protect for it in keys)
