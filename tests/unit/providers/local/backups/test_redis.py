"""What a Valkey sends for a copy, also where it ends before it is through."""

from __future__ import annotations

import io
from typing import Any, cast

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import redis


def payload(sent: bytes) -> bytes:
    return b"".join(redis._payload(cast("Any", io.BytesIO(sent))))


def test_a_server_that_ends_while_it_prepares_its_snapshot_is_told_and_not_waited_for() -> None:
    for sent in (b"", b"\n\n\n"):
        with pytest.raises(BackupError, match="the server ended before it sent its snapshot") as error:
            payload(sent)
        assert error.value.check == "truncated"


def test_lines_that_only_keep_the_connection_alive_are_passed_over() -> None:
    assert payload(b"\n\r\n$5\r\nREDIS") == b"REDIS"
