from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from infra_kit import Dashboard, Environment, ObjectStore, Postgres, Secret, Service, Target
from infra_kit.engine.connect import reached
from infra_kit.errors import ConfigError, ToolError, TunnelError
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import record
from tests.unit.tunnels import Programs, answer, state

SETTINGS = VpsSettings(
    host="vps-1.example.com", host_key="ssh-ed25519 AAAA", user="deploy", port=2222, key_file="/keys/deploy"
)
ANSWERS = {"-N": answer(port=True), "--": answer(" 172.20.0.7 172.21.0.3 \n")}


def program() -> None:
    target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=SETTINGS)
    db = Postgres("db", target=target, memory_gb=0.25)
    Dashboard("board", target=target, of=[db])
    ObjectStore("files", target=target)
    Service("admin", target=target, image="admin:1", port=80)
    Secret("keys", target=target)


STATE = state(record(program))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    it = Programs(tmp_path, monkeypatch)
    it.put("ssh", ANSWERS)
    return it


@pytest.mark.parametrize(("name", "far_port"), [("db", 5432), ("files", 8333), ("admin", 8080), ("board", 3000)])
def test_ssh_forwards_to_the_address_that_the_container_has_now(programs: Programs, name: str, far_port: int) -> None:
    with reached(STATE, name, 25_991, print) as (found, wait):
        assert (found.address, wait is not None) == ("127.0.0.1:25991", True)
    asked, opened = programs.calls()
    assert shlex.split(asked[-1])[:3] == ["docker", "inspect", "--format"]
    assert opened[opened.index("-L") + 1] == f"127.0.0.1:25991:172.20.0.7:{far_port}"


def test_a_board_keeps_its_page_behind_the_tunnel(programs: Programs) -> None:
    """Nothing runs for it alone: the Grafana of its host has it."""
    with reached(STATE, "board", 25_994, print) as (found, _):
        assert found.fields["url"] == "http://127.0.0.1:25994/d/board"
    assert programs.calls()


def test_it_speaks_to_the_host_of_the_settings_only_with_their_key(programs: Programs) -> None:
    with reached(STATE, "db", None, print):
        pass
    for call in programs.calls():
        said = " ".join(call)
        assert "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA" in said
        assert "StrictHostKeyChecking=yes" in said
        assert "-i /keys/deploy -o IdentitiesOnly=yes -p 2222 deploy@vps-1.example.com" in said


def test_no_password_is_in_an_argument(programs: Programs) -> None:
    with reached(STATE, "db", None, print) as (found, _):
        secret = found.fields["password"]
    assert secret
    assert secret not in programs.log.read_text()


def test_a_refused_login_is_told_in_sshs_own_words(programs: Programs) -> None:
    programs.put("ssh", {"--": answer(err="deploy@vps-1.example.com: Permission denied (publickey).", code=255)})
    with pytest.raises(ToolError, match=r"Permission denied \(publickey\)"), reached(STATE, "db", None, print):
        pass


def test_a_tunnel_that_does_not_open_is_told(programs: Programs) -> None:
    programs.put("ssh", {"-N": answer(err="remote port forwarding failed", code=1), "--": answer("172.20.0.7")})
    with pytest.raises(TunnelError, match="remote port forwarding failed"), reached(STATE, "db", None, print):
        pass


def test_a_container_that_does_not_run_is_told(programs: Programs) -> None:
    programs.put("ssh", {**ANSWERS, "--": answer(" ")})
    with (
        pytest.raises(TunnelError, match=r"Postgres 'db': its container has no address.*infra-kit up"),
        reached(STATE, "db", None, print),
    ):
        pass


def test_without_ssh_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Programs(tmp_path, monkeypatch)
    with (
        pytest.raises(ToolError, match=r"'ssh' is needed.*apt install openssh-client"),
        reached(STATE, "db", None, print),
    ):
        pass


def test_what_has_no_address_is_refused_with_what_has_one() -> None:
    with (
        pytest.raises(
            ConfigError,
            match=r"Secret 'keys' has no address.* infra-kit show keys\. .* have one: admin, board, db, files",
        ),
        reached(STATE, "keys", None, print),
    ):
        pass
