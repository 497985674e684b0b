"""What Terraform's providers would replace, asked of the very providers, for `tests/unit/replacements.csv`.

python -m tests.record_replacements VERSION BINARY

Replaces that provider's rows. BINARY is `terraform-provider-aws` and the like, from `terraform init` or `go build`;
Pulumi's plugins for these clouds ask the same code. It makes no call to a cloud: each property of each stateful type
is changed alone, on a state that is made up, and the provider says what of it forces another one
(`PlanResourceChange`). What it says depends on nothing but its code: where it needs a value of a certain form, that
stands in `BESIDE` and `BY_VALUE`.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from infra_kit.recording import sdk
from tests.terraform_provider import SINGLE, Provider, RefusedError, Value, empty, stand_in, started, type_of

FILE = Path(__file__).parent / "unit" / "replacements.csv"
TYPES = {
    "aws_cloudwatch_event_archive": "aws:cloudwatch/eventArchive:EventArchive",
    "aws_cloudwatch_event_bus": "aws:cloudwatch/eventBus:EventBus",
    "aws_db_instance": "aws:rds/instance:Instance",
    "aws_efs_file_system": "aws:efs/fileSystem:FileSystem",
    "aws_elasticache_replication_group": "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws_kms_key": "aws:kms/key:Key",
    "aws_route53_zone": "aws:route53/zone:Zone",
    "aws_s3_bucket": "aws:s3/bucket:Bucket",
    "aws_s3_bucket_object_lock_configuration": "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws_secretsmanager_secret": "aws:secretsmanager/secret:Secret",
    "aws_sqs_queue": "aws:sqs/queue:Queue",
    "docker_volume": "docker:index/volume:Volume",
    "google_dns_managed_zone": "gcp:dns/managedZone:ManagedZone",
    "google_kms_crypto_key": "gcp:kms/cryptoKey:CryptoKey",
    "google_kms_key_ring": "gcp:kms/keyRing:KeyRing",
    "google_pubsub_subscription": "gcp:pubsub/subscription:Subscription",
    "google_pubsub_topic": "gcp:pubsub/topic:Topic",
    "google_redis_instance": "gcp:redis/instance:Instance",
    "google_secret_manager_secret": "gcp:secretmanager/secret:Secret",
    "google_sql_database": "gcp:sql/database:Database",
    "google_sql_database_instance": "gcp:sql/databaseInstance:DatabaseInstance",
    "google_storage_bucket": "gcp:storage/bucket:Bucket",
    "random_password": "random:index/randomPassword:RandomPassword",
}
SETTINGS: Mapping[str, dict[str, Value]] = {
    "aws": {
        "access_key": "none", "secret_key": "none", "region": "eu-west-1", "skip_credentials_validation": True,
        "skip_metadata_api_check": "true", "skip_requesting_account_id": True, "skip_region_validation": True,
    },
    "google": {"access_token": "none", "project": "shop", "region": "europe-west1"},
}  # fmt: skip
"""What a provider must be told before it answers. It is never used."""
MARKS = ("1", "22")
"""Texts that no provider writes otherwise, in small letters or large."""
OF_TERRAFORM = {"id", "tags_all", "timeouts"}
"""What Pulumi has otherwise, or not."""
BESIDE: Mapping[str, dict[str, Value]] = {
    "aws_db_instance": {"engine": "mysql"},
    "aws_elasticache_replication_group": {"automatic_failover_enabled": True, "engine_version": "7.0"},
    "aws_sqs_queue": {"fifo_queue": True},
    "google_sql_database_instance": {"database_version": "POSTGRES_17"},
}
"""What a type needs to have said, so that it can be asked about the rest."""
FIXED = {"tier": "db-f1-micro", "disk_autoresize": False}
BY_VALUE: Mapping[tuple[str, str], Sequence[tuple[Value, Value]]] = {
    ("aws_db_instance", "snapshot_identifier"): [("one", "two"), ("one", None), (None, "one")],
    ("aws_elasticache_replication_group", "engine"): [("redis", "valkey"), ("valkey", "redis")],
    ("aws_elasticache_replication_group", "engine_version"): [("7.0", "7.1"), ("7.1", "7.0")],
    ("google_kms_crypto_key", "version_template"): [
        ([{"algorithm": "one"}], [{"algorithm": "two"}]),
        ([{"algorithm": "one", "protection_level": "SOFTWARE"}], [{"algorithm": "one", "protection_level": "HSM"}]),
    ],
    ("google_redis_instance", "redis_version"): [
        ("REDIS_6_X", "REDIS_7_2"),
        ("REDIS_7_2", "REDIS_6_X"),
        ("REDIS_7_2", "REDIS_7_0"),
    ],
    ("google_secret_manager_secret", "replication"): [
        ([{"auto": [{}]}], [{"auto": [{"customer_managed_encryption": [{"kms_key_name": "one"}]}]}]),
        ([{"auto": [{}]}], [{"user_managed": [{"replicas": [{"location": "europe-west1"}]}]}]),
    ],
    ("google_sql_database_instance", "settings"): [
        ([{**FIXED, "disk_size": 20}], [{**FIXED, "disk_size": 10}]),
        ([{**FIXED, "disk_size": 10}], [{**FIXED, "disk_size": 20}]),
        ([{**FIXED, "edition": "ENTERPRISE"}], [{**FIXED, "edition": "ENTERPRISE_PLUS"}]),
    ],
    ("google_storage_bucket", "retention_policy"): [
        ([{"retention_period": "5", "is_locked": True}], [{"retention_period": "5", "is_locked": False}]),
        ([{"retention_period": "5", "is_locked": False}], [{"retention_period": "5", "is_locked": True}]),
    ],
}
"""What replaces by what it becomes: before and after, as Terraform writes it."""


class Row(NamedTuple):
    """What becomes of a resource when one of its properties is another one, is there, and is not."""

    type: str
    property: str
    changed: str
    """`yes`: it is replaced; `part`: for some of the property's own parts; `no`; `refused`: it cannot be asked."""
    set: str
    unset: str
    before: str
    """As JSON, where `changed` holds for this value only."""
    after: str
    provider: str
    version: str
    read: str


def main() -> None:
    version, binary = sys.argv[1], Path(sys.argv[2]).resolve()
    name = binary.name.split("_")[0].removeprefix("terraform-provider-")
    with started(binary) as provider:
        rows = list(_asked(provider, name, version))
    kept = [row for row in read() if row.provider != name]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(sorted([*kept, *rows]))
    print(f"{len(rows)} rows of {name} {version}")


def read() -> list[Row]:
    """What was recorded."""
    if not FILE.exists():
        return []
    with FILE.open(encoding="utf-8", newline="") as file:
        return [Row(**row) for row in csv.DictReader(file)]


def _asked(provider: Provider, name: str, version: str) -> Iterator[Row]:
    schemas = provider.schemas()
    provider.configure(empty(schemas.provider.block) | SETTINGS.get(name, {}))
    asked = (name, version, datetime.now(UTC).date().isoformat())
    blocks = {each.key: each.value.block for each in schemas.resource_schemas}
    for kind in sorted(TYPES.keys() & blocks.keys()):
        import_module(f"pulumi_{TYPES[kind].partition(':')[0]}")
        known = set(sdk.inputs(TYPES[kind]))
        for key, changes in _properties(blocks[kind]):
            changed, said, unsaid = (_said(provider, kind, blocks[kind], cases) for cases in changes)
            if its := _as_pulumi(key, known):
                yield Row(TYPES[kind], its, changed, said, unsaid, "", "", *asked)
            else:
                print(f"{kind}.{key}: Pulumi's SDK has no such input: {changed}, {said}, {unsaid}")
        for key, one, other in [(key, *pair) for (of, key), pairs in BY_VALUE.items() if of == kind for pair in pairs]:
            changed = _said(provider, kind, blocks[kind], [({key: one}, {key: other})])
            before, after = (json.dumps(_as_a_program(value)) for value in (one, other))
            yield Row(TYPES[kind], _as_pulumi(key, known), changed, "", "", before, after, *asked)


def _as_pulumi(key: str, known: set[str]) -> str:
    """The name that Pulumi's bridge gives a property: in camels, of several in the plural."""
    camels = _camels(key)
    names = (camels, f"{camels}s", f"{camels}es", f"{camels.removesuffix('y')}ies")
    return next((name for name in names if name in known), "")


def _camels(key: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), key)


def _as_a_program(value: Value) -> Value:
    """A value as a program of Pulumi's has it: a block that stands once is no list there."""
    if isinstance(value, list):
        return _as_a_program(value[0]) if len(value) == 1 else [_as_a_program(item) for item in value]
    return {_camels(key): _as_a_program(it) for key, it in value.items()} if isinstance(value, dict) else value


Case = tuple[dict[str, Value], dict[str, Value]]
"""The properties that are said before, and after."""


def _properties(block: Any) -> Iterator[tuple[str, tuple[list[Case], list[Case], list[Case]]]]:
    """Each property of a type, with the ways to change it, to say it, to leave it out."""
    for each in block.attributes:
        if each.name not in OF_TERRAFORM and (each.optional or each.required) and not each.write_only:
            one, other = (stand_in(type_of(each), mark) for mark in MARKS)
            yield each.name, _ways(each.name, one, [other])
    for each in block.block_types:
        if each.type_name not in OF_TERRAFORM:
            wrap = (lambda it: it) if each.nesting == SINGLE else (lambda it: [it])
            yield (
                each.type_name,
                _ways(each.type_name, wrap(_full(each.block, MARKS[0])), list(_variants(each.block, wrap))),
            )


def _ways(key: str, one: Value, others: list[Value]) -> tuple[list[Case], list[Case], list[Case]]:
    return [({key: one}, {key: it}) for it in others], [({}, {key: one})], [({key: one}, {})]


def _full(block: Any, mark: str) -> dict[str, Value]:
    """A block with all that can be said in it."""
    said = {it.name: stand_in(type_of(it), mark) for it in block.attributes if it.optional or it.required}
    inner = {
        it.type_name: _full(it.block, mark) if it.nesting == SINGLE else [_full(it.block, mark)]
        for it in block.block_types
    }
    return empty(block) | said | inner


def _variants(block: Any, wrap: Callable[[Value], Value]) -> Iterator[Value]:
    """A block as often as it has parts, each time with another value of one."""
    one, other = _full(block, MARKS[0]), _full(block, MARKS[1])
    for key in one:
        if one[key] != other[key]:
            yield wrap(one | {key: other[key]})


def _said(provider: Provider, kind: str, block: Any, cases: list[Case]) -> str:
    answers = set()
    for before, after in cases:
        try:
            answers.add(_replaces(provider, kind, block, before, after))
        except RefusedError as error:
            print(f"{kind}: {before} → {after}: {error}")
            return "refused"
    return "part" if len(answers) > 1 else "yes" if answers == {True} else "no"


def _replaces(provider: Provider, kind: str, block: Any, before: dict[str, Value], after: dict[str, Value]) -> bool:
    state, told = empty(block) | _made(block), _required(kind, block)
    before, after = _completed(before, block), _completed(after, block)
    old, new = state | told | before, state | told | after
    for each in block.attributes:  # What is not said stays as the cloud has it.
        if each.computed and each.name not in after:
            new[each.name] = old[each.name]
    said, was = (empty(block) | told | each for each in (after, before))
    return bool(provider.replacing(kind, old, new, said) - provider.replacing(kind, old, old, was))


def _completed(said: dict[str, Value], block: Any) -> dict[str, Value]:
    """With nothing for what is not said, all the way in."""
    inner = {each.type_name: each.block for each in block.block_types}
    return {
        key: [empty(inner[key]) | _completed(item, inner[key]) for item in value]
        if key in inner and isinstance(value, list)
        else value
        for key, value in said.items()
    }


def _made(block: Any) -> dict[str, Value]:
    """What a cloud has said of a resource."""
    own = ("id",) if "id" in {it.name for it in block.attributes} else ()
    computed = {it.name: stand_in(type_of(it), "made") for it in block.attributes if it.computed and not it.optional}
    return computed | dict.fromkeys(own, "made")


def _required(kind: str, block: Any) -> dict[str, Value]:
    said = {it.name: stand_in(type_of(it), MARKS[0]) for it in block.attributes if it.required}
    blocks = {
        it.type_name: _full(it.block, MARKS[0]) if it.nesting == SINGLE else [_full(it.block, MARKS[0])]
        for it in block.block_types
        if it.min_items
    }
    return {**said, **blocks, **BESIDE.get(kind, {})}


if __name__ == "__main__":
    main()
