"""Search on AWS: a domain of OpenSearch Service, in the network, with users of its own.

- It is spoken to by HTTPS with a user and a password, as anywhere: fine-grained access control with the domain's own
  users (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html). Its resource policy lets
  everybody in who is in the network and whom its security group lets in, for who signs no request is nobody to IAM.
  Indexes and users are made by a function (`search_setup`).
- Nodes are the cheapest that have `memory_gb`, of which OpenSearch Service gives half to the heap.
- `high_availability`: in the network's zones, three at most. Where it has two, three dedicated nodes decide who leads:
  the service spreads them over three zones by itself
  (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-dedicatedmasternodes.html).
- The service takes a snapshot an hour and keeps 14 days of them; they go with the domain, which is retained where data
  is (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html).
- A domain stays encrypted as it was made: with a key of its own where the environment had own keys then.
- An account whose first domain this is must have the service's own role:
  `aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com`.
- Why no logs of its own (CKV_AWS_84, CKV_AWS_317): they need a resource policy of CloudWatch Logs, of which a region
  has ten (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html). Why none of
  CKV_AWS_318 and CKV2_AWS_59 (three dedicated nodes, everywhere): they are due where a zone may fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_aws import opensearch

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import Network
from infra_kit.components.search import DEFAULT_VERSION, SearchEndpoint, SearchSpec, Version
from infra_kit.errors import SpecError
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import identity, keys, network_functions, policies, search_setup, sizes, tunnel
from infra_kit.providers.aws.documents import Text
from infra_kit.providers.aws.grants import AwsGrant, Opening
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.aws.search_setup import PORT
from infra_kit.providers.aws.security import database_group
from infra_kit.providers.common import opensearch_users
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.opensearch import ADMIN
from infra_kit.providers.common.opensearch_users import User
from infra_kit.providers.common.passwords import LENGTH
from infra_kit.providers.common.sizes import Size, choose
from infra_kit.providers.common.waiting import after

ENGINES: Mapping[Version, str] = {"2": "OpenSearch_2.19", "3": "OpenSearch_3.3"}
"""https://docs.aws.amazon.com/opensearch-service/latest/developerguide/what-is.html#choosing-version"""

SUPPORTS = frozenset(
    {features.READ_REPLICAS, features.HIGH_AVAILABILITY} | {features.version(version) for version in ENGINES}
)
HINTS: Mapping[features.Feature, str] = {}

MOST_STORAGE = {
    "t3.small.search": 100,
    "t3.medium.search": 200,
    "m7g.large.search": 768,
    "r7g.large.search": 1536,
    "r7g.xlarge.search": 3072,
}
"""GiB of gp3 by node (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html#ebsresource)."""
LEADERS = {"dedicated_master_enabled": True, "dedicated_master_type": "m7g.medium.search", "dedicated_master_count": 3}
MOST_ZONES = 3
METHODS = ("Delete", "Get", "Head", "Patch", "Post", "Put")
TLS = "Policy-Min-TLS-1-2-PFS-2023-10"
NAME_LENGTH = 28
"""https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html"""
MARK_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class AwsSearch:
    """What links need of a domain, and what it is measured by."""

    network: Network
    group: pulumi.Output[str]
    users: Gathered[User]
    domain: opensearch.Domain
    account: pulumi.Output[str]


def create(scope: Scope, spec: SearchSpec) -> SearchEndpoint:
    network = scope.native(scope.network, AwsNetwork)
    app = password(scope, "password")
    users = opensearch_users.begin(app)
    clients, way = network_functions.client_group(scope, network, PORT)
    group = database_group(scope, network, PORT, clients)
    tunnel.let_in(scope, group, PORT)
    key = keys.key_arn(scope, services=[keys.LOGS])
    master = password(scope, "admin-password")
    domain = _domain(scope, spec, network, group, key=key, master=master)
    done = search_setup.run(
        scope,
        spec,
        domain,
        inside=Inside(network=network, group=clients, key=key),
        after=[way],
        master=master,
        users=users,
    )
    return opensearch_users.endpoint(
        app,
        host=after(domain.endpoint, done),
        port=PORT,
        ca=pulumi.Output.from_input(None),
        native=AwsSearch(
            network=scope.network, group=group, users=users, domain=domain, account=identity.account(scope)
        ),
    )


def link(scope: Scope, link: Link) -> Grant:
    there = scope.native(link.to, AwsSearch)
    check_same(scope, link, there.network)
    secret = password(scope.within(link.to), f"{scope.name}-link-{link.key}-password")
    mine = opensearch_users.linked(scope, link, there.users, secret, port=PORT)
    return mine.grant(native=AwsGrant(opening=Opening(group=there.group, port=PORT)))


def password(scope: Scope, role: str) -> pulumi.Output[str]:
    """With a letter of each kind, as the service wants it. Secret."""
    made = scope.resource(
        role,
        random.RandomPassword,
        length=LENGTH,
        override_special="-_",
        min_lower=1,
        min_upper=1,
        min_numeric=1,
        min_special=1,
    )
    secret: pulumi.Output[str] = pulumi.Output.secret(made.result)
    return secret


def _domain(
    scope: Scope,
    spec: SearchSpec,
    network: AwsNetwork,
    group: pulumi.Output[str],
    *,
    key: pulumi.Output[str] | None,
    master: pulumi.Output[str],
) -> opensearch.Domain:
    size, name = _size(scope, spec), _name(scope)
    subnets = _subnets(scope, spec, network)
    return scope.resource(
        "domain",
        opensearch.Domain,
        stateful=True,
        retain_on_delete=True,
        patience="2h",
        domain_name=name,
        access_policies=_policy(scope, name),
        engine_version=ENGINES[spec.version or DEFAULT_VERSION],
        cluster_config={"instance_type": size.name, "instance_count": spec.nodes, **_zones(spec, len(subnets))},
        ebs_options={"ebs_enabled": True, "volume_type": "gp3", "volume_size": spec.storage_gb},
        vpc_options={"subnet_ids": subnets, "security_group_ids": [group]},
        encrypt_at_rest={"enabled": True, "kms_key_id": key},
        node_to_node_encryption={"enabled": True},
        domain_endpoint_options={"enforce_https": True, "tls_security_policy": TLS},
        advanced_security_options={
            "enabled": True,
            "internal_user_database_enabled": True,
            "master_user_options": {"master_user_name": ADMIN, "master_user_password": master},
        },
        software_update_options={"auto_software_update_enabled": True},
        # The service encrypts no domain anew: with another key it would be another, empty one.
        ignore_changes=["encryptAtRest"],
        tags=scope.tags,
    )


def _name(scope: Scope) -> pulumi.Output[str]:
    """Of the domain, for the service's limit is too short for an automatic one."""
    start = scope.name[: NAME_LENGTH - 2 * MARK_BYTES - 1].rstrip("-")
    mark = scope.resource(
        "domain-name",
        random.RandomId,
        byte_length=MARK_BYTES,
        prefix=f"{start}-",
        ignore_changes=["prefix"],  # a component that is renamed would get another domain
    )
    return mark.hex


def _size(scope: Scope, spec: SearchSpec) -> Size:
    size = choose(scope, sizes.OPENSEARCH, memory_gb=spec.memory_gb)
    if spec.storage_gb > MOST_STORAGE[size.name]:
        raise SpecError(
            f"{scope.what}: storage_gb: given {spec.storage_gb}; a node of {size.name} has {MOST_STORAGE[size.name]} "
            "GiB at most. Ask for more memory_gb, which brings a larger node, or for more replicas and shards."
        )
    return size


def _subnets(scope: Scope, spec: SearchSpec, network: AwsNetwork) -> list[pulumi.Output[str]]:
    ids = network.data(scope)
    if not spec.high_availability:
        return ids[:1]
    if len(ids) == 1:
        raise SpecError(
            f"{scope.what}: high_availability: the nodes stand in several zones, and the network has one. Give it a "
            "Network(zones=2), or set high_availability=False."
        )
    return ids[:MOST_ZONES]


def _zones(spec: SearchSpec, zones: int) -> dict[str, Any]:
    if not spec.high_availability:
        return {}
    aware = {"zone_awareness_enabled": True, "zone_awareness_config": {"availability_zone_count": zones}}
    return {**aware, **(LEADERS if zones < MOST_ZONES else {})}


def _policy(scope: Scope, name: pulumi.Output[str]) -> pulumi.Output[str]:
    """Everybody who reaches it: who does, its security group says, and what they may, their user."""
    place: list[pulumi.Input[str]] = [
        identity.partition(scope),
        ":es:",
        identity.region(scope),
        ":",
        identity.account(scope),
    ]
    anybody = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"es:ESHttp{method}" for method in METHODS],
        "Resource": Text("arn:", *place, ":domain/", name, "/*"),
    }
    return policies.document([anybody])
