"""Postgres: a PostgreSQL database server, the same one on every target."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import Field, model_validator

from infra_kit import connection_urls, features, links, search_paths
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.network import Network
from infra_kit.databases import WITHOUT, Backups, Pooling
from infra_kit.environments import Environment
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Items, Spec
from infra_kit.target import Target
from infra_kit.texts import Database, Extension, Parameter, ParameterValue

Version = Literal["14", "15", "16", "17", "18"]
"""Those that PostgreSQL maintains (https://www.postgresql.org/support/versioning/), and 14, which seeds/000 names."""

DEFAULT_VERSION: Version = "17"
"""Offered by all four targets: RDS (https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-versions.html),
Cloud SQL (https://cloud.google.com/sql/docs/postgres/db-versions), the pgvector image of a VPS and the local wheel."""

Access = Literal["read", "readwrite", "owner"]


class PostgresSpec(Spec):
    """What a Postgres is asked for."""

    version: Version | None = DEFAULT_VERSION
    """Major version. None only where a stack accepted the gap `version`: the target's nearest then."""
    cpu: float = Field(default=1, gt=0, le=128)
    """Virtual CPUs. The cheapest size with at least this many is picked."""
    dedicated_cpu: bool = False
    """No burstable size: the CPUs are there all the time."""
    memory_gb: float = Field(default=1, ge=0.25, le=768)
    """Memory in GiB. A quarter of it caches data (`shared_buffers`)."""
    storage_gb: int = Field(default=20, ge=1, le=65_536)
    """Disk in GiB."""
    max_storage_gb: int | None = Field(default=None, ge=1, le=65_536)
    """Let the disk grow by itself up to this many GiB; a lower `storage_gb` leaves it as it is. Default: no."""
    high_availability: bool = False
    """A standby in another zone takes over by itself."""
    read_replicas: int = Field(default=0, ge=0, le=5)
    """Copies that serve reads, asynchronously."""
    pooling: Pooling | None = None
    """A connection pooler in front. Default: none."""
    extensions: Items[Extension] = ()
    """Made in every database, e.g. `("pgcrypto", "vector")`."""
    databases: Items[Database] = Field(default=("app",), min_length=1)
    """Databases to create; the first is the endpoint's `database`."""
    backups: Backups | None = None
    """Default: what the environment says (production: 7 days and point in time)."""
    parameters: Mapping[Parameter, ParameterValue] = Field(default_factory=dict)
    """Server parameters, e.g. `{"log_min_duration_statement": "500"}`."""
    deletion_protection: bool | None = None
    """Refuse to delete the server. Default: in production."""

    @model_validator(mode="after")
    def _check(self) -> PostgresSpec:
        for field, values in (("databases", self.databases), ("extensions", self.extensions)):
            if len(set(values)) != len(values):
                raise ValueError(f"{field}: one is named twice in {', '.join(values)}")
        if self.max_storage_gb is not None and self.max_storage_gb < self.storage_gb:
            raise ValueError(
                f"max_storage_gb: given {self.max_storage_gb}, it must not be below storage_gb ({self.storage_gb})"
            )
        return self

    def for_environment(self, environment: Environment) -> PostgresSpec:
        defaults = environment.defaults
        changes: dict[str, object] = {}
        if self.backups is None and defaults.backup_days:
            changes["backups"] = Backups(retention_days=defaults.backup_days, point_in_time=defaults.point_in_time)
        if self.deletion_protection is None:
            changes["deletion_protection"] = defaults.protect
        return self.replace(**changes)

    def features(self) -> frozenset[Feature]:
        asked = {
            features.DEDICATED_CPU: self.dedicated_cpu,
            features.READ_REPLICAS: self.read_replicas > 0,
            features.HIGH_AVAILABILITY: self.high_availability,
            features.POOLING: self.pooling is not None,
            features.BACKUPS: self.backups is not None,
            features.POINT_IN_TIME: self.backups is not None and self.backups.point_in_time,
        }
        plain = {feature for feature, wanted in asked.items() if wanted}
        versions = {features.version(self.version)} if self.version else set()
        return frozenset(plain | versions | {features.extension(name) for name in self.extensions})

    def without(self, feature: Feature) -> PostgresSpec:
        match feature.family:
            case _ if feature in WITHOUT:
                return self.replace(**WITHOUT[feature])
            case features.POINT_IN_TIME:
                return self.replace(backups=self.backups and self.backups.model_copy(update={"point_in_time": False}))
            case "version":
                return self.replace(version=None)
            case "extension":
                return self.replace(extensions=tuple(name for name in self.extensions if name != feature.value))
            case _:
                return super().without(feature)


class PostgresArgs(TypedDict, total=False):
    """The arguments of `Postgres`: see `PostgresSpec`."""

    version: Version
    cpu: float
    dedicated_cpu: bool
    memory_gb: float
    storage_gb: int
    max_storage_gb: int | None
    high_availability: bool
    read_replicas: int
    pooling: Pooling | None
    extensions: Sequence[str]
    databases: Sequence[str]
    backups: Backups | None
    parameters: Mapping[str, str]
    deletion_protection: bool | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class PostgresEndpoint:
    """How to reach the database."""

    host: pulumi.Output[str]
    port: pulumi.Output[int]
    database: pulumi.Output[str]
    """The first of `databases`."""
    username: pulumi.Output[str]
    """Owns the databases, and may make anything in them; no superuser, makes neither roles nor databases."""
    password: pulumi.Output[str]
    """Secret."""
    url: pulumi.Output[str]
    """`postgresql://…` to the first database, for writes and migrations. Secret."""
    reader_url: pulumi.Output[str]
    """For reads that may lag: the first replica; the same as `url` without one. Secret."""
    reader_urls: pulumi.Output[list[str]]
    """Every replica's URL in order, for clients that balance reads; `url` alone without one. Secret."""
    pooled_url: pulumi.Output[str]
    """Through the pooler; the same as `url` without one. Secret."""
    ca_certificate: pulumi.Output[str | None]
    """The PEM certificate that signed the server's; None where the server has no TLS of its own."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, **more: Any) -> Grant:
        """As the variables of a link: see `Postgres.link`, and `links.grant` for the rest."""
        plain = ("host", "port", "database", "username", "ca_certificate")
        return links.grant(self, plain=plain, secret=("password", "url", "reader_url", "pooled_url"), **more)


class PostgresDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: PostgresSpec) -> PostgresEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Postgres(Component[PostgresSpec, PostgresEndpoint]):
    """A PostgreSQL server with its databases, extensions, replicas, pooler and backups."""

    KIND = "postgres"
    SPEC = PostgresSpec
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    database: pulumi.Output[str]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    url: pulumi.Output[str]
    reader_url: pulumi.Output[str]
    reader_urls: pulumi.Output[list[str]]
    pooled_url: pulumi.Output[str]
    ca_certificate: pulumi.Output[str | None]
    _own_access: Access
    _schema: str | None = None
    """Of what stands already, what its user may do, and the schema that its connections begin in."""

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[PostgresArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, network=network, overrides=overrides, opts=opts)

    def link(self, access: Access = "readwrite", *, database: str | None = None, name: str | None = None) -> Link:
        """To use one of its databases, by a role of the user's own.

        Gives `<NAME>_URL`, `_HOST`, `_PORT`, `_DATABASE`, `_USERNAME`, `_PASSWORD`, `_READER_URL`, `_POOLED_URL`, and
        `_CA_CERTIFICATE` where the server has one of its own.

        Args:
            access: `read`: all tables; `readwrite`: their rows too; `owner`: make and change tables (migrations), as
                who owns all databases of the server. Row-level security holds for the other two.
            database: which one. Default: the first.
            name: what the variables begin with. Default: the component's name in capitals.

        Raises:
            SpecError: an unknown access, or a database that is not there. Of what stands already, another access than
                that of its own user, or a database: infra_kit makes no role there.
        """
        if self.stands_already:
            self._check_own_user(access, database)
        there = ", ".join(self.spec.databases)
        chosen = database or self.spec.databases[0]
        if chosen not in self.spec.databases:
            raise SpecError(f"Postgres {self.name!r}: link: database: given {chosen!r}, there is {there}.")
        return links.make(self, [access], get_args(Access), name=name, only={"database": [chosen]})

    def _check_own_user(self, access: str, database: str | None) -> None:
        where = f"Postgres {self.name!r}: link"
        if database is not None:
            raise SpecError(
                f"{where}: database: given {database!r}; it stands already, and its url names the database. Leave it "
                "out, or give the other one a Postgres.existing of its own."
            )
        if access in get_args(Access):
            links.check_own(self, access, self._own_access, makes="role")

    def grant(self, scope: Scope, link: Link) -> Grant:
        """Of what stands already: its own user, for infra_kit makes none there."""
        if not self.stands_already:
            return super().grant(scope, link)
        known, own = self.endpoint.grant(), {"SCHEMA": self._schema} if self._schema else {}
        return dataclasses.replace(known, variables={**known.variables, **own})

    @classmethod
    def existing(
        cls,
        name: str,
        *,
        url: pulumi.Input[str],
        access: Access = "readwrite",
        schema: str | None = None,
        reader_url: pulumi.Input[str] | None = None,
        pooled_url: pulumi.Input[str] | None = None,
        ca_certificate: pulumi.Input[str] | None = None,
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Postgres:
        """A database that stands already, for services to use; infra_kit changes nothing of it.

        Args:
            name, target, opts: what it is called here; where it is; see `pulumi.ResourceOptions`.
            url: `postgresql://user:password@host:5432/database`, taken as a secret whether it is one or not.
            access: what the user of `url` may do, which cannot be seen from here: every link has it, and no other.
            schema: one of its own where others share the database, e.g. `preview_123`: `url` and `reader_url` get it,
                alone, as `search_path`: who connects by host, port and database, or by Prisma, says it himself, by the
                `<NAME>_SCHEMA` that links have too. A Job makes it. Default: the server's path.
            reader_url, pooled_url: for reads that may lag; through its pooler. Default: `url`.
            ca_certificate: the PEM certificate that signed its own. Default: none.

        Raises:
            SpecError: an unknown access; a schema to be quoted, or with `pooled_url`; `url` is none of PostgreSQL, or
                incomplete: at the deployment where it is an Output.
        """
        links.check_access(f"Postgres {name!r}", [access], get_args(Access))
        if schema is not None:
            url, reader_url = search_paths.beginning_in(schema, f"Postgres {name!r}", url, reader_url, pooled_url)
        known = connection_urls.read(f"Postgres {name!r}: url", url, {"postgresql": 5432, "postgres": 5432})
        endpoint = _reached_by(known, reader_url, pooled_url, ca_certificate)
        database = cls._standing(name, {}, lambda *_: endpoint, target=target, opts=opts)
        database._own_access, database._schema = access, schema
        return database


def _reached_by(
    known: connection_urls.Parts,
    reader_url: pulumi.Input[str] | None,
    pooled_url: pulumi.Input[str] | None,
    ca_certificate: pulumi.Input[str] | None,
) -> PostgresEndpoint:
    reader = pulumi.Output.secret(reader_url or known.url)
    return PostgresEndpoint(
        host=known.host,
        port=known.port,
        database=known.path,
        username=known.username,
        password=known.password,
        url=known.url,
        reader_url=reader,
        reader_urls=reader.apply(lambda url: [url]),
        pooled_url=pulumi.Output.secret(pooled_url or known.url),
        ca_certificate=pulumi.Output.from_input(ca_certificate),
    )
