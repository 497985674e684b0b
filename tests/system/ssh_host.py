"""A VPS: this machine, reached by OpenSSH's server, with a Docker daemon of the test's own.

Needs root (or sudo) and the packages `openssh-server`, `docker.io` and `busybox-static`.
"""

from __future__ import annotations

import getpass
import socket
import subprocess
from pathlib import Path
from typing import Any

from infra_kit import Environment, Service, Target
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import record
from tests.awaiting import until
from tests.system.docker_daemon import ROOT, Docker
from tests.system.side_by_side import port
from tests.unit.tunnels import state

SSHD = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
PasswordAuthentication no
SetEnv DOCKER_HOST=unix://{docker}/socket
"""


class Host:
    """The VPS: this machine, reached by SSH."""

    def __init__(self, folder: Path, docker: Docker) -> None:
        self.folder = folder
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        self.port = port(18_022)
        file = folder / "sshd_config"
        file.write_text(SSHD.format(port=self.port, folder=folder, docker=docker.folder))
        self.server = subprocess.Popen([*ROOT, "/usr/sbin/sshd", "-D", "-e", "-f", str(file)], stderr=subprocess.PIPE)
        until(self.answers, 60, lambda: "sshd does not answer")

    def answers(self) -> bool:
        with socket.socket() as it:
            return it.connect_ex(("127.0.0.1", self.port)) == 0

    def settings(self, key: str = "host.pub", **more: Any) -> VpsSettings:
        host_key = " ".join((self.folder / key).read_text().split()[:2])
        own: dict[str, Any] = {"key_file": str(self.folder / "user"), "bootstrap": False} | more
        return VpsSettings(host="127.0.0.1", port=self.port, user=getpass.getuser(), host_key=host_key, **own)

    def state(self, key: str = "host.pub") -> dict[str, Any]:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=self.settings(key))
        return state(record(lambda: Service("admin", target=target, image="admin:1", port=80)))

    def sessions(self) -> list[str]:
        """The processes of whoever is logged in."""
        found = subprocess.run(["pgrep", "-P", str(self.server.pid)], capture_output=True, text=True, check=False)
        return found.stdout.split()

    def end(self) -> None:
        subprocess.run([*ROOT, "kill", str(self.server.pid)], check=True)
        self.server.wait(timeout=30)
