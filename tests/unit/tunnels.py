"""The state of a recorded stack, and programs that stand in for those that open tunnels."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra_kit.engine.connect import reached
from infra_kit.errors import TunnelError
from infra_kit.testing import Recording

STAND_IN = """\
#!{python}
import json, os, re, signal, socket, sys, time
said = sys.argv[1:]
with open({calls!r}, "a") as calls:
    print(json.dumps([os.path.basename(sys.argv[0]), *said]), file=calls)
for word, answer in json.loads({answers!r}).items():
    if word in said:
        print(answer["out"])
        print(answer["err"], file=sys.stderr)
        if answer["code"] or not answer["port"]:
            sys.exit(answer["code"])
        found = re.search(r"127\\.0\\.0\\.1:(\\d+):|localPortNumber\\W+(\\d+)", " ".join(said))
        server = socket.create_server(("127.0.0.1", int(found[1] or found[2])))
        while True:
            server.accept()[0].close()
"""


def answer(out: str = "", *, err: str = "", code: int = 0, port: bool = False) -> dict[str, Any]:
    """What a program does. With `port` it listens at the one that it is told, until it is ended."""
    return {"out": out, "err": err, "code": code, "port": port}


class Programs:
    """Programs on the PATH; none else is there."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.log = folder, folder / "calls"
        patch.setenv("PATH", str(folder))

    def put(self, name: str, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """By a word of its arguments, what it does."""
        file = self.folder / name
        file.write_text(STAND_IN.format(python=sys.executable, calls=str(self.log), answers=json.dumps(answers)))
        file.chmod(0o755)

    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


def state(recording: Recording) -> dict[str, Any]:
    """As the engine would write it."""
    return {
        "resources": [
            {
                "urn": it.urn,
                "id": f"{it.name}-id",
                "type": it.type,
                "parent": it.parent,
                "provider": it.options.provider,
                "propertyDependencies": {key: list(on.urns) for key, on in it.request.propertyDependencies.items()},
                "inputs": dict(it.inputs),
                "outputs": {**it.inputs, **it.outputs},
                "retainOnDelete": it.options.retain_on_delete,
            }
            for it in recording.resources
        ]
    }


def check_that_it_says_what_to_set(recording: Recording, programs: Programs) -> None:
    """Of a stack with a `Postgres("db")`, to which it did not ask for a way; no program is begun."""
    with (
        pytest.raises(TunnelError, match=r"Postgres 'db': nothing leads into its network.*connect: true"),
        reached(state(recording), "db", None, print),
    ):
        pass
    assert not programs.calls()
