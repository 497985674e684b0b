"""What runs on this machine, what its alerts say, and what its logs keep, as `status` and `logs` print it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from infra_kit.commands.common import print_whole, table
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.local_servers import Alert, AlertsStatus, Kept, ServerStatus

_COLOURS = {"P0": "bold red", "P1": "red", "P2": "yellow", "P3": "cyan"}


def print_servers(servers: Sequence[ServerStatus]) -> None:
    shown = table("server", "type", "where", "state", whole=["where"])
    for server in servers:
        shown.add_row(server.name, server.kind.title().replace("_", ""), server.address, _coloured(server))
    print_whole(shown)
    for folder in sorted({server.data.parent for server in servers}):
        print(f"Data: {folder}")


def print_alerts(found: Sequence[AlertsStatus]) -> None:
    """What is wrong: first what fires, the most urgent first, then what is about to."""
    wrong = sorted(_wrong(found), key=lambda it: (it.state != "firing", it.level, it.since))
    if wrong:
        print("\nAlerts:")
        shown = table("level", "state", "rule", "component", "now", "since", whole=["level", "state", "now"])
        for it in wrong:
            now = "" if it.value is None else f"{it.value:g} {it.unit}"
            level = f"[{_COLOURS[it.level]}]{it.level}[/]"
            shown.add_row(level, it.state, it.says, it.component, now, _since(it.since) + _fires(it))
        print_whole(shown)
    for alerts in found:
        if not alerts.running:
            looked = f"; it last looked at {_since(alerts.checked)}" if alerts.checked else ""
            print(f"\nThe checker of {alerts.name} {'has died' if alerts.died else 'is stopped'}{looked}.")
    if found and not wrong and all(alerts.running for alerts in found):
        print("\nNo alert is firing.")


def print_kept(found: Kept, what: str, progress: Progress) -> None:
    """The lines that Logs keep; where there are none, that, and where was looked."""
    if found.lines:
        print(*found.lines, sep="\n")
    else:
        progress.note(f"No line of class {what} is kept. Looked in: {', '.join(map(str, found.folders))}")


def as_json(stack: str, servers: Sequence[ServerStatus], found: Sequence[AlertsStatus]) -> dict[str, Any]:
    """`alerts` has every rule, also those that are well: `state` is `ok`, `pending` or `firing`."""
    plain = ("name", "kind", "address", "pid", "data", "log")
    return {
        "stack": stack,
        "servers": [{**{key: getattr(it, key) for key in plain}, "state": _state(it)} for it in servers],
        "alerts": [
            {"name": it.name, "running": it.running, "checked": it.checked, "alerts": list(it.alerts)} for it in found
        ],
    }


def _wrong(found: Sequence[AlertsStatus]) -> Iterator[Alert]:
    """What is pending fires only where somebody looks on."""
    shown = {True: ("firing", "pending"), False: ("firing",)}
    return (alert for alerts in found for alert in alerts.alerts if alert.state in shown[alerts.running])


def _fires(alert: Alert) -> str:
    if not alert.fires:
        return ""
    left = (datetime.fromisoformat(alert.fires) - datetime.now(UTC)).total_seconds()
    return f"; fires in {duration(left)}" if left > 0 else "; fires at the next look"


def _state(server: ServerStatus) -> str:
    if server.running:
        return "running"
    if server.done:
        return "done"
    if not server.has_program:
        return "kept"
    if server.orphaned:
        return "orphaned"
    return "died" if server.died else "stopped"


def _coloured(server: ServerStatus) -> str:
    match _state(server):
        case "running":
            return f"[green]running[/] (process {server.pid})"
        case "orphaned":
            return "[red]orphaned[/] (it died, what it forked still runs)"
        case "died" | "stopped" as state:
            return f"[red]{state}[/]"
        case state:
            return state


def _since(when: str) -> str:
    """`14:03:20, 4 min 10 s ago`, in this machine's time; with the day, where that is another."""
    then, now = datetime.fromisoformat(when).astimezone(), datetime.now(UTC).astimezone()
    day = "" if then.date() == now.date() else f"{then:%Y-%m-%d} "
    return f"{day}{then:%H:%M:%S}, {duration(max(0.0, (now - then).total_seconds()))} ago"
