"""Keys, secrets, parameters, names, logs and alarms: https://cloud.google.com/kms/pricing,
https://cloud.google.com/secret-manager/pricing, https://cloud.google.com/dns/pricing,
https://cloud.google.com/stackdriver/pricing."""

from __future__ import annotations

from collections.abc import Iterator

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp.common import each, is_among, logs, of_type, part, words

KEY_OPERATIONS = 10_000
"""A month, of one key: an assumption."""
READS_AN_HOUR = 1
"""Of a secret, which is read when an instance starts: an assumption."""
FREE_LOG_DAYS = 30
SECRET = "gcp:secretmanager/secret:Secret"  # noqa: S105  a type, no secret


def crypto_key(asked: Asked) -> Iterator[Line]:
    """One version: each rotation adds one, and the old ones stay."""
    level = str(part(asked.inputs, "versionTemplate").get("protectionLevel") or "SOFTWARE")
    sku = "kms/version" if level == "SOFTWARE" else f"kms/version/{level}"
    yield Line("a version of the key", sku, 1)
    yield Line("million operations", "kms/operations", KEY_OPERATIONS / 1e6, assumed=True)


def secret_version(asked: Asked) -> Iterator[Line]:
    """In each place that its secret is kept in."""
    places = _places(asked)
    yield Line(f"a version in {places} places" if places > 1 else "a version", "secrets/version", places)
    yield Line("million reads", "secrets/access", READS_AN_HOUR * asked.usage.hours / 1e6, assumed=True)


def _places(asked: Asked) -> int:
    wanted = words(asked.inputs.get("secret"))
    there = (it for it in of_type(asked, SECRET) if is_among(it, wanted))
    kept = [each(part(it.inputs, "replication", "userManaged").get("replicas")) for it in there]
    return max(len(kept[0]), 1) if kept else 1


def parameter_version(_: Asked) -> Iterator[Line]:
    yield Line("a version of a parameter", "parameters/version", 1)


def zone(asked: Asked) -> Iterator[Line]:
    """Each request asks for the name once: an assumption, and much, for answers are kept."""
    yield Line("zone", "dns/zone", 1)
    yield Line("million queries", "dns/queries", asked.usage.requests / 1e6, assumed=True)


def log_bucket(asked: Asked) -> Iterator[Line]:
    """What is kept longer than the first 30 days. What it takes in is on the bill of the component that writes it."""
    if not asked.made:
        yield from logs(asked)
    longer = float(asked.inputs.get("retentionDays") or FREE_LOG_DAYS) - FREE_LOG_DAYS
    if longer > 0:
        gb = asked.usage.log_gb * longer / FREE_LOG_DAYS
        yield Line("GB of logs kept for longer", "logging/retention", gb, assumed=True)


def alert_policy(asked: Asked) -> Iterator[Line]:
    conditions = len(each(asked.inputs.get("conditions"))) or 1
    yield Line(f"{conditions} conditions of an alarm", "monitoring/condition", conditions)


RATES: dict[str, Rate] = {
    "gcp:kms/cryptoKey:CryptoKey": crypto_key,
    "gcp:secretmanager/secretVersion:SecretVersion": secret_version,
    "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion": secret_version,
    "gcp:parametermanager/parameterVersion:ParameterVersion": parameter_version,
    "gcp:parametermanager/regionalParameterVersion:RegionalParameterVersion": parameter_version,
    "gcp:dns/managedZone:ManagedZone": zone,
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": log_bucket,
    "gcp:monitoring/alertPolicy:AlertPolicy": alert_policy,
}
