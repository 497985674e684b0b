"""The configuration of an OpenSearch server."""

from __future__ import annotations

from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization

from infra_kit.providers.common import opensearch
from infra_kit.providers.local import home, opensearch_build
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK


def settings(box: Box, record: Record) -> dict[str, str]:
    """By name. No secret among them: they stand in the server's arguments, for what it is started with tells whether
    it must start anew."""
    http, transport = record.ports
    return {
        "cluster.name": box.name,
        "node.name": box.name,
        "discovery.type": "single-node",
        "network.host": LOOPBACK,
        "http.port": str(http),
        "transport.port": str(transport),
        "path.data": str(box.data),
        "path.logs": str(box.path),
        "plugins.security.ssl.http.enabled": "false",
        "plugins.security.ssl.transport.pemcert_filepath": "node.crt",
        "plugins.security.ssl.transport.pemkey_filepath": "node.key",
        "plugins.security.ssl.transport.pemtrustedcas_filepath": "ca.crt",
        "plugins.security.allow_default_init_securityindex": "true",
        "plugins.security.restapi.roles_enabled": "all_access",
        "plugins.security.audit.type": "noop",
    }


def write(box: Box, record: Record) -> Path:
    """Writes how it logs, its certificates, and what the security plugin begins with. Returns their folder, to which
    the server adds files of its own."""
    folder = _folder(box)
    home.make_private(folder, box.user)
    home.write_private(folder / "log4j2.properties", opensearch.LOG, box.user)
    _certificates(box)
    _users(box, record)
    return folder


def scratch(box: Box) -> Path:
    """For what Java puts into a temporary folder."""
    folder = box.path / "tmp"
    home.make_private(folder, box.user)
    return folder


def _folder(box: Box) -> Path:
    return box.path / "config"


def _certificates(box: Box) -> None:
    """Between nodes, of which there is one; the plugin asks for it. The authority's key is forgotten."""
    folder = _folder(box)
    if (folder / "node.key").exists():
        return
    authority = trustme.CA(organization_name="infra-kit local")
    issued = authority.issue_cert(LOOPBACK)
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    pkcs8 = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    for name, content in {"ca.crt": authority.cert_pem.bytes(), "node.crt": chain, "node.key": pkcs8}.items():
        home.write_private(folder / name, content.decode(), box.user)


def _users(box: Box, record: Record) -> None:
    """What an empty server begins with: the plugin's own roles, and the administrator alone. From then on the server
    keeps its users itself, in its data."""
    folder = _folder(box) / "opensearch-security"
    if (folder / "internal_users.yml").exists():
        return
    import bcrypt  # noqa: PLC0415  only whoever makes one needs it

    home.make_private(folder, box.user)
    for file in (opensearch_build.home() / "plugins" / "opensearch-security" / "config").glob("*.yml"):
        home.write_private(folder / file.name, file.read_text(), box.user)
    digest = bcrypt.hashpw(record.secrets["admin"].encode(), bcrypt.gensalt()).decode()
    home.write_private(folder / "internal_users.yml", opensearch.first_users(digest), box.user)
