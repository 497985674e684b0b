"""ObjectStore: a bucket behind the S3 API."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import Field, model_validator

from infra_kit import features, links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Items, Options, Spec
from infra_kit.target import Target

Method = Literal["GET", "HEAD", "PUT", "POST", "DELETE"]


class LifecycleRule(Options):
    """What happens to objects as they age. Days count from the object's creation."""

    prefix: str = ""
    """Only objects whose key begins so. Default: all."""
    archive_after_days: int | None = Field(default=None, ge=1, le=36_500)
    """Move to the target's archive class (seeds/004: after a year)."""
    expire_after_days: int | None = Field(default=None, ge=1, le=36_500)
    """Delete."""
    noncurrent_expire_after_days: int | None = Field(default=None, ge=1, le=36_500)
    """Delete versions that many days after they were replaced; needs versioning."""

    @model_validator(mode="after")
    def _check(self) -> LifecycleRule:
        ages = (self.archive_after_days, self.expire_after_days, self.noncurrent_expire_after_days)
        if not any(ages):
            raise ValueError("a rule needs one of archive_after_days, expire_after_days, noncurrent_expire_after_days")
        if self.archive_after_days and self.expire_after_days and self.expire_after_days <= self.archive_after_days:
            raise ValueError("expire_after_days must come after archive_after_days")
        return self


class CorsRule(Options):
    """Which web pages may use the bucket from a browser."""

    origins: Items[str] = Field(min_length=1)
    """E.g. `("https://app.example.com",)`."""
    methods: Items[Method] = ("GET", "HEAD")
    headers: Items[str] = ()
    """Request headers that a page may send."""
    max_age_seconds: int = Field(default=3600, ge=0, le=86_400)


Access = Literal["read", "write", "delete"]


class ObjectStoreSpec(Spec):
    """What an object store is asked for."""

    versioning: bool = False
    """Keep every version of an object."""
    lifecycle: Mapping[str, LifecycleRule] = Field(default_factory=dict)
    """Rules by a name of their own."""
    retention_lock: int | None = Field(default=None, ge=1, le=36_500)
    """Days during which no object version can be deleted or replaced: in production by nobody, whatever their rights;
    elsewhere its owner can lift it (seeds/004: 5 years for CFDI). Needs versioning; can be made longer later, never
    shorter."""
    cors: Items[CorsRule] = ()
    public_read: bool = False
    """Anyone on the internet may read every object."""

    @model_validator(mode="after")
    def _check(self) -> ObjectStoreSpec:
        if self.retention_lock is not None and not self.versioning:
            raise ValueError("retention_lock: it locks versions, set versioning=True too")
        if not self.versioning and any(rule.noncurrent_expire_after_days for rule in self.lifecycle.values()):
            raise ValueError("lifecycle: noncurrent_expire_after_days needs versioning=True")
        return self

    def features(self) -> frozenset[Feature]:
        rules = self.lifecycle.values()
        asked = {
            features.VERSIONING: self.versioning,
            features.ARCHIVE: any(rule.archive_after_days for rule in rules),
            features.EXPIRE: any(rule.expire_after_days or rule.noncurrent_expire_after_days for rule in rules),
            features.RETENTION_LOCK: self.retention_lock is not None,
            features.CORS: bool(self.cors),
            features.PUBLIC_READ: self.public_read,
        }
        return frozenset(feature for feature, wanted in asked.items() if wanted)

    def without(self, feature: Feature) -> ObjectStoreSpec:
        match feature:
            case features.VERSIONING:
                current = self._rules_without("noncurrent_expire_after_days")
                return self.replace(versioning=False, retention_lock=None, lifecycle=current)
            case features.ARCHIVE:
                return self.replace(lifecycle=self._rules_without("archive_after_days"))
            case features.EXPIRE:
                kept = self._rules_without("expire_after_days", "noncurrent_expire_after_days")
                return self.replace(lifecycle=kept)
            case features.RETENTION_LOCK:
                return self.replace(retention_lock=None)
            case features.CORS:
                return self.replace(cors=())
            case features.PUBLIC_READ:
                return self.replace(public_read=False)
            case _:
                return super().without(feature)

    def _rules_without(self, *ages: str) -> dict[str, LifecycleRule]:
        """The rules without these ages; a rule that says nothing any more goes."""
        kept = {}
        for name, rule in self.lifecycle.items():
            rest = rule.model_dump(exclude_none=True, exclude=set(ages))
            if set(rest) - {"prefix"}:
                kept[name] = LifecycleRule(**rest)
        return kept


class ObjectStoreArgs(TypedDict, total=False):
    """The arguments of `ObjectStore`: see `ObjectStoreSpec`."""

    versioning: bool
    lifecycle: Mapping[str, LifecycleRule]
    retention_lock: int | None
    cors: Sequence[CorsRule]
    public_read: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObjectStoreEndpoint:
    """How to reach the bucket with any S3 client."""

    bucket: pulumi.Output[str]
    s3_endpoint: pulumi.Output[str]
    """The S3 API's address, e.g. `http://127.0.0.1:21040`."""
    region: pulumi.Output[str]
    access_key: pulumi.Output[str]
    secret_key: pulumi.Output[str]
    """Secret."""
    force_path_style: pulumi.Output[bool]
    """Whether the bucket is a path of the address, not a host name."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, link: Link, *, keys: bool, **more: Any) -> Grant:
        """As the variables of a link: see `ObjectStore.link`, and `links.grant` for the rest.

        Args:
            link: the link.
            keys: whether its user has keys; else what runs there has an identity that a client finds by itself.
            more: for `links.grant`.
        """
        plain, secret = (("access_key",), ("secret_key",)) if keys else ((), ())
        known = links.grant(self, plain=("bucket", "region", "force_path_style", *plain), secret=secret, **more)
        renamed: dict[str, pulumi.Input[str]] = {"ENDPOINT": self.s3_endpoint, "PREFIX": prefix_of(link)}
        return dataclasses.replace(known, variables={**known.variables, **renamed})


def prefix_of(link: Link) -> str:
    """What the keys of the link's objects begin with; empty: all objects."""
    return "".join(link.only.get("prefix", ()))


class ObjectStoreDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: ObjectStoreSpec) -> ObjectStoreEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class ObjectStore(Component[ObjectStoreSpec, ObjectStoreEndpoint]):
    """A private bucket for files, reached by the S3 API."""

    KIND = "object_store"
    SPEC = ObjectStoreSpec
    bucket: pulumi.Output[str]
    s3_endpoint: pulumi.Output[str]
    region: pulumi.Output[str]
    access_key: pulumi.Output[str]
    secret_key: pulumi.Output[str]
    force_path_style: pulumi.Output[bool]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[ObjectStoreArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def link(self, *access: Access, prefix: str = "", name: str | None = None) -> Link:
        """To use its objects, by an identity of the user's own.

        Gives `<NAME>_BUCKET`, `_ENDPOINT`, `_REGION`, `_FORCE_PATH_STYLE`, `_PREFIX`. If a target has no identity for
        what runs there, also `_ACCESS_KEY`, `_SECRET_KEY`: an S3 client that is given none finds that identity itself.

        Args:
            access: any of `read` (objects and their list), `write`, `delete`. Default: `read` and `write`.
            prefix: only objects whose key begins with it, e.g. `uploads/`. Default: all.
            name: what the variables begin with. Default: the component's name in capitals.

        Raises:
            SpecError: an unknown access, or a prefix with characters that policies read as patterns. Of what stands
                already, a prefix: infra_kit makes no key there.
        """
        if self.stands_already and prefix:
            raise SpecError(
                f"ObjectStore {self.name!r}: link: prefix: given {prefix!r}; it stands already, and what its key "
                "reaches is said there. Give a key for just that prefix an ObjectStore.existing of its own."
            )
        if not re.fullmatch(r"([A-Za-z0-9_.=@+-][A-Za-z0-9_.=@+/-]*)?", prefix):
            raise SpecError(
                f"ObjectStore {self.name!r}: link: prefix: given {prefix!r}; letters, digits and _ . = @ + - / are "
                "allowed, the first is no '/', e.g. 'uploads/'."
            )
        return links.make(
            self, access or ("read", "write"), get_args(Access), name=name, only={"prefix": [prefix] if prefix else []}
        )

    def grant(self, scope: Scope, link: Link) -> Grant:
        """Of what stands already: its own key, for infra_kit makes none there."""
        return self.endpoint.grant(link, keys=True) if self.stands_already else super().grant(scope, link)

    @classmethod
    def existing(
        cls,
        name: str,
        *,
        bucket: pulumi.Input[str],
        s3_endpoint: pulumi.Input[str],
        access_key: pulumi.Input[str],
        secret_key: pulumi.Input[str],
        region: pulumi.Input[str] = "us-east-1",
        force_path_style: pulumi.Input[bool] = True,
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> ObjectStore:
        """A bucket that stands already, behind any S3 API that this stack reaches; infra_kit changes nothing of it.

        Args:
            name: what it is called here.
            bucket: its name.
            s3_endpoint: the API's address, e.g. `https://s3.eu-central-003.backblazeb2.com`.
            access_key: of whoever may use it; every link gives it.
            secret_key: taken as a secret whether it is one or not.
            region: the one that the API signs with. Default: what most that are not AWS expect.
            force_path_style: whether the bucket is a path of the address, not a host name.
            target: where it is.
            opts: see `pulumi.ResourceOptions`.
        """
        known = ObjectStoreEndpoint(
            bucket=pulumi.Output.from_input(bucket),
            s3_endpoint=pulumi.Output.from_input(s3_endpoint),
            region=pulumi.Output.from_input(region),
            access_key=pulumi.Output.from_input(access_key),
            secret_key=pulumi.Output.secret(secret_key),
            force_path_style=pulumi.Output.from_input(force_path_style),
        )
        return cls._standing(name, {}, lambda *_: known, target=target, opts=opts)
