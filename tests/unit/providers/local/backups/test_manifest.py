"""Which copy is restored of each component."""

from __future__ import annotations

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import manifest
from infra_kit.providers.local.backups.manifest import Copy
from infra_kit.providers.local.backups.repository import Repository

OLD = Copy("20261124T060007Z", {"db": {"kind": "postgres"}, "cache": {"kind": "redis"}})
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
