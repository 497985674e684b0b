from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import pytest

from infra_kit import cli
from infra_kit.commands import common, exit_codes, stack_table
from infra_kit.engine.connections import Connection
from infra_kit.errors import ConfigError
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.home import of_project

INFRA_KIT = Path(sys.executable).with_name("infra-kit")


def run(folder: Path, *arguments: str, columns: int = 80, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": str(columns), "HOME": str(folder), **variables}
    return subprocess.run(
        [INFRA_KIT, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    return tmp_path


def test_help_names_the_commands_and_the_exit_codes(tmp_path: Path) -> None:
    shown = run(tmp_path, "--help")
    assert shown.returncode == 0
    for command in ("up", "down", "stop", "status", "env", "show", "connect"):
        assert f" {command} " in shown.stdout
    said = " ".join(shown.stdout.split())
    codes = (exit_codes.REFUSED, exit_codes.ANOTHER_RUN, exit_codes.OVER_BUDGET, exit_codes.FINDINGS)
    for code, what in zip(codes, ("refused (data", "another run", "over budget", "findings"), strict=True):
        assert f" {code} {what}" in said


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.app(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"infra-kit {version('infra-kit')}\n"


def test_logs_has_the_end_of_what_a_server_of_this_machine_said(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "Pulumi.shop-development.yaml").write_text("config: {}\n")
    monkeypatch.setenv("INFRA_KIT_HOME", str(project / "home"))
    monkeypatch.chdir(project)
    box = Box(of_project(project), "shop-development", "api")
    box.path.mkdir(parents=True)
    (box.path / "server.json").write_text(json.dumps(asdict(Record("local/service", [], {}, program="/bin/api"))))
    (box.path / "server.log").write_text("".join(f"line {number}\n" for number in range(60)))
    cli.app(["logs", "api", "-n", "2"], standalone_mode=False)
    shown = capsys.readouterr()
    assert shown.out == "line 58\nline 59\n"
    assert str(box.path / "server.log") in shown.err
    with pytest.raises(ConfigError, match="has no server 'apy' on this machine; it has: api"):
        cli.app(["logs", "apy"], standalone_mode=False)


def test_logs_of_a_class_without_lines_say_so_and_where_was_looked(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "Pulumi.shop-development.yaml").write_text("config: {}\n")
    monkeypatch.setenv("INFRA_KIT_HOME", str(project / "home"))
    monkeypatch.chdir(project)
    box = Box(of_project(project), "shop-development", "logs")
    (box.data / "audit").mkdir(parents=True)
    (box.path / "server.json").write_text(json.dumps(asdict(Record("local/logs", [], {}))))

    cli.app(["logs", "api", "--class", "audit"], standalone_mode=False)

    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"No line of class audit of api is kept. Looked in: {box.data / 'audit'}" in shown.err

    (box.data / "audit" / "2026-11-26.ndjson").write_text('{"component":"api","message":"in"}\n')
    cli.app(["logs", "api", "--class", "audit"], standalone_mode=False)
    assert capsys.readouterr().out == '{"component":"api","message":"in"}\n'


def test_outside_of_a_project_it_is_one_clear_message(tmp_path: Path) -> None:
    failed = run(tmp_path, "up")
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"Error: {tmp_path} is in no Pulumi project")
    assert failed.stderr.count("\n") == 1


def test_an_unknown_option_is_wrong_usage(project: Path) -> None:
    assert run(project, "up", "--nonsense").returncode == 2


@pytest.mark.parametrize("command", ["up", "down", "stop", "status"])
def test_an_unknown_stack_is_refused_with_those_there_are(project: Path, command: str) -> None:
    (project / "Pulumi.shop-development.yaml").write_text("config: {}\n")
    refused = run(project, command, "--stack", "shop-prod")
    assert refused.returncode == 1
    assert "no stack 'shop-prod'" in refused.stderr
    assert "Stacks: shop-development." in refused.stderr
    assert f"write {project}/Pulumi.shop-prod.yaml:\nconfig:\n  infra-kit:target: local\n" in refused.stderr
    assert not (project / ".infra-kit" / "state").exists()


def test_stop_needs_no_engine(project: Path) -> None:
    (project / "Pulumi.shop-development.yaml").write_text("config: {}\n")
    stopped = run(project, "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert stopped.stdout == "Nothing of shop-development was running here.\n"


@pytest.mark.parametrize("command", ["up", "env", "stop", "status"])
def test_a_home_that_cannot_be_written_is_one_clear_message(project: Path, command: str) -> None:
    (project / "Pulumi.shop-development.yaml").write_text("config: {}\n")
    refused = run(project, command, INFRA_KIT_HOME="/proc/nowhere")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: cannot write infra_kit's private /proc/nowhere")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("taken", ["locks", "state"])
def test_a_part_of_the_home_that_cannot_be_made_is_one_clear_message(project: Path, taken: str) -> None:
    (project / "Pulumi.shop-development.yaml").write_text("config: {}\n")
    (project / ".infra-kit").mkdir()
    (project / ".infra-kit" / taken).write_text("in the way")
    refused = run(project, "stop" if taken == "locks" else "env")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: cannot write infra_kit's private {project}/.infra-kit/{taken}")


def row(name: str, url: str) -> Connection:
    return Connection(name, "Postgres", {"url": url}, frozenset({"url"}))


EXPORTS = Connection(
    "shop-shop-development",
    "Stack",
    {"url": "https://127.0.0.1:20237", "port": 20237, "token": "canary-31", "ca": "-----BEGIN\nabc\n"},
    frozenset({"token"}),
)


@pytest.mark.parametrize("columns", [80, 200])
def test_a_url_is_in_one_piece_on_any_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    from rich.console import Console

    monkeypatch.setattr(sys, "argv", [".venv/bin/infra-kit"])
    for module in (common, stack_table):
        monkeypatch.setattr(module, "out", lambda: Console(width=columns))
    url = "postgresql://zuclubit:••••@127.0.0.1:21003/zuclubit?sslmode=require"
    ai = Connection("ai", "Service", {"url": "http://127.0.0.1:3000"}, frozenset())
    stack_table.print_stack("shop-development", [ai, row("database", url)], EXPORTS)
    shown = capsys.readouterr().out
    assert url in shown
    assert "infra-kit show database --stack shop-development" in shown
    assert max(len(line) for line in shown.splitlines()) <= columns
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_what_the_program_exports_is_shown_a_line_each_secrets_masked(capsys: pytest.CaptureFixture[str]) -> None:
    stack_table.print_stack("shop-development", [], EXPORTS)
    shown = capsys.readouterr().out
    lines = ["url: https://127.0.0.1:20237", "port: 20237", "token: ••••", "ca: -----BEGIN …"]
    assert "Exports:\n" + "".join(f"  {line}\n" for line in lines) in shown
    assert "Secrets in clear" not in shown  # no component has one
