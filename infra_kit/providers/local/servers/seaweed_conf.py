"""The configuration of a SeaweedFS server on this machine: `providers/common/seaweed.py` in a box."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import trustme

from infra_kit.providers.common import seaweed
from infra_kit.providers.local import builds, credentials, home
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK

ADMIN_PORT_GAP = 10_000
"""weed's own maintenance worker looks for the admin server's gRPC at its HTTP port + 10000, whatever was configured
(seaweedfs 4.48, weed/command/worker_runtime.go)."""

PORT_FLAGS = (
    "s3.port", "s3.port.grpc", "filer.port", "filer.port.grpc", "master.port", "master.port.grpc", "volume.port",
    "volume.port.grpc", "admin.port.grpc", "admin.port",
)  # fmt: skip
"""In the order of the record's ports."""


def command(box: Box, record: Record) -> list[str]:
    own = f"http://{LOOPBACK}:{record.ports[0]}"
    more = {
        **{flag: str(port) for flag, port in zip(PORT_FLAGS, record.ports, strict=True)},
        # In the box, where it runs: a socket's whole path may have no more than 107 letters.
        "filer.localSocket": "filer.sock",
        "s3.localSocket": "s3.sock",
    }
    conf, data = str(box.conf), str(box.data)
    options = seaweed.options(address=LOOPBACK, bind=LOOPBACK, conf=conf, data=data, origin=own, more=more)
    return [str(builds.script("weed")), f"-config_dir={conf}", f"-logdir={_logs(box)}", "mini", *options]


def shared_sockets(ports: Sequence[int]) -> list[Path]:
    """What weed mini leaves behind outside of its box: the paths are fixed in it (4.48, weed/command/mini.go)."""
    numbers = dict(zip(PORT_FLAGS, ports, strict=False))
    parts = [flag.removesuffix(".port.grpc") for flag in PORT_FLAGS if flag.endswith(".grpc")]
    return [Path(f"/tmp/seaweedfs-{part}-grpc-{numbers.get(f'{part}.port.grpc')}.sock") for part in parts]  # noqa: S108


def write(box: Box, record: Record) -> None:
    """Writes `s3.json` (identities), `security.toml` (tokens and certificates between weed's own parts)."""
    home.make_private(_logs(box), box.user)
    write_identities(box, record)
    _certificates(box)
    box.write("security.toml", seaweed.security(str(box.conf), record.secrets))


def write_identities(box: Box, record: Record) -> str:
    """Writes `s3.json`; returns the secret key by which it is seen that a running server has taken it over.

    A running one keeps an identity that the file does not name, so that the revoked stay there without a key until it
    is started anew (seaweedfs 4.48, MergeS3ApiConfiguration in weed/s3api/auth_credentials.go).
    """
    known = seaweed.identities(record.secrets, record.facts["bucket"])
    for it in credentials.kept(box):
        seaweed.add_link(known, it.user, it.password, record.facts["bucket"], it.rights)
    named = {identity["name"] for identity in known["identities"]}
    revoked = sorted(_names_there(box) - named - {seaweed.GENERATION}) if box.process.pid else []
    known["identities"] += [{"name": name} for name in revoked]
    generation = seaweed.add_generation(known, record.secrets["admin_key"])
    box.write("s3.json", json.dumps(known, indent=1))
    return generation


def _names_there(box: Box) -> set[str]:
    file = box.conf / "s3.json"
    return {identity["name"] for identity in json.loads(file.read_text())["identities"]} if file.exists() else set()


def index(box: Box) -> Path:
    """The filer's: which objects there are, and where (4.48, weed/command/mini.go: the store `leveldb2`)."""
    return box.data / "filerldb2"


def _logs(box: Box) -> Path:
    return box.path / "log"


def _certificates(box: Box) -> None:
    """One certificate for all parts; the authority's key is forgotten, so that there never is a second."""
    if (box.conf / "weed.key").exists():
        return
    authority = trustme.CA(organization_name="infra-kit local")
    issued = authority.issue_cert(LOOPBACK)
    box.write("ca.crt", authority.cert_pem.bytes().decode())
    box.write("weed.crt", b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode())
    box.write("weed.key", issued.private_key_pem.bytes().decode())
