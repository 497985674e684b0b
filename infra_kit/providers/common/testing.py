"""What a recorded program (`infra_kit.testing`) gets from the packages that several targets use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _random_id(inputs: Mapping[str, Any]) -> dict[str, str]:
    return {"hex": f"{inputs.get('prefix', '')}{'c0' * int(inputs['byteLength'])}"}


def _pem(what: str) -> str:
    return f"-----BEGIN {what}-----\nrecorded\n-----END {what}-----\n"


OUTPUTS = {
    "random:index/randomId:RandomId": _random_id,
    "random:index/randomPassword:RandomPassword": {"result": "recorded-password", "bcryptHash": "$2a$10$recorded"},
    "tls:index/certRequest:CertRequest": {"certRequestPem": _pem("CERTIFICATE REQUEST")},
    "tls:index/locallySignedCert:LocallySignedCert": {"certPem": _pem("CERTIFICATE")},
    "tls:index/privateKey:PrivateKey": {
        "privateKeyPem": _pem("EC PRIVATE KEY"),
        "privateKeyPemPkcs8": _pem("PRIVATE KEY"),
    },
    "tls:index/selfSignedCert:SelfSignedCert": {"certPem": _pem("CERTIFICATE")},
}
