"""A project with all five components on the local target, driven by the real `infra-kit` command and engine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from mypy_boto3_s3 import S3Client

from infra_kit.home import mark
from infra_kit.providers.local import inventory
from infra_kit.providers.local.inventory import ServerStatus
from tests import caller

PROGRAM = Path(__file__).parent / "program"
INFRA_KIT = Path(sys.executable).with_name("infra-kit")
SECONDS = 900
KINDS = ["cache", "db", "edge", "events", "files"]


@dataclass
class Shop:
    """The project's folder and its one stack."""

    root: Path
    cli: Path
    environment: str = "development"
    said: subprocess.CompletedProcess[str] = field(init=False, repr=False)
    """By the last `up`."""

    @property
    def stack(self) -> str:
        return f"shop-{self.environment}"

    @property
    def base(self) -> Path:
        """What INFRA_KIT_HOME says."""
        return self.root / "home"

    @property
    def home(self) -> Path:
        """The project's own folder below it."""
        return self.base / mark(self.root)

    def configure(self, **values: Any) -> None:
        config = {"infra-kit:environment": self.environment, "infra-kit:app": "shop", **values}
        (self.root / f"Pulumi.{self.stack}.yaml").write_text(json.dumps({"config": config}))
        self.__dict__.pop("outputs", None)

    @property
    def variables(self) -> Mapping[str, str]:
        return caller.environment(self.cli, INFRA_KIT_HOME=str(self.base))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `infra-kit …` to its end."""
        return self.shell(str(INFRA_KIT), *arguments)

    def up(self) -> subprocess.CompletedProcess[str]:
        self.said = self.run("up")
        assert self.said.returncode == 0, self.said.stderr
        self.__dict__.pop("outputs", None)
        return self.said

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs plain `pulumi …` as the README says: after `eval "$(infra-kit env)"`."""
        script = f'eval "$({INFRA_KIT} env)" && exec pulumi "$@" --non-interactive --stack {self.stack}'
        return self.shell("bash", "-c", script, "pulumi", *arguments)

    def shell(self, *command: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env=variables or self.variables,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    @cached_property
    def pulumis(self) -> Mapping[str, str]:
        """The variables of plain `pulumi`; asked for once, since that takes as long as it does."""
        told = self.shell("bash", "-c", f'eval "$({INFRA_KIT} env)" && env -0')
        return dict(line.split("=", 1) for line in told.stdout.split("\0") if line)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `infra-kit …` in a process group of its own, which can be killed whole."""
        return subprocess.Popen(
            [INFRA_KIT, *arguments],
            cwd=self.root,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @cached_property
    def outputs(self) -> dict[str, Any]:
        arguments = ("stack", "output", "--json", "--show-secrets", "--non-interactive", "--stack", self.stack)
        answer = self.shell(str(self.cli / "pulumi"), *arguments, variables=self.pulumis)
        assert answer.returncode == 0, answer.stderr
        return dict(json.loads(answer.stdout))

    def servers(self) -> dict[str, ServerStatus]:
        return {server.name: server for server in inventory.servers(self.stack, self.home)}

    def s3(self) -> S3Client:
        return boto3.client("s3", **self.outputs["files"])


@contextmanager
def open_shop(cli: Path, environment: str = "development", *, program: Path = PROGRAM) -> Iterator[Shop]:
    """A fresh project; whatever still runs at the end is stopped. Its folder can be passed by the servers' user."""
    root = Path(tempfile.mkdtemp(prefix="infra-kit-shop-"))
    root.chmod(0o711)
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
    (root / "Pulumi.yaml").write_text(json.dumps({"name": "shop", "runtime": runtime, "main": "program"}))
    shutil.copytree(program, root / "program")
    shop = Shop(root, cli, environment)
    shop.configure()
    try:
        yield shop
    finally:
        inventory.stop(shop.stack, shop.home)
        shutil.rmtree(root)
