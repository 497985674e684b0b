"""The users of a cache: ElastiCache's role-based access control.

A cache has its user group from the start, because a token (AUTH), which knows no users, could not be had beside it. The
group's members are known once the program has been read: the endpoint's own user, and one a link.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""

from __future__ import annotations

import dataclasses

import pulumi
import pulumi_random as random
from pulumi_aws import elasticache

from infra_kit.component import Scope
from infra_kit.links import Link
from infra_kit.naming import fit
from infra_kit.providers.common import passwords, urls
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.valkey import APP, READING

PORT = 6379
ENGINE = "valkey"
SUFFIX_BYTES = 3
EVERYTHING = "on ~* &* +@all"
"""What a managed cache keeps for itself, nobody gets, whatever the rules say; they may not name it."""
ACCESS = {"read": f"on ~* &* {' '.join(READING)}", "readwrite": EVERYTHING}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Users:
    group: elasticache.UserGroup
    mark: pulumi.Output[str]
    """Of this cache alone: ids of users are an account's, and have no automatic name."""
    members: Gathered[elasticache.User]


def create(scope: Scope, secret: pulumi.Output[str]) -> Users:
    """The group, with the endpoint's user, whose password is `secret`."""
    mark = scope.resource("users-id", random.RandomId, byte_length=SUFFIX_BYTES, prefix="c").hex
    members: Gathered[elasticache.User] = Gathered("links")
    members.add(_user(scope, "user", APP, mark=mark, access=EVERYTHING, secret=secret))
    group = scope.resource(
        "users",
        elasticache.UserGroup,
        engine=ENGINE,
        user_group_id=pulumi.Output.concat(mark, "-users"),
        user_ids=members.then(lambda users: [user.user_id for user in users]),
        tags=scope.tags,
    )
    return Users(group=group, mark=mark, members=members)


def _user(
    scope: Scope, role: str, name: str, *, mark: pulumi.Output[str], access: str, secret: pulumi.Output[str]
) -> elasticache.User:
    return scope.resource(
        role,
        elasticache.User,
        engine=ENGINE,
        user_id=pulumi.Output.concat(mark, "-", name),
        user_name=name,
        access_string=access,
        authentication_mode={"type": "password", "passwords": [secret]},
        tags=scope.tags,
    )


def of_link(scope: Scope, link: Link, users: Users) -> tuple[str, pulumi.Output[str]]:
    """The user of a link and its password, secret."""
    beside = scope.within(link.to)
    secret = passwords.of_link(scope, link)
    # Of a stack's names, one consumer and one of its links have this one.
    name = fit(f"{scope.name}.{link.key}")
    role = f"{scope.name}-link-{link.key}-user"
    users.members.add(_user(beside, role, name, mark=users.mark, access=ACCESS[link.access[0]], secret=secret))
    return name, secret


def url(host: pulumi.Output[str], name: str, secret: pulumi.Output[str]) -> pulumi.Output[str]:
    return urls.url("rediss", username=name, password=secret, host=host, port=PORT)
