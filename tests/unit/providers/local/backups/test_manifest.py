"""Which copy is restored of each component."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import manifest
from infra_kit.providers.local.backups.manifest import Copy
from infra_kit.providers.local.backups.repository import Repository

OLD = Copy("20261124T060007Z", {"db": {"kind": "postgres"}, "cache": {"kind": "redis"}})
CACHE = Copy("20261123T060007Z", {"cache": {"kind": "redis"}})
NEW = Copy("20261126T060007Z", {"cache": {"kind": "redis"}})


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Repository:
    """With two copies, in the later of which the database lacks."""
    monkeypatch.setattr(manifest, "newest_first", lambda _: iter([NEW, OLD]))
    return Repository.__new__(Repository)


def test_of_each_component_it_is_the_last_that_it_is_in(repository: Repository) -> None:
    assert manifest.newest(repository, ["db", "cache"]) == {"db": OLD, "cache": NEW}


def test_a_component_without_any_is_named(repository: Repository) -> None:
    with pytest.raises(BackupError, match="no whole copy yet of files"):
        manifest.newest(repository, ["cache", "files"])


def test_a_moment_before_the_first_copy_is_refused_with_the_earliest_there_is(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = "2026-11-26T06:00:09.250000+00:00"
    late = Copy(NEW.name, {"db": {"kind": "postgres", "until": until}})
    monkeypatch.setattr(Repository, "files", lambda *_: {f"copies/{it.name}/manifest.json": 1 for it in (CACHE, late)})
    monkeypatch.setattr(manifest, "read", lambda _, names: [it for it in (CACHE, late) if it.name in names])
    with pytest.raises(BackupError, match=f"The earliest that can be restored: --to {re.escape(until)}"):
        manifest.last_before(repository, "db", datetime(2026, 11, 26, 6, 0, 8, tzinfo=UTC))
    assert manifest.last_before(repository, "db", datetime.fromisoformat(until)) == late, "what it says can be restored"
    with pytest.raises(BackupError, match=r"files: there is no whole copy yet\.$"):
        manifest.last_before(repository, "files", None)
