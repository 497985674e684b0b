"""Makes what a recording says on a Docker daemon, in Pulumi's order: what is new stands before what it replaces goes,
unless that has to go first, and what is deleted is deleted at the end, when all else went well."""

from __future__ import annotations

import io
import itertools
import re
import shlex
import tarfile
from collections.abc import Callable, Mapping
from typing import Any

from infra_kit.testing import Recording, Resource, record
from tests.system.docker_daemon import Docker

CONTAINER, NETWORK, VOLUME = (f"docker:index/{kind}:{kind.capitalize()}" for kind in ("container", "network", "volume"))
COMMAND = "command:local:Command"


class RefusedError(Exception):
    """A step failed: with what it said."""


def recorded(program: Callable[[], object]) -> Recording:
    """A recording in which each network and volume has a name of its own."""
    numbers = itertools.count()

    def named(_: Mapping[str, Any]) -> dict[str, Any]:
        name = f"it-{next(numbers)}"
        return {"name": name, "mountpoint": f"/{name}"}

    return record(program, outputs={NETWORK: named, VOLUME: named})


class Stack:
    """What stands of a recording."""

    def __init__(self, docker: Docker, images: Mapping[str, str]) -> None:
        """`images` are what stands for each image, by what its name has in it."""
        self.docker, self.images = docker, images
        self.made: dict[str, tuple[str, Any]] = {}
        """By resource, its id and what it was made of."""
        self.doomed: list[str] = []
        self._numbers = itertools.count()

    def up(self, program: Callable[[], object]) -> None:
        """Raises `RefusedError` where a step fails: what was to be deleted then stands."""
        recording = recorded(program)
        self.tags = {
            it.outputs["imageId"]: next(tag for part, tag in self.images.items() if part in it.inputs["name"])
            for it in recording.of_type("docker:index/remoteImage:RemoteImage")
        }
        pending = [it for it in recording.resources if it.type in (CONTAINER, NETWORK, VOLUME, COMMAND)]
        waiting = {it.urn for it in pending}
        while pending:
            ready = [it for it in pending if not it.options.depends_on & waiting]
            for it in ready:
                self._make(it)
                waiting.remove(it.urn)
                pending.remove(it)
        for gone in self.made.keys() - {it.name for it in recording.resources}:
            self._doom(gone)
        for container in self.doomed:
            self.docker("stop", container)
        for container in self.doomed:
            self.docker("rm", "--volumes", container)
        self.doomed = []

    def id(self, name: str) -> str:
        return self.made[name][0]

    def address(self, name: str) -> str:
        found = self.docker(
            "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", self.id(name)
        )
        return found.split()[0]

    def _make(self, it: Resource) -> None:
        inputs = self._known(it.inputs)
        there = self.made.get(it.name)
        if there and there[1] == inputs:
            return
        if there and it.type == CONTAINER and it.request.deleteBeforeReplace:
            self.docker("rm", "--force", "--volumes", there[0])
        elif there:
            self._doom(it.name)
        make = {CONTAINER: self._container, COMMAND: self._command}.get(it.type, self._thing)
        self.made[it.name] = (make(it, inputs), inputs)

    def _doom(self, name: str) -> None:
        identity, inputs = self.made.pop(name)
        if "entrypoints" in inputs or "command" in inputs:
            self.doomed.insert(0, identity)

    def _known(self, value: Any) -> Any:
        """With the ids and images that what is recorded has here."""
        match value:
            case str():
                named = re.sub(r"sha256:[0-9a-f]{64}", lambda found: self.tags.get(found[0], found[0]), value)
                return re.sub(r"\b([a-z0-9-]+)-id\b", lambda found: self.made.get(found[1], (found[0],))[0], named)
            case Mapping():
                return {key: self._known(inner) for key, inner in value.items()}
            case list():
                return [self._known(inner) for inner in value]
        return value

    def _thing(self, it: Resource, inputs: Mapping[str, Any]) -> str:
        more = ["--internal"] if inputs.get("internal") else []
        name: str = it.outputs["name"]
        self.docker(it.type.rpartition(":")[2].lower(), "create", *more, name)
        return name

    def _command(self, it: Resource, inputs: Mapping[str, Any]) -> str:
        done = self.docker.run(["sh", "-c", inputs["create"]], stdin=inputs.get("stdin", ""))
        if done.returncode != 0:
            raise RefusedError(done.stderr.decode())
        return f"{it.name}-done"

    def _container(self, it: Resource, inputs: Mapping[str, Any]) -> str:
        entrypoint, *words = inputs.get("entrypoints") or [None]
        networks = inputs.get("networksAdvanced") or [{"name": inputs["networkMode"], "aliases": []}]
        made = self.docker(
            "create",
            f"--name={it.name}-{next(self._numbers)}",
            *(f"--{key}={value}" for key, value in self._flags(inputs).items() if value),
            *(f"--env={value}" for value in inputs.get("envs", ())),
            *(f"--tmpfs={path}:{options}" for path, options in (inputs.get("tmpfs") or {}).items()),
            *(self._mount(mount) for mount in inputs.get("volumes", ())),
            *(f"--label={label['label']}={label['value']}" for label in inputs["labels"]),
            *(f"--network-alias={alias}" for alias in networks[0]["aliases"]),
            f"--network={networks[0]['name']}",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges:true",
            "--init",
            *([f"--entrypoint={entrypoint}"] if entrypoint else []),
            inputs["image"],
            *words,
            *(inputs.get("command") or ()),
        )
        for network in networks[1:]:
            aliases = [f"--alias={alias}" for alias in network["aliases"]]
            self.docker("network", "connect", *aliases, network["name"], made)
        if uploads := inputs.get("uploads"):
            self.docker("cp", "-", f"{made}:/", stdin=_archive(uploads))
        if inputs.get("start", True):
            self.docker("start", made)
        return made

    def _flags(self, inputs: Mapping[str, Any]) -> dict[str, str]:
        restart, tries = inputs["restart"], inputs.get("maxRetryCount")
        health = inputs.get("healthcheck")
        return {
            "user": inputs["user"],
            "read-only": "true" if inputs["readOnly"] else "",
            "hostname": inputs.get("hostname", ""),
            "memory": f"{inputs['memory']}m",
            "restart": f"{restart}:{tries}" if tries else restart,
            "stop-signal": inputs.get("stopSignal", ""),
            "stop-timeout": str(inputs.get("stopTimeout", "")),
            "health-cmd": shlex.join(health["tests"][1:]) if health else "",
            "health-interval": health["interval"] if health else "",
            "health-retries": str(health["retries"]) if health else "",
        }

    def _mount(self, mount: Mapping[str, Any]) -> str:
        if "fromContainer" in mount:
            return f"--volumes-from={mount['fromContainer']}"
        return (
            f"--volume={mount['volumeName']}:{mount['containerPath']}"
            if mount.get("volumeName")
            else (f"--volume={mount['containerPath']}")
        )


def _archive(uploads: list[dict[str, str]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for upload in uploads:
            member = tarfile.TarInfo(upload["file"].lstrip("/"))
            content = upload["content"].encode()
            member.size, member.mode = len(content), 0o444
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
