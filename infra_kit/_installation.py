"""How infra_kit came here, for the command that brings another of its extras to the same place."""

from __future__ import annotations

import json
import shlex
import sys
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit


def pip_install(extra: str) -> str:
    """The command that installs `infra-kit[extra]` for this interpreter: from the clone it came of, else by name.

    A clone is told by what pip notes of it: https://packaging.python.org/en/latest/specifications/direct-url/
    """
    noted = json.loads(distribution("infra-kit").read_text("direct_url.json") or "{}")
    wanted = [f"infra-kit[{extra}]"]
    if "dir_info" in noted:
        clone = Path(unquote(urlsplit(noted["url"]).path))
        editable = ["-e"] if noted["dir_info"].get("editable") else []
        wanted = ["-c", str(clone / "constraints.txt"), *editable, f"{clone}[{extra}]"]
    return shlex.join([sys.executable, "-m", "pip", "install", *wanted])
