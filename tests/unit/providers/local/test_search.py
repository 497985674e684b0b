"""The local half of Search, as far as it needs no server."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from infra_kit import features
from infra_kit.components.search import SearchSpec
from infra_kit.errors import ServerError
from infra_kit.providers.local import opensearch_build
from infra_kit.providers.local import search as driver
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import search_conf
from tests.unit.lacking import gaps


@pytest.fixture
def no_memory_of_java() -> None:
    opensearch_build.java.cache_clear()


def a_java(folder: Path, version: str) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_what_one_machine_lacks_has_a_way_out() -> None:
    found = gaps(driver, SearchSpec(version="3", replicas=2, high_availability=True))
    assert "set replicas=0" in found[features.READ_REPLICAS]
    assert "set version='2'" in found[features.version("3")]


@pytest.mark.parametrize("version", ["11.0.2", "17.0.15", "21.0.8"])
@pytest.mark.usefixtures("no_memory_of_java")
def test_a_java_that_runs_it_is_found_by_java_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    program = a_java(tmp_path / "jdk", version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert opensearch_build.java() == str(program)


@pytest.mark.parametrize("version", ["1.8.0_402", "25.0.2"])
@pytest.mark.usefixtures("no_memory_of_java")
def test_a_java_that_does_not_run_it_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    a_java(tmp_path / "jdk", version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match=r"Java 11 to 23, and .*java is \d+\. Install one .*or set JAVA_HOME"):
        opensearch_build.java()


@pytest.mark.usefixtures("no_memory_of_java")
def test_without_any_java_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match="and there is none"):
        opensearch_build.java()


def test_every_file_of_the_release_is_pinned_by_its_digest() -> None:
    lines = [line.split() for line in opensearch_build.LOCK.read_text().splitlines()]
    assert len(lines) > 70
    assert all(len(digest) == 64 and len(coordinates.split(":")) in (3, 4) for _, coordinates, digest in lines)
    modules = {folder.partition("/")[2] for folder, *_ in lines if folder.startswith("modules/")}
    assert modules == set(opensearch_build.MODULES)


def test_it_listens_on_the_loopback_and_no_secret_stands_in_its_arguments(tmp_path: Path) -> None:
    box = Box(tmp_path, "test", "search")
    record = box.open("local/search", 2, ("admin", "password"), None)
    settings = search_conf.settings(box, record)
    assert settings["network.host"] == "127.0.0.1"
    assert not any(secret in str(settings) for secret in record.secrets.values())
    assert os.fspath(box.data) == settings["path.data"]
