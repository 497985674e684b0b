"""The collector as one file that a host's Python runs."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

MAIN = "from log_collector.docker_host import main\n\nmain()\n"
BORN = (2020, 1, 1, 0, 0, 0)
"""Of each file in it: the same program is the same archive."""


def packed() -> str:
    """As base64."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "__main__.py", MAIN)
        for path in sorted(Path(__file__).parent.glob("*.py")):
            _add(archive, f"log_collector/{path.name}", path.read_text())
    return base64.b64encode(whole.getvalue()).decode()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, BORN), text, zipfile.ZIP_DEFLATED)
