"""Copies of a PostgreSQL server: its files, and the log from where they were begun to be read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infra_kit.providers.local.backups import compression, postgres_facts, postgres_log
from infra_kit.providers.local.backups.postgres_base import Base
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import postgres_roles


def copy(box: Box, repository: Repository, backup: str, place: str) -> dict[str, Any]:
    """Takes a base backup, and the log to its end; the server goes on meanwhile."""
    record = box.record
    shipping = postgres_log.Shipping(box, repository, backup)
    shipping.begin()
    with postgres_roles.connect(record) as connection:
        system = postgres_log.system_of(connection)
    base = Base(box)
    part = repository.put(f"{place}/base.tar.zst", compression.compressed(base.chunks()))
    point = f"{backup} {Path(place).parent.name}"  # PostgreSQL takes 63 characters
    with postgres_facts.at_a_point(record, point) as read, ThreadPoolExecutor(1) as pool:
        shipped = pool.submit(shipping.ship, idle_too=True)
        facts = read() if read else None
        until = shipped.result()
    return {
        "kind": "postgres",
        "parts": [asdict(part)],
        "system": system,
        "start": base.start,
        "version": record.facts["version"],
        "point": point if facts is not None else None,
        "facts": facts,
        "until": until.isoformat() if until else None,
    }
