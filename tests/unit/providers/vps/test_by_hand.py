"""`infra-kit backup` and `infra-kit restore` on a VPS: what is run on the host, which tests/system has do it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from infra_kit import Backup, Backups, Environment, ObjectStore, Postgres, Redis, RestoreDrill, SqlCheck, Target
from infra_kit.engine.backups import Held
from infra_kit.errors import BackupError, ToolError
from infra_kit.providers.vps import standing_containers
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import BackupStore, VpsSettings
from infra_kit.testing import record
from tests.unit.backups import held, held_in
from tests.unit.tunnels import Programs, answer, state

STORE = BackupStore(
    endpoint="https://s3.example.org",
    bucket="shop",
    access_key="key",
    secret_key=SecretStr("canary-1"),
    passphrase=SecretStr("a-passphrase"),
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
    cache = Redis("cache", target=target)
    safe = Backup("safe", target=target, of=[db, cache, ObjectStore("files", target=target)])
    RestoreDrill("drill", target=target, of=safe, checks={"orders": SqlCheck("SELECT true", database="app", of="db")})
    Backup("bases", target=target, of=[db])
    Backup("caches", target=target, of=[cache])


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


def test_a_copy_of_a_database_is_taken_by_what_takes_the_scheduled_ones(programs: Programs) -> None:
    bases = held(MADE, "bases")
    (made,) = bases.by_hand.back_up(bases.backup)
    assert (made.component, made.size, made.at) == ("db", 2048, datetime.fromtimestamp(1_795_867_200, UTC))
    assert made.where.endswith(": 20261126-101500F_20261126-120000D")
    taken, asked = ran(programs)
    assert taken == ["docker", "exec", "bases-db-backup-id", "sh", "-c", "sh /run/infra-kit/copy.sh >&2"]
    assert asked[3:] == ["pgbackrest", "--stanza=main", "--output=json", "info"]
    for call in programs.calls():
        assert "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA" in call
        assert "deploy@vps-1.example.com" in call
        assert "canary" not in " ".join(call)


def test_a_copy_of_a_cache_too(programs: Programs) -> None:
    programs.put("ssh", {"--": answer('20261126-120000\n{"count":3,"bytes":4096,"sizeless":0}')})
    caches = held(MADE, "caches")
    (made,) = caches.by_hand.back_up(caches.backup)
    assert (made.component, made.size, made.at) == ("cache", 4096, datetime(2026, 11, 26, 12, tzinfo=UTC))
    taken, _ = ran(programs)
    assert taken[:3] == ["docker", "exec", "caches-cache-copy-id"]


def test_a_copy_that_fails_is_told_with_the_scripts_words(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer(err="ERROR: [039]: HTTP request failed with 403", code=1)})
    with pytest.raises(ToolError, match="HTTP request failed with 403"):
        safe.by_hand.back_up(safe.backup)


def variables(asked: list[str]) -> dict[str, str]:
    """What a script that is run on the host is told before it."""
    assert asked[:2] == ["sh", "-c"]
    told = [line.partition("=") for line in asked[2].partition("#!/bin/sh")[0].splitlines()]
    return {key: "".join(shlex.split(value)) for key, _, value in told}


def test_a_moment_comes_back_in_a_container_of_its_own(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer("2026-11-20T11:59:58.100000+00:00\ndb-then has what db-server had")})
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    made = safe.by_hand.into(safe.backup, "db", moment, "db-then")
    shipped, asked = ran(programs)
    assert shipped[2].endswith(script("postgres_ship.sh"))
    assert variables(shipped) == {
        "SERVER": "db-server-id", "FOLDER": "/var/lib/postgresql/data/pgbackrest-for/safe", "AT_MOST": "120",
    }  # fmt: skip
    assert asked[2].endswith(script("beside.sh"))
    assert variables(asked) == {
        "KIND": "postgres", "COPIES": "safe-db-backup", "SERVER": "db-server", "FOLDER": "/var/lib/postgresql/data",
        "INTO": "db-then", "BUCKET": "", "MOMENT": "2026-11-20 12:00:00",
    }  # fmt: skip
    assert (made.name, made.of, made.address) == ("db-then", moment, "db-then")
    assert "infra-kit restore --remove db-then" in " ".join(made.says)
    assert safe.connection(made).how.endswith(f":••••@db-then:5432/{MADE.named('db').outputs['database']}")
    assert SERVER in " ".join(made.says)


def test_the_newest_is_as_old_as_the_last_change_that_came_back(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer("2026-11-20T11:59:58.100000+00:00\ndb-restored has what db-server had")})
    made = safe.by_hand.into(safe.backup, "db", None, safe.by_hand.new_name(safe.backup, "db"))
    assert (made.name, made.of) == ("db-restored", datetime(2026, 11, 20, 11, 59, 58, 100_000, tzinfo=UTC))
    assert variables(ran(programs)[1])["MOMENT"] == ""


def test_a_copy_is_of_its_own_time_which_may_be_long_before_the_moment_that_was_asked(
    safe: Held, programs: Programs
) -> None:
    programs.put("ssh", {"--": answer("2026-11-19T03:00:00+00:00\ncache-then has what cache-server had")})
    made = safe.by_hand.into(safe.backup, "cache", datetime(2026, 11, 20, 2, 0, tzinfo=UTC), "cache-then")
    assert made.of == datetime(2026, 11, 19, 3, 0, tzinfo=UTC)


def test_what_of_the_log_did_not_come_back_is_said_first(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer("lacks: the log goes to 9, and came back to 7\n2026-11-20T11:59:58.1+00:00")})
    assert safe.by_hand.into(safe.backup, "db", None, "db-then").says[0] == "the log goes to 9, and came back to 7"
    assert safe.by_hand.over(safe.backup, "db", None).says[0] == "the log goes to 9, and came back to 7"


ENDED = "LOG:  last completed transaction was at log time 2026-11-20 11:58:00.25+00\nFATAL:  recovery ended before "
ENDED += "configured recovery target was reached"
LATE = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Late:
    """A host whose log cannot be shipped, and ends before the moment that is asked for."""

    def __call__(self, command: Sequence[str]) -> str:
        if "AT_MOST" in command[-1]:
            raise ToolError("ssh failed:\nin 120 s it did not come")
        if "2026-11-20 12:00:00" in command[-1]:
            raise ToolError(f"ssh failed:\n{ENDED}")
        return "2026-11-20T11:58:00.250000+00:00\ndb-then has what db-server had"


@pytest.fixture
def late(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_containers, "ask", Late())


@pytest.mark.usefixtures("late")
def test_a_moment_that_the_log_does_not_reach_is_refused_with_both_times_and_why(safe: Held) -> None:
    for way in (partial(safe.by_hand.into, safe.backup, "db", LATE, "db-then"),
                partial(safe.by_hand.over, safe.backup, "db", LATE)):  # fmt: skip
        with pytest.raises(BackupError) as error:
            way()
        said = str(error.value)
        assert said.startswith("db: 2026-11-20 12:00:00 UTC was asked for")
        assert "the latest that can be restored is 2026-11-20 11:58:00 UTC" in said
        assert "could not be shipped (in 120 s it did not come)" in said
        assert said.endswith("--or-latest-restorable.")


@pytest.mark.usefixtures("late")
def test_where_the_latest_will_do_it_comes_back_and_says_of_when_it_is(safe: Held) -> None:
    made = safe.by_hand.into(safe.backup, "db", LATE, "db-then", or_latest=True)
    assert made.of == datetime(2026, 11, 20, 11, 58, 0, 250_000, tzinfo=UTC)
    assert "in 120 s it did not come" in made.says[0]


def test_another_failure_of_a_restore_is_told_as_it_is(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer(err="no space left on device", code=1)})
    with pytest.raises(ToolError, match="no space left on device"):
        safe.by_hand.into(safe.backup, "db", LATE, "db-then", or_latest=True)


def test_a_copy_beside_is_removed_alone(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer("gone")})
    assert safe.by_hand.remove(safe.backup, "db-then")
    (asked,) = ran(programs)
    assert asked[2].endswith(script("beside_gone.sh"))
    assert variables(asked) == {"NAME": "db-then"}
    programs.put("ssh", {"--": answer("none")})
    assert not safe.by_hand.remove(safe.backup, "db-than")
    with pytest.raises(BackupError, match="--remove: given '; reboot'"):
        safe.by_hand.remove(safe.backup, "; reboot")


def test_a_cache_and_a_bucket_come_back_beside_those_that_run(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer("files-then has what files-server had")})
    assert safe.by_hand.into(safe.backup, "files", None, "files-then").of is None
    safe.by_hand.into(safe.backup, "cache", None, "cache-then")
    files, cache = (variables(asked) for asked in ran(programs))
    assert (files["KIND"], files["COPIES"], files["FOLDER"]) == ("object_store", "safe-files-copy", "/data")
    assert files["BUCKET"] == MADE.named("files").outputs["bucket"]
    assert (cache["KIND"], cache["COPIES"], cache["SERVER"]) == ("redis", "safe-cache-copy", "cache-server")


def test_over_what_runs_what_it_held_is_kept_aside(safe: Held, programs: Programs) -> None:
    programs.put("ssh", {"--": answer()})
    made = safe.by_hand.over(safe.backup, "db", None)
    _, asked = ran(programs)
    assert asked[2].endswith(script("postgres_over.sh"))
    told = variables(asked)
    assert (told["COPIES"], told["SERVER"]) == ("safe-db-backup-id", "db-server-id")
    assert told["ASIDE"].startswith("pgdata.before-20")
    assert f"in {told['ASIDE']}" in made.says[0]
    assert safe.never_over is None


def test_what_is_no_database_is_not_restored_over_what_runs(safe: Held, programs: Programs) -> None:
    with pytest.raises(BackupError, match=r"cache: of a Postgres alone .*leave --over out"):
        safe.by_hand.over(safe.backup, "cache", None)
    assert not programs.calls()


@pytest.mark.parametrize("name", ["; reboot", "-rf", "Größe", ""])
def test_a_name_that_docker_or_a_shell_would_take_otherwise_is_refused(
    safe: Held, programs: Programs, name: str
) -> None:
    with pytest.raises(BackupError, match="small letters, digits and hyphens"):
        safe.by_hand.into(safe.backup, "db", None, name)
    assert not programs.calls()


def test_a_server_that_is_not_in_the_state_any_more_is_told(programs: Programs) -> None:
    told: dict[str, Any] = state(MADE)
    told["resources"] = [it for it in told["resources"] if not it["urn"].endswith("::db-server")]
    safe = held_in(told)
    with pytest.raises(BackupError, match="db: its server is not in the stack's state any more"):
        safe.by_hand.into(safe.backup, "db", None, "db-then")
    assert not programs.calls()
