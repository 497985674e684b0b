"""Search: full-text search that speaks OpenSearch's HTTP API, on every target that has it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import AfterValidator, Field, model_validator

from infra_kit import connection_urls, features, links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.network import Network
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Options, Spec
from infra_kit.target import Target
from infra_kit.texts import matching

Version = Literal["2", "3"]
"""The major version of OpenSearch."""

DEFAULT_VERSION: Version = "2"
"""What every target has. It speaks the API of Elasticsearch OSS 7.10 too
(https://docs.opensearch.org/latest/clients/)."""

Access = Literal["read", "readwrite", "owner"]

IndexName = Annotated[
    str,
    matching(r"[a-z0-9][a-z0-9._-]{0,199}", "lower-case letters, digits, '.', '_' and '-' are needed, e.g. 'jobs'"),
]
"""https://docs.opensearch.org/latest/api-reference/index-apis/create-index/#index-naming-restrictions"""

_PORTS = {"https": 443, "http": 80}
"""Where a URL names none."""


def _copied(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        copy: Mapping[str, Any] = json.loads(json.dumps(tree))
    except TypeError as unknown:
        raise ValueError(f"plain JSON is needed ({unknown})") from None
    return copy


Tree = Annotated[Mapping[str, Any], AfterValidator(_copied)]
"""JSON, as OpenSearch's own API takes it."""


class SearchIndex(Options):
    """An index that is there before any program asks for it.

    What stands already is never replaced: fields are added to its mappings, and OpenSearch refuses to change one that
    is there. Its settings and shards are those that it was made with; to have others, make another index beside it,
    and have the data indexed anew (`_reindex`).
    """

    mappings: Tree = Field(default_factory=dict)
    """E.g. `{"properties": {"title": {"type": "text", "analyzer": "spanish"}}}`
    (https://docs.opensearch.org/latest/field-types/)."""
    settings: Tree = Field(default_factory=dict)
    """Analyzers and the like, without `index.` before them, e.g. `{"analysis": {…}}`
    (https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/index-settings/)."""
    shards: int = Field(default=1, ge=1, le=1024)
    """Parts that it is split into, for more than some 10 to 30 GiB
    (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-sharding.html)."""

    @model_validator(mode="after")
    def _check(self) -> SearchIndex:
        inner = self.settings.get("index")
        given = {*self.settings, *(inner if isinstance(inner, Mapping) else ())}
        for key, ours in (("number_of_shards", "shards"), ("number_of_replicas", "the Search's replicas")):
            if {key, f"index.{key}"} & given:
                raise ValueError(f"settings: {key} is said by {ours}; leave it out here")
        return self


class SearchSpec(Spec):
    """What a search is asked for."""

    version: Version | None = DEFAULT_VERSION
    """Major version. None only where a stack accepted the gap `version`."""
    memory_gb: float = Field(default=2, ge=1, le=512)
    """Memory of each node in GiB. Half is the heap, at most 31 GiB, and the rest caches files
    (https://docs.opensearch.org/latest/install-and-configure/install-opensearch/index/#important-settings)."""
    storage_gb: int = Field(default=10, ge=10, le=3000)
    """Disk of each node in GiB."""
    replicas: int = Field(default=0, ge=0, le=8)
    """Copies of all indexes, each on a node of its own: they serve searches too."""
    high_availability: bool = False
    """Nodes in several zones, which go on without one of them; needs at least two replicas, for a majority decides."""
    indexes: Mapping[IndexName, SearchIndex] = Field(default_factory=dict)
    """By name, what is there from the start; programs may make others."""

    @model_validator(mode="after")
    def _check(self) -> SearchSpec:
        if self.high_availability and self.replicas < 2:
            raise ValueError(
                "high_availability: a majority of the nodes decides who leads, so three are needed: set replicas=2 or "
                "more too"
            )
        return self

    @property
    def nodes(self) -> int:
        return 1 + self.replicas

    def features(self) -> frozenset[Feature]:
        asked = {features.READ_REPLICAS: self.replicas > 0, features.HIGH_AVAILABILITY: self.high_availability}
        versions = {features.version(self.version)} if self.version else set()
        return frozenset({feature for feature, wanted in asked.items() if wanted} | versions)

    def without(self, feature: Feature) -> SearchSpec:
        match feature.family:
            case features.READ_REPLICAS:
                return self.replace(replicas=0, high_availability=False)
            case features.HIGH_AVAILABILITY:
                return self.replace(high_availability=False)
            case "version":
                return self.replace(version=None)
            case _:
                return super().without(feature)


class SearchArgs(TypedDict, total=False):
    """The arguments of `Search`: see `SearchSpec`."""

    version: Version
    memory_gb: float
    storage_gb: int
    replicas: int
    high_availability: bool
    indexes: Mapping[IndexName, SearchIndex]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchEndpoint:
    """How to reach the search. Its user may do everything with indexes, and nothing with users or the cluster."""

    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    """Secret."""
    tls: pulumi.Output[bool]
    """Whether the connection is encrypted: `url` says `https` then."""
    ca_certificate: pulumi.Output[str | None]
    """The PEM certificate that signed the server's; None without TLS, or where a public authority did."""
    url: pulumi.Output[str]
    """`https://user:password@host:port`. Secret."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, **more: Any) -> Grant:
        """As the variables of a link: see `Search.link`, and `links.grant` for the rest."""
        plain = ("host", "port", "username", "tls", "ca_certificate")
        return links.grant(self, plain=plain, secret=("password", "url"), **more)


class SearchDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: SearchSpec) -> SearchEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Search(Component[SearchSpec, SearchEndpoint]):
    """Full-text search: OpenSearch."""

    KIND = "search"
    SPEC = SearchSpec
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    tls: pulumi.Output[bool]
    ca_certificate: pulumi.Output[str | None]
    url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[SearchArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, network=network, overrides=overrides, opts=opts)

    def link(self, access: Access = "readwrite", *, indexes: Collection[str] = (), name: str | None = None) -> Link:
        """To search in it, by a user of the user's own.

        Gives `<NAME>_URL`, `_HOST`, `_PORT`, `_USERNAME`, `_PASSWORD`, `_TLS` (`true` or `false`), and
        `_CA_CERTIFICATE` where the server has one of its own.

        Args:
            access: `read`: search and get; `readwrite`: documents too; `owner`: make, change and delete indexes and
                their aliases.
            indexes: which ones, by names or patterns (`jobs-*`). Default: all.
            name: what the variables begin with. Default: the component's name in capitals.

        Raises:
            SpecError: an unknown access, or what is no pattern. Of what stands already, indexes, or another access
                than `readwrite`: infra_kit makes no user there.
        """
        self._check_own_user(access, indexes)
        for pattern in indexes:
            if not re.fullmatch(r"[a-z0-9*][a-z0-9._*-]{0,199}", pattern):
                raise SpecError(
                    f"Search {self.name!r}: link: indexes: given {pattern!r}; an index's name is needed, which '*' may "
                    "stand in, e.g. 'jobs-*'."
                )
        return links.make(self, [access], get_args(Access), name=name, only={"indexes": sorted(set(indexes))})

    def _check_own_user(self, access: str, indexes: Collection[str]) -> None:
        if self.stands_already and (indexes or access != "readwrite"):
            raise SpecError(
                f"Search {self.name!r}: link: access: given {access!r}{' and indexes' if indexes else ''}; it stands "
                "already, infra_kit makes no user there, and what the user of its url may do is not known. Leave both "
                "out, and give a user with just that access a Search.existing of its own."
            )

    def grant(self, scope: Scope, link: Link) -> Grant:
        """Of what stands already: its own user, for infra_kit makes none there."""
        return self.endpoint.grant() if self.stands_already else super().grant(scope, link)

    @classmethod
    def existing(
        cls,
        name: str,
        *,
        url: pulumi.Input[str],
        ca_certificate: pulumi.Input[str] | None = None,
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Search:
        """An OpenSearch that stands already, e.g. a vendor's, for services to use; infra_kit changes nothing of it.

        Args:
            name: what it is called here.
            url: `https://user:password@host:9200`, taken as a secret whether it is one or not; without a port, that
                of its scheme.
            ca_certificate: the PEM certificate that signed its own. Default: none.
            target: where it is.
            opts: see `pulumi.ResourceOptions`.

        Raises:
            SpecError: `url` is none of HTTP, or lacks a user: at the deployment where it is an Output.
        """
        where = f"Search {name!r}: url"
        known = connection_urls.read(where, url, _PORTS, path=False)
        endpoint = SearchEndpoint(
            host=known.host,
            port=known.port,
            username=known.username,
            password=known.password,
            tls=pulumi.Output.unsecret(known.url.apply(lambda text: text.startswith("https:"))),
            ca_certificate=pulumi.Output.from_input(ca_certificate),
            url=known.url,
        )
        return cls._standing(name, {}, lambda *_: endpoint, target=target, opts=opts)
