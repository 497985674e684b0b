"""The function that sets up NATS's servers on AWS: what it answers, and what it is packed with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra_kit.providers.aws import event_bus_setup
from infra_kit.providers.aws.lambdas import nats_setup
from infra_kit.providers.common import nats_machines
from tests.unit.providers.aws.test_event_bus_nats import bus


def test_before_any_machine_is_replaced_the_first_one_is_asked_too() -> None:
    """Of three, the second may go only where the first and the third are well: `well` asks all but the first, and what
    waits for the first is asked again whenever that was."""
    triggers = {zone: bus().named(f"bus-joined-{zone}").inputs["triggers"]["well"] for zone in "abc"}
    assert set(triggers.values()) == {bus().named("bus-well").outputs["result"]}
    answers = {answers_of(number) for number in range(2)}
    assert len(answers) == 2
    assert {event_bus_setup._answer(json.dumps(it)) for it in answers} == {"stands"}


def answers_of(number: int) -> str:
    """What the function answers, one time and another."""

    async def run(_: nats_machines.Event) -> str:
        return nats_machines.STANDS

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nats_machines, "run", run)
        return nats_setup.handler({"does": "well"}, SimpleNamespace(aws_request_id=f"request-{number}"))


def test_the_function_imports_nothing_that_is_not_packed_with_it(tmp_path: Path) -> None:
    for name, asset in event_bus_setup.code().assets.items():
        if not hasattr(asset, "path"):
            continue
        packed = tmp_path / name
        packed.parent.mkdir(parents=True, exist_ok=True)
        packed.write_bytes(Path(str(asset.path)).read_bytes())
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import nats_setup; print(nats_setup.handler.__name__)"
    )
    alone = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "handler", done.stderr
