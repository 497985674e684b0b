"""A host between the internet and its containers, in real network namespaces. Needs root (or sudo) and `iproute2`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

ROOT = [] if os.geteuid() == 0 else ["sudo"]


def sh(*command: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*ROOT, *command], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, done.stderr[-2000:]
    return done


LISTEN = """
import socket, sys
servers = [socket.create_server(("0.0.0.0", int(port))) for port in sys.argv[1:]]
print("ready", flush=True)
sys.stdin.read()
"""
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2).close()
except OSError:
    sys.exit(1)
"""


class Wire:
    """A host with a bridge like Docker's: `outside` - `host` - `inside`, where containers would be."""

    OUTSIDE, INSIDE = "198.51.100.1", "10.99.0.2"
    PUBLIC = "198.51.100.7"

    def __init__(self) -> None:
        self.names = {name: f"ik-{os.getpid()}-{name}" for name in ("outside", "host", "inside")}
        self._listeners: list[subprocess.Popen[str]] = []

    def on(self, name: str, *command: str, stdin: str = "") -> None:
        sh("ip", "netns", "exec", self.names[name], *command, stdin=stdin)

    def lay(self) -> None:
        for name in self.names.values():
            sh("ip", "netns", "add", name)
        self._join("outside", self.OUTSIDE, "eth0", self.PUBLIC)
        self.on("host", "ip", "link", "add", "br-shop", "type", "bridge")
        self.on("host", "ip", "address", "add", "10.99.0.1/24", "dev", "br-shop")
        self.on("host", "ip", "link", "set", "br-shop", "up")
        self._join("inside", self.INSIDE, "veth1", None)
        self.on("host", "ip", "link", "set", "veth1", "master", "br-shop")
        self.on("inside", "ip", "route", "add", "default", "via", "10.99.0.1")
        self.on("host", "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")

    def _join(self, name: str, address: str, device: str, own: str | None) -> None:
        self.on("host", "ip", "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", self.names[name])
        self.on(name, "ip", "address", "add", f"{address}/24", "dev", "eth0")
        self.on(name, "ip", "link", "set", "eth0", "up")
        if own:
            self.on("host", "ip", "address", "add", f"{own}/24", "dev", device)
        self.on("host", "ip", "link", "set", device, "up")

    def publish(self, *ports: int) -> None:
        """As Docker does: the destination is changed before any rule on `input` sees it."""
        chosen = ", ".join(map(str, ports))
        rule = f"iifname eth0 tcp dport {{ {chosen} }} dnat to {self.INSIDE}"
        chain = "type nat hook prerouting priority dstnat;"
        self.on("host", "nft", "-f", "-", stdin=f"table ip docker {{ chain published {{\n{chain}\n{rule}\n}}\n}}")

    def listen(self, name: str, *ports: int) -> None:
        command = ["ip", "netns", "exec", self.names[name], sys.executable, "-c", LISTEN, *map(str, ports)]
        piped = subprocess.PIPE
        listener = subprocess.Popen([*ROOT, *command], text=True, stdin=piped, stdout=piped)
        self._listeners.append(listener)
        assert listener.stdout
        assert listener.stdout.readline() == "ready\n"

    def reaches(self, ports: Sequence[int]) -> list[int]:
        """Which of the host's ports whoever is outside gets an answer from."""
        inside = ["ip", "netns", "exec", self.names["outside"], sys.executable, "-c", CONNECT, self.PUBLIC]
        return [port for port in ports if sh(*inside, str(port), check=False).returncode == 0]

    def cut(self) -> None:
        for listener in self._listeners:
            listener.communicate()
        for name in self.names.values():
            sh("ip", "netns", "delete", name, check=False)
