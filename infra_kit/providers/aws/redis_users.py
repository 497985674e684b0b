"""The users of a cache: ElastiCache's role-based access control.

A cache has its user group from the start, because a token (AUTH), which knows no users, could not be had beside it. The
group's members are known once the program has been read: the endpoint's own user, and one a link.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""

from __future__ import annotations

import dataclasses
from functools import partial

import pulumi
import pulumi_random as random
from pulumi_aws import elasticache

from infra_kit.component import Scope
from infra_kit.components.redis import RedisEndpoint
from infra_kit.links import Grant, Link
from infra_kit.naming import fit
from infra_kit.providers.aws.grants import AwsGrant, Opening
from infra_kit.providers.common import urls
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.valkey import APP, READING

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


def grant(scope: Scope, link: Link, users: Users, opening: Opening) -> Grant:
    known: RedisEndpoint = link.to.endpoint
    secret = pulumi.Output.secret(password(scope, f"link-{link.key}-password").result)
    # Of a user of a stack there is one for a consumer and a link.
    name = fit(f"{scope.name}.{link.key}")
    user = _user(scope, f"link-{link.key}-user", name, mark=users.mark, access=ACCESS[link.access[0]], secret=secret)
    users.members.add(user)
    as_user = partial(urls.as_user, username=user.user_name, password=secret)
    mine = dataclasses.replace(
        known,
        username=user.user_name,
        password=secret,
        url=as_user(known.url),
        reader_url=as_user(known.reader_url),
    )
    return mine.grant(native=AwsGrant(opening=opening), depends_on=[users.group])
