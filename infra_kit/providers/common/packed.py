"""What a function or a job of ours imports, file by file: the same archive on every machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType


@cache
def distributions(names: tuple[str, ...], with_metadata: frozenset[str] = frozenset()) -> Mapping[str, Path]:
    """Files by where they stand in an archive; what of them is pure Python runs on any processor.

    Args:
        names: the distributions. The extra of each cloud pins them, for with another release of one the archive, and
            so every plan, would be another on the next machine.
        with_metadata: of these, what reads the version in its own METADATA.
    """
    return {path: where for name in names for path, where in _files(name, with_metadata)}


def _files(name: str, with_metadata: Collection[str]) -> Iterator[tuple[str, Path]]:
    for file in distribution(name).files or ():
        if file.suffix == ".py" or (file.name == "METADATA" and name in with_metadata):
            yield file.as_posix(), Path(str(file.locate()))


def modules(*ours: ModuleType) -> dict[str, Path]:
    """The same of modules of infra_kit."""
    return {f"{it.__name__.replace('.', '/')}.py": Path(str(it.__file__)) for it in ours}
