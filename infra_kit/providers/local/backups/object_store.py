"""Copies of an ObjectStore: each content once, and a list of what is where, older versions included."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra_kit.errors import BackupError
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
(a mark that it is gone since), `latest`; of what has content also `part`, `written` (when that went to the repository),
`headers`, `metadata`."""

FOLDER = "objects"
HEADERS = ("ContentType", "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage")
"""What an object is served with besides its metadata, as S3's calls name them."""
_GONE = ("NoSuchKey", "NoSuchVersion", "404")
BATCH_BYTES, BATCH_FILES = 256 * 2**20, 1000
"""What is on its way at once, on this machine's disk; an object that is larger goes alone."""


def copy(box: Box, repository: Repository, earlier: Mapping[str, Any] | None, spare: float | None) -> dict[str, Any]:
    """Copies what no earlier copy has, and what the repository has lost since.

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
    place = f"{FOLDER}/{box.name}"
    known = _still_there(earlier["objects"], repository.files(place)) if earlier else []
    for batch in _batches(_without_content(entries, known, spare)):
        _send(s3, name, repository, place, batch)
    # What was deleted between being listed and being read is left out.
    entries = [entry for entry in entries if entry["deleted"] or "part" in entry]
    parts = {entry["part"]["path"]: entry["part"] for entry in entries if not entry["deleted"]}
    return {"kind": "object_store", "parts": list(parts.values()), "objects": entries}


def restore(box: Box, noted: Mapping[str, Any], repository: Repository, moment: Moment) -> None:  # noqa: ARG001
    """Makes a store of a copy, with all versions. A copy is of one moment: the last one before what was asked."""
    boxes.open_for(box, noted, HANDLER)
    boxes.start(box, noted, HANDLER, retention_lock=None)
    put_back(box, repository, noted["objects"])
    boxes.start(box, noted, HANDLER)


def restore_over(box: Box, noted: Mapping[str, Any], repository: Repository) -> None:
    """What a running store holds becomes what the copy holds; what it held stays among the older versions.

    All that is missing is fetched and checked before anything is changed, and deleting comes last. Raises `BackupError`
    where the store has no versions and something that it holds would be lost.
    """
    s3, name = _client(box), box.record.facts["bucket"]
    wanted = _current(noted["objects"])
    there = {entry["key"]: entry for entry in _objects(s3, name)}
    missing = [it for key, it in wanted.items() if there.get(key, {}).get("tag") != it["tag"]]
    surplus = sorted(there.keys() - wanted.keys())
    if s3.get_bucket_versioning(Bucket=name).get("Status") != "Enabled":
        _require_nothing_lost(box, [*surplus, *(it["key"] for it in missing if it["key"] in there)])
    with _beside(box) as folder:
        for batch in _batches(missing):
            _fetch(repository, batch, folder)
        for entry in missing:
            _put(s3, name, folder, entry)
    for key in surplus:
        s3.delete_object(Bucket=name, Key=key)


def _require_nothing_lost(box: Box, keys: Sequence[str]) -> None:
    if keys:
        raise BackupError(
            "unversioned",
            f"{len(keys)} objects, {keys[0]!r} among them, would be overwritten or deleted for good: the bucket keeps "
            f"no versions. Restore beside it, and copy what is missed: infra-kit restore {box.name}. Or give the "
            "ObjectStore versioning=True, `infra-kit up`, and ask again. Nothing of it was changed.",
        )


@contextmanager
def _beside(box: Box) -> Iterator[Path]:
    """A folder on the store's own disk, empty, also after a restore that was killed."""
    folder = box.path / "restoring"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


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
            _fetch(repository, batch, Path(scratch))
            for entry in batch:
                _put(s3, name, Path(scratch), entry)


def _fetch(repository: Repository, batch: Sequence[Entry], to: Path) -> None:
    """What a batch holds, each content once and held to its SHA-256."""
    parts = {entry["part"]["path"]: Part(**entry["part"]) for entry in batch if not entry["deleted"]}
    repository.get_folder(list(parts.values()), to)


def _put(s3: S3Client, name: str, folder: Path, entry: Entry) -> None:
    if entry["deleted"]:
        s3.delete_object(Bucket=name, Key=entry["key"])
        return
    with (folder / entry["part"]["sha256"]).open("rb") as file:
        s3.put_object(Bucket=name, Key=entry["key"], Body=file, Metadata=entry["metadata"], **entry["headers"])


def _still_there(entries: Iterable[Entry], files: Mapping[str, int]) -> list[Entry]:
    """Those of an earlier copy whose content is whole, as far as its size tells."""
    parts = ((entry, Part(**entry["part"])) for entry in entries if not entry["deleted"])
    return [entry for entry, part in parts if files.get(part.path) == part.size]


def _without_content(entries: Iterable[Entry], earlier: Iterable[Entry], spare: float | None) -> list[Entry]:
    """Those that must be copied: the others get what an earlier copy wrote."""
    known = {_identity(entry): entry for entry in earlier}
    oldest = None if spare is None else datetime.now(UTC) - timedelta(seconds=spare)
    fresh = []
    for entry in (it for it in entries if not it["deleted"]):
        before = known.get(_identity(entry))
        if before and (oldest is None or datetime.fromisoformat(before["written"]) > oldest):
            entry.update({field: before[field] for field in ("part", "written", "headers", "metadata")})
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
            entry.update(_fetched(s3, name, entry, Path(scratch), to) or {})
        repository.put_folder(Path(scratch), to)


def _fetched(s3: S3Client, name: str, entry: Entry, folder: Path, to: str) -> Entry | None:
    """What a version holds, in a file named after its SHA-256; None where it was deleted since it was listed."""
    which = {"VersionId": entry["version"]} if entry["version"] else {}
    try:
        answer = s3.get_object(Bucket=name, Key=entry["key"], **which)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        return None
    digest, size, file = hashlib.sha256(), 0, folder / "coming"
    with file.open("wb") as target:
        for chunk in answer["Body"].iter_chunks(compression.CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    file.rename(folder / digest.hexdigest())
    part = Part(f"{to}/{digest.hexdigest()}", digest.hexdigest(), size)
    written = datetime.now(UTC).isoformat()
    headers = {header: value for header in HEADERS if (value := answer.get(header))}
    return {"part": asdict(part), "written": written, "headers": headers, "metadata": answer["Metadata"]}


def _objects(s3: S3Client, name: str) -> Iterator[Entry]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for it in page.get("Contents", []):
            yield _entry(it, None)


def _versions(s3: S3Client, name: str) -> Iterator[Entry]:
    """Of each key the oldest first: as they were written. The store tells times by the second, so that its own word
    for which is the last one decides, then its order."""
    found: list[Entry] = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found += [_entry(it, it["VersionId"]) for it in page.get("Versions", [])]
        found += [_entry({**it, "ETag": "", "Size": 0}, None, deleted=True) for it in page.get("DeleteMarkers", [])]
    found.reverse()
    yield from sorted(found, key=lambda entry: (entry["key"], entry["latest"], entry["modified"]))


def _entry(it: Mapping[str, Any], version: str | None, *, deleted: bool = False) -> Entry:
    modified = it["LastModified"].astimezone(UTC).isoformat()
    return {
        "key": it["Key"], "version": version, "tag": it["ETag"], "size": int(it["Size"]), "modified": modified,
        "deleted": deleted, "latest": bool(it.get("IsLatest", True)),
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
