"""Where the local target keeps its data."""

from __future__ import annotations

import pulumi.runtime
import pytest

from infra_kit.errors import ConfigError
from infra_kit.providers.local import home


def test_an_inline_program_of_the_automation_api_is_told_to_be_put_into_a_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pulumi.runtime, "get_root_directory", lambda: None)
    with pytest.raises(ConfigError, match=r"inline program of the Automation API.*work_dir=") as refused:
        home.for_program()
    assert "\n" not in str(refused.value)
