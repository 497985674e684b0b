"""The files that a resource is made of. Pulumi's engine reads them when it is registered, also in a preview."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi.runtime import rpc

_KINDS = {rpc._special_asset_sig: "asset", rpc._special_archive_sig: "archive"}
_ARCHIVES = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")


def unreadable(properties: Mapping[str, Any]) -> str:
    """What the engine says of the first asset or archive here that it cannot read; empty: it can read all.

    Args:
        properties: as they go over the wire. Paths are those of the program's working folder.
    """
    return next((said for key, value in properties.items() if (said := _said(key, value))), "")


def _said(key: str, value: Any) -> str:
    if isinstance(value, list):
        return next((said for item in value if (said := _said(key, item))), "")
    if not isinstance(value, dict):
        return ""
    kind = _KINDS.get(str(value.get(rpc._special_sig_key)))
    if value.get(rpc._special_sig_key) == rpc._special_secret_sig:
        return _said(key, value["value"])
    if kind and "path" in value:
        why = _WHY[kind](Path.cwd() / value["path"])
        return why and f'failed to compute {kind} hash for "{key}": {why}'
    return unreadable(value.get("assets", {}) if kind else value)


def _of_asset(path: Path) -> str:
    if path.is_dir():
        return f"asset path '{path}' is a directory; try using an archive"
    return "" if path.exists() else f"failed to open asset file '{path}': {_MISSING.format('open', path)}"


def _of_archive(path: Path) -> str:
    known = path.name.endswith(_ARCHIVES)
    if not path.exists():
        missing = _MISSING.format("open" if known else "stat", path)
        return missing if known else f"couldn't read archive path '{path}': {missing}"
    return "" if known or path.is_dir() else f"'{path}' is neither a recognized archive type nor a directory"


_MISSING = "{} {}: no such file or directory"
_WHY = {"asset": _of_asset, "archive": _of_archive}
