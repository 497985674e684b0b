"""Docker on the hosts of a stack, and on this machine: what is asked, and what mends what does not answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra_kit.planning import daemons
from infra_kit.planning.asking import Answer
from infra_kit.planning.doctor import Check, Machine, checks
from infra_kit.planning.programs import Planned, plan
from infra_kit.providers.vps.settings import VpsSettings
from tests.unit.planning.conftest import MakeProject
from tests.unit.tunnels import Programs, answer

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey"
VERSION = "docker version --format '{{.Server.Version}}'"
CACHE = "from infra_kit import Redis\nRedis('cache', memory_gb=1)"
RAW = "import pulumi_docker as docker\ndocker.Volume('data'{more})"
VPS = f"""
    config:
      infra-kit:target: vps
      infra-kit:environment: development
      infra-kit:vps: {{host: 203.0.113.10, user: deploy, host_key: {KEY}}}
"""


def host(**more: Any) -> VpsSettings:
    return VpsSettings(host="203.0.113.10", host_key=KEY, **({"user": "deploy"} | more))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    folder = tmp_path / "programs"
    folder.mkdir()
    return Programs(folder, monkeypatch)


def environment(programs: Programs) -> dict[str, str]:
    return {"PATH": str(programs.folder)}


def asked(programs: Programs, settings: VpsSettings, *, out: str = "", err: str = "", code: int = 0) -> Answer:
    programs.put("ssh", {"--": answer(out, err=err, code=code)})
    return daemons.on(settings, environment(programs))


def test_a_host_is_asked_by_the_login_of_a_deployment_with_its_key_checked(programs: Programs) -> None:
    assert asked(programs, host(port=2222), out="28.2.2") == Answer("28.2.2")
    [[program, *said]] = programs.calls()
    assert program == "ssh"
    assert {"StrictHostKeyChecking=yes", "BatchMode=yes", f"KnownHostsCommand=/bin/echo %H {KEY}"} <= set(said)
    assert said[-5:] == ["-p", "2222", "deploy@203.0.113.10", "--", VERSION]


@pytest.mark.parametrize(
    ("settings", "err", "code", "mend"),
    [
        ({}, "deploy@203.0.113.10: Permission denied (publickey).", 255, "ssh-copy-id -p 22 deploy@203.0.113.10"),
        ({"key_file": "k"}, "Permission denied (publickey).", 255, "ssh-copy-id -i k -p 22 deploy@203.0.113.10"),
        ({}, "connect to host 203.0.113.10 port 22: timed out", 255, "ssh -p 22 deploy@203.0.113.10 -v"),
        (
            {"bootstrap": False},
            "sh: 1: docker: not found",
            127,
            "ssh -p 22 deploy@203.0.113.10 -- sudo apt-get install docker.io",
        ),
        (
            {},
            "permission denied while trying to connect to the Docker daemon socket",
            1,
            "ssh -p 22 deploy@203.0.113.10 -- sudo usermod -aG docker deploy",
        ),
        (
            {"user": "root"},
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
            1,
            "ssh -p 22 root@203.0.113.10 -- systemctl start docker",
        ),
    ],
)
def test_what_is_wrong_is_told_in_its_own_words_with_what_mends_it(
    programs: Programs, settings: dict[str, Any], err: str, code: int, mend: str
) -> None:
    found = asked(programs, host(**settings), err=f"Warning: something else\n{err}", code=code)
    assert (found.found, found.said) == ("", err)
    assert found.mend.partition("   # ")[0] == mend


def test_a_host_that_the_first_up_prepares_needs_no_docker_before(programs: Programs) -> None:
    found = asked(programs, host(), err="sh: 1: docker: not found", code=127)
    assert found == Answer(said="there is none yet: the first `infra-kit up` installs it")


def test_a_machine_without_docker_is_told_what_to_install(programs: Programs) -> None:
    assert daemons.here(environment(programs)).mend == "sudo apt-get install docker.io"
    programs.put("docker", {"version": answer("28.2.2")})
    assert daemons.here(environment(programs)) == Answer("28.2.2")


def found(planned: Planned, programs: Programs) -> dict[str, Check]:
    return {check.what: check for check in checks(planned, Machine(environment(programs), programs.folder))}


def test_the_doctor_of_a_vps_stack_asks_its_host_and_not_this_machine(
    make_project: MakeProject, programs: Programs
) -> None:
    planned = plan(make_project(CACHE, vps=VPS), "vps")
    assert "Docker on vps" not in found(planned, programs)  # there is no ssh, which is told
    programs.put("ssh", {"--": answer(err="Permission denied (publickey).", code=255)})
    there = found(planned, programs)
    assert not there["Docker on vps"].found
    assert there["Docker on vps"].mend.startswith("ssh-copy-id")
    assert there["Docker on vps"].needed
    assert "Docker on this machine" not in there


@pytest.mark.parametrize(
    ("more", "here"),
    [
        ("", True),
        (", opts=__import__('pulumi').ResourceOptions(provider=docker.Provider('far', host='ssh://me@far'))", False),
    ],
)
def test_a_program_that_uses_the_docker_of_this_machine_has_it_asked(
    make_project: MakeProject, programs: Programs, more: str, *, here: bool
) -> None:
    planned = plan(make_project(RAW.replace("{more}", more), dev="config: {infra-kit:target: local}"), "dev")
    assert ("Docker on this machine" in found(planned, programs)) is here
