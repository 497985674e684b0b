"""A link to a bus of NATS on virtual machines: a user of its own among whom the servers let in."""

from __future__ import annotations

from dataclasses import replace

import pulumi

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint
from infra_kit.links import Link
from infra_kit.providers.common import nats, nats_cluster, passwords
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.nats_cluster import User


def endpoint(scope: Scope, link: Link, users: Gathered[User]) -> EventBusEndpoint:
    """The bus's, as who has the link. `users`: gets its user."""
    secret = passwords.of_link(scope, link)
    name = user_name(scope.name, link)
    users.add(User(name=name, password=secret, rights=nats.link_rights(link)))
    there: EventBusEndpoint = link.to.endpoint
    return replace(
        there,
        username=pulumi.Output.from_input(name),
        password=secret,
        url=nats_cluster.url(name, secret, there.host),
        inbox_prefix=pulumi.Output.from_input(nats.inbox(name)),
    )
