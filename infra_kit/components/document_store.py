"""DocumentStore: documents in collections, by MongoDB's wire protocol."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import Field

from infra_kit import connection_urls, features, links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.network import Network
from infra_kit.databases import WITHOUT, Backups
from infra_kit.document_collections import Collection
from infra_kit.environments import Environment
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Spec
from infra_kit.target import Target
from infra_kit.texts import CollectionName, DocumentDatabase

Version = Literal["5", "7", "8"]
"""The lowest major version of MongoDB whose commands must be there; a target may run a newer one, or another server
that speaks the same protocol."""

DEFAULT_VERSION: Version = "5"
"""What every server of this protocol has that is kept up: Amazon DocumentDB's 5.0 is the oldest
(https://docs.aws.amazon.com/documentdb/latest/developerguide/compatibility.html)."""

Access = Literal["read", "readwrite"]


class DocumentStoreSpec(Spec):
    """What a DocumentStore is asked for."""

    version: Version | None = DEFAULT_VERSION
    """Lowest major version. None only where a stack accepted the gap `version`."""
    cpu: float = Field(default=1, gt=0, le=128)
    """Virtual CPUs. The cheapest size with at least this many is picked."""
    dedicated_cpu: bool = False
    """No burstable size: the CPUs are there all the time."""
    memory_gb: float = Field(default=1, ge=0.5, le=768)
    """Memory in GiB. Half of it caches data."""
    storage_gb: int = Field(default=10, ge=1, le=65_536)
    """Disk in GiB that it may fill: counted of a host whose size is said. aws sells what is filled, and has more."""
    read_replicas: int = Field(default=0, ge=0, le=14)
    """Copies that serve reads, asynchronously; at most DocumentDB's 14
    (https://docs.aws.amazon.com/documentdb/latest/developerguide/limits.html)."""
    high_availability: bool = False
    """A copy in another zone takes over by itself. It serves reads too, and is none of `read_replicas`."""
    database: DocumentDatabase = "app"
    """The database of its collections, and the only one that links and the endpoint's user reach."""
    collections: Mapping[CollectionName, Collection] = Field(default_factory=dict)
    """Collections that are there with their indexes, by name. What an application makes beside them stays, and so does
    what is not named any more."""
    backups: Backups | None = None
    """Asked for, they are had or refused. Default: aws keeps what the environment says all the same (production: 7
    days); on a host there are none, and production's plan says so."""
    deletion_protection: bool | None = None
    """Refuse to delete the server. Default: in production."""

    def for_environment(self, environment: Environment) -> DocumentStoreSpec:
        if self.deletion_protection is not None:
            return self
        return self.replace(deletion_protection=environment.defaults.protect)

    def features(self) -> frozenset[Feature]:
        asked = {
            features.DEDICATED_CPU: self.dedicated_cpu,
            features.READ_REPLICAS: self.read_replicas > 0,
            features.HIGH_AVAILABILITY: self.high_availability,
            features.BACKUPS: self.backups is not None,
            features.POINT_IN_TIME: self.backups is not None and self.backups.point_in_time,
        }
        versions = {features.version(self.version)} if self.version else set()
        return frozenset({feature for feature, wanted in asked.items() if wanted} | versions)

    def without(self, feature: Feature) -> DocumentStoreSpec:
        match feature.family:
            case _ if feature in WITHOUT and feature != features.POOLING:
                return self.replace(**WITHOUT[feature])
            case features.POINT_IN_TIME:
                return self.replace(backups=self.backups and self.backups.model_copy(update={"point_in_time": False}))
            case "version":
                return self.replace(version=None)
            case _:
                return super().without(feature)


class DocumentStoreArgs(TypedDict, total=False):
    """The arguments of `DocumentStore`: see `DocumentStoreSpec`."""

    version: Version
    cpu: float
    dedicated_cpu: bool
    memory_gb: float
    storage_gb: int
    read_replicas: int
    high_availability: bool
    database: str
    collections: Mapping[str, Collection]
    backups: Backups | None
    deletion_protection: bool | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class DocumentStoreEndpoint:
    """How to reach the store."""

    host: pulumi.Output[str]
    port: pulumi.Output[int]
    database: pulumi.Output[str]
    username: pulumi.Output[str]
    """May do all in its database, and nothing beside it: it makes no users."""
    password: pulumi.Output[str]
    """Secret."""
    tls: pulumi.Output[bool]
    """Whether the connection is encrypted: `url` says `tls=true` then."""
    ca_certificate: pulumi.Output[str | None]
    """The PEM certificate that signed the server's; None without TLS, or where a public authority did."""
    url: pulumi.Output[str]
    """`mongodb://…` to its database, for reads and writes. Secret."""
    reader_url: pulumi.Output[str]
    """For reads that may lag: a copy where there is one. Secret."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, **more: Any) -> Grant:
        """As the variables of a link: see `DocumentStore.link`, and `links.grant` for the rest."""
        plain = ("host", "port", "database", "username", "tls", "ca_certificate")
        return links.grant(self, plain=plain, secret=("password", "url", "reader_url"), **more)


class DocumentStoreDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: DocumentStoreSpec) -> DocumentStoreEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class DocumentStore(Component[DocumentStoreSpec, DocumentStoreEndpoint]):
    """A document database with its collections, their indexes, and what expires by itself."""

    KIND = "document_store"
    SPEC = DocumentStoreSpec
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    database: pulumi.Output[str]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    tls: pulumi.Output[bool]
    ca_certificate: pulumi.Output[str | None]
    url: pulumi.Output[str]
    reader_url: pulumi.Output[str]
    _own_access: Access
    """Of what stands already, what its user may do."""

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[DocumentStoreArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, network=network, overrides=overrides, opts=opts)

    def link(self, access: Access = "readwrite", *, name: str | None = None) -> Link:
        """To use its database, by a user of the user's own.

        Gives `<NAME>_URL`, `_HOST`, `_PORT`, `_DATABASE`, `_USERNAME`, `_PASSWORD`, `_TLS` (`true` or `false`),
        `_READER_URL`, and `_CA_CERTIFICATE` where the server has one of its own.

        Args:
            access: `read`: all collections; `readwrite`: their documents too, and new collections and indexes.
            name: what the variables begin with. Default: the component's name in capitals.

        Raises:
            SpecError: an unknown access. Of what stands already, another than that of its own user: infra_kit makes no
                user there.
        """
        if self.stands_already and access in get_args(Access):
            links.check_own(self, access, self._own_access, makes="user")
        return links.make(self, [access], get_args(Access), name=name)

    def grant(self, scope: Scope, link: Link) -> Grant:
        """Of what stands already: its own user, for infra_kit makes none there."""
        return self.endpoint.grant() if self.stands_already else super().grant(scope, link)

    @classmethod
    def existing(
        cls,
        name: str,
        *,
        url: pulumi.Input[str],
        access: Access = "readwrite",
        reader_url: pulumi.Input[str] | None = None,
        ca_certificate: pulumi.Input[str] | None = None,
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> DocumentStore:
        """A database that stands already, e.g. of MongoDB Atlas; infra_kit changes nothing of it.

        Args:
            name: what it is called here.
            url: `mongodb://user:password@host:27017/database`, or `mongodb+srv://…`, taken as a secret whether it is
                one or not.
            access: what the user of `url` may do, which cannot be seen from here: every link has it, and no other.
            reader_url: for reads that may lag. Default: `url`.
            ca_certificate: the PEM certificate that signed its own. Default: none.
            target: where it is.
            opts: see `pulumi.ResourceOptions`.

        Raises:
            SpecError: an unknown access; `url` is none of MongoDB, or incomplete: at the deployment where it is an
                Output.
        """
        links.check_access(f"DocumentStore {name!r}", [access], get_args(Access))
        what = f"DocumentStore {name!r}: url"
        known = connection_urls.read(what, url, {"mongodb": 27017, "mongodb+srv": 27017})
        endpoint = _reached_by(known, reader_url, ca_certificate)
        store = cls._standing(name, {}, lambda *_: endpoint, target=target, opts=opts)
        store._own_access = access
        return store


def _reached_by(
    known: connection_urls.Parts, reader_url: pulumi.Input[str] | None, ca_certificate: pulumi.Input[str] | None
) -> DocumentStoreEndpoint:
    return DocumentStoreEndpoint(
        host=known.host,
        port=known.port,
        database=known.path,
        username=known.username,
        password=known.password,
        tls=pulumi.Output.unsecret(known.url.apply(_is_encrypted)),
        ca_certificate=pulumi.Output.from_input(ca_certificate),
        url=known.url,
        reader_url=pulumi.Output.secret(reader_url or known.url),
    )


def _is_encrypted(url: str) -> bool:
    """`mongodb+srv` is, unless it says otherwise (https://www.mongodb.com/docs/manual/reference/connection-string/)."""
    said = url.partition("?")[2].lower().split("&")
    asked = {"tls=true", "ssl=true"} & set(said)
    return bool(asked) or (url.startswith("mongodb+srv:") and not {"tls=false", "ssl=false"} & set(said))
