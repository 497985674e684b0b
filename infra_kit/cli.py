"""infra-kit: stands a stack up, shows it, stops it, destroys it.

Exit codes: 0 done, 1 an error, 2 wrong usage, 3 refused (data would be lost), 4 another run is at work, 5 over budget,
6 findings.
"""

from __future__ import annotations

import gc
import json
import os
import shlex
import shutil
import signal
import sys
import time
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from infra_kit.commands.audit import audit
from infra_kit.commands.common import AsJson, StackName
from infra_kit.commands.compare import compare
from infra_kit.commands.doctor import doctor
from infra_kit.commands.graph import graph
from infra_kit.commands.lock_in import lock_in
from infra_kit.commands.phases import phases
from infra_kit.commands.plan import plan
from infra_kit.commands.transition import transition
from infra_kit.engine import connect as ways
from infra_kit.engine import connections, local_servers, locks, pulumi_cli
from infra_kit.engine import up as lifecycle
from infra_kit.engine.connections import Connection
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack, choose, place, read_config
from infra_kit.errors import AnotherRunError, ConfigError, DataLossRefusedError, InfraKitError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

AllowDelete = Annotated[
    list[str] | None,
    typer.Option("--allow-delete", metavar="NAME", help="A component whose data may be lost. Repeatable."),
]

FieldName = Annotated[str | None, typer.Argument(metavar="FIELD", help="Print only this field's value.")]
Port = Annotated[
    int | None, typer.Option("--port", "-p", min=1, max=65_535, help="Of this machine. Default: the component's own.")
]
InClear = Annotated[bool, typer.Option("--show-secrets", help="Print the URL with its password.")]
Command = Annotated[list[str] | None, typer.Argument(metavar="[-- COMMAND …]", help="Run this, and close after it.")]


@app.command()
def up(stack: StackName = None, allow_delete: AllowDelete = None) -> None:
    """Make what the stack describes: look, plan, check that no data is lost, apply."""
    started = time.monotonic()
    project, name, progress = Project.find(), "", Progress()
    name = _choose(project, stack, progress)
    progress.note(f"{name}: {place(project, name)}")
    running = lifecycle.up(project, name, progress, allow_delete or [])
    progress.note(f"{name} is up ({duration(time.monotonic() - started)}).\n")
    _print_connections(name, running)


@app.command()
def down(stack: StackName = None, allow_delete: AllowDelete = None) -> None:
    """Destroy the stack: in development with its data, elsewhere data folders are kept and named."""
    project, progress = Project.find(), Progress()
    name = _choose(project, stack, progress)
    left = lifecycle.down(project, name, progress, allow_delete or [])
    progress.note(f"{name} is gone.")
    if left.kept:
        print("Data was kept in:", *left.kept, sep="\n  ")


@app.command()
def stop(stack: StackName = None) -> None:
    """Stop the servers on this machine and keep all data; `infra-kit up` starts them again."""
    project, progress = Project.find(), Progress()
    name = _choose(project, stack, progress)
    read_config(project, name)
    with locks.hold(project, name), progress.step(f"Stopping {name}"):
        stopped = local_servers.stop(project, name)
    print(f"Stopped: {', '.join(stopped)}. Data is kept." if stopped else f"Nothing of {name} was running here.")


@app.command()
def status(stack: StackName = None) -> None:
    """Show what the stack has, and whether it runs."""
    project, progress = Project.find(), Progress()
    name = _choose(project, stack, progress)
    read_config(project, name)
    servers = local_servers.servers(project, name)
    if not servers:
        state = _state(project, name, progress)
        if state.get("resources"):
            _print_connections(name, connections.connections(state))
        else:
            print(_not_up(name))
        return
    table = _table("server", "type", "where", "state")
    for server in servers:
        table.add_row(server.name, server.kind.title().replace("_", ""), server.address, _state_of(server))
    _print_table(table)
    for folder in sorted({server.data.parent for server in servers}):
        print(f"Data: {folder}")


def _state_of(server: local_servers.ServerStatus) -> str:
    if server.running:
        return f"[green]running[/] (process {server.pid})"
    if server.done:
        return "done"
    return "[red]stopped[/]" if server.has_program else "kept"


@app.command()
def env() -> None:
    """Print the variables with which plain `pulumi` works here: eval "$(infra-kit env)"."""
    project = Project.find()
    project.prepare()
    for key, value in project.environment(pulumi_cli.ensure(Progress())).items():
        print(f"export {key}={shlex.quote(value)}")


@app.command()
def show(component: str, field: FieldName = None, stack: StackName = None, *, as_json: AsJson = False) -> None:
    """Print how to connect to a component, secrets in clear: all fields, or the value of one."""
    project, progress = Project.find(), Progress()
    name = _choose(project, stack, progress)
    read_config(project, name)
    state = _state(project, name, progress)
    if not state.get("resources"):
        raise ConfigError(_not_up(name))
    found = connections.find(state, component)
    if field:
        value = found.clear(field)
        print(json.dumps(found.fields[field]) if as_json else value)
    elif as_json:
        print(json.dumps(found.fields, indent=2))
    else:
        print(*(f"{key}: {found.clear(key)}" for key in found.fields), sep="\n")


@app.command()
def connect(
    component: str,
    command: Command = None,
    stack: StackName = None,
    port: Port = None,
    *,
    show_secrets: InClear = False,
) -> None:
    """Open a way to a component that only its own network reaches, until Ctrl-C or until a command has ended."""
    project, progress = Project.find(), Progress()
    name = _choose(project, stack, progress)
    read_config(project, name)
    state = _state(project, name, progress)
    if not state.get("resources"):
        raise ConfigError(_not_up(name))
    # Whoever ends this program wants what it opened closed.
    for ended in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended, lambda number, _: sys.exit(128 + number))
    with ways.reached(state, component, port, progress.note) as (found, wait):
        if command:
            sys.exit(ways.run(found, command))
        print(f"{found.name}: {found.clear_how if show_secrets else found.how}", flush=True)
        if wait:
            progress.note("It is open until Ctrl-C.")
            try:
                wait()
            except KeyboardInterrupt:
                print()


app.command()(plan)
app.command("lock-in")(lock_in)
app.command()(audit)
app.command()(compare)
app.command()(phases)
app.command()(graph)
app.command()(doctor)
app.command()(transition)


def main() -> None:
    """The console script. An InfraKitError is one clear message and an exit code, never a stack trace."""
    try:
        app()
    except InfraKitError as error:
        Progress().error(str(error))
        sys.exit(_exit_code(error))
    finally:
        gc.freeze()  # at its end Python would look through all of an SDK for garbage: a quarter of what a plan takes


def _exit_code(error: InfraKitError) -> int:
    if isinstance(error, DataLossRefusedError):
        return 3
    return 4 if isinstance(error, AnotherRunError) else 1


def _choose(project: Project, asked: str | None, progress: Progress) -> str:
    if asked or len(project.stacks()) < 2:
        return choose(project, asked)
    selected = Stack(project, "", pulumi_cli.ensure(progress)).selected()
    return choose(project, None, selected)


def _state(project: Project, name: str, progress: Progress) -> dict[str, object]:
    project.prepare()
    stack = Stack(project, name, pulumi_cli.ensure(progress))
    return stack.state() if stack.exists() else {}


def _not_up(stack: str) -> str:
    return f"{stack} is not up. Start it: {_own_name()} up --stack {stack}"


def _print_connections(stack: str, running: list[Connection]) -> None:
    if not running:
        print(f"{stack} runs no component that can be connected to.")
        return
    table = _table("component", "type", "where", "how to connect")
    for one in running:
        table.add_row(one.name, one.type, one.address, one.how)
    if Console(width=1000).measure(table).maximum > _out().width:  # a URL must stay in one piece, to be copied
        table = _table("component", "how to connect")
        for one in running:
            table.add_row(one.name, f"{one.type} on {one.address}\n{one.how}")
    _print_table(table)
    print(f"\nSecrets in clear:\n  {_own_name()} show {running[0].name} --stack {stack}")


def _own_name() -> str:
    """How the user can call this program again: by its name only if PATH has it."""
    return "infra-kit" if shutil.which("infra-kit") else os.path.relpath(sys.argv[0])


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in {"component", "name", "where"})
    return table


def _print_table(table: Table) -> None:
    console = _out()
    with console.capture() as drawn:
        console.print(table)
    print(*(line.rstrip() for line in drawn.get().splitlines()), sep="\n")


def _out() -> Console:
    """Standard output: as wide as the terminal, and unbroken lines where it is none."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=200)
