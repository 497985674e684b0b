"""What a plan loads: importing the SDKs is most of what it costs (`make bench` says how much)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import infra_kit

SETTINGS = {
    "aws": "config: {infra-kit:target: aws, infra-kit:environment: production, infra-kit:region: eu-west-1}",
    "gcp": "config: {infra-kit:target: gcp, infra-kit:environment: development, infra-kit:region: europe-west1, "
    "infra-kit:gcp: {project: shop-1}}",
}
LOADED = """
import json, sys
from pathlib import Path
from infra_kit.engine.project import Project
from infra_kit.planning import overview, programs
planned = programs.plan(Project.find(Path()), "production")
overview.overview(planned)
# A module that nobody has asked for anything is there by name alone, and runs no line of its file.
loaded = [name for name, module in list(sys.modules.items())
          if name.startswith("pulumi_") and "_LazyModule" not in str(object.__getattribute__(module, "__class__"))]
print(json.dumps({"used": sorted({each.type for each in planned.resources}), "loaded": loaded}))
"""


def run(program: str, folder: Path) -> str:
    """In a project's folder, with the infra_kit that is under test."""
    environment = os.environ | {"PYTHONPATH": str(Path(infra_kit.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    return done.stdout


PROGRAMS = {
    "a database": 'Postgres("db", read_replicas=1)',
    "a cache": 'Redis("cache")',
    "files": 'ObjectStore("files")',
    "an edge": 'Cdn("edge", routes={"/*": ObjectStore("files")})',
    "events": 'EventBus("bus", engine="native", streams={"LEADS": Stream(subjects=["lead.*"])})',
    "a service": 'Service("api", image="registry.example/api:1")',
}


@pytest.mark.parametrize("target", ["aws", "gcp"])
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_plan_loads_no_service_of_a_sdk_that_its_program_does_not_use(
    tmp_path: Path, program: str, target: str
) -> None:
    """Other clouds' neither, though their drivers are looked at for the lock-in."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.production.yaml").write_text(SETTINGS[target])
    names = "Cdn, EventBus, ObjectStore, Postgres, Redis, Service, Stream"
    (tmp_path / "__main__.py").write_text(f"from infra_kit import {names}\n{program}\n")
    found = json.loads(run(LOADED, tmp_path))
    used = {service(token) for token in found["used"] if token.startswith(("aws:", "gcp:"))}
    loaded = {".".join(name.split(".")[:2]) for name in found["loaded"] if is_of_service(name)}
    assert f"pulumi_{target}" in {name.partition(".")[0] for name in loaded}
    assert loaded <= used


def service(token: str) -> str:
    """`aws:lambda/function:Function` is in `pulumi_aws.lambda_`."""
    package, path, _ = token.split(":")
    module = path.partition("/")[0].replace("-", "")
    return f"pulumi_{package}.{module}{'_' if module == 'lambda' else ''}"


def is_of_service(name: str) -> bool:
    """Whether it is a module of a service, `pulumi_aws.rds.instance`."""
    return name.startswith(("pulumi_aws.", "pulumi_gcp.")) and name.count(".") == 2 and ".config." not in name


def test_the_command_line_itself_loads_no_planning_and_no_sdk(tmp_path: Path) -> None:
    loaded = run("import infra_kit.cli, sys; print(*sys.modules)", tmp_path).split()
    assert "infra_kit.commands.plan" in loaded
    heavy = ("infra_kit.planning", "infra_kit.recording", "infra_kit.providers.aws", "infra_kit.providers.gcp")
    assert not [name for name in loaded if name.startswith(heavy)]
    assert not [name for name in loaded if name.startswith("pulumi_")]
