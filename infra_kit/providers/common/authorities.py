"""The authorities that sign a cloud's servers, out of the bundle of all regions."""

from __future__ import annotations

import re
import ssl


def of_region(bundle: str, region: str) -> str:
    """The certificates of a region's authorities of RDS, which carry its name; all there are where none does."""
    all_ = re.findall("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", bundle, re.DOTALL)
    name = f"Amazon RDS {region} ".encode()
    return "".join([pem for pem in all_ if name in ssl.PEM_cert_to_DER_cert(pem)] or all_)
