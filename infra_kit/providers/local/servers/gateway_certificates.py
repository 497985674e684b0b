"""The gateway's certificate: by an authority of its own, which stays for its whole life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import trustme
from cryptography import x509

from infra_kit.providers.local.box import Box

VALID = timedelta(days=365)
"""Below the 398 days that browsers take (https://support.apple.com/en-us/102028)."""
RENEWED = timedelta(days=60)
"""Before it ends, by the next `up`."""
AUTHORITY, AUTHORITY_KEY, CERTIFICATE, KEY = "ca.crt", "ca.key", "server.crt", "server.key"


def ensure(box: Box, names: Sequence[str]) -> None:
    """Writes the authority where there is none yet, and a certificate where it is due."""
    if not due(box, names):
        return
    authority = _authority(box)
    now = datetime.now(UTC)
    issued = authority.issue_cert(*names, not_before=now - timedelta(days=1), not_after=now + VALID)
    box.write(KEY, issued.private_key_pem.bytes().decode())
    box.write(CERTIFICATE, b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode())


def due(box: Box, names: Sequence[str]) -> bool:
    """Whether there is no certificate of these names, or one that ends soon."""
    if not (box.conf / CERTIFICATE).exists():
        return True
    standing = x509.load_pem_x509_certificate((box.conf / CERTIFICATE).read_bytes())
    known = standing.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(name.value) for name in known}
    return covered != set(names) or standing.not_valid_after_utc < datetime.now(UTC) + RENEWED


def _authority(box: Box) -> trustme.CA:
    certificate, key = box.conf / AUTHORITY, box.conf / AUTHORITY_KEY
    if certificate.exists():
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    authority = trustme.CA(organization_name="infra-kit local")
    box.write(AUTHORITY_KEY, authority.private_key_pem.bytes().decode())
    box.write(AUTHORITY, authority.cert_pem.bytes().decode())
    return authority
