"""The dynamic resources of the local target. Their type tokens stand in every state file: never rename them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar, cast

import pulumi
from pulumi.dynamic import Resource

from infra_kit._dynamic import Provider
from infra_kit.component import Scope
from infra_kit.errors import ConfigError
from infra_kit.links import Link
from infra_kit.naming import child
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.local import home
from infra_kit.providers.local.settings import LocalSettings

R = TypeVar("R", bound="ServerResource")


class ServerResource(Resource, module="infra-kit", name="Server"):
    public: pulumi.Output[Mapping[str, Any]]
    """What is no secret of the endpoint."""
    private: pulumi.Output[Mapping[str, Any]]
    """What is secret of it."""

    LISTENS: ClassVar[bool] = True
    """At a port, which the settings may choose."""

    def __init__(self, resource_name: str, *, opts: pulumi.ResourceOptions, **props: Any) -> None:
        secret = pulumi.ResourceOptions(additional_secret_outputs=["private"])
        bag = {**props, "public": None, "private": None}
        super().__init__(Provider(), resource_name, bag, pulumi.ResourceOptions.merge(opts, secret))


class PostgresServer(ServerResource, module="infra-kit", name="PostgresServer"):
    """A PostgreSQL server that takes writes."""


class PostgresReplica(ServerResource, module="infra-kit", name="PostgresReplica"):
    """A PostgreSQL server that follows another: it holds no data of its own."""


class RedisServer(ServerResource, module="infra-kit", name="RedisServer"):
    """A Valkey server that takes writes."""


class RedisReplica(ServerResource, module="infra-kit", name="RedisReplica"):
    """A Valkey server that follows another: it holds no data of its own."""


class ObjectStoreServer(ServerResource, module="infra-kit", name="ObjectStoreServer"):
    """A SeaweedFS server with one bucket."""


class EventBusServer(ServerResource, module="infra-kit", name="EventBusServer"):
    """A NATS server with JetStream."""


class SearchServer(ServerResource, module="infra-kit", name="SearchServer"):
    """An OpenSearch server."""


class DocumentStoreServer(ServerResource, module="infra-kit", name="DocumentStoreServer"):
    """A server of MongoDB's protocol with one database."""


class CdnServer(ServerResource, module="infra-kit", name="CdnServer"):
    """An nginx that caches."""


class GatewayServer(ServerResource, module="infra-kit", name="GatewayServer"):
    """An nginx that services are reached through."""


class ServiceServer(ServerResource, module="infra-kit", name="ServiceServer"):
    """Instances of a program behind an nginx, under a supervisor. With volumes it holds data."""


class WorkerServer(ServerResource, module="infra-kit", name="WorkerServer"):
    """Instances of a program under a supervisor. With volumes it holds data."""

    LISTENS = False


class JobServer(ServerResource, module="infra-kit", name="JobServer"):
    """Runs of a program under a supervisor. With volumes it holds data."""

    LISTENS = False


class AlertsServer(ServerResource, module="infra-kit", name="AlertsServer"):
    """A checker of what is watched, under a supervisor."""

    LISTENS = False


class DashboardServer(ServerResource, module="infra-kit", name="DashboardServer"):
    """A page with figures, under a supervisor. Those of a day, which it keeps, nobody misses for long."""


class BackupServer(ServerResource, module="infra-kit", name="BackupServer"):
    """Runs of a backup under a supervisor, and the key of its copies; the copies too where no bucket has them."""

    LISTENS = False


class LogsServer(ServerResource, module="infra-kit", name="LogsServer"):
    """What gathers what servers say, under a supervisor, and all that it gathered."""

    LISTENS = False


class UptimeServer(ServerResource, module="infra-kit", name="UptimeServer"):
    """A visitor of addresses, under a supervisor."""

    LISTENS = False


class TracesServer(ServerResource, module="infra-kit", name="TracesServer"):
    """A receiver of what programs tell of their work, under a supervisor."""


class PanelServer(ServerResource, module="infra-kit", name="PanelServer"):
    """The web page of an environment, under a supervisor."""


class AuthServer(ServerResource, module="infra-kit", name="AuthServer"):
    """An OpenID Connect provider, under a supervisor: people's accounts, and the key that tokens are signed with."""


class MailerServer(ServerResource, module="infra-kit", name="MailerServer"):
    """A taker of mail that delivers none, under a supervisor. Those that it keeps, nobody misses for long."""


class RestoreDrillServer(ServerResource, module="infra-kit", name="RestoreDrillServer"):
    """Runs of a drill under a supervisor."""

    LISTENS = False


class SecretFile(ServerResource, module="infra-kit", name="SecretFile"):
    """A secret value, which is kept beside no server. A generated one cannot be made again."""

    LISTENS = False


class ConfigFiles(ServerResource, module="infra-kit", name="ConfigFiles"):
    """Plain values, which stand in the program too."""

    LISTENS = False


class PostgresRole(ServerResource, module="infra-kit", name="PostgresRole"):
    """A role of a link in a PostgreSQL server."""


class RedisUser(ServerResource, module="infra-kit", name="RedisUser"):
    """A user of a link in a Valkey server and its replicas."""


class ObjectStoreKey(ServerResource, module="infra-kit", name="ObjectStoreKey"):
    """A key of a link in a SeaweedFS server."""


class EventBusUser(ServerResource, module="infra-kit", name="EventBusUser"):
    """A user of a link in a NATS server."""


class SearchUser(ServerResource, module="infra-kit", name="SearchUser"):
    """A user of a link in an OpenSearch server."""


class DocumentStoreUser(ServerResource, module="infra-kit", name="DocumentStoreUser"):
    """A user of a link in a server of MongoDB's protocol."""


class MailerUser(ServerResource, module="infra-kit", name="MailerUser"):
    """A user of a link in the server of a Mailer."""


_LINK = "link-"
"""Before the role of what a link makes."""
_USERS: dict[type[ServerResource], str] = {
    PostgresRole: "postgres_role",
    RedisUser: "redis_user",
    ObjectStoreKey: "object_store_key",
    EventBusUser: "event_bus_user",
    SearchUser: "search_user",
    DocumentStoreUser: "document_store_user",
    MailerUser: "mailer_user",
}


def user(
    scope: Scope,
    link: Link,
    make: type[R],
    rights: Mapping[str, Any],
    *,
    depends_on: Sequence[pulumi.Resource] = (),
    **props: Any,
) -> R:
    """Makes the child `link-<key>` of a link's user: a user in the server of the component that is linked."""
    return scope.resource(
        _LINK + link.key,
        make,
        kind=f"local/{_USERS[make]}",
        home=str(home.for_program()),
        stack=pulumi.get_stack(),
        name=link.to.name,
        user=user_name(scope.name, link),
        rights=rights,
        depends_on=depends_on,
        **props,
    )


def server(
    scope: Scope, role: str, make: type[R], *, stateful: bool = True, protect: bool | None = None, **props: Any
) -> R:
    """Makes the child `role` of a component: a server in a box of its own, `<home>/<stack>/<name>[-role]`.

    The first one's has the component's name, whatever its links made before it.
    """
    first = all(made.startswith(_LINK) for made in scope.roles)
    name = scope.name if first else child(scope.name, role)
    return scope.resource(
        role,
        make,
        stateful=stateful,
        protect=protect,
        kind=f"local/{scope.parent.KIND}",
        home=str(home.for_program()),
        stack=pulumi.get_stack(),
        name=name,
        port=_port(scope, name, make),
        retain=scope.defaults.retain_data or bool(protect),
        **props,
    )


def _port(scope: Scope, name: str, make: type[ServerResource]) -> int | None:
    """The one that the settings choose. Raises `ConfigError` for what has none."""
    chosen = cast(LocalSettings, scope.target.settings).ports.get(name)
    if chosen is not None and not make.LISTENS:
        raise ConfigError(
            f"infra-kit:local: ports: {name}: given {chosen}; {scope.what} listens at no port. Leave {name} out."
        )
    return chosen
