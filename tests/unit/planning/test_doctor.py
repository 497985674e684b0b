"""What is missing to deploy, and what mends it."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra_kit.engine import pulumi_cli
from infra_kit.planning.doctor import Check, Machine, checks, project_checks
from infra_kit.planning.programs import Planned, plan
from tests.unit.planning.conftest import MakeProject
from tests.unit.tunnels import Programs, answer

PROGRAM = "from infra_kit import Redis\nRedis('cache', memory_gb=1)"
AWS = "config: {infra-kit:target: aws, infra-kit:environment: staging, infra-kit:region: eu-west-1}"
GCP = "config: {infra-kit:target: gcp, infra-kit:environment: staging, infra-kit:region: europe-west1}"
PLACED = """
    config:
      infra-kit:target: local
      infra-kit:environment: development
      infra-kit:placements: {images: cloudflare}
      infra-kit:cloudflare: {account: 0123456789abcdef0123456789abcdef}
"""
VPS = """
    config:
      infra-kit:target: vps
      infra-kit:environment: staging
      infra-kit:vps:
        host: 203.0.113.10
        host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExa
        backups: {endpoint: "https://s3.example", bucket: backups, access_key: KEY}
"""
COMMANDS = {
    "apt", "aws", "curl", "eval", "export", "gcloud", "pulumi", "ssh-copy-id", "ssh-keygen", "ssh-keyscan", "sudo"
}  # fmt: skip
Plan = Callable[..., Planned]


@pytest.fixture
def planned(make_project: MakeProject) -> Plan:
    project = make_project(PROGRAM, aws=AWS, gcp=GCP, vps=VPS, local="config: {infra-kit:target: local}")
    return lambda stack, *settings: plan(project, stack, settings)


def machine(home: Path, **environment: str) -> Machine:
    return Machine({"PATH": "/nowhere", **environment}, home)


def found(planned: Planned, here: Machine) -> dict[str, Check]:
    return {check.what: check for check in checks(planned, here)}


def test_a_cloud_needs_credentials_and_its_plugin(planned: Plan, tmp_path: Path) -> None:
    bare = found(planned("aws"), machine(tmp_path))
    assert not bare["AWS credentials"].found
    assert bare["AWS credentials"].mend == "aws configure sso"
    assert bare["plugin aws"].mend.startswith("pulumi plugin install resource aws v7")
    assert found(planned("aws"), machine(tmp_path, AWS_PROFILE="shop"))["AWS credentials"].found


def test_a_plugin_of_the_right_version_is_found_and_another_is_not(planned: Plan, tmp_path: Path) -> None:
    wanted = found(planned("aws"), machine(tmp_path))["plugin aws"].mend.rpartition(" ")[2]
    folder = tmp_path / ".pulumi" / "plugins"
    (folder / "resource-aws-v1.0.0").mkdir(parents=True)
    other = found(planned("aws"), machine(tmp_path))["plugin aws"]
    assert not other.found
    assert "there is resource-aws-v1.0.0" in other.said
    (folder / f"resource-aws-{wanted}").mkdir()
    assert found(planned("aws"), machine(tmp_path))["plugin aws"].found


def test_google_needs_credentials_and_a_project(planned: Plan, tmp_path: Path) -> None:
    bare = found(planned("gcp"), machine(tmp_path))
    assert not bare["Google credentials"].found
    assert not bare["Google project"].found
    file = tmp_path / ".config" / "gcloud" / "application_default_credentials.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    there = found(planned("gcp"), machine(tmp_path, GOOGLE_PROJECT="shop-1"))
    assert there["Google credentials"].found
    assert "Google project" not in there


def test_what_is_placed_on_cloudflare_needs_a_token_and_what_it_must_be_allowed_is_said(
    make_project: MakeProject, tmp_path: Path
) -> None:
    stores = f"{PROGRAM}\nfrom infra_kit import ObjectStore\nObjectStore('images')"
    told = f"{PLACED}      cloudflare:apiToken: {{secure: djE6MTpi}}"
    project = make_project(stores, placed=PLACED, told=told)

    def token(stack: str, **environment: str) -> Check:
        return found(plan(project, stack), machine(tmp_path, **environment))["Cloudflare token"]

    bare = token("placed")
    assert not bare.found
    assert bare.needed
    assert bare.mend.split()[0] in COMMANDS
    assert "pulumi config set --secret --path 'cloudflare:apiToken' --stack placed" in bare.mend
    assert "https://dash.cloudflare.com/profile/api-tokens" in bare.mend
    assert "Workers R2 Storage: Edit" in bare.mend
    assert "Zone: Edit" not in bare.mend  # no zone is there
    assert token("placed", CLOUDFLARE_API_TOKEN="a token").found
    assert token("told").found


def test_a_host_needs_ssh_a_key_its_own_host_key_and_its_secrets(planned: Plan, tmp_path: Path) -> None:
    bare = found(planned("vps"), machine(tmp_path))
    assert not bare["ssh"].found
    assert bare["SSH key of vps"].mend == "ssh-keygen -t ed25519"
    assert "ssh-keyscan -t ed25519 203.0.113.10" in bare["host key of vps"].mend
    secret = bare["setting infra-kit:vps.backups.secret_key"]
    assert "pulumi config set --secret --path 'infra-kit:vps.backups.secret_key' --stack vps" in secret.mend
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id_ed25519").touch()
    assert found(planned("vps"), machine(tmp_path))["SSH key of vps"].found


def test_a_laptop_needs_no_account(planned: Plan, tmp_path: Path) -> None:
    assert set(found(planned("local"), machine(tmp_path))) == {"Pulumi CLI"}


def test_what_only_connect_needs_does_not_count(planned: Plan, tmp_path: Path) -> None:
    assert not found(planned("aws"), machine(tmp_path))["session-manager-plugin"].needed


@pytest.mark.parametrize("stack", ["aws", "gcp", "vps", "local"])
def test_what_mends_something_is_a_command(
    planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    monkeypatch.setattr(pulumi_cli, "find", lambda: None)
    missing = [check for check in found(planned(stack), machine(tmp_path)).values() if not check.found]
    assert missing
    assert {check.mend.split()[0] for check in missing} <= COMMANDS


def test_a_cli_that_is_there_and_recent_enough_is_found_and_none_or_an_old_one_is_not(
    planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cli() -> Check:
        return found(planned("local"), machine(tmp_path))["Pulumi CLI"]

    folder = tmp_path / "programs"
    folder.mkdir()
    programs = Programs(folder, monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    none = cli()
    programs.put("pulumi", {"version": answer("v3.1.0")})
    old = cli()
    programs.put("pulumi", {"version": answer("v3.999.1")})
    assert cli() == Check("Pulumi CLI", f"3.999.1 in {folder}")
    for missing in (none, old):
        assert missing.needed
        assert missing.mend == "curl -fsSL https://get.pulumi.com | sh"


def test_a_key_file_that_is_named_must_be_there(planned: Plan, tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id_ed25519").touch()
    file = tmp_path / "deploy"

    def key() -> Check:
        return found(planned("vps", f"infra-kit:vps.key_file={file}"), machine(tmp_path))["SSH key of vps"]

    assert key() == Check("SSH key of vps", str(file), f"ssh-keygen -t ed25519 -f {file}")
    file.touch()
    assert key().found


def test_state_needs_a_folder_that_can_be_made_or_written(
    make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(PROGRAM)
    (tmp_path / "file").touch()
    (tmp_path / "locked").mkdir()

    def state(home: Path) -> Check:
        [check] = project_checks(replace(project, home=home))
        assert check.needed
        return check

    assert state(tmp_path / "new" / "home").found
    (tmp_path / "here").mkdir()
    assert state(tmp_path / "here").found
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path / "locked")  # root may write anywhere
    for home in (tmp_path / "file", tmp_path / "file" / "home", tmp_path / "locked", tmp_path / "locked" / "home"):
        assert state(home).mend.startswith("export INFRA_KIT_HOME=")
