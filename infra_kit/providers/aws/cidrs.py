"""How a network's range is cut: each tier has a quarter, each zone its place in it, by letter.

The last quarter is left free, for a tier to come. A zone's range follows from its letter alone, so adding or removing
another zone moves nothing that stands.
"""

from __future__ import annotations

import ipaddress
from string import ascii_lowercase

from infra_kit.components.network import Tier

TIERS: tuple[Tier, ...] = ("public", "private", "isolated")

SMALLEST = 28
"""AWS makes no smaller subnet (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html)."""

ZONES_BITS = 3
"""Eight zones in a quarter: no region has more letters in use than us-east-1, a to f."""


def letters(cidr: str) -> str:
    """The letters of the zones that have a place in this range: `abcdefgh`; in a /24, `abcd`."""
    return ascii_lowercase[: 2 ** _zone_bits(ipaddress.IPv4Network(cidr))]


def block(cidr: str, tier: Tier, letter: str) -> str:
    """The range of a tier's subnet in a zone: of a /16, a /21 (2,043 addresses to use); of a /24, a /28 (11)."""
    network = ipaddress.IPv4Network(cidr)
    bits = _zone_bits(network)
    place = (TIERS.index(tier) << bits) + ascii_lowercase.index(letter)
    size = 2 + bits
    start = int(network.network_address) + (place << (32 - network.prefixlen - size))
    return str(ipaddress.IPv4Network((start, network.prefixlen + size)))


def _zone_bits(network: ipaddress.IPv4Network) -> int:
    return min(ZONES_BITS, SMALLEST - 2 - network.prefixlen)
