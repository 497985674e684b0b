"""A node of OpenSearch in a container of its image, wherever a host or a machine runs one.

The image's own set-up, which knows demonstration passwords, is not run: `opensearch_node.sh` starts the server. It
finds the node's files in /run/infra-kit, and keeps what is searched at `DATA`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources

from infra_kit.components.search import Version
from infra_kit.providers.common.opensearch import LOG

REPOSITORY = "opensearchproject/opensearch"
IMAGES: Mapping[Version, tuple[str, str]] = {
    # Of three projects, in three files.
    "2": ("2.19.3", "e96cc6ae1500a073d973c0906f30f7cf4d9c461f32f855f9242a2da933660cdd"),
    # Of seven projects, in eight files; two others pin another digest under the same tag, and one this under 3.7.0.
    "3": ("3.8.0", "bcc1797519726ceb6d651d4a3e60b7c30da91793914a8dfe75fd441d4f641509"),
}
"""Tag and digest, by major version: pinned as `providers/vps/images.py` says."""

PORT = 9200
USER = "1000:1000"
"""The image's own user `opensearch`, which owns its folder of data
(https://github.com/opensearch-project/opensearch-build, docker/release/dockerfiles)."""
DATA = "/usr/share/opensearch/data"
START = "opensearch.sh"
"""Of `files`, what the container runs."""
SERVER = "opensearch_server.sh"
"""What a virtual machine that runs one does, beside what all do: see `machine_scripts`."""
CERTIFICATE, KEY, AUTHORITY = "server.pem", "server-key.pem", "ca.pem"
"""The files with which it speaks TLS. The key is in PKCS #8."""

_SETTINGS = {
    "cluster.name": "search",
    "discovery.type": "single-node",
    "http.host": "0.0.0.0",  # noqa: S104  who reaches it, its networks say
    "transport.host": "127.0.0.1",
    "path.data": f"{DATA}/nodes",
    "path.logs": "/tmp",  # noqa: S108  in memory: the log is the container's
    **{
        f"plugins.security.ssl.transport.{store}_{what}": value
        for store, file in {"keystore": "node.p12", "truststore": "trust.p12"}.items()
        for what, value in {"type": "PKCS12", "filepath": file, "password": "changeit"}.items()
    },
    "plugins.security.ssl.transport.enforce_hostname_verification": False,
    "plugins.security.nodes_dn": ["CN=node"],
    "plugins.security.allow_default_init_securityindex": True,
    "plugins.security.restapi.roles_enabled": ["all_access"],
    "plugins.security.audit.type": "noop",
}
_HTTP = "plugins.security.ssl.http"
_TLS = {"pemcert": CERTIFICATE, "pemkey": KEY, "pemtrustedcas": AUTHORITY}


def files(*, tls: bool = False) -> dict[str, str]:
    """What it starts with, by name, but for what is secret: `internal_users.yml` (`opensearch.first_users`), and where
    it speaks `tls` its certificate, key and authority."""
    start = resources.files(__package__).joinpath("opensearch_node.sh").read_text()
    return {"opensearch.yml": settings(tls=tls), "log4j2.properties": LOG, START: start}


def settings(*, tls: bool) -> str:
    """opensearch.yml (https://docs.opensearch.org/latest/security/configuration/tls/)."""
    http = {f"{_HTTP}.{what}_filepath": file for what, file in _TLS.items()} if tls else {}
    told = {**_SETTINGS, f"{_HTTP}.enabled": tls, **http}
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in told.items())
