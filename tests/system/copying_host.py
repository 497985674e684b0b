"""A host whose containers copy: servers, rclone and the copies' folder, for the tests of copies."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.client import Config

from infra_kit.providers.common import seaweed
from infra_kit.providers.vps.scripts import script
from tests.awaiting import until
from tests.system.linked_host import PASSWORD
from tests.system.recorded_containers import Host, sh

WAITS = ["sleep", "infinity"]
"""For the schedule, whose time the tests do not wait for."""

FORGED = {
    "cache": 'echo 7 >"$1/keys"',
    "bus": """sed -i 's/"last_seq": *[0-9]*/"last_seq":9/' "$1"/streams/LEADS/backup.json""",
}
"""What makes a copy tell what it is not."""


class Copying:
    """Servers whose copies go to a folder."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.repository = host.volume("repository", "999:999")
        address = f"http://{host.addresses['files-server']}:8333"
        self.s3, self.s3_admin = (
            boto3.client(
                "s3",
                endpoint_url=address,
                aws_access_key_id=who,
                aws_secret_access_key=PASSWORD,
                region_name="us-east-1",
                config=Config(s3={"addressing_style": "path"}),
            )
            for who in (seaweed.APP, seaweed.ADMIN)
        )
        there = {"type": "s3", "provider": "Other", "endpoint": address, "access_key_id": seaweed.APP,
                 "secret_access_key": PASSWORD, "force_path_style": "true", "no_check_bucket": "true"}  # fmt: skip
        self.there = [f"RCLONE_CONFIG_THERE_{name.upper()}={value}" for name, value in there.items()]

    def replaced(self, key: str = "the-passphrase") -> dict[str, str]:
        """What stands in for the bucket, and another key, in the configuration of rclone."""
        folder = {"[store]\ntype = s3": "[store]\ntype = local", "store:copies/": f"store:{self.repository}/"}
        return {**folder, "the-passphrase": key}

    def start(self, name: str, command: list[str] | None = None, key: str = "the-passphrase", **volumes: str) -> None:
        given = self.host.container(name)
        own = {f"/{path}": volume for path, volume in volumes.items()}
        command = command or [*(given.get("entrypoints") or ()), *given["command"]]
        self.host.start(name, command, volumes=own, replaced=self.replaced(key))

    def start_drill(self, kind: str, key: str = "the-passphrase") -> None:
        name = f"drill-{kind}-restore"
        if name in self.host.running:
            self.host.stop(name)
        self.start(name, WAITS, key=key, report="drill-report", restored=f"restored-{kind}")

    def settle_streams(self) -> None:
        made = self.host.recording.named("bus-streams").inputs["stdin"]
        home = ["env", "HOME=/data", "XDG_CONFIG_HOME=/data"]
        self.host.run("bus-server", *home, "sh", "-c", script("event_bus.sh"), stdin=made)

    def later(self) -> str:
        """The time of now, when no copy that follows can be called after it any more."""
        now = int(time.time())
        until(lambda: int(time.time()) > now, 3)
        return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S")

    def restore(self, kind: str, moment: str, folder: str) -> None:
        """By hand, into a folder that is not there yet."""
        self.host.run(f"safe-{kind}-copy", "mkdir", folder)
        self.by_hand("restore.sh", folder, moment, kind=kind)

    def by_hand(self, program: str, *words: str, kind: str = "files") -> None:
        self.host.run(f"safe-{kind}-copy", "env", *self.there, "sh", f"/run/infra-kit/{program}", *words)

    def forge(self, kind: str) -> None:
        """A copy that holds together, and is not of what it says."""
        self.later()
        lie = FORGED[kind]
        take = self.host.folder / f"safe-{kind}-copy-files" / "take.sh"
        honest = take.read_text()
        take.write_text(f"{honest}\n{lie}\n")
        self.copy(kind)
        take.write_text(honest)

    def copy(self, kind: str, *how: str, **environment: str) -> None:
        more = [f"{name}={value}" for name, value in environment.items()]
        self.host.run(f"safe-{kind}-copy", "env", *more, "sh", "/run/infra-kit/copy.sh", *how)

    def drill(self, kind: str) -> str:
        """What one more drill says of it; nothing: it is proven."""
        command = ["timeout", "60", "sh", "/run/infra-kit/drill.sh", "/restored"]
        sh(*self.host._entered(f"drill-{kind}-restore", command), check=False)
        assert sh("ls", str(self.host.folder / f"restored-{kind}")) == ""
        return sh("cat", str(self.host.folder / "drill-report" / kind / "failure"), check=False)

    def report(self, folder: str = "shared-report") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(sh("cat", str(self.host.folder / folder / "report.json")))
        return found

    def rclone(self, *command: str) -> str:
        """As the container that copies objects calls it: what users do by hand."""
        program = '. /run/infra-kit/repository.sh && rclone "$@"'
        return self.host.run("safe-files-copy", "sh", "-c", program, "sh", *command)

    def held(self) -> tuple[str, str]:
        """When what the one object holds was written, and when the one copy was taken."""
        files = self.rclone("lsf", "-R", "--files-only", "copies:").splitlines()
        (written,) = [it.split("/")[1] for it in files if it.startswith("objects/")]
        (taken,) = [it.split("/")[1] for it in files if it.endswith("/manifest")]
        return written, taken

    def redis(self, *command: str) -> None:
        where = ["-h", self.host.addresses["cache-server"], "-a", PASSWORD, "--no-auth-warning"]
        sh("redis-cli", *where, *command)

    def publish(self, *texts: str) -> None:
        program = (
            "import asyncio, nats, sys\n"
            "async def main():\n"
            "    server = await nats.connect(sys.argv[1])\n"
            "    for text in sys.argv[2:]:\n"
            "        await server.jetstream().publish('lead.new', text.encode())\n"
            "    await server.close()\n"
            "asyncio.run(main())"
        )
        url = f"nats://app:{PASSWORD}@{self.host.addresses['bus-server']}:4222"
        subprocess.run([sys.executable, "-c", program, url, *texts], check=True)

    def largest(self, kind: str) -> Path:
        """Of the files of the newest copy."""
        found = [it for it in self.repository.rglob("*") if it.is_file() and f"safe-c0c0c0c0/{kind}/" in str(it)]
        return max(found, key=lambda it: it.stat().st_size)
