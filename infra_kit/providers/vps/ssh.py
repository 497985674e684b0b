"""SSH to the host: as Docker's client goes there, and for what must be run on the host itself.

Both go by the `ssh` program, so that an agent, a hardware key and `~/.ssh/config` work, and no private key is ever read
into a program or a state (pulumi-command's own `remote.Command` needs the key's content). The host must show the key
that the settings name. It is given to ssh by KnownHostsCommand (https://man.openbsd.org/ssh_config#KnownHostsCommand,
OpenSSH 8.5), so that no file of known hosts is needed, neither the user's nor one of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

import pulumi
from pulumi_command import local

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.providers.common import waiting
from infra_kit.providers.vps.scripts import told
from infra_kit.providers.vps.settings import VpsSettings

T = TypeVar("T")


def settings(scope: Scope) -> VpsSettings:
    """The host's. Raises `SpecError` where the user chose a Docker provider: its containers would stand on another host
    than what is run by SSH."""
    chosen = scope.parent.get_provider("docker:index:It")
    if chosen and chosen.pulumi_resource_name != provider_name(scope.target.key):
        raise SpecError(
            f"{scope.what}: opts: given the Docker provider {chosen.pulumi_resource_name!r}; a target is one host. "
            "For another one, give it target=Target(name='vps', alias='…', settings=VpsSettings(host=…, host_key=…))."
        )
    return cast(VpsSettings, scope.target.settings)


def provider_name(key: str) -> str:
    """Of the target's own Docker provider."""
    return f"{key}-provider"


def address(host: VpsSettings) -> str:
    """What Docker's client connects to: `ssh://user@host:port`."""
    name = f"[{host.host}]" if ":" in host.host else host.host
    return f"ssh://{host.user}@{name}:{host.port}"


def options(host: VpsSettings) -> list[str]:
    """The options of ssh that make it talk to this host only, and never ask."""
    known = {
        "BatchMode": "yes",
        "ConnectTimeout": "15",
        "StrictHostKeyChecking": "yes",
        "HostKeyAlgorithms": _algorithms(host.host_key),
        "UserKnownHostsFile": "none",
        "GlobalKnownHostsFile": "none",
        "KnownHostsCommand": f"/bin/echo %H {host.host_key}",
    }
    given = [text for key, value in known.items() for text in ("-o", f"{key}={value}")]
    return given + (["-i", host.key_file, "-o", "IdentitiesOnly=yes"] if host.key_file else [])


def _algorithms(host_key: str) -> str:
    """A host has several keys: it is asked for the one that is known. An RSA key signs with SHA-2."""
    kind = host_key.partition(" ")[0]
    return "rsa-sha2-512,rsa-sha2-256" if kind == "ssh-rsa" else kind


def interpreter(host: VpsSettings) -> list[str]:
    """What runs the shell script that follows on the host."""
    return ["ssh", *options(host), "-p", str(host.port), f"{host.user}@{host.host}", "--"]


def run(
    scope: Scope,
    role: str,
    script: pulumi.Input[str],
    *,
    stdin: pulumi.Input[str] | None = None,
    delete: pulumi.Input[str] | None = None,
    depends_on: Sequence[pulumi.Resource] = (),
) -> local.Command:
    """Runs a shell script on the host: at creation, and again when the script or its input changes.

    Args:
        scope: of the component that it belongs to.
        role: its name within the component.
        script: of POSIX sh; may run any number of times. No secret: the host shows it to whoever lists processes.
        stdin: what it reads; secrets may go here.
        delete: the script that takes back what it did, when the component goes.
        depends_on: what must stand before it.
    """
    return scope.resource(
        role,
        local.Command,
        interpreter=interpreter(settings(scope)),
        create=script,
        update=script,
        delete=delete,
        stdin=stdin,
        # What a program prints about its input may hold a secret of it.
        logging=local.Logging.NONE,
        add_previous_output_in_env=False,
        depends_on=depends_on,
    )


def inside(hostname: pulumi.Output[str], script: str, stopped: str = "") -> pulumi.Output[str]:
    """What runs a script in the container of that host name, if there is one: for a `delete`, which is only known as it
    was when its container was perhaps another one. No secret in it: see `run`. `stopped` is what does the same on the
    volumes of a container that does not run; without it that fails."""
    known = {"SCRIPT": script, "STOPPED": stopped}
    return hostname.apply(lambda name: told("inside.sh", {"CONTAINER": name, **known}))


def after(done: pulumi.Resource, value: pulumi.Input[T]) -> pulumi.Output[T]:
    """The value, for those who need what `done` does: it is known in a preview too, and they wait all the same."""
    known: pulumi.Output[T] = pulumi.Output.from_input(value)
    return waiting.after(known, done)
