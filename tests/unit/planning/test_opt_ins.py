"""What AWS Backup copies by the account's own will alone: the doctor asks, in each region where it matters."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from infra_kit.planning.doctor import Check, Machine, checks
from infra_kit.planning.programs import plan
from tests.unit.planning.conftest import MakeProject
from tests.unit.tunnels import Programs, answer

DOCUMENTS = "from infra_kit import Backup, DocumentStore\nBackup('safe', of=[DocumentStore('docs')])"
ELSEWHERE = """
from infra_kit import Backup, DocumentStore, Target
there = Target(name="aws", region="eu-central-1", alias="far")
Backup("safe", of=[DocumentStore("docs", target=there)], target=there)
"""
NO_COPY = """
from infra_kit import Backup, DocumentStore, ObjectStore
DocumentStore("docs")
Backup("safe", of=[ObjectStore("files")])
"""
AWS = "config: {infra-kit:target: aws, infra-kit:environment: staging, infra-kit:region: eu-west-1}"
PROFILE = AWS.replace("}", ", infra-kit:aws: {profile: shop}}")
ASKED = "aws backup describe-region-settings --query ResourceTypeOptInPreference.DocumentDB --output text"
WHAT = "AWS Backup's opt-in of DocumentDB"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    folder = tmp_path / "programs"
    folder.mkdir()
    return Programs(folder, monkeypatch)


def asked(make_project: MakeProject, programs: Programs, program: str = DOCUMENTS, aws: str = AWS) -> dict[str, Check]:
    here = Machine({"PATH": str(programs.folder)}, programs.folder)
    found = checks(plan(make_project(program, aws=aws), "aws"), here)
    return {check.what: check for check in found if check.what.startswith(WHAT)}


def test_an_account_that_has_opted_in_is_asked_in_the_stacks_region(
    make_project: MakeProject, programs: Programs
) -> None:
    programs.put("aws", {"describe-region-settings": answer("True")})
    assert asked(make_project, programs) == {f"{WHAT} eu-west-1": Check(f"{WHAT} eu-west-1", "on")}
    assert [shlex.join(call) for call in programs.calls()] == [f"{ASKED} --region eu-west-1"]


def test_where_it_is_off_the_command_that_switches_it_on_is_said(make_project: MakeProject, programs: Programs) -> None:
    programs.put("aws", {"describe-region-settings": answer("False")})
    [check] = asked(make_project, programs).values()
    assert check.needed
    assert check.mend == (
        "aws backup update-region-settings --resource-type-opt-in-preference DocumentDB=true --region eu-west-1"
    )


def test_it_is_asked_with_the_region_and_the_profile_of_the_backups_own_target(
    make_project: MakeProject, programs: Programs
) -> None:
    programs.put("aws", {"describe-region-settings": answer("True")})
    assert set(asked(make_project, programs, ELSEWHERE, PROFILE)) == {f"{WHAT} eu-central-1"}
    assert [shlex.join(call) for call in programs.calls()] == [f"{ASKED} --region eu-central-1 --profile shop"]


def test_what_nobody_could_ask_is_said_and_stops_nothing(make_project: MakeProject, programs: Programs) -> None:
    [bare] = asked(make_project, programs).values()
    programs.put("aws", {"describe-region-settings": answer(err="Unable to locate credentials.", code=253)})
    [shut] = asked(make_project, programs).values()
    assert bare.said == "not asked: there is no aws on PATH"
    assert shut.said == "not asked: Unable to locate credentials."
    for check in (bare, shut):
        assert not check.found
        assert not check.needed
        assert check.mend.partition("   # ")[0] == f"{ASKED} --region eu-west-1"


def test_documents_that_no_backup_copies_are_not_asked_for(make_project: MakeProject, programs: Programs) -> None:
    programs.put("aws", {"describe-region-settings": answer("False")})
    assert asked(make_project, programs, NO_COPY) == {}
    assert programs.calls() == []
