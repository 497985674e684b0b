"""The edge of a VPS: Debian's Caddy (package `caddy`) with the Caddyfile of the driver, on ports of its own."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra_kit.providers.vps.edge import METRICS, SITES, caddyfile
from infra_kit.providers.vps.scripts import script
from tests.awaiting import until
from tests.system.side_by_side import port

CADDY = shutil.which("caddy") or "caddy"
HTTP, HTTPS = port(18080), port(18443)


class Edge:
    def __init__(
        self,
        folder: Path,
        *,
        http: int = HTTP,
        https: int = HTTPS,
        directory: str | None = None,
        options: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Args:
        folder: of its files, empty.
        http, https: where it listens.
        directory: see `VpsSettings.acme_directory`.
        options: global ones beside the driver's.
        environment: of its process, beside what it needs.
        """
        self.folder, self.sites, self.config = folder, folder / "sites", folder / "Caddyfile"
        # Away from the ports that need rights, and from everybody's. Debian 12's Caddy is older than two options.
        ours = caddyfile(None, directory).replace(SITES, str(self.sites))
        for newer in (" persist_config off\n", " metrics {\n  per_host\n }\n"):
            ours = ours.replace(newer, "")
        ours = ours.replace("127.0.0.1:2019", f"127.0.0.1:{port(2019)}").replace(f":{METRICS} ", f":{port(METRICS)} ")
        ports = f" http_port {http}\n https_port {https}\n"
        self.config.write_text(ours.replace("{\n", "{\n" + ports + options, 1))
        path = f"{Path(CADDY).parent}:/usr/bin:/bin"
        self.environment = {"HOME": str(folder), "PATH": path, "XDG_DATA_HOME": str(folder), **(environment or {})}
        self.sites.mkdir()

    def put(self, name: str, site: str = "") -> str:
        """What the script says when it is refused; empty: it is served."""
        variables = {"NAME": name, "SITE": site, "SITES": str(self.sites), "CONFIG": str(self.config)}
        said = "".join(f"{key}={shlex.quote(value)}\n" for key, value in variables.items())
        done = subprocess.run(
            ["sh", "-s"], input=said + script("site.sh"), capture_output=True, text=True, check=False,
            env=self.environment,
        )  # fmt: skip
        assert (done.returncode == 0) == (done.stderr == "")
        return done.stderr

    def files(self) -> list[str]:
        return sorted(path.name for path in self.sites.iterdir())

    def log(self) -> str:
        return (self.folder / "log").read_text()

    @contextmanager
    def running(self) -> Iterator[Edge]:
        command = [CADDY, "run", "--config", str(self.config), "--adapter", "caddyfile"]
        with (self.folder / "log").open("w") as log:
            proxy = subprocess.Popen(command, env=self.environment, stderr=log)
        try:
            until(lambda: not self.put("first"), 30, self.log)
            yield self
        finally:
            proxy.terminate()
            proxy.wait(timeout=30)
