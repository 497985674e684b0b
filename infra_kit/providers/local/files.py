"""The life of files that are kept in a box of their own, and that nothing runs for: made, changed in place, brought
back when they are lost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from pulumi.dynamic import CheckFailure

from infra_kit._dynamic import Props
from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.server import box_of, inputs_of, left_behind, take_along


class Files(ABC):
    """One kind of files: `/<environment>/<path>` below the box's `data`, each readable by the servers' user alone."""

    KIND: ClassVar[str]
    PORTS: ClassVar[int] = 0
    SECRETS: ClassVar[tuple[str, ...]] = ()

    # What a subclass says

    @abstractmethod
    def contents(self, record: Record, props: Props) -> Mapping[str, str]:
        """What stands in each file, by its path."""

    @abstractmethod
    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is public of the endpoint, and what is secret."""

    def renew(self, record: Record, props: Props) -> None:  # noqa: B027  many are as the props say
        """Brings what the record keeps to what the props say."""

    def is_due(self, record: Record, props: Props) -> bool:  # noqa: ARG002
        """Whether `renew` would change something that the props do not tell."""
        return False

    # What the dynamic provider calls

    def check(self, olds: Props, news: Props) -> list[CheckFailure]:
        refused = left_behind(olds, news) if olds else {}
        return [CheckFailure(field, text) for field, text in refused.items()]

    def changed(self, olds: Props, news: Props) -> bool:
        box = box_of(news)
        if inputs_of(olds) != inputs_of(news) or not box.exists:
            return True
        record = box.record
        return self.is_due(record, news) or _there(box) != self._wanted(box, record, news)

    def ensure(self, props: Props, olds: Props | None = None) -> tuple[str, Props]:
        box = box_of(props)
        if olds:
            take_along(box_of(olds), box)
        record = box.open(self.KIND, self.PORTS, self.SECRETS, None)
        self.renew(record, props)
        box.save(record)  # before the files: what was generated is not lost where the run is killed in between
        _settle(box, self._wanted(box, record, props))
        public, private = self.outputs(box, record, props)
        return f"{box.stack}/{box.name}", {**inputs_of(props), "public": public, "private": private}

    def read(self, resource_id: str, props: Props) -> Props | None:  # noqa: ARG002
        box = box_of(props)
        if not box.exists:
            return None
        box.require_ours()
        return {key: value for key, value in props.items() if key != "__provider"}

    def delete(self, resource_id: str, props: Props) -> None:  # noqa: ARG002
        box = box_of(props)
        if not box.exists:
            return
        box.require_ours()
        if not props["retain"]:
            box.destroy()

    # How it goes about it

    def _wanted(self, box: Box, record: Record, props: Props) -> dict[Path, str]:
        return {place(box, props, path): text for path, text in self.contents(record, props).items()}


def place(box: Box, props: Props, path: str) -> Path:
    return box.data / str(props["environment"]) / path


def _there(box: Box) -> dict[Path, str]:
    return {file: file.read_text() for file in box.data.rglob("*") if file.is_file()}


def _settle(box: Box, wanted: Mapping[Path, str]) -> None:
    for file in _there(box).keys() - wanted.keys():
        file.unlink()
    for folder in sorted((it for it in box.data.rglob("*") if it.is_dir()), reverse=True):
        with suppress(OSError):  # it is not empty
            folder.rmdir()
    for file, text in wanted.items():
        for folder in reversed(file.relative_to(box.data).parents):
            home.make_private(box.data / folder, box.user)
        if not file.exists() or file.read_text() != text:
            home.write_private(file, text, box.user)
