"""Where something stands that stood already, e.g. a database: all that is known of it is what its URLs say."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pulumi

from infra_kit.links import Link

PORT = 5432
"""Of Postgres, whose URLs have several schemes."""
PORTS = {
    "https": 443, "http": 80, "mongodb": 27017, "mongodb+srv": 27017, "rediss": 6379, "redis": 6379, "smtp": 587,
    "smtps": 465,
}  # fmt: skip
"""Of all else, where a URL names none."""
URLS = ("url", "reader_url", "pooled_url")


def places(link: Link) -> pulumi.Output[list[tuple[str, int]]]:
    """The hosts and ports that its URLs name. Where it is, is no secret; the password stays behind."""
    there = link.to.endpoint
    urls = pulumi.Output.all(*(getattr(there, name) for name in URLS if hasattr(there, name)))
    return pulumi.Output.unsecret(urls.apply(lambda found: sorted({_place(url) for url in found})))


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return str(parts.hostname), parts.port or PORTS.get(parts.scheme, PORT)


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(host: str) -> bool:
    """Whether it is an address of the internet; where a name leads, nobody knows before it is asked."""
    return is_address(host) and ipaddress.ip_address(host).is_global
