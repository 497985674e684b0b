"""How a server on RDS is set up: the function, what it may, what it is told. tests/live runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pulumi
import pytest
import trustme

from infra_kit import Postgres
from infra_kit.providers.aws import postgres_functions
from infra_kit.providers.aws.lambdas.postgres_setup import authorities
from infra_kit.recording import Recording
from infra_kit.testing import record

PYPROJECT = Path(__file__).parents[4] / "pyproject.toml"


def made(environment: str = "development", **arguments: Any) -> Recording:
    config = {"infra-kit:target": "aws", "infra-kit:region": "us-east-1", "infra-kit:environment": environment}
    return record(lambda: Postgres("db", **arguments), config=config)


def test_the_function_stands_in_the_databases_network_and_may_only_speak_to_the_database() -> None:
    recording = made()
    network = recording.named("db-setup").inputs["vpcConfig"]
    assert network["subnetIds"] == recording.named("db-subnets").inputs["subnetIds"]
    assert network["securityGroupIds"] == ["db-client-security-group-id"]
    rules = [it for it in recording.resources if it.inputs.get("securityGroupId") == "db-client-security-group-id"]
    assert [rule.type for rule in rules] == ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"]
    assert (rules[0].inputs["cidrIpv4"], rules[0].inputs["toPort"]) == ("10.0.0.0/16", 5432)


def test_the_function_may_write_its_own_log_and_be_stood_in_the_network() -> None:
    recording = made()
    (statement,) = json.loads(recording.named("db-setup-log-rights").inputs["policy"])["Statement"]
    assert statement["Resource"] == recording.named("db-setup-log").outputs["arn"] + ":*"
    attached = recording.named("db-setup-network-rights").inputs["policyArn"]
    assert attached == "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
    rights = {recording.named(f"db-setup-{what}-rights").urn for what in ("network", "log")}
    assert rights <= recording.named("db-setup").options.depends_on


def test_the_function_is_told_all_that_it_needs_as_a_secret() -> None:
    run = made(databases=["shop", "audit"], extensions=["pgcrypto"]).named("db-setup-run")
    assert "input" in run.secret_inputs
    assert json.loads(run.inputs["input"]) == {
        "host": "db-server.abc123.us-east-1.rds.amazonaws.com",
        "port": 5432,
        "master": '{"username": "postgres", "password": "recorded-master"}',
        "role": "app",
        "password": "recorded-password",
        "databases": ["shop", "audit"],
        "extensions": ["pgcrypto"],
        "links": [],
    }


def test_the_function_runs_again_when_its_code_changes_and_not_before_its_way_is_open() -> None:
    recording = made()
    run = recording.named("db-setup-run")
    assert run.inputs["triggers"] == {"code": recording.named("db-setup").outputs["codeSha256"]}
    assert recording.named("db-client-egress").urn in run.options.depends_on


@pytest.mark.parametrize("module", ["postgres_setup", "postgres_checks"])
def test_the_archive_holds_everything_that_the_function_imports(tmp_path: Path, module: str) -> None:
    """Where no site-packages is, and of infra_kit what is packed alone, as in Lambda."""
    for name, asset in postgres_functions.code(module).assets.items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(asset.path).read_bytes() if isinstance(asset, pulumi.FileAsset) else b"")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {module}; print({module}.__file__)"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == str(tmp_path / f"{module}.py"), run.stderr


def test_the_archive_has_nothing_that_differs_from_machine_to_machine() -> None:
    """A machine with another release of what is packed would have another function, and a plan that is never empty."""
    names = postgres_functions.code("postgres_setup").assets
    assert not [name for name in names if "__pycache__" in name or name.startswith(("/", ".."))]
    told = [name.partition("-")[0] for name in names if ".dist-info" in name]
    assert sorted(told) == sorted(postgres_functions.ASK_THEIR_VERSION)
    extras = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]
    assert {f"{name}=={version(name)}" for name in postgres_functions.DRIVER} <= set(extras["aws"])


def test_the_authorities_come_from_rds_itself() -> None:
    bundle = postgres_functions.code("postgres_setup").assets["authorities.pem"]
    assert isinstance(bundle, pulumi.RemoteAsset)
    assert bundle.uri == "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"


def _authority(name: str) -> str:
    return trustme.CA(organization_name=name).cert_pem.bytes().decode()


def test_the_authorities_of_a_region_are_those_that_carry_its_name() -> None:
    here = [_authority(f"Amazon RDS us-east-1 Root CA {kind}") for kind in ("RSA2048 G1", "ECC384 G1")]
    there = _authority("Amazon RDS us-east-2 Root CA RSA2048 G1")
    assert authorities(here[0] + there + here[1], "us-east-1") == "".join(here)


def test_of_a_region_that_no_authority_names_all_are_given() -> None:
    some = _authority("Amazon RDS us-east-1 Root CA RSA2048 G1")
    assert authorities(some, "mars-1") == some
