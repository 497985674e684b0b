"""What OpenSearch Service has no API for: a domain's indexes, and the users of its endpoint and of links.

A Lambda function makes them from inside of the network (`lambdas/search_setup.py`), whenever what it is told changes.
It needs no way out of the network, and imports nothing that Python does not have; what it is told is a secret of
Pulumi's state.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import lambda_, opensearch

from infra_kit.component import Scope
from infra_kit.components.search import SearchSpec
from infra_kit.providers.aws import lambdas, network_functions
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.common import opensearch as told
from infra_kit.providers.common.gathered import Gathered

PORT = 443


@dataclasses.dataclass(frozen=True, kw_only=True)
class User:
    """Whom the domain lets in."""

    name: str
    password: pulumi.Output[str]
    """Secret."""
    access: str
    indexes: Sequence[str] = ()


def run(
    scope: Scope,
    spec: SearchSpec,
    domain: opensearch.Domain,
    *,
    inside: Inside,
    after: Sequence[pulumi.Resource],
    master: pulumi.Output[str],
    users: Gathered[User],
) -> lambda_.Invocation:
    """Has the domain set up, from `inside` once what it needs stands (`after`). What needs the users or the
    indexes waits for it."""
    does = "Makes the indexes and users of Search"
    function = network_functions.create(scope, "setup", "search_setup", does, inside, code=_code())
    wanted = dumps(
        {
            "host": domain.endpoint,
            "username": told.ADMIN,
            "password": master,
            "mark": told.MARK,
            "security": told.SECURITY,
            "users": users.then(lambda found: sorted(user.name for user in found)),
            "calls": users.then(lambda found: _calls(spec, found)),
        }
    )
    return scope.resource(
        "setup-run",
        lambda_.Invocation,
        function_name=function.name,
        input=pulumi.Output.secret(wanted),
        triggers={"code": function.code_sha256},
        depends_on=after,
    )


def _calls(spec: SearchSpec, users: Sequence[User]) -> pulumi.Output[list[Mapping[str, Any]]]:
    by_name = sorted(users, key=lambda user: user.name)

    def all_of_it(passwords: Sequence[str]) -> list[Mapping[str, Any]]:
        lets_in = [
            call
            for user, password in zip(by_name, passwords, strict=True)
            for call in told.user(user.name, password, user.access, user.indexes)
        ]
        return [dataclasses.asdict(call) for call in [*told.indexes(spec), *lets_in]]

    return pulumi.Output.all(*(user.password for user in by_name)).apply(all_of_it)


def _code() -> pulumi.AssetArchive:
    name = "search_setup.py"
    return pulumi.AssetArchive({name: pulumi.FileAsset(str(Path(lambdas.__path__[0]) / name))})
