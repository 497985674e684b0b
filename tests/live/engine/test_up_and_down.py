"""`infra-kit` on a toy project, through the real engine."""

from __future__ import annotations

import json
import venv
from collections.abc import Callable

import pytest

from tests.toy import INFRA_KIT, STACK, Toy

ALL = ("db", "other", "edge")


def test_up_makes_what_the_program_describes_and_says_how_to_connect(toy: Toy) -> None:
    toy.configure("db", "other")
    up = toy.run("up")
    assert up.returncode == 0, up.stderr
    assert sorted(toy.log) == ["begin db-server", "begin other-server", "create db-server", "create other-server"]
    assert "postgres://app:••••@127.0.0.1:21003/db" in up.stdout
    assert f"infra-kit show db --stack {STACK}" in up.stdout
    assert "Exports:\n  where: here\n" in up.stdout
    assert "Exports:\n  where: here\n" in toy.run("show").stdout
    assert "db-server" in up.stderr


def test_up_leaves_the_clone_clean(toy: Toy) -> None:
    toy.shell("git", "init", "-q")
    toy.shell("git", "add", ".")
    toy.shell("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "all")
    assert toy.run("up").returncode == 0
    assert toy.run("down").returncode == 0
    assert toy.shell("git", "status", "--porcelain").stdout == ""


def test_what_holds_no_data_and_went_away_behind_its_back_is_made_again(up_with: Callable[..., Toy]) -> None:
    toy = up_with(*ALL)
    (toy.root / "server-edge-server").unlink()
    again = toy.run("up")
    assert again.returncode == 0, again.stderr
    assert (toy.root / "server-edge-server").exists()


def test_data_that_went_away_behind_its_back_gives_way_to_an_empty_one_only_if_it_is_named(
    up_with: Callable[..., Toy],
) -> None:
    toy = up_with(*ALL)
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


def test_down_goes_on_where_data_went_away_behind_its_back(up_with: Callable[..., Toy]) -> None:
    toy = up_with(*ALL)
    (toy.root / "server-db-server").unlink()
    down = toy.run("down")
    assert down.returncode == 0, down.stderr
    assert not (toy.root / "server-other-server").exists()


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


def test_an_interpreter_without_pulumi_is_told_in_its_own_words(
    toy: Toy, up_with: Callable[..., Toy], tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("empty")
    venv.create(empty)
    for each in (toy, up_with()):
        each.interpret_with(empty)
        run = each.run("up")
        assert run.returncode == 1
        assert "No module named 'pulumi'" in run.stderr


def test_down_destroys_the_stack(up_with: Callable[..., Toy]) -> None:
    toy = up_with()
    down = toy.run("down")
    assert down.returncode == 0, down.stderr
    assert not (toy.root / "server-db-server").exists()
    assert f"{STACK} is not up" in toy.run("status").stdout


def test_a_stack_whose_file_is_gone_is_still_seen_and_destroyed(up_with: Callable[..., Toy]) -> None:
    toy = up_with()
    toy.config.unlink()
    status = toy.run("status", "--stack", STACK)
    assert "db" in status.stdout
    assert f"the file of the stack is gone: {toy.config}" in status.stderr
    up = toy.run("up", "--stack", STACK)
    assert up.returncode == 1
    assert f"Put it back: its last content is in {toy.root}/.infra-kit/config/{toy.config.name}" in up.stderr
    down = toy.run("down", "--stack", STACK)
    assert down.returncode == 0, down.stderr
    assert toy.log[-1] == "delete db-server"


def test_plain_pulumi_goes_on_where_infra_kit_stopped(up_with: Callable[..., Toy]) -> None:
    toy = up_with()
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


def test_the_stack_of_the_last_up_is_the_one_that_is_meant_but_down_asks_which(up_with: Callable[..., Toy]) -> None:
    toy = up_with()
    toy.config.with_name("Pulumi.toy-production.yaml").write_text(toy.config.read_text())
    assert toy.run("up", "--stack", "toy-production").returncode == 0
    assert toy.run("up", "--stack", STACK).returncode == 0
    shown = toy.run("show", "db", "host")
    assert (shown.stdout, shown.stderr) == ("127.0.0.1\n", f"The selected stack: {STACK}\n")
    plain = f'eval "$({INFRA_KIT} env)" && pulumi stack --show-name --non-interactive'
    assert toy.shell("bash", "-c", plain).stdout.strip() == STACK
    refused = toy.run("down")
    assert refused.returncode == 1
    assert f"which stack? Say --stack NAME. Stacks: {STACK}, toy-production" in refused.stderr
    assert "delete db-server" not in toy.log


def test_a_stack_that_stands_in_the_backend_of_the_projects_file_is_seen_there(toy: Toy) -> None:
    team = toy.root / "team"
    team.mkdir()
    project = toy.root / "Pulumi.yaml"
    project.write_text(json.dumps(json.loads(project.read_text()) | {"backend": {"url": f"file://{team}"}}))
    toy.extra["PULUMI_CONFIG_PASSPHRASE"] = "the team's"
    for command in (["stack", "init", STACK], ["up", "--yes", "--stack", STACK]):
        plain = toy.shell(str(toy.cli / "pulumi"), *command, "--non-interactive")
        assert plain.returncode == 0, plain.stdout + plain.stderr
    assert "postgres://app:••••@127.0.0.1:21003/db" in toy.run("status").stdout
    down = toy.run("down")
    assert down.returncode == 0, down.stderr
    assert toy.log[-1] == "delete db-server"
    assert f"{STACK} is gone." in down.stderr
    assert not (toy.root / ".infra-kit" / "state").exists()


def test_a_backend_that_does_not_know_the_stack_is_named_by_up_and_by_down(toy: Toy) -> None:
    state = toy.root / ".infra-kit" / "state"
    down = toy.run("down")
    assert (down.returncode, down.stdout) == (0, "")
    assert f"There is nothing of {STACK} in file://{state}." in down.stderr
    assert "is gone" not in down.stderr
    assert not list(state.glob("**/*.json"))
    up = toy.run("up")
    assert f"file://{state} knows no stack {STACK}: all is made new." in up.stderr
    assert "all is made new" not in toy.run("up").stderr


def test_what_is_not_up_is_said_with_the_command_that_starts_it(toy: Toy, up_with: Callable[..., Toy]) -> None:
    words = f"{STACK} is not up. Start it: "
    assert toy.run("status").stdout.startswith(words)
    toy = up_with()
    assert words not in toy.run("status").stdout
    toy.run("down")
    assert toy.run("status").stdout.startswith(words)
    show = toy.run("show", "db")
    assert (show.returncode, show.stdout) == (1, "")
    assert f"{words}" in show.stderr
    assert f"infra-kit up --stack {STACK}" in show.stderr
