"""What could lose a product's data or give it away, and does not; last, what leaves the stack another one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg

from infra_kit.providers.local.box import Box
from tests.shop import INFRA_KIT, Shop
from tests.shop.checks import assert_all_is_there, listens_on, processes_below


def test_removing_a_component_that_holds_data_is_refused(running: Shop) -> None:
    program = running.root / "program" / "__main__.py"
    whole = program.read_text()
    program.write_text("from infra_kit import Redis\nRedis('cache', memory_gb=0.05, persistence=True)\n")
    up = running.run("up")
    assert up.returncode == 3
    assert "db-server (PostgresServer) would be deleted" in up.stderr
    assert "--allow-delete db" in up.stderr
    program.write_text(whole)
    assert_all_is_there(running)


def test_up_refuses_while_data_is_away_though_the_folder_of_its_server_stands(running: Shop) -> None:
    outputs = running.outputs
    assert running.run("stop").returncode == 0
    boxes = [running.home / running.stack / name for name in ("db", "files")]
    for box in boxes:
        (box / "data").rename(box / "away")
    refused = running.run("up")
    assert refused.returncode == 3, refused.stderr
    for box, type_ in zip(boxes, ("PostgresServer", "ObjectStoreServer"), strict=True):
        assert f"{box.name}-server ({type_}) is gone: its data was looked for in {box}." in refused.stderr
        assert not (box / "data").exists()
        (box / "away").rename(box / "data")
    running.up()
    assert running.outputs == outputs
    assert_all_is_there(running)


def test_no_secret_is_in_clear_in_state_logs_arguments_or_output(running: Shop) -> None:
    secrets = _secrets(running)
    assert len(secrets) >= 5
    shown = running.up()
    said = shown.stdout + shown.stderr + running.run("status").stdout
    said += subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    for file in running.home.rglob("*"):
        if file.is_file() and not _keeps_secrets(file.relative_to(running.home)):
            said += file.read_text(errors="replace")
    assert "PostgreSQL" in said
    assert "checkpoint" in said
    assert [secret for secret in secrets if secret in said] == []


def _keeps_secrets(file: Path) -> bool:
    """The files of a box that hold secrets by their nature, each of mode 0600 in a directory of mode 0700."""
    return file.name in ("server.json", "passphrase") or (len(file.parts) > 2 and file.parts[2] in ("conf", "data"))


def _secrets(shop: Shop) -> list[str]:
    """Every generated secret of every server, read from their boxes."""
    boxes = [Box(shop.home, shop.stack, name) for name in shop.servers()]
    return [secret for box in boxes for secret in box.record.secrets.values()]


def test_nothing_listens_on_a_public_address(running: Shop) -> None:
    assert {address for process in processes_below(running) for address in listens_on(process)} == {"127.0.0.1"}


def test_a_renamed_component_keeps_its_data_and_address_and_gets_a_replica(running: Shop) -> None:
    outputs = running.outputs
    program = running.root / "program" / "__main__.py"
    alias = "opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name='db')])"
    program.write_text(program.read_text().replace('Postgres("db",', f'Postgres("main", read_replicas=1, {alias},'))
    running.up()
    assert running.outputs == outputs
    assert sorted(running.servers()) == ["cache", "edge", "events", "files", "main", "main-replica-1"]
    assert_all_is_there(running)
    replica = running.run("show", "main").stdout.split("reader_url: ")[1].splitlines()[0]
    with psycopg.connect(replica) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)


def test_a_home_that_moved_away_from_its_data_is_refused_with_the_way_back(running: Shop) -> None:
    running.run("stop")
    elsewhere = running.root / "elsewhere" / running.home.name
    elsewhere.mkdir(mode=0o711, parents=True)
    for kept in ("state", "passphrase", "config"):
        (running.home / kept).rename(elsewhere / kept)
    variables = {**running.variables, "INFRA_KIT_HOME": str(elsewhere.parent)}
    moved = subprocess.run(
        [INFRA_KIT, "up"], cwd=running.root, env=variables, capture_output=True, text=True, check=False
    )
    assert moved.returncode == 1
    assert f"its data is in {running.home / running.stack}" in moved.stderr
    assert not (elsewhere / running.stack).exists()
