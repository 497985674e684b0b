"""Each rule for Google Cloud, with something that it finds and its mended twin."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_gcp as gcp

from infra_kit import ObjectStore
from tests.unit.planning.audit.cases import Case, cases, made

SQL, REDIS = "gcp:sql/databaseInstance:DatabaseInstance", "gcp:redis/instance:Instance"
BUCKET, KEY = "gcp:storage/bucket:Bucket", "gcp:serviceaccount/key:Key"
MEMBER, BINDING = "gcp:projects/iAMMember:IAMMember", "gcp:projects/iAMBinding:IAMBinding"
VM = "gcp:compute/instance:Instance"
TEMPLATES = (
    "gcp:compute/instanceTemplate:InstanceTemplate",
    "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
)
NEEDS: dict[str, dict[str, Any]] = {
    SQL: {"database_version": "POSTGRES_17"},
    REDIS: {"memory_size_gb": 1},
    BUCKET: {"location": "EU"},
    VM: {"machine_type": "e2-micro", "boot_disk": {"initialize_params": {"image": "it"}}},
    **{it: {"machine_type": "e2-micro", "disks": [{"source_image": "it"}]} for it in TEMPLATES},
    "gcp:compute/firewall:Firewall": {"network": "it", "source_ranges": ["0.0.0.0/0"]},
    "gcp:kms/cryptoKey:CryptoKey": {"key_ring": "it"},
    "gcp:storage/bucketIAMMember:BucketIAMMember": {"bucket": "it"},
    "gcp:storage/bucketIAMBinding:BucketIAMBinding": {"bucket": "it"},
    "gcp:secretmanager/secretIamMember:SecretIamMember": {"secret_id": "it"},
    "gcp:pubsub/topicIAMMember:TopicIAMMember": {"topic": "it"},
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": {"subscription": "it"},
    "gcp:cloudrunv2/jobIamMember:JobIamMember": {"name": "it"},
    MEMBER: {"project": "it"},
    BINDING: {"project": "it"},
}  # fmt: skip
"""What a type must have beside what a rule looks at."""
RIGHTS = [it for it in NEEDS if it.lower().endswith(("iammember", "iambinding"))]


def _of(rule: str, *types: str, wrong: dict[str, Any], right: dict[str, Any]) -> list[Case]:
    return list(cases(rule, *types, wrong=wrong, right=right, needs=NEEDS))


def _sql(rule: str, wrong: dict[str, Any], right: dict[str, Any]) -> list[Case]:
    given = ({"settings": {"tier": "db-f1-micro", **settings}} for settings in (wrong, right))
    return _of(rule, SQL, wrong=next(given), right=next(given))


def _copied(rule: str) -> list[Case]:
    settings = {"settings": {"tier": "db-f1-micro"}}
    return _of(rule, SQL, wrong=settings, right={**settings, "master_instance_name": "other"})


def _granted(type_: str, who: str, role: str = "roles/viewer") -> dict[str, Any]:
    return {"role": role, **({"members": [who]} if type_.endswith("Binding") else {"member": who})}


def _component() -> None:
    gcp.serviceaccount.Key("raw", service_account_id="it", opts=pulumi.ResourceOptions(parent=ObjectStore("files")))


def _attached(**access: Any) -> dict[str, Any]:
    return {"network_interfaces": [{"network": "it", **access}]}


PRIVATE = {"ip_configuration": {"ipv4_enabled": False}}
SSL_POLICY = "gcp:compute/sSLPolicy:SSLPolicy"
SOMEBODY = "user:ann@shop.example"
CASES = [
    *_sql("public-database", {}, PRIVATE),
    *_sql("public-database", {"ip_configuration": {"ipv4_enabled": True}}, PRIVATE),
    *_sql("plain-database", {}, {"ip_configuration": {"ssl_mode": "ENCRYPTED_ONLY"}}),
    *_sql(
        "plain-database", {"ip_configuration": {"ssl_mode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED"}},
        {"ip_configuration": {"ssl_mode": "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}},
    ),
    *_sql("no-backup", {"backup_configuration": {"enabled": False}}, {"backup_configuration": {"enabled": True}}),
    *_copied("no-backup"),
    *_sql("no-deletion-protection", {}, {"deletion_protection_enabled": True}),
    *_copied("no-deletion-protection"),
    *_sql("single-zone", {"availability_type": "ZONAL"}, {"availability_type": "REGIONAL"}),
    *_copied("single-zone"),
    *(
        case
        for wrong in ({"auth_enabled": True}, {"transit_encryption_mode": "SERVER_AUTHENTICATION"})
        for case in _of(
            "unencrypted-cache", REDIS, wrong=wrong,
            right={"auth_enabled": True, "transit_encryption_mode": "SERVER_AUTHENTICATION"},
        )
    ),
    *_of(
        "open-port", "gcp:compute/firewall:Firewall", wrong={"allows": [{"protocol": "tcp", "ports": ["22"]}]},
        right={"allows": [{"protocol": "tcp", "ports": ["443"]}]},
    ),
    *_of(
        "open-port", "gcp:compute/firewall:Firewall", wrong={"allows": [{"protocol": "all"}]},
        right={"denies": [{"protocol": "all"}]},
    ),
    *_of("public-machine", VM, *TEMPLATES, wrong=_attached(access_configs=[{}]), right=_attached()),
    *_of(
        "public-machine", VM, *TEMPLATES, right=_attached(),
        wrong=_attached(ipv6_access_configs=[{"network_tier": "PREMIUM"}]),
    ),
    *_of(
        "public-bucket", BUCKET, wrong={"public_access_prevention": "inherited"},
        right={"public_access_prevention": "enforced"},
    ),
    *_of("bucket-acls", BUCKET, wrong={}, right={"uniform_bucket_level_access": True}),
    *(
        case
        for it in RIGHTS
        for who in ("allUsers", "allAuthenticatedUsers")
        for case in _of("granted-to-all", it, wrong=_granted(it, who), right=_granted(it, SOMEBODY))
    ),
    *(
        case
        for it in (MEMBER, BINDING)
        for role in ("roles/owner", "roles/editor")
        for case in _of("administrator", it, wrong=_granted(it, SOMEBODY, role), right=_granted(it, SOMEBODY))
    ),
    Case("long-lived-key", KEY, made(KEY, {"service_account_id": "it"}), _component),
    *_of("key-without-rotation", "gcp:kms/cryptoKey:CryptoKey", wrong={}, right={"rotation_period": "7776000s"}),
    *_of("old-tls", SSL_POLICY, wrong={"min_tls_version": "TLS_1_0"}, right={"min_tls_version": "TLS_1_2"}),
    *_of("old-tls", SSL_POLICY, wrong={}, right={"min_tls_version": "TLS_1_3"}),
]  # fmt: skip
