"""A product of stacks/ in a clone of this repository, brought up there as `make up` does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from infra_kit.providers.local import inventory
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.signals.usage import Usage
from infra_kit.signals import Signal
from tests.shop import Shop

REPOSITORY = Path(__file__).parents[3]


@dataclass
class Product(Shop):
    """One stack of a clone, whose home is beside it."""

    name: str = ""

    @property
    def stack(self) -> str:
        return self.name

    @property
    def base(self) -> Path:
        return self.root.parent / "home"

    @property
    def phase(self) -> str:
        """That its file says."""
        [said] = re.findall('phase: "([0-9])"', self._file.read_text())
        return str(said)

    def enter(self, phase: str) -> None:
        """What a user does: one line of its file is another one."""
        text, found = re.subn('phase: "[0-9]"', f'phase: "{phase}"', self._file.read_text())
        assert found == 1
        self._file.write_text(text)

    @property
    def _file(self) -> Path:
        return self.root / "stacks" / "environments" / f"Pulumi.{self.name}.yaml"

    def try_up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self.__dict__.pop("outputs", None)
        self.said = self.run("up", "--stack", self.name, *arguments)
        return self.said

    def runs(self) -> bool:
        """All that it has a program for."""
        return all(server.running or server.done for server in self.servers().values() if server.has_program)

    def ask(self, server: str, path: str, token: str = "") -> httpx.Response:
        """Through an edge, whose authority is its own."""
        url, headers = f"https://{self.servers()[server].address}{path}", {"Authorization": f"Bearer {token}"}
        return httpx.get(url, headers=headers if token else {}, verify=False, timeout=60)  # noqa: S501

    def memory_gb(self) -> float:
        """What all of its processes hold; what they share counts once."""
        percent = Usage().measure([Box(self.home, self.stack, name) for name in self.servers()])[Signal.MEMORY]
        return percent / 100 * psutil.virtual_memory().total / 2**30


@contextmanager
def cloned() -> Iterator[Path]:
    """What is in this repository of the products, in a folder whose files a test may change."""
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-clone-"))
    folder.chmod(0o711)
    clone = folder / "clone"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "stacks", clone / "stacks", ignore=ignored, symlinks=True)
    shutil.copy(REPOSITORY / "Pulumi.yaml", clone)
    (clone / ".venv").symlink_to(sys.prefix)
    try:
        yield clone
    finally:
        shutil.rmtree(folder)


@contextmanager
def stopped_at_the_end(*products: Product) -> Iterator[None]:
    try:
        yield
    finally:
        for product in products:
            inventory.stop(product.stack, product.home)


@contextmanager
def development(cli: Path, system: str) -> Iterator[Product]:
    """A product of its own clone, up in the phase that its file says."""
    with cloned() as clone:
        product = Product(clone, cli, name=f"{system}-development")
        with stopped_at_the_end(product):
            assert (up := product.try_up()).returncode == 0, up.stderr
            yield product
