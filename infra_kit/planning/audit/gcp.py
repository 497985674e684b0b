"""What may be wrong with resources of Google Cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit.planning.audit.rules import Rule, Seen, Severity
from infra_kit.planning.audit.values import mapping, mappings, texts

_SQL = ("gcp:sql/databaseInstance:DatabaseInstance",)
_EVERYBODY = {"allUsers", "allAuthenticatedUsers"}
_MUCH = {"roles/owner", "roles/editor"}
_EDGE_PORTS = {"80", "443"}
_ANYWHERE = {"0.0.0.0/0", "::/0"}
_WITHOUT_PORTS = {"icmp", "1", "58"}
_MEMBERS = (
    "gcp:storage/bucketIAMMember:BucketIAMMember", "gcp:storage/bucketIAMBinding:BucketIAMBinding",
    "gcp:secretmanager/secretIamMember:SecretIamMember", "gcp:pubsub/topicIAMMember:TopicIAMMember",
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember", "gcp:cloudrunv2/jobIamMember:JobIamMember",
)  # fmt: skip
_MACHINES = (
    "gcp:compute/instance:Instance", "gcp:compute/instanceTemplate:InstanceTemplate",
    "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
)  # fmt: skip
_PROJECT = ("gcp:projects/iAMMember:IAMMember", "gcp:projects/iAMBinding:IAMBinding")


def _settings(seen: Seen) -> Mapping[str, Any]:
    return mapping(seen.inputs.get("settings"))


def _network(seen: Seen) -> Mapping[str, Any]:
    return mapping(_settings(seen).get("ipConfiguration"))


def _is_copy(seen: Seen) -> bool:
    return bool(seen.inputs.get("masterInstanceName"))


def _members(seen: Seen) -> set[str]:
    return texts(seen.inputs.get("member"), seen.inputs.get("members"))


def _opens(seen: Seen) -> bool:
    if not _ANYWHERE & texts(seen.inputs.get("sourceRanges")) or seen.inputs.get("denies"):
        return False
    with_ports = (it for it in mappings(seen.inputs.get("allows")) if str(it.get("protocol")) not in _WITHOUT_PORTS)
    return any(not texts(it.get("ports") or "all") <= _EDGE_PORTS for it in with_ports)


def _public_machine(seen: Seen) -> bool:
    """An access configuration with nothing in it asks for an address too."""
    interfaces = mappings(seen.inputs.get("networkInterfaces"))
    return any(mappings(it.get(key)) for it in interfaces for key in ("accessConfigs", "ipv6AccessConfigs"))


_CRITICAL, _HIGH, _MEDIUM, _LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

RULES = (
    Rule(
        "public-database", _CRITICAL, "a database has a public address",
        "anybody may try passwords on it, and any hole in it is open to all",
        "ipv4Enabled: false, and a private network",
        _SQL, lambda seen: _network(seen).get("ipv4Enabled", True) is True,
    ),
    Rule(
        "plain-database", _HIGH, "a database takes connections without TLS", "who is in the network reads all of it",
        "sslMode: ENCRYPTED_ONLY", _SQL,
        lambda seen: _network(seen).get("sslMode") not in {"ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"},
    ),
    Rule(
        "no-backup", _HIGH, "a database has no backups", "what is lost or deleted by mistake is gone",
        "backupConfiguration.enabled: true", _SQL,
        lambda seen: seen.in_production and not _is_copy(seen)
        and not mapping(_settings(seen).get("backupConfiguration")).get("enabled"),
    ),
    Rule(
        "no-deletion-protection", _MEDIUM, "a database of production can be deleted by one call",
        "a slip in the console, or in another stack, takes it away", "settings.deletionProtectionEnabled: true", _SQL,
        lambda seen: seen.in_production and not _settings(seen).get("deletionProtectionEnabled") and not _is_copy(seen),
    ),
    Rule(
        "single-zone", _LOW, "a database of production stands in one zone", "it is away as long as that zone is",
        "availabilityType: REGIONAL (high_availability=True)", _SQL,
        lambda seen: seen.in_production and not _is_copy(seen)
        and _settings(seen).get("availabilityType") != "REGIONAL",
    ),
    Rule(
        "unencrypted-cache", _HIGH, "a cache is reached without TLS or without a password",
        "who is in the network reads sessions and tokens",
        "transitEncryptionMode: SERVER_AUTHENTICATION, authEnabled: true",
        ("gcp:redis/instance:Instance",),
        lambda seen: seen.inputs.get("transitEncryptionMode") != "SERVER_AUTHENTICATION"
        or not seen.inputs.get("authEnabled"),
    ),
    Rule(
        "open-port", _HIGH, "a port other than 80 and 443 is open to the internet",
        "databases, consoles and SSH are found within minutes", "name the ranges that may reach it",
        ("gcp:compute/firewall:Firewall",), _opens,
    ),
    Rule(
        "public-machine", _MEDIUM, "a machine has a public address",
        "a hole in what it runs is open to all, and whoever finds it comes past the load balancer",
        "leave accessConfigs out; a NAT leads out, and Identity-Aware Proxy in", _MACHINES, _public_machine,
    ),
    Rule(
        "public-bucket", _HIGH, "a bucket may be made public", "one wrong grant shows all of it to everybody",
        "publicAccessPrevention: enforced", ("gcp:storage/bucket:Bucket",),
        lambda seen: seen.inputs.get("publicAccessPrevention") != "enforced",
    ),
    Rule(
        "bucket-acls", _MEDIUM, "a bucket has rights by object", "who may read what cannot be seen in one place",
        "uniformBucketLevelAccess: true", ("gcp:storage/bucket:Bucket",),
        lambda seen: not seen.inputs.get("uniformBucketLevelAccess"),
    ),
    Rule(
        "granted-to-all", _CRITICAL, "everybody has a right", "nobody has to log in for it", "name who may",
        _MEMBERS + _PROJECT, lambda seen: bool(_EVERYBODY & _members(seen)),
    ),
    Rule(
        "administrator", _CRITICAL, "somebody may do nearly everything in the project",
        "who takes them over has it all",
        "a role with what they need", _PROJECT, lambda seen: seen.inputs.get("role") in _MUCH,
    ),
    Rule(
        "long-lived-key", _LOW, "a key of a service account lives until somebody deletes it",
        "keys leak, and this one stays good", "let it be impersonated, or use workload identity",
        ("gcp:serviceaccount/key:Key",), lambda seen: not seen.made,
    ),
    Rule(
        "key-without-rotation", _MEDIUM, "a key is never rotated", "what it ever encrypted hangs on one key for ever",
        "rotationPeriod: 7776000s", ("gcp:kms/cryptoKey:CryptoKey",),
        lambda seen: not seen.inputs.get("rotationPeriod"),
    ),
    Rule(
        "old-tls", _MEDIUM, "a load balancer speaks TLS older than 1.2", "it has known holes", "minTlsVersion: TLS_1_2",
        ("gcp:compute/sSLPolicy:SSLPolicy",),
        lambda seen: seen.inputs.get("minTlsVersion") not in {"TLS_1_2", "TLS_1_3"},
    ),
)  # fmt: skip
