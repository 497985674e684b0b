"""`make bench`: what `pulumi up` costs beside the servers themselves, in seconds and MiB. Fails beyond its bound."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from infra_kit.engine import pulumi_cli
from infra_kit.engine.display import Progress
from infra_kit.providers.local import inventory
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.server import READY_SECONDS, Server, box_of
from infra_kit.target import load_handler
from tests.shop import Shop, open_shop

ROUNDS = 3
MOST_OF_BY_HAND = 3
EMPTY = '"""Nothing."""\n'


def main() -> None:
    cli = pulumi_cli.ensure(Progress())
    empty = _median(lambda: _seconds_of_an_empty_up(cli))
    ups, hands, noops, memory = [], [], [], {}
    for _ in range(ROUNDS):
        with open_shop(cli) as shop:
            _init(shop)
            ups.append(_timed(lambda shop=shop: _pulumi_up(shop)))  # type: ignore[misc]
            noops.append(_timed(lambda shop=shop: _pulumi_up(shop)))  # type: ignore[misc]
            memory = {name: _resident(server.pid) for name, server in shop.servers().items()}
            hands.append(_seconds_by_hand(shop))
    _report(empty, statistics.median(ups), statistics.median(noops), statistics.median(hands), memory)


def _report(empty: float, up: float, noop: float, hand: float, memory: dict[str, float]) -> None:
    table = Table("what", "figure", title=f"median of {ROUNDS} rounds", title_justify="left")
    table.add_row("`pulumi up` of an empty program (the engine's own start)", f"{empty:.2f} s")
    table.add_row("`pulumi up` from nothing to all five answering", f"{up:.2f} s")
    table.add_row("the same five servers started by hand, side by side", f"{hand:.2f} s")
    table.add_row(f"ratio, the engine's own start taken out (at most {MOST_OF_BY_HAND})", f"{(up - empty) / hand:.2f}")
    table.add_row("`pulumi up` that changes nothing", f"{noop:.2f} s")
    for name, mebibytes in sorted(memory.items()):
        table.add_row(f"memory of {name} (resident, shared pages counted once)", f"{mebibytes:.0f} MiB")
    Console(width=100).print(table)
    sys.exit((up - empty) / hand > MOST_OF_BY_HAND)


def _pulumi_up(shop: Shop) -> None:
    done = shop.pulumi("up", "--yes", "--skip-preview")
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def _seconds_of_an_empty_up(cli: Path) -> float:
    with open_shop(cli) as shop:
        program = shop.root / "empty"
        program.mkdir()
        (program / "__main__.py").write_text(EMPTY)
        settings = json.loads((shop.root / "Pulumi.yaml").read_text())
        (shop.root / "Pulumi.yaml").write_text(json.dumps(settings | {"main": "empty"}))
        _init(shop)
        return _timed(lambda: _pulumi_up(shop))


def _init(shop: Shop) -> None:
    shop.pulumi("stack", "init")


def _seconds_by_hand(shop: Shop) -> float:
    """The same programs with the same configuration in fresh directories: initdb, start, wait until each answers."""
    properties = _properties(shop)
    inventory.stop(shop.stack, shop.home)
    home = Path(tempfile.mkdtemp(prefix="infra-kit-hand-"))
    home.chmod(0o711)
    everything = [{**each, "home": str(home)} for each in properties]
    try:
        with ThreadPoolExecutor(len(everything)) as pool:
            return _timed(lambda: list(pool.map(_start_by_hand, everything)))
    finally:
        inventory.stop(shop.stack, home)
        shutil.rmtree(home)


def _properties(shop: Shop) -> list[dict[str, Any]]:
    state = json.loads(shop.pulumi("stack", "export", "--show-secrets").stdout)
    resources = state["deployment"]["resources"]
    return [_plain(resource["inputs"]) for resource in resources if "/infra-kit:" in resource["type"]]


def _plain(value: Any) -> Any:
    """Inputs as the provider gets them: secrets in clear."""
    if isinstance(value, dict):
        if "plaintext" in value:
            return json.loads(value["plaintext"])
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _start_by_hand(props: dict[str, Any]) -> None:
    target, _, component = props["kind"].partition("/")
    handler = load_handler(target, component)
    assert isinstance(handler, Server)
    box: Box = box_of(props)
    record = box.open(handler.KIND, handler.PORTS, handler.SECRETS, None)
    command = handler.prepare(box, record, props)
    box.process.start(command.arguments, command.environment, box.user)
    box.process.wait(lambda: handler.is_ready(box, record), READY_SECONDS)


def _resident(pid: int | None) -> float:
    """Proportional set size of the server and its children, MiB."""
    assert pid
    server = psutil.Process(pid)
    return float(sum(each.memory_full_info().pss for each in [server, *server.children(recursive=True)])) / 2**20


def _timed(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(ROUNDS))


if __name__ == "__main__":
    try:
        main()
    except subprocess.TimeoutExpired as late:
        sys.exit(f"took too long: {late}")
