"""infra-kit: stands a stack up, shows it, stops it, destroys it.

Exit codes: 0 done, 1 an error, 2 wrong usage, 3 refused (data would be lost), 4 another run is at work, 5 over budget,
6 findings (`audit`), or something is missing (`doctor`).
"""

from __future__ import annotations

import gc
import json
import shlex
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Annotated, Any

import typer

from infra_kit.commands import exit_codes
from infra_kit.commands.audit import audit
from infra_kit.commands.backup import BackupFirst, NoBackupFirst, backup, copy_first
from infra_kit.commands.common import AsJson, DoomedStack, StackName, chosen_stack, own_name, print_json
from infra_kit.commands.compare import compare
from infra_kit.commands.cost import cost
from infra_kit.commands.doctor import doctor
from infra_kit.commands.drill import drill
from infra_kit.commands.expire import expire
from infra_kit.commands.graph import graph
from infra_kit.commands.lock_in import lock_in
from infra_kit.commands.phases import phases
from infra_kit.commands.plan import plan
from infra_kit.commands.restore import restore
from infra_kit.commands.servers_table import as_json as standing
from infra_kit.commands.servers_table import print_alerts, print_kept, print_servers
from infra_kit.commands.stack_table import print_stack
from infra_kit.commands.transition import transition
from infra_kit.engine import connections, local_servers, locks, pulumi_cli, side_copies
from infra_kit.engine import up as lifecycle
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack, check_known, choose, place
from infra_kit.errors import AnotherRunError, ConfigError, DataLossRefusedError, InfraKitError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _print_version(asked: bool) -> None:  # noqa: FBT001  typer calls it so
    if asked:
        from importlib.metadata import version as distribution_version  # noqa: PLC0415  no other command needs it

        print(f"infra-kit {distribution_version('infra-kit')}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print it.")]
AllowDelete = Annotated[
    list[str] | None,
    typer.Option("--allow-delete", metavar="NAME", help="A component whose data may be lost. Repeatable."),
]
ComponentName = Annotated[str | None, typer.Argument(metavar="COMPONENT", help="Default: a table of all.")]
FieldName = Annotated[str | None, typer.Argument(metavar="FIELD", help="Print only this field's value.")]
ServerName = Annotated[str, typer.Argument(metavar="SERVER", help="As `infra-kit status` calls it.")]
LogClass = Annotated[
    str | None,
    typer.Option("--class", "-c", metavar="CLASS", help="What the stack's Logs keep of it, of this class: audit."),
]
Lines = Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines.")]
Port = Annotated[
    int | None, typer.Option("--port", "-p", min=1, max=65_535, help="Of this machine. Default: the component's own.")
]
InClear = Annotated[bool, typer.Option("--show-secrets", help="Print the URL with its password.")]
Command = Annotated[list[str] | None, typer.Argument(metavar="[-- COMMAND …]", help="Run this, and close after it.")]


@app.callback(help=__doc__)
def options(*, version: Version = False) -> None:
    """What comes before a command."""


@app.command()
def up(
    stack: StackName = None, allow_delete: AllowDelete = None, backup_first: BackupFirst = None,
    *, no_backup_first: NoBackupFirst = False,
) -> None:  # fmt: skip
    """Make what the stack describes: look, plan, check that no data is lost, apply."""
    started = time.monotonic()
    project, name, progress = Project.find(), "", Progress()
    name = chosen_stack(project, stack, progress)
    progress.note(f"{name}: {place(project, name)}")
    copy_first(project, name, backup_first or [], progress, named_only=no_backup_first)
    state = lifecycle.up(project, name, progress, allow_delete or [])
    if any(it.type == "Panel" for it in connections.components(state)):
        _show_plan(project, name, state, progress)
    progress.note(f"{name} is up ({duration(time.monotonic() - started)}).\n")
    print_stack(name, connections.connections(state), connections.exports(state))


@app.command()
def down(stack: DoomedStack = None, allow_delete: AllowDelete = None) -> None:
    """Destroy the stack: in development with its data, elsewhere data folders are kept and named."""
    project, progress = Project.find(), Progress()
    name = choose(project, stack)
    left = lifecycle.down(project, name, progress, allow_delete or [])
    progress.note(f"{name} is gone." if left.found else f"There is nothing of {name} in {project.backend_shown}.")
    if left.kept:
        print("Data was kept in:", *left.kept, sep="\n  ")


@app.command()
def stop(stack: StackName = None) -> None:
    """Stop the servers on this machine and keep all data; `infra-kit up` starts them again."""
    project, progress = Project.find(), Progress()
    name = _choose_known(project, stack, progress)
    with locks.hold(project, name), progress.step(f"Stopping {name}"):
        stopped = local_servers.stop(project, name)
    print(f"Stopped: {', '.join(stopped)}. Data is kept." if stopped else f"Nothing of {name} was running here.")


@app.command()
def status(stack: StackName = None, *, as_json: AsJson = False) -> None:
    """Show what the stack has, whether it runs, and which alerts are firing."""
    project, progress = Project.find(), Progress()
    name = _choose_known(project, stack, progress)
    servers, alerts = local_servers.servers(project, name), local_servers.alerts(project, name)
    if as_json:
        print_json(standing(name, servers, alerts))
    elif servers:
        print_servers(servers)
        print_alerts(alerts)
    else:
        state = _state(project, name, progress)
        if state.get("resources"):
            print_stack(name, connections.connections(state), connections.exports(state))
        else:
            print(_not_up(name))


@app.command()
def env() -> None:
    """Print the variables with which plain `pulumi` works here: eval "$(infra-kit env)"."""
    project = Project.find()
    project.prepare()
    for key, value in project.environment(pulumi_cli.ensure(Progress())).items():
        print(f"export {key}={shlex.quote(value)}")


@app.command()
def show(
    component: ComponentName = None, field: FieldName = None, stack: StackName = None, *, as_json: AsJson = False
) -> None:
    """Print what a component gives, secrets in clear: how to connect, a Secret's value; all fields, or one.

    Without a component, all of the stack and what its program exports, secrets masked.
    """
    project, progress = Project.find(), Progress()
    name = _choose_known(project, stack, progress)
    state = _standing(project, name, progress)
    if component is None:
        print_stack(name, connections.components(state), connections.exports(state))
        return
    found = side_copies.find_too(project, name, state, component)
    if field:
        value = found.clear(field)
        print(json.dumps(found.fields[field]) if as_json else value)
    elif as_json:
        print(json.dumps(found.fields, indent=2))
    else:
        print(*(f"{key}: {found.clear(key)}" for key in found.fields), sep="\n")


@app.command()
def logs(server: ServerName, stack: StackName = None, lines: Lines = 50, of: LogClass = None) -> None:
    """Print the end of what a server on this machine has said."""
    project, progress = Project.find(), Progress()
    name = _choose_known(project, stack, progress)
    if of:
        print_kept(local_servers.kept(project, name, (server, of), lines), f"{of} of {server}", progress)
        return
    found = {each.name: each for each in local_servers.servers(project, name) if each.has_program}
    if server not in found:
        raise ConfigError(
            f"{name} has no server {server!r} on this machine; it has: {', '.join(found) or 'none'}. On a VPS its "
            "host has them (docker ps, docker logs), on aws and gcp the cloud's own logs."
        )
    progress.note(f"The end of {found[server].log}:")
    with found[server].log.open(encoding="utf-8", errors="replace") as said:
        print(*deque(said, maxlen=lines), sep="", end="")


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
    from infra_kit.engine import connect as ways  # noqa: PLC0415  `up` and `status` do without Pulumi's SDK

    project, progress = Project.find(), Progress()
    name = _choose_known(project, stack, progress)
    state = _standing(project, name, progress)
    beside = side_copies.named(project, name, state, component)
    _check_runs(project, name, component)
    # Whoever ends this program wants what it opened closed.
    for ended in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ended, lambda number, _: sys.exit(128 + number))
    with ways.reached(state, component, port, progress.note, beside) as (found, wait):
        if command:
            sys.exit(ways.run(found, command))
        print(f"{found.name}: {found.clear_how if show_secrets else found.how}", flush=True)
        if wait:
            progress.note("It is open until Ctrl-C.")
            try:
                wait()
            except KeyboardInterrupt:
                print()


_OTHERS: tuple[Callable[..., None], ...] = (
    backup, restore, drill, expire, plan, cost, lock_in, audit, compare, phases, graph, doctor, transition,
)  # fmt: skip
for other in _OTHERS:
    app.command()(other)


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
        return exit_codes.REFUSED
    return exit_codes.ANOTHER_RUN if isinstance(error, AnotherRunError) else 1


def _show_plan(project: Project, name: str, state: dict[str, Any], progress: Progress) -> None:
    """By the stack's Panels, which say themselves where there is none: what cannot be planned offline may still run."""
    from infra_kit.engine import panels  # noqa: PLC0415  it knows the targets, and with them Pulumi's SDK
    from infra_kit.planning import outlook  # noqa: PLC0415  only a Panel needs it

    try:
        with progress.step("Planning what the panel shows"):
            panels.bring(state, outlook.write(project, name), progress.note)
    except InfraKitError as error:
        progress.warn(f"the panel shows no new cost and no phases: {error}")


def _choose_known(project: Project, asked: str | None, progress: Progress) -> str:
    """For what needs no file of the stack, if anything else here knows it."""
    name = chosen_stack(project, asked, progress)
    if project.config_file(name).is_file() or not local_servers.servers(project, name):
        check_known(project, name)
    if not project.config_file(name).is_file():
        progress.warn(f"the file of the stack is gone: {project.config_file(name)}")
    return name


def _state(project: Project, name: str, progress: Progress) -> dict[str, object]:
    project.prepare()
    stack = Stack(project, name, pulumi_cli.ensure(progress))
    return stack.state() if stack.exists() else {}


def _standing(project: Project, stack: str, progress: Progress) -> dict[str, object]:
    """The state of a stack that is up."""
    state = _state(project, stack, progress)
    if not state.get("resources"):
        raise ConfigError(_not_up(stack))
    return state


def _check_runs(project: Project, stack: str, component: str) -> None:
    for server in local_servers.servers(project, stack):
        if server.name == component and server.has_program and not (server.running or server.done):
            how = "has died" if server.died else "is stopped"
            raise ConfigError(f"{component} {how}. Start it: {own_name()} up --stack {stack}")


def _not_up(stack: str) -> str:
    return f"{stack} is not up. Start it: {own_name()} up --stack {stack}"
