"""Keys, secrets, parameters, names, logs and alarms: https://cloud.google.com/kms/pricing,
https://cloud.google.com/secret-manager/pricing, https://cloud.google.com/dns/pricing,
https://cloud.google.com/stackdriver/pricing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp.common import SECONDS as SECONDS_AN_HOUR
from infra_kit.planning.rates.gcp.common import logs
from infra_kit.planning.rates.reading import MILLION, many, number, of_type, part, uses
from infra_kit.planning.usage import HOURS_A_MONTH

KEY_OPERATIONS = 10_000
"""A month, of one key: an assumption."""
READS_AN_HOUR = 1
"""Of a secret, which is read when an instance starts: an assumption."""
FREE_LOG_DAYS = 30
PLACES = 6
"""From which an uptime check asks, unless it names some (https://cloud.google.com/monitoring/uptime-checks)."""
FREE_CHECKS = 1_000_000
UPTIME_CHECK = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"
SECRET = "gcp:secretmanager/secret:Secret"  # noqa: S105  a type, no secret


def crypto_key(asked: Asked) -> Iterator[Line]:
    """One version: each rotation adds one, and the old ones stay."""
    level = str(part(asked.inputs, "versionTemplate").get("protectionLevel") or "SOFTWARE")
    sku = "kms/version" if level == "SOFTWARE" else f"kms/version/{level}"
    yield Line("a version of the key", sku, 1)
    yield Line("million operations", "kms/operations", KEY_OPERATIONS / MILLION, assumed=True)


def secret_version(asked: Asked) -> Iterator[Line]:
    """In each place that its secret is kept in."""
    places = _places(asked)
    yield Line(f"a version in {places} places" if places > 1 else "a version", "secrets/version", places)
    yield Line("million reads", "secrets/access", READS_AN_HOUR * asked.usage.hours / MILLION, assumed=True)


def _places(asked: Asked) -> int:
    kept = [part(it.inputs, "replication", "userManaged").get("replicas") for it in uses(asked, SECRET)]
    return many(kept[0]) or 1 if kept else 1


def parameter_version(_: Asked) -> Iterator[Line]:
    yield Line("a version of a parameter", "parameters/version", 1)


def zone(asked: Asked) -> Iterator[Line]:
    """Each request asks for the name once: an assumption, and much, for answers are kept."""
    yield Line("zone", "dns/zone", 1)
    yield Line("million queries", "dns/queries", asked.usage.requests / MILLION, assumed=True)


def log_bucket(asked: Asked) -> Iterator[Line]:
    """What is kept longer than the first 30 days. What it takes in is on the bill of the component that writes it."""
    if not asked.made:
        yield from logs(asked)
    longer = number(asked.inputs.get("retentionDays"), FREE_LOG_DAYS) - FREE_LOG_DAYS
    if longer > 0:
        gb = asked.usage.log_gb * longer / FREE_LOG_DAYS
        yield Line("GB of logs kept for longer", "logging/retention", gb, assumed=True)


def uptime_check(asked: Asked) -> Iterator[Line]:
    """Its part of what the stack's checks are beyond the million a month that a project has for nothing."""
    all_ = sum(_checks(it.inputs) for it in of_type(asked, UPTIME_CHECK))
    beyond = max(0.0, all_ - FREE_CHECKS) * _checks(asked.inputs) / all_
    if beyond:
        yield Line("million checks from outside", "monitoring/uptime-check", beyond / MILLION)


def _checks(inputs: Mapping[str, Any]) -> float:
    """A month, from each place."""
    period = number(str(inputs.get("period", "60s")).removesuffix("s"), 60)
    return (many(inputs.get("selectedRegions")) or PLACES) * HOURS_A_MONTH * SECONDS_AN_HOUR / period


def alert_policy(asked: Asked) -> Iterator[Line]:
    """Google announced a price, from September 2027 on at the earliest (https://cloud.google.com/stackdriver/pricing)."""
    conditions = many(asked.inputs.get("conditions")) or 1
    yield Line(f"{conditions} conditions of an alarm", "monitoring/condition", conditions)


RATES: Mapping[str, Rate] = {
    "gcp:kms/cryptoKey:CryptoKey": crypto_key,
    "gcp:secretmanager/secretVersion:SecretVersion": secret_version,
    "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion": secret_version,
    "gcp:parametermanager/parameterVersion:ParameterVersion": parameter_version,
    "gcp:parametermanager/regionalParameterVersion:RegionalParameterVersion": parameter_version,
    "gcp:dns/managedZone:ManagedZone": zone,
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": log_bucket,
    "gcp:monitoring/alertPolicy:AlertPolicy": alert_policy,
    UPTIME_CHECK: uptime_check,
}
