"""What was restored on this machine beside a stack's own is reached as the component itself is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra_kit.engine import connections, side_copies
from infra_kit.engine.connect import reached, variables
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.providers.local import by_hand

PUBLIC = {"host": "127.0.0.1", "port": 6002, "database": "shop", "username": "app"}
PRIVATE = {"password": "canary", "url": "postgresql://app:canary@127.0.0.1:6002/shop"}
URN = "urn:pulumi:dev::shop::infra-kit:index:Postgres::"
STATE: dict[str, Any] = {
    "resources": [
        {"urn": f"{URN}{name}", "type": "infra-kit:index:Postgres", "outputs": {**PUBLIC, "port": 6001}}
        for name in ("db", "twin")
    ]
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    copies = dict.fromkeys(("db-restored", "twin"), ("db", (PUBLIC, PRIVATE)))
    monkeypatch.setattr(by_hand, "beside", lambda *_: {**copies, "gone-restored": ("gone", (PUBLIC, PRIVATE))})
    return Project(root=tmp_path, name="shop", config_dir=tmp_path, home=tmp_path / "home")


def test_a_copy_beside_is_connected_to_with_the_variables_of_its_kind(project: Project, tmp_path: Path) -> None:
    copy = side_copies.named(project, "dev", STATE, "db-restored")
    with reached(STATE, "db-restored", None, print, copy) as (found, wait):
        assert (found.address, wait) == ("127.0.0.1:6002", None)
        assert found.how == "postgresql://app:••••@127.0.0.1:6002/shop"
        told = variables(found, tmp_path)
    assert (told["PGPORT"], told["DB_RESTORED_PASSWORD"]) == ("6002", "canary")


def test_a_component_is_meant_before_a_copy_of_its_name(project: Project) -> None:
    assert side_copies.find_too(project, "dev", STATE, "twin") == connections.find(STATE, "twin")


def test_a_copy_of_what_the_stack_has_no_more_is_found_too(project: Project) -> None:
    assert side_copies.find_too(project, "dev", STATE, "gone-restored").clear("port") == "6002"


def test_another_name_is_refused_with_the_components(project: Project) -> None:
    with pytest.raises(ConfigError, match="Components: db, twin"):
        side_copies.find_too(project, "dev", STATE, "cache")
