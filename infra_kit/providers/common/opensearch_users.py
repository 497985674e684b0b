"""Whom an OpenSearch of a cloud lets in: the user of its endpoint, and one for each link to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.components.search import SearchEndpoint, SearchSpec
from infra_kit.links import Link
from infra_kit.providers.common import opensearch, urls
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.link_users import user_name


@dataclasses.dataclass(frozen=True, kw_only=True)
class User:
    """One that is let in."""

    name: str
    password: pulumi.Output[str]
    """Secret."""
    access: str
    indexes: Sequence[str] = ()


def begin(password: pulumi.Output[str]) -> Gathered[User]:
    """With the user of the endpoint."""
    users: Gathered[User] = Gathered("links")
    users.add(User(name=opensearch.APP, password=password, access=opensearch.APP))
    return users


def endpoint(
    password: pulumi.Output[str],
    *,
    host: pulumi.Output[str],
    port: int,
    ca: pulumi.Output[str | None],
    native: object,
) -> SearchEndpoint:
    """Of what speaks TLS. `host`: once all is set up."""
    return SearchEndpoint(
        host=host,
        port=pulumi.Output.from_input(port),
        username=pulumi.Output.from_input(opensearch.APP),
        password=password,
        tls=pulumi.Output.from_input(val=True),
        ca_certificate=ca,
        url=_url(opensearch.APP, password, host, port),
        native=native,
    )


def linked(
    scope: Scope, link: Link, users: Gathered[User], password: pulumi.Output[str], *, port: int
) -> SearchEndpoint:
    """The endpoint, as who has the link. `users`: gets its user."""
    name = user_name(scope.name, link)
    users.add(User(name=name, password=password, access=link.access[0], indexes=link.only.get("indexes", ())))
    there: SearchEndpoint = link.to.endpoint
    return dataclasses.replace(
        there,
        username=pulumi.Output.from_input(name),
        password=password,
        url=_url(name, password, there.host, port),
    )


def told(spec: SearchSpec, admin: pulumi.Output[str], users: Gathered[User]) -> dict[str, Any]:
    """What `opensearch_setup` is told. `admin`: the password of who tells it."""
    return {
        "username": opensearch.ADMIN,
        "password": admin,
        "mark": opensearch.MARK,
        "security": opensearch.SECURITY,
        "users": users.then(lambda found: sorted(user.name for user in found)),
        "calls": users.then(lambda found: _calls(spec, found)),
    }


def _calls(spec: SearchSpec, users: Sequence[User]) -> pulumi.Output[list[Mapping[str, Any]]]:
    by_name = sorted(users, key=lambda user: user.name)

    def all_of_it(passwords: Sequence[str]) -> list[Mapping[str, Any]]:
        lets_in = [
            call
            for user, password in zip(by_name, passwords, strict=True)
            for call in opensearch.user(user.name, password, user.access, user.indexes)
        ]
        return [dataclasses.asdict(call) for call in [*opensearch.indexes(spec), *lets_in]]

    return pulumi.Output.all(*(user.password for user in by_name)).apply(all_of_it)


def _url(username: str, secret: pulumi.Output[str], host: pulumi.Output[str], port: int) -> pulumi.Output[str]:
    return urls.url("https", username=username, password=secret, host=host, port=port)
