"""Search on Google Cloud: OpenSearch on a machine of Compute Engine, for no service of the cloud speaks its API.

- The machine is the cheapest that has `memory_gb`, of which half is the heap. It has an address, a name and a disk of
  its own: they stay when it is replaced (by another version, other settings, a larger disk), which takes minutes in
  which nothing answers. Another size stops it for as long. See `machines`.
- It speaks TLS, with a certificate of an authority of its own: `ca_certificate`.
- Indexes and users are made by a job in the network (`search_setup`).
- Where the environment keeps backups, the disk has a snapshot a day, for as many days (`search_machine`). They are what
  a power cut would leave, and stay when the disk goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import Network
from infra_kit.components.search import SearchEndpoint, SearchSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.common import certificates, opensearch_node, opensearch_users, passwords
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.opensearch_node import PORT
from infra_kit.providers.common.opensearch_users import User
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import search_machine, search_setup, tunnel
from infra_kit.providers.gcp.grants import Destination, GcpGrant

SUPPORTS = frozenset({features.version(version) for version in opensearch_node.IMAGES})
_A_VENDORS = "or join a cluster that a vendor runs there: Search.existing(name, url='https://user:password@host:9200')"
HINTS = {
    features.READ_REPLICAS: f"it is one machine with one node; set replicas=0 here, {_A_VENDORS}",
    features.HIGH_AVAILABILITY: "it is one machine, which Google starts anew in its zone where what it runs on fails; "
    f"set high_availability=False here, {_A_VENDORS}",
}
CAVEATS = (
    "it is one node on one machine: while that is replaced, or its zone is down, nobody searches. No Backup copies it; "
    "where backups are kept, its disk has a snapshot a day",
)


@dataclass(frozen=True, kw_only=True)
class GcpSearch:
    """What links and what watches it need."""

    network: Network
    destination: Destination
    users: Gathered[User]
    machine: pulumi.Output[str]
    """Its id, once all is set up."""


def create(scope: Scope, spec: SearchSpec) -> SearchEndpoint:
    place = search_machine.place(scope)
    tunnel.let_in(scope, place.destination)
    app, admin = passwords.secret(scope), passwords.password(scope, "admin-password")
    certificate = certificates.server(scope, [place.host])
    told = search_machine.told(scope, place, admin, certificate)
    disk = search_machine.disk(scope, spec, place)
    machine = search_machine.machine(scope, spec, place, disk, told)

    users = opensearch_users.begin(app)
    done = search_setup.run(scope, spec, place, machine, ca=certificate.ca, admin=admin.result, users=users)
    return opensearch_users.endpoint(
        app,
        host=after(place.host, done),
        port=PORT,
        ca=certificate.ca.apply(lambda pem: pem),
        native=GcpSearch(
            network=scope.network,
            destination=place.destination,
            users=users,
            machine=after(machine.instance_id, done),
        ),
    )


def link(scope: Scope, link: Link) -> Grant:
    there = scope.native(link.to, GcpSearch)
    check_same(scope, link, there.network)
    mine = opensearch_users.linked(scope, link, there.users, passwords.of_link(scope, link), port=PORT)
    return mine.grant(native=GcpGrant(destination=there.destination))
