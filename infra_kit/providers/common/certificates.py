"""Certificates of servers that only their own clients speak to, of an authority that is theirs alone.

They last ten years: what trusts the authority is deployed by the same `up` that would make another one. The last of
them is when an `up` makes new ones. Their keys are in the state as passwords are: secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_tls as tls

from infra_kit.component import Scope

YEAR_HOURS = 8760
LASTS = 10 * YEAR_HOURS
_CURVE: dict[str, Any] = {"algorithm": "ECDSA", "ecdsa_curve": "P256"}


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """PEM, all of it."""

    ca: pulumi.Output[str]
    pem: pulumi.Output[str]
    key: pulumi.Output[str]
    """Secret."""
    key_pkcs8: pulumi.Output[str]
    """The same key in PKCS #8, which Java reads. Secret."""


def server(scope: Scope, names: Sequence[pulumi.Input[str]]) -> Certificate:
    """For servers of these names, as which they are asked and ask each other."""
    ca_key = scope.resource("ca-key", tls.PrivateKey, **_CURVE)
    ca = scope.resource(
        "ca",
        tls.SelfSignedCert,
        private_key_pem=ca_key.private_key_pem,
        subject={"common_name": f"{scope.target.app} {scope.name}"[:64]},
        is_ca_certificate=True,
        allowed_uses=["cert_signing", "crl_signing"],
        validity_period_hours=LASTS,
        early_renewal_hours=YEAR_HOURS,
    )
    key = scope.resource("tls-key", tls.PrivateKey, **_CURVE)
    request = scope.resource(
        "tls-request",
        tls.CertRequest,
        private_key_pem=key.private_key_pem,
        subject={"common_name": scope.name},
        dns_names=list(names),
    )
    signed = scope.resource(
        "tls-certificate",
        tls.LocallySignedCert,
        cert_request_pem=request.cert_request_pem,
        ca_private_key_pem=ca_key.private_key_pem,
        ca_cert_pem=ca.cert_pem,
        allowed_uses=["digital_signature", "key_agreement", "server_auth", "client_auth"],
        validity_period_hours=LASTS,
        early_renewal_hours=YEAR_HOURS,
    )
    return Certificate(
        ca=ca.cert_pem,
        pem=signed.cert_pem,
        key=pulumi.Output.secret(key.private_key_pem),
        key_pkcs8=pulumi.Output.secret(key.private_key_pem_pkcs8),
    )
