"""The zone of a product's names, where its stack has one."""

import pulumi

from infra_kit import Domain
from stacks.config import system


def own_zones(key: str = "zone") -> list[Domain]:
    """`<system>:zone: shop.example`: in it the edges' names get their records. None: somebody else sets those.

    Exported is what its owner sets: name servers at the registrar, or on a host, which has no DNS, all the records.
    """
    domain = pulumi.Config(system()).get(key)
    if not domain:
        return []
    zone = Domain("zone", domain=domain)
    pulumi.export("name_servers", zone.name_servers)
    pulumi.export("dns_records", zone.to_set)
    return [zone]
