"""What Terraform's providers would replace, asked of the very providers, for `infra_kit/recorded_replacements.csv`.

python -m tests.record_replacements VERSION BINARY [TYPE …]

Replaces that provider's rows, or those of some types (`aws_vpc`). BINARY is `terraform-provider-aws` and the like,
from `terraform init` or `go build`; Pulumi's plugins for these clouds ask the same code. It makes no call to a cloud:
each property of each type that our drivers make (`recorded_types.py`) is changed alone, on a state that is made up,
and the provider says what of it forces another one (`PlanResourceChange`). What it says depends on nothing but its
code: where it needs a value of a certain form, that stands in `BESIDE` and `BY_VALUE`.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from pulumi._types import input_type_types, is_input_type

import infra_kit
from infra_kit import recorded_replacements
from infra_kit.recorded_replacements import Row
from infra_kit.recording import sdk
from tests.recorded_types import TYPES
from tests.terraform_provider import SINGLE, Provider, RefusedError, Value, empty, stand_in, started, type_of

SETTINGS: Mapping[str, dict[str, Value]] = {
    "aws": {
        "access_key": "none", "secret_key": "none", "region": "eu-west-1", "skip_credentials_validation": True,
        "skip_metadata_api_check": "true", "skip_requesting_account_id": True, "skip_region_validation": True,
        "max_retries": 1,
    },
    "google": {"access_token": "none", "project": "shop", "region": "europe-west1"},
}  # fmt: skip
"""What a provider must be told before it answers. It is never used."""
MARKS = ("1", "22")
"""Texts that no provider writes otherwise, in small letters or large."""
DEPTH = 2
"""How far in parts are changed one by one; what is further in is changed together."""
LARGE = {"aws_wafv2_web_acl"}
"""Types of which an answer takes seconds: their parts are not asked about one by one."""
OF_TERRAFORM = {"id", "tags_all", "timeouts"}
"""What Pulumi has otherwise, or not."""
OBJECTS: dict[str, Value] = {
    "bucket_arn": "arn:aws:s3:::lines", "role_arn": "arn:aws:iam::123456789012:role/writer", "buffering_interval": 300,
    "buffering_size": 5, "compression_format": "GZIP", "custom_time_zone": "UTC", "error_output_prefix": "",
    "file_extension": ".gz", "kms_key_arn": "", "prefix": "", "s3_backup_mode": "Disabled",
    "cloudwatch_logging_options": [], "data_format_conversion_configuration": [], "processing_configuration": [],
    "dynamic_partitioning_configuration": [], "s3_backup_configuration": [],
}  # fmt: skip
"""Where a stream of lines writes: a block is said whole."""
BESIDE: Mapping[str, dict[str, Value]] = {
    "aws_backup_restore_testing_selection": {"iam_role_arn": "arn:aws:iam::123456789012:role/restore"},
    "aws_cloudwatch_metric_alarm": {"metric_name": "CPUUtilization", "namespace": "AWS/ECS", "statistic": "Average"},
    "aws_db_instance": {"engine": "mysql"},
    "aws_elasticache_replication_group": {"automatic_failover_enabled": True, "engine_version": "7.0"},
    "aws_kinesis_firehose_delivery_stream": {"destination": "extended_s3", "extended_s3_configuration": [OBJECTS]},
    "aws_lambda_function": {"handler": "handler", "runtime": "python3.12"},
    "aws_lb_target_group": {"port": 80, "protocol": "HTTP", "vpc_id": "vpc", "target_type": "ip"},
    "aws_sqs_queue": {"fifo_queue": True},
    "google_compute_disk_resource_policy_attachment": {"zone": "europe-west1-b", "project": "shop"},
    "google_compute_instance": {"zone": "europe-west1-b", "project": "shop"},
    "google_compute_firewall": {"source_ranges": ["10.0.0.0/8"]},
    "google_sql_database_instance": {"database_version": "POSTGRES_17"},
}
"""What a type needs to have said, so that it can be asked about the rest."""
RENAMED = {"alarm_name": "name", "function_name": "name", "filename": "code"}
"""What Pulumi's bridge calls otherwise, and by no rule."""
FIXED = {"tier": "db-f1-micro", "disk_autoresize": False}
BY_VALUE: Mapping[tuple[str, str], Sequence[tuple[Value, Value]]] = {
    ("aws_db_instance", "snapshot_identifier"): [("one", "two"), ("one", None), (None, "one")],
    ("aws_elasticache_replication_group", "engine"): [("redis", "valkey"), ("valkey", "redis")],
    ("aws_elasticache_replication_group", "engine_version"): [("7.0", "7.1"), ("7.1", "7.0")],
    ("google_compute_disk", "size"): [(20, 10), (10, 20)],
    ("google_compute_subnetwork", "ip_cidr_range"): [
        ("10.0.0.0/20", "10.0.0.0/19"),
        ("10.0.0.0/20", "10.0.0.0/21"),
        ("10.0.0.0/20", "10.1.0.0/20"),
    ],
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


def main() -> None:
    version, binary = sys.argv[1], Path(sys.argv[2]).resolve()
    name = binary.name.split("_")[0].removeprefix("terraform-provider-")
    with started(binary) as provider:
        rows = list(_asked(provider, name, version, set(sys.argv[3:]) or TYPES.keys()))
    again = {row.type for row in rows}
    kept = [row for row in recorded_replacements.rows() if row.type not in again]
    with (Path(infra_kit.__file__).parent / recorded_replacements.FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(sorted([*kept, *rows]))
    print(f"{len(rows)} rows of {name} {version}")


def _asked(provider: Provider, name: str, version: str, types: Set[str]) -> Iterator[Row]:
    schemas = provider.schemas()
    provider.configure(empty(schemas.provider.block) | SETTINGS.get(name, {}))
    asked = (name, version, datetime.now(UTC).date().isoformat())
    blocks = {each.key: each.value.block for each in schemas.resource_schemas}
    for kind in sorted(types & blocks.keys()):
        import_module(f"pulumi_{TYPES[kind].partition(':')[0]}")
        for said in (*_of_all(provider, kind, blocks[kind]), *_by_value(provider, kind, blocks[kind])):
            yield Row(TYPES[kind], *said, *asked)


Said = tuple[str, str, str, str, str, str]
"""The property, what became of the resource when it was changed, said, left out; and before and after."""


def _of_all(provider: Provider, kind: str, block: Any) -> Iterator[Said]:
    args = sdk.classes(TYPES[kind])[1]
    for key, variants, said, unsaid in _properties(block, 0 if kind in LARGE else DEPTH):
        its = _as_pulumi(key, args)
        if not its:
            print(f"{kind}.{key}: Pulumi's SDK has no such input")
            continue
        parts = {path: _answer(provider, kind, block, case) for path, case in variants}
        answers = set(parts.values())
        changed = next(iter(answers)) if len(answers) == 1 else "part"
        yield its, changed, _answer(provider, kind, block, said), _answer(provider, kind, block, unsaid), "", ""
        for path, answer in parts.items():
            if changed == "part" and answer != "no":
                yield ".".join(_path(path, args)), answer, "", "", "", ""


def _by_value(provider: Provider, kind: str, block: Any) -> Iterator[Said]:
    args = sdk.classes(TYPES[kind])[1]
    for key, one, other in [(key, *pair) for (of, key), pairs in BY_VALUE.items() if of == kind for pair in pairs]:
        before, after = (json.dumps(_as_a_program(value)) for value in (one, other))
        yield _as_pulumi(key, args), _answer(provider, kind, block, ({key: one}, {key: other})), "", "", before, after


def _as_pulumi(key: str, args: type | None) -> str:
    """The name that Pulumi's bridge gives a property: in camels, of several in the plural."""
    known = input_type_types(args) if args else {}
    camels = _camels(key)
    names = (camels, f"{camels}s", f"{camels}es", f"{camels.removesuffix('y')}ies", RENAMED.get(key, ""))
    return next((name for name in names if name in known), "")


def _path(path: Sequence[str], args: type | None) -> Iterator[str]:
    """The names that Pulumi's bridge gives a property of a property."""
    for key in path:
        its = _as_pulumi(key, args)
        yield its or _camels(key)
        args = _arguments(input_type_types(args).get(its)) if args and its else None


def _arguments(kind: Any) -> type | None:
    """The class of arguments inside of what may be a list or an output of it."""
    if isinstance(kind, type) and is_input_type(kind):
        return kind
    return next((found for each in get_args(kind) if (found := _arguments(each))), None)


def _camels(key: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), key)


def _as_a_program(value: Value) -> Value:
    """A value as a program of Pulumi's has it: a block that stands once is no list there."""
    if isinstance(value, list):
        return _as_a_program(value[0]) if len(value) == 1 else [_as_a_program(item) for item in value]
    return {_camels(key): _as_a_program(it) for key, it in value.items()} if isinstance(value, dict) else value


Case = tuple[dict[str, Value], dict[str, Value]]
"""The properties that are said before, and after."""
Variant = tuple[tuple[str, ...], Value]
"""The path to the part that is another one, and the whole."""


def _properties(block: Any, depth: int) -> Iterator[tuple[str, list[tuple[tuple[str, ...], Case]], Case, Case]]:
    """Each property of a type, with the ways to change it, by the part that is changed; to say it, to leave it out."""
    for each in block.attributes:
        if each.name not in OF_TERRAFORM and (each.optional or each.required) and not each.write_only:
            one, other = (stand_in(type_of(each), mark) for mark in MARKS)
            yield _ways(each.name, one, [((), other)])
    for each in block.block_types:
        if each.type_name not in OF_TERRAFORM:
            one = _wrapped(each, _full(each.block, MARKS[0], depth + 1))
            yield _ways(each.type_name, one, [(path, _wrapped(each, it)) for path, it in _variants(each.block, depth)])


def _ways(key: str, one: Value, others: list[Variant]) -> tuple[str, list[tuple[tuple[str, ...], Case]], Case, Case]:
    return key, [((key, *path), ({key: one}, {key: it})) for path, it in others], ({}, {key: one}), ({key: one}, {})


def _wrapped(nested: Any, value: Value) -> Value:
    return value if nested.nesting == SINGLE else [value]


def _full(block: Any, mark: str, depth: int = DEPTH + 1) -> dict[str, Value]:
    """A block with all that can be said in it; further in than is asked about, with what must be said."""
    said = {it.name: stand_in(type_of(it), mark) for it in block.attributes if it.optional or it.required}
    inner = {
        it.type_name: _wrapped(it, _full(it.block, mark, depth - 1))
        for it in block.block_types
        if depth or it.min_items
    }
    return empty(block) | said | inner


def _variants(block: Any, depth: int = DEPTH) -> Iterator[Variant]:
    """A block as often as it has parts, and parts of parts, each time with another value of one."""
    one = _full(block, MARKS[0], depth + 1)
    for each in block.attributes:
        if each.optional or each.required:
            yield (each.name,), one | {each.name: stand_in(type_of(each), MARKS[1])}
    for each in block.block_types:
        deeper = _variants(each.block, depth - 1) if depth else [((), _full(each.block, MARKS[1], depth))]
        for path, value in deeper:
            yield (each.type_name, *path), one | {each.type_name: _wrapped(each, value)}


def _answer(provider: Provider, kind: str, block: Any, case: Case) -> str:
    try:
        return "yes" if _replaces(provider, kind, block, *case) else "no"
    except RefusedError as error:
        print(f"{kind}: {error}: {case}"[:300])
        return "refused"


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
