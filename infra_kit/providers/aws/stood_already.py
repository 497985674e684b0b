"""The way to a database that stood already: none is made, and the plan says where there may be none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pulumi

from infra_kit.component import Scope
from infra_kit.links import Link
from infra_kit.providers.common.stood_already import is_public, places


def say(scope: Scope, linked: Sequence[Link]) -> None:
    """Warns of each link to a database that no network made here leads to, unless the internet does for certain."""
    if scope.network.stands_already:
        return
    for link in linked:
        if link.to.stands_already:
            places(link).apply(partial(_say, scope, link))


def _say(scope: Scope, link: Link, found: Sequence[tuple[str, int]]) -> None:
    if private := sorted({host for host, _ in found if not is_public(host)}):
        pulumi.log.warn(
            f"{scope.what}: links: {link} stood already ({', '.join(private)}), and {scope.network.name!r} is a "
            "network made here: it leads there only if the database has a public address. Where it has none, give "
            "what is linked to it its network: network=Network.existing(…), and have its security group let them in.",
            scope.parent,
        )
