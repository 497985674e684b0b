"""Which servers a panel says that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.programs.panel import versions


@pytest.mark.parametrize(
    ("kind", "says", "shown"),
    [
        ("local/redis", "Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64", "Valkey 9.1.2"),
        ("local/postgres", "postgres (PostgreSQL) 17.10", "PostgreSQL 17.10"),
        ("local/event_bus", "nats-server: v2.15.1", "NATS 2.15.1"),
        ("local/object_store", "version 8000GB 4.48 pypi linux amd64", "SeaweedFS 4.48"),
        ("local/gateway", "nginx version: nginx/1.31.3", "nginx 1.31.3"),
        ("local/cdn", "no word of it", "nginx"),
        ("local/service", "1.2.3", ""),
    ],
)
def test_a_server_is_called_what_its_program_says(tmp_path: Path, kind: str, says: str, shown: str) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    program.chmod(0o700)
    assert versions.version(_box(tmp_path, kind, program)) == shown


def test_a_program_that_is_gone_has_no_version(tmp_path: Path) -> None:
    assert versions.version(_box(tmp_path, "local/redis", tmp_path / "gone")) == "Valkey"


def test_a_program_that_did_not_answer_once_is_asked_again(tmp_path: Path) -> None:
    program = tmp_path / "program"
    box = _box(tmp_path, "local/redis", program)
    assert versions.version(box) == "Valkey"
    program.write_text("#!/bin/sh\necho 'Valkey server v=9.1.2'\n")
    program.chmod(0o700)
    assert versions.version(box) == "Valkey 9.1.2"


def _box(home: Path, kind: str, program: Path) -> Box:
    box = Box(home, "test", "it")
    box.path.mkdir(parents=True)
    box.save(Record(kind, [], {}, program=str(program)))
    return box
