"""A stand-in for a virtual machine: its script is run as it is, with programs beside it that do nothing but tell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from infra_kit.providers.common import machine_scripts

PROGRAMS = {
    "docker": 'echo "$@" >>"$LOG"; case $1 in ps) echo it ;; image) exit "$HAS_IMAGE" ;; run) eval "$ASKED" ;; esac',
    "curl": 'printf %s "$STATUS"; exit "$ANSWERS"',
    "df": 'case $* in *used*) printf "Used Size\\n 9 20\\n" ;; *) printf "Size\\n 20\\n" ;; esac',
    "blkid": 'exit "$BLKID"',
    "mkfs.ext4": 'echo "mkfs $*" >>"$LOG"',
    "systemctl": 'echo "systemctl $*" >>"$LOG"',
    "sysctl": 'echo "sysctl $*" >>"$LOG"',
    **dict.fromkeys(("mount", "mountpoint", "chown", "resize2fs"), ":"),
}
ON_THE_CONSOLE = {"StandardOutput=journal+console", "StandardError=journal+console"}
"""What has systemd say there, too, what a unit says."""
CLOUD = 'prepare() { echo prepare >>"$LOG"; }\nsecret() { cat "$TOLD"; }\ntell() { cat >"$TELLS"; }\n'


class Machine:
    """Its script, in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        server: str,
        name: str,
        said: Mapping[str, str],
        *,
        cloud: str = CLOUD,
        programs: Mapping[str, str] = PROGRAMS,
    ) -> None:
        """
        Args:
            folder: where all of it is.
            server: the file of the server's own part.
            name: what the machine calls the server.
            said: the variables of that part, but the disk.
            cloud: the cloud's own part.
            programs: their texts, by name.
        """
        self.folder, self.log = folder, folder / "log"
        for program, text in programs.items():
            file = folder / "bin" / program
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"#!/bin/sh\n{text}\n")
            file.chmod(0o755)
        self.store, self.conf = folder / "data" / "store", folder / "own" / "conf"
        script = machine_scripts.text({**said, "DEVICE": str(folder / "disk")}, cloud, server)
        script = script.replace(f"/var/lib/infra-kit-{name}", str(folder / "own")).replace("[ -b ", "[ -e ")
        self.script = folder / "script.sh"
        self.script.write_text(script.replace(f"/mnt/disks/{name}", str(folder / "data")))
        (folder / "disk").write_bytes(bytes(2**20))
        (folder / "own").mkdir()

    def run(self, does: str, told: str = "", blkid: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        """`more`: variables of its programs."""
        (self.folder / "told").write_text(told)
        own = {"LOG": str(self.log), "TOLD": str(self.folder / "told"), "BLKID": str(blkid), "UNITS": str(self.folder)}
        own |= {
            "TELLS": str(self.folder / "tells"),
            "ANSWERS": "0",
            "STATUS": "",
            "ASKED": "",
            "HAS_IMAGE": "0",
            **more,
        }
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            ["sh", str(self.script), does],
            env={"PATH": path, **own},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def tells(self) -> str:
        """What it told the cloud's monitoring last."""
        return (self.folder / "tells").read_text()

    def unit(self, name: str) -> list[str]:
        """The lines of one of systemd's."""
        return (self.folder / f"infra-kit-{name}.service").read_text().splitlines()

    @property
    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""
