"""Runs the containers of a recording without Docker: each program in namespaces of its own, with the files, volumes,
user, environment and command that its container would have, in one network where each is reached by its name.

Needs root (or sudo), `iproute2` and the programs themselves.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from infra_kit.testing import Recording
from tests.awaiting import until
from tests.system.side_by_side import NUMBER

ROOT = [] if os.geteuid() == 0 else ["sudo"]
BRIDGE = f"ik-{os.getpid()}"
NETWORK = f"10.98.{NUMBER}"


def sh(*command: str, stdin: str = "", check: bool = True) -> str:
    done = subprocess.run([*ROOT, *command], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout


class Host:
    """What stands for the Docker host."""

    def __init__(self, folder: Path, recording: Recording, names: Sequence[str], *, programs: str) -> None:
        """`names` are those of all that is to be reached; `programs`, a folder beside those that the machine has."""
        self.folder, self.recording = folder, recording
        self.path = f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin"
        self.addresses = {name: f"{NETWORK}.{number}" for number, name in enumerate(names, start=2)}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.joined: set[str] = set()
        self._lay_network()
        (folder / "hosts").write_text("".join(f"{address} {name}\n" for name, address in self.addresses.items()))
        (folder / "passwd").write_text("root:x:0:0::/:/bin/sh\npostgres:x:999:999::/tmp:/bin/sh\n")

    def _lay_network(self) -> None:
        """A bridge in a namespace of its own: no firewall of this machine's, Docker's say, sees what passes."""
        sh("ip", "netns", "add", BRIDGE)
        sh("ip", "-n", BRIDGE, "link", "add", "bridge", "type", "bridge")
        sh("ip", "-n", BRIDGE, "link", "set", "bridge", "up")
        sh("ip", "link", "add", BRIDGE, "type", "veth", "peer", "name", "machine", "netns", BRIDGE)
        sh("ip", "-n", BRIDGE, "link", "set", "machine", "master", "bridge", "up")
        sh("ip", "address", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
        sh("ip", "link", "set", BRIDGE, "up")

    def container(self, name: str) -> Mapping[str, Any]:
        return self.recording.named(name).inputs

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        replaced: Mapping[str, str] | None = None,
        volumes: Mapping[str, str] | None = None,
    ) -> None:
        """Starts the container `name` with its own files, volumes, user and environment.

        Args:
            name: of the recorded container.
            command: its entrypoint and command, where the image's own must be stood in for.
            replaced: texts in its files that are another here.
            volumes: by path, another volume than its own.
        """
        self.files(name, replaced or {})
        if name not in self.joined:
            self.join(name)
        begun = self.folder / f"{name}.begun"
        begun.unlink(missing_ok=True)
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [*ROOT, *self._inside(name, command, volumes)], stdout=log, stderr=log
            )
        # Until then it stands in this machine's own namespaces.
        self.wait(name, begun.exists, seconds=30)

    def join(self, name: str) -> None:
        """Gives it a place in the network."""
        self.joined.add(name)
        space = f"{BRIDGE}-{name}"
        device = f"ik{self.addresses[name].rpartition('.')[2]}"
        sh("ip", "netns", "add", space)
        sh("ip", "-n", BRIDGE, "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", space)
        sh("ip", "-n", BRIDGE, "link", "set", device, "master", "bridge", "up")
        sh("ip", "-n", space, "address", "add", f"{self.addresses[name]}/24", "dev", "eth0")
        for inner in ("eth0", "lo"):
            sh("ip", "-n", space, "link", "set", inner, "up")

    def files(self, name: str, replaced: Mapping[str, str]) -> None:
        """Where Docker has a container that holds files."""
        place = self.folder / f"{name}-files"
        place.mkdir(exist_ok=True)
        held = [it.inputs["uploads"] for it in self.recording.resources if it.name == f"{name}-files"]
        for upload in (upload for uploads in held for upload in uploads):
            text = upload["content"]
            for old, new in replaced.items():
                text = text.replace(old, new)
            (place / Path(upload["file"]).name).write_text(text)

    def _inside(self, name: str, command: Sequence[str], volumes: Mapping[str, str] | None = None) -> list[str]:
        """The command line that runs a command as the container would."""
        given = self.container(name)
        mounts = [f"mount --bind {self.folder}/hosts /etc/hosts", f"mount --bind {self.folder}/passwd /etc/passwd"]
        for path, options in (given.get("tmpfs") or {}).items():
            mounts += [f"mkdir -p {path}", f"mount -t tmpfs -o {options} tmpfs {path}"]
        for mount in given["volumes"]:
            if "fromContainer" in mount:
                path, source = "/run/infra-kit", self.folder / f"{name}-files"
            else:
                path = mount["containerPath"]
                # A recording calls all volumes the same; in one component each has its path.
                own = f"{'shared' if mount.get('volumeName') else name}{path.replace('/', '-')}"
                source = self.volume((volumes or {}).get(path, own), given["user"])
            mounts += [f"mkdir -p {path}", f"mount --bind {source} {path}"]
        script = " && ".join(
            [*mounts, "cd /", f"touch {self.folder}/{name}.begun", f"exec {shlex.join(self._as_user(name, command))}"]
        )
        space = f"{BRIDGE}-{name}"
        return ["ip", "netns", "exec", space, "unshare", "--mount", "--propagation", "private", "sh", "-c", script]

    def volume(self, name: str, owner: str) -> Path:
        place = self.folder / name
        if not place.exists():
            place.mkdir()
            sh("chown", owner, str(place))
        return place

    def run(self, name: str, *command: str, stdin: str = "") -> str:
        """What `docker exec` would print."""
        return sh(*self._entered(name, command), stdin=stdin)

    def run_beside(self, name: str, *command: str, volumes: Mapping[str, str]) -> str:
        """What `docker run` would print, with the container's own settings but for some volumes."""
        return sh(*self._inside(name, command, volumes))

    def _entered(self, name: str, command: Sequence[str]) -> list[str]:
        return ["nsenter", f"--target={self._pid(name)}", "--mount", "--net", *self._as_user(name, command)]

    def _pid(self, name: str) -> str:
        own = str(self.running[name].pid)
        return sh("pgrep", "--parent", own).strip() if ROOT else own

    def _as_user(self, name: str, command: Sequence[str]) -> list[str]:
        given = self.container(name)
        uid, _, gid = given["user"].partition(":")
        environment = [*given["envs"], f"PATH={self.path}", "LC_ALL=C.UTF-8"]
        return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "env", "-i", *environment, *command]

    def until_well(self, name: str, seconds: int = 180) -> None:
        self.until(name, self.container(name)["healthcheck"]["tests"][1:], seconds)

    def until(self, name: str, command: Sequence[str], seconds: int = 180) -> None:
        def well() -> bool:
            entered = subprocess.run([*ROOT, *self._entered(name, command)], capture_output=True, check=False)
            return entered.returncode == 0

        self.wait(name, well, seconds)

    def wait(self, name: str, true: Callable[[], bool], seconds: int) -> None:
        def true_while_it_runs() -> bool:
            assert self.running[name].poll() is None, self.log(name)
            return true()

        until(true_while_it_runs, seconds, lambda: self.log(name))

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]

    def stop(self, name: str) -> None:
        process = self.running[name]
        if process.poll() is None:
            sh("kill", f"-{self.container(name)['stopSignal'].removeprefix('SIG')}", self._pid(name))
            process.wait(timeout=60)
        del self.running[name]

    def cut_off(self, name: str) -> None:
        """Ends it, and what it has started, as a power failure would."""
        own, process = self._pid(name), self.running.pop(name)
        # A child may have ended since; that all have, is what is waited for.
        sh("kill", "-KILL", own, *sh("pgrep", "--parent", own, check=False).split(), check=False)
        process.wait(timeout=60)

    def end(self) -> None:
        for name in list(self.running):
            self.stop(name)
        for name in self.joined:
            sh("ip", "netns", "delete", f"{BRIDGE}-{name}", check=False)
        # A namespace takes its devices along, but only some time after it has gone; the next one has the same names.
        sh("ip", "link", "delete", BRIDGE, check=False)
        sh("ip", "netns", "delete", BRIDGE, check=False)
