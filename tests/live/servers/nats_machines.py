"""Servers of NATS as virtual machines of a cloud run them, on this machine's loopback: TLS, users, a cluster."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from signal import SIGHUP
from typing import Any

import nats
import trustme
from nats.aio.client import Client

from infra_kit import Consumer, Stream
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.common import bus_figures, machine_scripts, nats_cluster, nats_machines, nats_steps
from infra_kit.providers.common import nats as common
from infra_kit.providers.local import builds, kept_ports, ports
from tests.system import nats_cli

WAITS_SECONDS = 300
LEADS = Stream(subjects=["lead.*"], retention="7d", replicas=3)
SPEC = EventBusSpec(streams={"LEADS": LEADS}, consumers={"crm": Consumer(stream="LEADS", max_deliveries=1)})
PASSWORDS = {name: f"{name}-password" for name in ("admin", "app", "system", "route", "monitor")}


class Machines:
    """What is asked of them is as a cloud's driver asks it."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.folder, self.names = folder, list(names)
        self.authority = trustme.CA()
        certificate = self.authority.issue_cert("localhost")
        self.ca = self.authority.cert_pem.bytes().decode()
        self.pem = b"".join(it.bytes() for it in certificate.cert_chain_pems).decode()
        self.key = certificate.private_key_pem.bytes().decode()
        folder.mkdir(parents=True, exist_ok=True)
        with kept_ports.alone():
            picked = ports.pick(str(folder), 3 * len(self.names), kept_ports.taken())
            kept_ports.note(folder, picked)
        free = iter(picked)
        self.ports = {name: (next(free), next(free), next(free)) for name in self.names}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.mark = ""

    def store(self, name: str) -> Path:
        return self.folder / name / "store"

    def write(self, servers: Iterable[str], spec: EventBusSpec = SPEC, users: Iterable[Mapping[str, Any]] = ()) -> None:
        """What the machines of a bus of these servers read, given to all."""
        known: dict[str, Any] = {**PASSWORDS, "ca": self.ca, "pem": self.pem, "key": self.key, "users": list(users)}
        known["routes"] = {name: f"localhost:{self.ports[name][1]}" for name in servers}
        text, self.mark = nats_cluster.settings_of(nats_cluster.bus(spec), known)
        for name in self.names:
            conf = self.folder / name / "conf"
            conf.mkdir(parents=True, exist_ok=True)
            for file, content in machine_scripts.files(text).items():
                here = f"localhost:{self.ports[name][0]}"
                moved = content.replace(f"localhost:{nats_cluster.PORT}", here)
                (conf / file).write_text(moved.replace(nats_cluster.FILES, str(conf)))
            if name in self.running:
                self.running[name].send_signal(SIGHUP)

    def start(self, *names: str) -> None:
        binary = str(builds.script("nats-server"))
        for name in names:
            client, routes, monitor = self.ports[name]
            own = {
                "NATS_NAME": name, "NATS_PORT": str(client), "NATS_ROUTES": str(routes),
                "NATS_MONITOR": f"127.0.0.1:{monitor}", "NATS_ADVERTISE": f"localhost:{client}",
                "NATS_STORE": str(self.store(name)), "NATS_STORE_BYTES": str(10**9),
            }  # fmt: skip
            with (self.folder / name / "log").open("ab") as log:
                command = [binary, "--config", str(self.folder / name / "conf" / "nats.conf")]
                self.running[name] = subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log)

    def stop(self, *names: str) -> None:
        for name in names or list(self.running):
            process = self.running.pop(name)
            process.terminate()
            process.wait()

    def event(self, does: str, servers: Iterable[str], spec: EventBusSpec = SPEC, **more: Any) -> dict[str, Any]:
        return {
            "does": does,
            **nats_steps.settled(spec),
            "servers": {name: f"localhost:{self.ports[name][0]}" for name in servers},
            "ca": machine_scripts.one_line(self.ca), "system": PASSWORDS["system"], "admin": PASSWORDS["admin"],
            "cluster": nats_machines.BEGINS, "mark": self.mark, "seconds": WAITS_SECONDS,
            **more,
        }  # fmt: skip

    def figures(self, name: str) -> tuple[int, dict[str, int]]:
        """What `bus_figures.sh` ends with and tells of a server, as its machine runs it."""
        conf, programs = self.folder / name / "conf", self.folder / "programs"
        if not programs.exists():
            nats_cli.install(programs)
        command = ["sh", str(conf / bus_figures.SCRIPT), str(conf / bus_figures.TOLD)]
        known = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
        lines = (line.removeprefix("infra_kit_bus_").rpartition(" ") for line in done.stdout.splitlines())
        return done.returncode, {what.partition("{")[0]: int(value) for what, _, value in lines}

    async def client(self, name: str, user: str, password: str) -> Client:
        """As an application connects: by the URL, the authority, and the inbox that a link tells it."""
        return await nats.connect(
            f"tls://localhost:{self.ports[name][0]}",
            user=user,
            password=password,
            tls=ssl.create_default_context(cadata=self.ca),
            inbox_prefix=common.inbox(user).encode() if "__" in user else common.INBOX.encode(),
            allow_reconnect=False,
            max_reconnect_attempts=1,
            connect_timeout=WAITS_SECONDS,
        )

    async def run(self, does: str, servers: Iterable[str], spec: EventBusSpec = SPEC, **more: Any) -> str:
        return await nats_machines.run(self.event(does, servers, spec, **more))
