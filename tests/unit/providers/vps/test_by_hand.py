"""`infra-kit backup` and `infra-kit restore` on a VPS: what is run on the host, which tests/system has do it."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra_kit import Backup, Backups, Environment, Postgres, Target
from infra_kit.engine.backups import Held
from infra_kit.errors import BackupError, ToolError
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import BackupStore, VpsSettings
from infra_kit.testing import record
from tests.unit.backups import held
from tests.unit.tunnels import Programs, answer

STORE = BackupStore(
    endpoint="https://s3.example.org", bucket="shop", access_key="key", secret_key="canary-1", passphrase="a-passphrase"
)
INFO = [
    {
        "backup": [
            {"label": "20261126-101500F", "timestamp": {"start": 1, "stop": 2}, "info": {"repository": {"delta": 7}}},
            {
                "label": "20261126-101500F_20261126-120000D",
                "timestamp": {"start": 1_795_867_200, "stop": 1_795_867_260},
                "info": {"repository": {"delta": 2048}},
            },
        ]
    }
]


def program() -> None:
    settings = VpsSettings(
        host="vps-1.example.com", host_key="ssh-ed25519 AAAA", user="deploy", port=2222, backups=STORE
    )
    target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=settings)
    db = Postgres("db", target=target, memory_gb=0.25, backups=Backups())
    Backup("safe", target=target, of=[db])


MADE = record(program)
SERVER = MADE.named("db-server").outputs["name"]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    it = Programs(tmp_path, monkeypatch)
    it.put("ssh", {"--": answer(json.dumps(INFO))})
    return it


@pytest.fixture
def safe() -> Held:
    return held(MADE)


def ran(programs: Programs) -> list[list[str]]:
    return [shlex.split(call[-1]) for call in programs.calls()]


def test_a_copy_is_taken_by_what_takes_the_scheduled_ones(safe: Held, programs: Programs) -> None:
    (made,) = safe.by_hand.back_up(safe.backup)
    assert (made.component, made.size, made.at) == ("db", 2048, datetime.fromtimestamp(1_795_867_200, UTC))
    assert made.where.endswith(": 20261126-101500F_20261126-120000D")
    taken, asked = ran(programs)
    assert taken == ["docker", "exec", "safe-db-backup-id", "sh", "-c", "sh /run/infra-kit/copy.sh >&2"]
    assert asked[3:] == ["pgbackrest", "--stanza=main", "--output=json", "info"]
    for call in programs.calls():
        assert "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA" in call
        assert "deploy@vps-1.example.com" in call
        assert "canary" not in " ".join(call)


def test_a_copy_that_fails_is_told_with_the_scripts_words(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer(err="ERROR: [039]: HTTP request failed with 403", code=1)})
    with pytest.raises(ToolError, match="HTTP request failed with 403"):
        safe.by_hand.back_up(safe.backup)


def test_a_moment_comes_back_in_a_container_of_its_own(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer("2026-11-20T11:59:58.100000+00:00")})
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    made = safe.by_hand.into(safe.backup, "db", moment, "db-then")
    (asked,) = ran(programs)
    text = script("postgres_by_hand.sh")
    assert asked == [
        "sh", "-c", text, "sh", "beside", "safe-db-backup-id", "db-server-id", "db-then",
        "2026-11-20 12:00:00.000000+00",
    ]  # fmt: skip
    assert (made.name, made.of, made.address) == ("db-then", moment, "docker exec db-then psql --username postgres")
    assert "docker rm --force db-then && docker volume rm db-then" in " ".join(made.says)
    assert SERVER in " ".join(made.says)


def test_the_newest_is_as_old_as_the_last_change_that_came_back(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer("2026-11-20T11:59:58.100000+00:00")})
    made = safe.by_hand.into(safe.backup, "db", None, safe.by_hand.new_name(safe.backup, "db"))
    assert (made.name, made.of) == ("db-restored", datetime(2026, 11, 20, 11, 59, 58, 100_000, tzinfo=UTC))
    assert ran(programs)[0][-1] == ""


def test_over_what_runs_what_it_held_is_kept_aside(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer()})
    made = safe.by_hand.over(safe.backup, "db", None)
    (asked,) = ran(programs)
    assert asked[4:7] == ["over", "safe-db-backup-id", "db-server-id"]
    assert asked[7].startswith("pgdata.before-20")
    assert f"in {asked[7]}" in made.says[0]
    assert safe.never_over is None


@pytest.mark.parametrize("name", ["; reboot", "-rf", "Größe", ""])
def test_a_name_that_docker_or_a_shell_would_take_otherwise_is_refused(
    safe: Held, programs: Programs, name: str
) -> None:
    with pytest.raises(BackupError, match="small letters, digits and hyphens"):
        safe.by_hand.into(safe.backup, "db", None, name)
    assert not programs.calls()


def test_a_server_that_is_not_in_the_state_any_more_is_told(programs: Programs) -> None:
    from tests.unit.backups import held_in
    from tests.unit.tunnels import state

    told: dict[str, Any] = state(MADE)
    told["resources"] = [it for it in told["resources"] if not it["urn"].endswith("::db-server")]
    safe = held_in(told)
    with pytest.raises(BackupError, match="db: its server is not in the stack's state any more"):
        safe.by_hand.into(safe.backup, "db", None, "db-then")
    assert not programs.calls()
