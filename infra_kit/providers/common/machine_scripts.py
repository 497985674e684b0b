"""What a virtual machine of a cloud is given to run one server: the script that it starts with, and a text that it
reads from the cloud's store of secrets."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping
from importlib import resources

import pulumi


def script(variables: Mapping[str, pulumi.Input[str]], of_the_cloud: str, server: str) -> pulumi.Output[str]:
    """The script: `machine.sh` between what differs from cloud to cloud and from server to server.

    Args:
        variables: what the parts read. Nothing of it is secret.
        of_the_cloud: the text that defines `prepare` and `secret`.
        server: the file of the server's own part, beside this one.
    """
    return pulumi.Output.all(**variables).apply(lambda known: text(known, of_the_cloud, server))


def text(variables: Mapping[str, str], of_the_cloud: str, server: str) -> str:
    """The same, with values that are known."""
    said = "".join(f"{key}={shlex.quote(value)}\n" for key, value in sorted(variables.items()))
    return f"#!/bin/sh\n{said}{of_the_cloud}{_part('machine.sh')}{_part(server)}"


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text().removeprefix("#!/bin/sh\n")


def told(files: Mapping[str, str]) -> str:
    """What a machine reads: a line a file, its name and what is in it in base64: a shell reads it."""
    return "".join(f"{name} {one_line(content)}\n" for name, content in sorted(files.items()))


def one_line(content: str) -> str:
    """In base64."""
    return base64.b64encode(content.encode()).decode()


def files(told: str) -> dict[str, str]:
    """What is in them, by their names: as the machine itself reads it."""
    lines = (line.partition(" ") for line in told.splitlines())
    return {name: base64.b64decode(content).decode() for name, _, content in lines}
