"""That mypy knows the types of all that is used of the clouds' SDKs: of what it does not follow, everything is Any."""

import ast
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
SDKS = ("pulumi_aws", "pulumi_cloudflare", "pulumi_gcp")


def sources() -> Iterator[ast.Module]:
    for folder in ("infra_kit", "stacks", "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            yield ast.parse(file.read_text())


def used(source: ast.Module) -> Iterator[str]:
    """The dotted names below an SDK: those imported, and those of an SDK that is imported whole."""
    whole: dict[str, str] = {}
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            whole |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in SDKS}
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for node in ast.walk(source):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in whole:
            yield f"{whole[node.value.id]}.{node.attr}"


def home(name: str) -> str | None:
    """What mypy has to follow to know a name: all of a service, or the module of what stands in the SDK's first."""
    if find_spec(name):
        return f"{name}.*"
    sdk, _, own = name.partition(".")
    found: str | None = getattr(getattr(import_module(sdk), own), "__module__", None)
    return found


def test_what_is_used_of_a_clouds_sdk_is_followed_by_mypy_and_no_other_service() -> None:
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    followed = set(next(it["module"] for it in overrides if it.get("follow_imports") == "normal"))
    names = {".".join(name.split(".")[:2]) for source in sources() for name in used(source)}
    needed = {home(name) for name in names if name.startswith(tuple(f"{sdk}." for sdk in SDKS))} - {None}
    assert needed <= followed
    assert {name for name in followed if name.endswith(".*")} <= needed
