"""`infra-kit down` says which copies are deleted with the stack."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Backup, Backups, Environment, ObjectStore, Postgres, Redis, Target
from infra_kit.engine import doomed_copies, up
from infra_kit.engine.display import Progress
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import record
from tests.unit.tunnels import state

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAA", user="deploy")
ELSEWHERE: dict[str, Any] = {"bucket": "copies", "s3_endpoint": "https://s3.example.org"}


def of(target: str, environment: Environment, *, to: bool = False) -> dict[str, Any]:
    """The state of a stack with a Backup."""
    settings = {"vps": HOST, "aws": AwsSettings()}
    region = "eu-west-1" if target == "aws" else None

    def program() -> None:
        there = Target(name=target, app="shop", environment=environment, region=region, settings=settings.get(target))
        if target == "aws":
            source: Any = Postgres("db", target=there, backups=Backups(retention_days=7))
        else:
            source = Redis("cache", target=there)
        offsite = ObjectStore.existing("offsite", target=there, access_key="k", secret_key="s", **ELSEWHERE)
        Backup("safe", target=there, of=[source], to=offsite if to else None, key="a passphrase" if to else None)

    return state(record(program))


@pytest.mark.parametrize("target", ["local", "vps", "aws"])
def test_in_development_copies_without_a_place_of_their_own_go_with_the_stack(target: str) -> None:
    assert doomed_copies.names(of(target, Environment.DEVELOPMENT)) == ["safe"]


@pytest.mark.parametrize("target", ["local", "vps"])
def test_what_is_in_a_bucket_elsewhere_stays(target: str) -> None:
    assert doomed_copies.names(of(target, Environment.DEVELOPMENT, to=True)) == []


@pytest.mark.parametrize(("environment", "gone"), [(Environment.DEVELOPMENT, ["safe"]), (Environment.STAGING, [])])
def test_what_is_in_a_bucket_of_the_same_stack_goes_with_that_bucket(environment: Environment, gone: list[str]) -> None:
    def program() -> None:
        there = Target(name="local", app="shop", environment=environment)
        offsite, files = ObjectStore("offsite", target=there), ObjectStore("files", target=there)
        elsewhere = ObjectStore.existing("far", target=there, access_key="k", secret_key="s", **ELSEWHERE)
        Backup("safe", target=there, of=[files], to=offsite, key="a passphrase")
        Backup("away", target=there, of=[files, offsite], to=elsewhere, key="a passphrase")

    assert doomed_copies.names(state(record(program))) == gone


@pytest.mark.parametrize(("environment", "gone"), [(Environment.DEVELOPMENT, ["safe"]), (Environment.STAGING, [])])
def test_what_a_host_copies_to_a_clouds_bucket_of_the_same_stack_goes_with_it(
    environment: Environment, gone: list[str]
) -> None:
    def program() -> None:
        host = Target(name="vps", app="shop", environment=environment, settings=HOST)
        cloud = Target(name="aws", app="shop", environment=environment, region="eu-west-1", settings=AwsSettings())
        elsewhere = ObjectStore.existing("far", target=host, access_key="k", secret_key="s", **ELSEWHERE)
        cache, offsite = Redis("cache", target=host), ObjectStore("offsite", target=cloud)
        Backup("safe", target=host, of=[cache], to=offsite, key="a passphrase")
        Backup("away", target=host, of=[cache], to=elsewhere, key="a passphrase")

    assert doomed_copies.names(state(record(program))) == gone


@pytest.mark.parametrize("target", ["local", "vps", "aws"])
def test_outside_of_development_they_stay(target: str) -> None:
    assert doomed_copies.names(of(target, Environment.STAGING)) == []


def test_a_stack_that_was_never_up_has_none() -> None:
    assert doomed_copies.names({}) == []


def test_it_is_said_with_the_way_to_keep_them(capsys: pytest.CaptureFixture[str]) -> None:
    up._say_which_copies_go(of("local", Environment.DEVELOPMENT), Progress())
    said = " ".join(capsys.readouterr().err.split())
    assert "the copies of safe are deleted with the stack" in said
    assert "`to=`, a bucket elsewhere" in said
    up._say_which_copies_go({}, Progress())
    assert not capsys.readouterr().err
