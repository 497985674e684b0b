"""What a Backup's vault holds, and whether it is what was written: each copy's manifest has its objects' sizes,
checksums and versions (https://cloud.google.com/storage/docs/data-validation), as Cloud Storage said them then."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra_kit.providers.gcp.programs.google import Failed, Named, check, content, found

FIELDS = "items(name,size,crc32c,generation,updated,kmsKeyName),nextPageToken"
INDEX = "objects.jsonl.gz"
"""Of an object_store's copy: a line an object, as `figures` says it."""
OBJECTS = "objects/"

Figures = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """The newest whole copy of a component."""

    vault: str
    where: str
    began: str
    objects: dict[str, Figures]


def figures(listed: dict[str, Any]) -> Figures:
    return {"size": int(listed["size"]), "crc32c": listed["crc32c"], "generation": listed["generation"]}


def written(vault: str, names: Iterable[str], where: str) -> dict[str, Figures]:
    """The figures of what a copy wrote into its folder. Raises `Failed` where one is not there."""
    wanted = list(names)  # writes them
    there = {it["name"]: figures(it) for it in found(vault, prefix=f"{where}/", fields=FIELDS)}
    if lost := [name for name in wanted if name not in there]:
        raise Failed(f"{lost[0]} was written, and is not there")
    return {name: there[name] for name in wanted}


def newest(vault: str, name: str) -> Stored:
    """Raises `Named`: `missing`, `wrong-key`."""
    there = found(vault, matchGlob=f"*/{name}/*/manifest.json", fields="items(name,timeCreated),nextPageToken")
    last = max(there, key=lambda it: datetime.fromisoformat(it["timeCreated"]), default=None)
    if last is None:
        raise Named(f"missing: gs://{vault} has no copy of it")
    with check("missing"):
        manifest = content(vault, last["name"])
    return Stored(vault, last["name"].removesuffix("/manifest.json"), manifest["began"], manifest["objects"])


def hold(copy: Stored) -> None:
    """Raises `Named` where an object of its folder is not what was written: `missing`, `truncated`, `changed`."""
    there = {it["name"]: it for it in found(copy.vault, prefix=f"{copy.where}/", fields=FIELDS)}
    for name, wanted in copy.objects.items():
        _same(name, wanted, [there[name]] if name in there else [])


def _same(name: str, wanted: Figures, versions: list[dict[str, Any]]) -> None:
    """An older version is as good: it can be restored."""
    held = [figures(it) for it in versions]
    if wanted in held:
        return
    if not held:
        raise Named(f"missing: {name}")
    what = "truncated" if all(it["size"] < wanted["size"] for it in held) else "changed"
    raise Named(f"{what}: {name}: written with {json.dumps(wanted)}, there is {json.dumps(held[-1])}")


def index(bucket: str, vault: str, name: str, began: datetime) -> bytes:
    """What the vault holds of a bucket's objects, once it was brought up to date. Raises `Failed` where it has not, as
    it is, what stood in the bucket before that began."""
    stood = {it["name"]: it for it in found(bucket, fields=FIELDS)}
    wanted = {it: held["crc32c"] for it, held in stood.items() if datetime.fromisoformat(held["updated"]) < began}
    lines = []
    for held in _copied(vault, name):
        if wanted.pop(held["name"], held["crc32c"]) != held["crc32c"]:
            raise Failed(f"{held['name']} has other content in the vault than in {bucket}")
        lines.append(json.dumps({"name": held["name"], **figures(held)}))
    if wanted:
        raise Failed(f"{min(wanted)} was not copied")
    return gzip.compress("\n".join(lines).encode())


def _copied(vault: str, name: str, **asked: str) -> Iterator[dict[str, Any]]:
    """By the names that they have in the bucket."""
    folder = f"{OBJECTS}{name}/"
    for it in found(vault, prefix=folder, fields=FIELDS, **asked):
        yield {**it, "name": it["name"].removeprefix(folder)}


def hold_objects(copy: Stored, name: str) -> int:
    """How many objects there are, each of which is what was copied. One of each key is read, for a key that is gone
    takes with it all that it encrypted. Raises `Named`."""
    with check("missing"):
        lines = content(copy.vault, f"{copy.where}/{INDEX}", lambda answer: gzip.decompress(answer.read()).decode())
    versions: dict[str, list[dict[str, Any]]] = {}
    for it in _copied(copy.vault, name, versions="true"):
        versions.setdefault(it["name"], []).append(it)
    wanted = [json.loads(line) for line in lines.splitlines()]
    keys: dict[str, tuple[str, str]] = {}
    for it in wanted:
        called = it.pop("name")
        there = versions.get(called, [])
        _same(called, it, there)
        key = next(held.get("kmsKeyName", "") for held in there if held["generation"] == it["generation"])
        keys.setdefault(key, (called, it["generation"]))
    for called, generation in keys.values():
        with check(f"missing: {called}"):
            content(copy.vault, f"{OBJECTS}{name}/{called}", lambda answer: answer.read(1), generation=generation)
    return len(wanted)
