"""`infra-kit` on a toy project, through the real engine."""

from __future__ import annotations

import json
import stat
import sys
import venv
from pathlib import Path

from tests.toy import INFRA_KIT, STACK, Toy

CANARY = "canary-7731"


def test_up_makes_what_the_program_describes_and_says_how_to_connect(toy: Toy) -> None:
    toy.configure("db", "other")
    up = toy.run("up")
    assert up.returncode == 0, up.stderr
    assert sorted(toy.log) == ["begin db-server", "begin other-server", "create db-server", "create other-server"]
    assert "postgres://app:••••@127.0.0.1:21003/db" in up.stdout
    assert f"infra-kit show db --stack {STACK}" in up.stdout
    assert "db-server" in up.stderr


def test_no_secret_is_printed_but_by_show(toy: Toy) -> None:
    outputs = [toy.run("up"), toy.run("up"), toy.run("status"), toy.run("env")]
    for output in outputs:
        assert output.returncode == 0, output.stderr
        assert CANARY not in output.stdout + output.stderr
    assert f"password: {CANARY}" in toy.run("show", "db").stdout.splitlines()


def test_no_secret_is_in_clear_in_the_home_folder(toy: Toy) -> None:
    toy.run("up")
    home = toy.root / ".infra-kit"
    files = [file for file in home.rglob("*") if file.is_file()]
    assert any("stacks/toy" in str(file) for file in files)
    assert not [file for file in files if CANARY.encode() in file.read_bytes()]


def test_the_passphrase_is_made_once_for_its_owner_only(toy: Toy) -> None:
    toy.run("up")
    file = toy.root / ".infra-kit" / "passphrase"
    first = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    toy.run("up")
    assert file.read_text() == first


def test_a_second_up_changes_nothing(toy: Toy) -> None:
    toy.run("up")
    before = toy.log
    again = toy.run("up")
    assert again.returncode == 0, again.stderr
    assert toy.log == before


def test_up_leaves_the_clone_clean(toy: Toy) -> None:
    toy.shell("git", "init", "-q")
    toy.shell("git", "add", ".")
    toy.shell("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "all")
    assert toy.run("up").returncode == 0
    assert toy.run("down").returncode == 0
    assert toy.shell("git", "status", "--porcelain").stdout == ""


def test_what_holds_no_data_and_went_away_behind_its_back_is_made_again(toy: Toy) -> None:
    toy.configure("edge")
    toy.run("up")
    (toy.root / "server-edge-server").unlink()
    again = toy.run("up")
    assert again.returncode == 0, again.stderr
    assert (toy.root / "server-edge-server").exists()


def test_data_that_went_away_behind_its_back_gives_way_to_an_empty_one_only_if_it_is_named(toy: Toy) -> None:
    toy.configure("db", "edge")
    toy.run("up")
    data, before = toy.root / "server-db-server", toy.state()
    elsewhere = data.rename(toy.root / "elsewhere")
    for _ in range(2):
        refused = toy.run("up")
        assert refused.returncode == 3
        assert "db-server (PostgresServer) is gone" in refused.stderr
        assert "--allow-delete db" in refused.stderr
        assert not data.exists()
        assert toy.state() == before
    elsewhere.rename(data)
    assert toy.run("up").returncode == 0
    assert toy.log.count("create db-server") == 1
    data.unlink()
    anew = toy.run("up", "--allow-delete", "db")
    assert anew.returncode == 0, anew.stderr
    assert toy.log.count("create db-server") == 2


def test_down_goes_on_where_data_went_away_behind_its_back(toy: Toy) -> None:
    toy.configure("db", "other")
    toy.run("up")
    (toy.root / "server-db-server").unlink()
    down = toy.run("down")
    assert down.returncode == 0, down.stderr
    assert not (toy.root / "server-other-server").exists()


def test_a_replacement_that_loses_data_is_refused_before_anything_changes(toy: Toy) -> None:
    toy.run("up")
    before = toy.log
    toy.configure("db", size="2")
    refused = toy.run("up")
    assert refused.returncode == 3
    assert "db-server (PostgresServer) would be replaced by an empty one, because size changes" in refused.stderr
    assert "--allow-delete db" in refused.stderr
    assert toy.log == before


def test_a_deletion_that_loses_data_is_refused_until_its_component_is_named(toy: Toy) -> None:
    toy.configure("db", "other")
    toy.run("up")
    toy.configure("db")
    assert toy.run("up").returncode == 3
    assert (toy.root / "server-other-server").exists()
    assert toy.run("up", "--allow-delete", "other").returncode == 0
    assert not (toy.root / "server-other-server").exists()
    assert (toy.root / "server-db-server").exists()


def test_a_mistyped_name_gives_nothing_up(toy: Toy) -> None:
    toy.configure("db", "other")
    toy.run("up")
    toy.configure("db")
    for command in ("up", "down"):
        refused = toy.run(command, "--allow-delete", "other", "--allow-delete", "otherr")
        assert refused.returncode == 1
        assert "--allow-delete otherr: " in refused.stderr
        assert "There are: db, db-server, other, other-server." in refused.stderr
    assert (toy.root / "server-other-server").exists()


def test_a_failing_server_says_its_own_words_once_and_no_stack_trace(toy: Toy) -> None:
    toy.configure("db", size="too much")
    failed = toy.run("up")
    assert failed.returncode == 1
    assert failed.stderr.count("Postgres 'db-server': the disk is full.\nFree some space.") == 1
    assert "Traceback" not in failed.stderr


def test_a_bug_in_the_program_is_shown_with_its_place(toy: Toy) -> None:
    toy.configure("db", problem="no such region")
    failed = toy.run("up")
    assert failed.returncode == 1
    assert "ValueError: no such region\n  at " in failed.stderr
    assert "program/__main__.py, line" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert toy.log == []


def test_an_interpreter_without_pulumi_is_told_in_its_own_words(toy: Toy, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    venv.create(empty, with_pip=True)  # the engine asks it for its packages
    toy.interpret_with(empty)
    failed = [toy.run("up")]
    toy.interpret_with(Path(sys.prefix))
    assert toy.run("up").returncode == 0
    toy.interpret_with(empty)
    failed.append(toy.run("up"))
    for run in failed:
        assert run.returncode == 1
        assert "No module named 'pulumi'" in run.stderr


def test_down_destroys_the_stack(toy: Toy) -> None:
    toy.run("up")
    down = toy.run("down")
    assert down.returncode == 0, down.stderr
    assert not (toy.root / "server-db-server").exists()
    assert f"{STACK} is not up" in toy.run("status").stdout


def test_plain_pulumi_goes_on_where_infra_kit_stopped(toy: Toy) -> None:
    toy.run("up")
    for operation in (["preview"], ["refresh", "--yes"], ["up", "--yes"], ["destroy", "--yes"]):
        answer = toy.pulumi(*operation)
        assert answer.returncode == 0, answer.stdout + answer.stderr
    assert toy.log[-1] == "delete db-server"


def test_infra_kit_goes_on_where_plain_pulumi_stopped(toy: Toy) -> None:
    for command in (["stack", "init"], ["up", "--yes"]):
        answer = toy.pulumi(*command)
        assert answer.returncode == 0, answer.stdout + answer.stderr
    before = toy.log
    up = toy.run("up")
    assert up.returncode == 0, up.stderr
    assert toy.log == before
    assert toy.run("down").returncode == 0
    assert toy.log[-1] == "delete db-server"


def test_plain_pulumi_finds_the_new_stack_selected_and_a_later_choice_is_left_alone(toy: Toy) -> None:
    assert toy.run("up").returncode == 0
    plain = f'eval "$({INFRA_KIT} env)" && pulumi "$@" --non-interactive'
    preview = toy.shell("bash", "-c", plain, "pulumi", "preview")
    assert preview.returncode == 0, preview.stderr
    toy.shell("bash", "-c", plain, "pulumi", "stack", "init", "elsewhere")
    toy.run("up", "--stack", STACK)
    assert toy.shell("bash", "-c", plain, "pulumi", "stack", "--show-name").stdout.strip() == "elsewhere"


def test_show_gives_scripts_one_value_or_json(toy: Toy) -> None:
    toy.run("up")
    assert toy.run("show", "db", "password").stdout == f"{CANARY}\n"
    assert json.loads(toy.run("show", "db", "--json").stdout)["password"] == CANARY
    assert json.loads(toy.run("show", "db", "password", "--json").stdout) == CANARY
    unknown = toy.run("show", "db", "passwort")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "Fields: " in unknown.stderr


def test_what_is_not_up_is_said_with_the_command_that_starts_it(toy: Toy) -> None:
    words = f"{STACK} is not up. Start it: "
    assert toy.run("status").stdout.startswith(words)
    toy.run("up")
    assert words not in toy.run("status").stdout
    toy.run("down")
    assert toy.run("status").stdout.startswith(words)
    show = toy.run("show", "db")
    assert (show.returncode, show.stdout) == (1, "")
    assert f"{words}" in show.stderr
    assert f"infra-kit up --stack {STACK}" in show.stderr


def test_the_first_line_says_where_it_goes_and_what_for(toy: Toy) -> None:
    assert toy.run("up").stderr.splitlines()[0] == f"{STACK}: local (default), development (default)"
