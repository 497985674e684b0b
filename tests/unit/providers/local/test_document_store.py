"""The local half of DocumentStore, as far as it needs no server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra_kit import Backups, features
from infra_kit._dynamic import Props
from infra_kit.components.document_store import DocumentStoreSpec
from infra_kit.providers.local import document_store as driver
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers.document_store import HANDLER
from tests.unit.lacking import gaps

PROPS: Props = {"memory_gb": 4.0, "database": "app", "collections": {}}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path, "test", "docs")


def test_the_program_is_told_in_a_file_and_no_secret_stands_in_its_command(box: Box) -> None:
    record = box.open(HANDLER.KIND, 1, HANDLER.SECRETS, None)
    command = HANDLER.prepare(box, record, PROPS)
    told = json.loads((box.conf / "documents.json").read_text())
    assert told == {"port": record.ports[0], "user": "infra_kit", "password": record.secrets["admin"], "cache_mb": 2048}
    assert (box.conf / "documents.json").stat().st_mode & 0o777 == 0o600
    said = [*command.arguments, *command.environment.values()]
    assert not [secret for secret in record.secrets.values() if secret in " ".join(said)]


def test_what_one_machine_cannot_do_has_a_way_out() -> None:
    found = gaps(driver, DocumentStoreSpec(read_replicas=1, backups=Backups()))
    assert set(found) == {features.READ_REPLICAS, features.BACKUPS, features.POINT_IN_TIME}
    assert "set read_replicas=0" in found[features.READ_REPLICAS]
    assert "mongodump" in found[features.BACKUPS]
