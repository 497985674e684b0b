"""The pytest plugin: the fixture `infra`, which records a program. Loaded by pytest itself (entry point)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from infra_kit.recording import Program, Recording

pytest.register_assert_rewrite("infra_kit.testing.conformance")


def pytest_configure(config: pytest.Config) -> None:
    """The clouds' SDKs warn of their own old names when they are imported, which no test can help."""
    config.addinivalue_line("filterwarnings", r"ignore::DeprecationWarning:pulumi_(aws|gcp)\..*")


class Infra:
    """Records programs of one project."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __call__(
        self, program: Program, *, stack: str | None = None, config: Mapping[str, Any] | None = None, **options: Any
    ) -> Recording:
        """See `infra_kit.testing.record`, which this calls.

        Args:
            program: a function that makes resources.
            stack: a stack of the project that the test's file is in, whose `Pulumi.<stack>.yaml` is then its
                configuration.
            config: the configuration; laid over the stack's file.
            options: the other options of `record`.
        """
        __tracebackhide__ = True
        # Imported late: pytest loads this module in every run, also in those that record nothing.
        from infra_kit.testing import record, stack_files  # noqa: PLC0415

        if stack is None:
            return record(program, config=config, **options)
        file = stack_files.read(stack, self._root)
        given = {"project": file.project, "secrets": file.secrets, **options}
        return record(program, stack=stack, config={**file.config, **(config or {})}, **given)


@pytest.fixture
def infra(request: pytest.FixtureRequest) -> Infra:
    """Records what a Pulumi program would make: `stack = infra(deploy, config={"infra-kit:target": "local"})`."""
    return Infra(request.path.parent)
