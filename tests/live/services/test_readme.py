"""The README's first example, run on this machine as it stands there."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

import httpx

from tests.shop import open_shop

README = Path(__file__).parents[3] / "README.md"
PROGRAM, APP, *_ = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def test_the_first_example_runs_on_this_machine_and_answers(cli: Path, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(PROGRAM)
    with open_shop(cli, program=tmp_path) as shop:
        (shop.root / "app.py").write_text(APP)
        shop.up()
        authority = ssl.create_default_context(cadata=shop.run("show", "edge", "ca_certificate").stdout)
        answer = httpx.get(shop.outputs["url"], verify=authority, timeout=20)
        assert (answer.status_code, answer.text) == (200, "It has: redis\n")
        assert shop.run("down").returncode == 0
