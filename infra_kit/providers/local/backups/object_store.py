"""Copies of an ObjectStore: each content once, and a list of what is where, older versions included."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra_kit.providers.common import seaweed
from infra_kit.providers.local.backups import boxes, compression
from infra_kit.providers.local.backups.boxes import Moment
from infra_kit.providers.local.backups.repository import Part, Repository
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import bucket
from infra_kit.providers.local.servers.object_store import HANDLER, address

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Entry = dict[str, Any]
"""A version of an object: `key`, `version`, `tag` (the store's own word for its content), `size`, `modified`, `deleted`
(a mark that it is gone since); of what has content also `part`, `written` (when that went to the repository), `type`,
`metadata`."""

FOLDER = "objects"
BATCH_BYTES, BATCH_FILES = 256 * 2**20, 1000
"""What is on its way at once, on this machine's disk; an object that is larger goes alone."""


def copy(box: Box, repository: Repository, earlier: Mapping[str, Any] | None, spare: float | None) -> dict[str, Any]:
    """Copies what no earlier copy has.

    Args:
        box: the store's.
        repository: where it goes.
        earlier: what the last copy noted of it.
        spare: for how many seconds what an earlier copy wrote may be shared: its lock must outlast this one's. None:
            for ever.
    """
    s3, name = _client(box), box.record.facts["bucket"]
    versioned = s3.get_bucket_versioning(Bucket=name).get("Status") is not None
    entries = list(_versions(s3, name) if versioned else _objects(s3, name))
    fresh = _without_content(entries, earlier or {"objects": []}, spare)
    for batch in _batches(fresh):
        _send(s3, name, repository, f"{FOLDER}/{box.name}", batch)
    parts = {entry["part"]["path"]: entry["part"] for entry in entries if not entry["deleted"]}
    return {"kind": "object_store", "parts": list(parts.values()), "objects": entries}


def restore(box: Box, noted: Mapping[str, Any], repository: Repository, moment: Moment) -> None:  # noqa: ARG001
    """Makes a store of a copy, with all versions. A copy is of one moment: the last one before what was asked."""
    boxes.open_for(box, noted, HANDLER)
    boxes.start(box, noted, HANDLER, retention_lock=None)
    put_back(box, repository, noted["objects"])
    boxes.start(box, noted, HANDLER)


def restore_over(box: Box, noted: Mapping[str, Any], repository: Repository) -> None:
    """What a running store holds becomes what the copy holds; with versions, what it held stays among the older."""
    s3, name = _client(box), box.record.facts["bucket"]
    wanted = _current(noted["objects"])
    there = {entry["key"]: entry for entry in _objects(s3, name)}
    for key in there.keys() - wanted.keys():
        s3.delete_object(Bucket=name, Key=key)
    put_back(box, repository, [it for key, it in wanted.items() if there.get(key, {}).get("tag") != it["tag"]])


def check(box: Box, noted: Mapping[str, Any]) -> list[str]:
    """Which objects do not hold what was copied, each in a line."""
    s3, name = _client(box), box.record.facts["bucket"]
    there = {entry["key"] for entry in _objects(s3, name)}
    wanted = _current(noted["objects"])
    lost = [f"the object {key} was copied, and did not come back" for key in sorted(wanted.keys() - there)]
    changed = [
        f"the object {key} was changed: its SHA-256 is another one"
        for key in sorted(wanted.keys() & there)
        if _digest(s3, name, key) != wanted[key]["part"]["sha256"]
    ]
    return lost + changed


def put_back(box: Box, repository: Repository, entries: Sequence[Entry]) -> None:
    """Writes versions in their order."""
    s3, name = _client(box), box.record.facts["bucket"]
    for batch in _batches(entries):
        with tempfile.TemporaryDirectory(prefix="infra-kit-objects-") as scratch:
            parts = {entry["part"]["path"]: Part(**entry["part"]) for entry in batch if not entry["deleted"]}
            repository.get_folder(list(parts.values()), Path(scratch))
            for entry in batch:
                _put(s3, name, Path(scratch), entry)


def _put(s3: S3Client, name: str, folder: Path, entry: Entry) -> None:
    if entry["deleted"]:
        s3.delete_object(Bucket=name, Key=entry["key"])
        return
    with (folder / entry["part"]["sha256"]).open("rb") as file:
        s3.put_object(Bucket=name, Key=entry["key"], Body=file, ContentType=entry["type"], Metadata=entry["metadata"])


def _without_content(entries: Iterable[Entry], earlier: Mapping[str, Any], spare: float | None) -> list[Entry]:
    """Those that must be copied: the others get what an earlier copy wrote."""
    known = {_identity(entry): entry for entry in earlier["objects"] if not entry["deleted"]}
    oldest = None if spare is None else datetime.now(UTC) - timedelta(seconds=spare)
    fresh = []
    for entry in (it for it in entries if not it["deleted"]):
        before = known.get(_identity(entry))
        if before and (oldest is None or datetime.fromisoformat(before["written"]) > oldest):
            entry.update({field: before[field] for field in ("part", "written", "type", "metadata")})
        else:
            fresh.append(entry)
    return fresh


def _identity(entry: Entry) -> tuple[Any, ...]:
    return entry["key"], entry["version"], entry["tag"], entry["size"], entry["modified"]


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        if batch and (len(batch) == BATCH_FILES or sum(it["size"] for it in batch) + entry["size"] > BATCH_BYTES):
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch


def _send(s3: S3Client, name: str, repository: Repository, to: str, batch: Sequence[Entry]) -> None:
    with tempfile.TemporaryDirectory(prefix="infra-kit-objects-") as scratch:
        for entry in batch:
            entry.update(_fetched(s3, name, entry, Path(scratch), to))
        repository.put_folder(Path(scratch), to)


def _fetched(s3: S3Client, name: str, entry: Entry, folder: Path, to: str) -> Entry:
    """What a version holds, in a file named after its SHA-256."""
    which = {"VersionId": entry["version"]} if entry["version"] else {}
    answer = s3.get_object(Bucket=name, Key=entry["key"], **which)
    digest, size, file = hashlib.sha256(), 0, folder / "coming"
    with file.open("wb") as target:
        for chunk in answer["Body"].iter_chunks(compression.CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    file.rename(folder / digest.hexdigest())
    part = Part(f"{to}/{digest.hexdigest()}", digest.hexdigest(), size)
    written = datetime.now(UTC).isoformat()
    return {"part": asdict(part), "written": written, "type": answer["ContentType"], "metadata": answer["Metadata"]}


def _objects(s3: S3Client, name: str) -> Iterator[Entry]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for it in page.get("Contents", []):
            yield _entry(it, None)


def _versions(s3: S3Client, name: str) -> Iterator[Entry]:
    """Of each key the oldest first: as they were written."""
    found: list[Entry] = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found += [_entry(it, it["VersionId"]) for it in reversed(page.get("Versions", []))]
        found += [_entry({**it, "ETag": "", "Size": 0}, None, deleted=True) for it in page.get("DeleteMarkers", [])]
    yield from sorted(found, key=lambda entry: (entry["key"], entry["modified"]))


def _entry(it: Mapping[str, Any], version: str | None, *, deleted: bool = False) -> Entry:
    modified = it["LastModified"].astimezone(UTC).isoformat()
    return {
        "key": it["Key"], "version": version, "tag": it["ETag"], "size": int(it["Size"]), "modified": modified,
        "deleted": deleted,
    }  # fmt: skip


def _current(entries: Iterable[Entry]) -> dict[str, Entry]:
    """What is there now, by key."""
    key: Callable[[Entry], str] = lambda entry: entry["key"]  # noqa: E731
    last = {name: list(group)[-1] for name, group in groupby(sorted(entries, key=key), key)}
    return {name: entry for name, entry in last.items() if not entry["deleted"]}


def _digest(s3: S3Client, name: str, key: str) -> str:
    digest = hashlib.sha256()
    for chunk in s3.get_object(Bucket=name, Key=key)["Body"].iter_chunks(compression.CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _client(box: Box) -> S3Client:
    record = box.record
    return bucket.client(address(record), seaweed.REGION, seaweed.ADMIN, record.secrets["admin_key"])
