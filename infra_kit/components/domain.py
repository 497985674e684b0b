"""Domain: a zone of DNS, where the names of edges lead to them, and certificates are proved."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Protocol, TypedDict, Unpack, cast

import pulumi
from pydantic import ConfigDict, model_validator

from infra_kit import texts
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.dns_records import APEX, Record, RecordType
from infra_kit.failover import Failover
from infra_kit.spec import Items, Spec
from infra_kit.target import Target

MAX_NAME = 253
"""https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4, without the last dot."""
TTL = 300
"""Seconds. Of a record that an edge makes: so long does a move to another place take."""
FAST_TTL = 60
"""Seconds, where one edge stands by for another: at most a minute is advised
(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-failover.html)."""


class DomainSpec(Spec):
    """What a zone is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    domain: texts.Domain
    """The zone's name, e.g. `shop.example`. All names below it are in it."""
    records: Items[Record] = ()
    """Beside those that edges make here by themselves."""

    @model_validator(mode="after")
    def _check(self) -> DomainSpec:
        if self.domain.startswith("*"):
            raise ValueError(f"domain: given {self.domain!r}; a zone has all names below it: leave '*.' out")
        seen: dict[str, set[RecordType]] = {}
        for record in self.records:
            self._check_name(record)
            types = seen.setdefault(record.name, set())
            if record.type in types:
                raise ValueError(f"records: {record.name} {record.type} stands twice; say all values in one record")
            types.add(record.type)
        for name, types in seen.items():
            if "CNAME" in types and len(types) > 1:
                others = ", ".join(sorted(types - {"CNAME"}))
                raise ValueError(f"records: {name} is a CNAME, and has {others} too; beside a CNAME there is none")
        return self

    def _check_name(self, record: Record) -> None:
        if record.name == self.domain or record.name.endswith(f".{self.domain}"):
            short = record.name.removesuffix(self.domain).rstrip(".") or APEX
            raise ValueError(f"records: {record.name}: names are below the zone's already; say {short!r}")
        if len(self.whole(record.name)) > MAX_NAME:
            raise ValueError(f"records: {record.name}: the whole name is longer than {MAX_NAME} characters")

    def whole(self, name: str) -> str:
        """The name of a record in full."""
        return self.domain if name == APEX else f"{name}.{self.domain}"


class DomainArgs(TypedDict, total=False):
    """The arguments of `Domain`: see `DomainSpec`."""

    domain: str
    records: Sequence[Record]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DomainEndpoint:
    """What its owner sets elsewhere."""

    domain: pulumi.Output[str]
    name_servers: pulumi.Output[list[str]]
    """To be set where the domain was bought (at its registrar), or as an NS record of the zone above; none on local
    and vps, which have no DNS of their own."""
    to_set: pulumi.Output[list[str]]
    """Records that no API makes, as lines of a zone file: on vps all of them, elsewhere none."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """A record, as a driver makes it in a zone."""

    role: str
    """Within the component that it is made for: the key of its overrides."""
    name: pulumi.Input[str]
    """In full."""
    type: RecordType
    values: Sequence[pulumi.Input[str]]
    ttl: int = TTL
    alias: object = None
    """The same place in the terms of the edge's own target, whose DNS may do better than a CNAME."""
    failover: Failover | None = None
    """Another edge has the same name: which of the two this is."""
    proves: object = None
    """It proves to an authority whose the name is: it may stand there already, and is known before all else. What of:
    of two edges that say the same here, one record is made; another account proves a name by another one."""


class DomainDriver(Driver, Protocol):
    """One that can lead a name to another edge where the first is not well says `FAILS_OVER = True`."""

    def create(self, scope: Scope, spec: DomainSpec) -> DomainEndpoint: ...

    def existing(self, scope: Scope, spec: DomainSpec, id: pulumi.Input[str]) -> DomainEndpoint:  # noqa: A002
        """Makes nothing; raises `SpecError` where the target has no zones."""
        ...

    def record(self, scope: Scope, zone: Domain, entry: Entry) -> Sequence[pulumi.Resource]:
        """Makes a record for the component of `scope`, of whatever target; nothing where a person sets it. Raises
        `SpecError` where the zone has no place for it."""
        ...


class Domain(Component[DomainSpec, DomainEndpoint]):
    """A zone of DNS. An edge that gets it (`zones=[…]`) has all records made that its names need."""

    KIND = "domain"
    SPEC = DomainSpec
    domain: pulumi.Output[str]
    name_servers: pulumi.Output[list[str]]
    to_set: pulumi.Output[list[str]]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[DomainArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    @classmethod
    def existing(
        cls,
        name: str,
        *,
        domain: str,
        id: pulumi.Input[str],  # noqa: A002  what every cloud calls it
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Domain:
        """A zone that stands already, for edges to have their records in; infra_kit changes nothing else of it.

        Args:
            name: what it is called here.
            domain: the zone's name, e.g. `shop.example`.
            id: the hosted zone's id (aws), the managed zone's name (gcp).
            target: where it is.
            opts: see `pulumi.ResourceOptions`.
        """
        return cls.at(
            name,
            domain,
            lambda driver, scope, spec: driver.existing(scope, spec, id),
            target=target,
            opts=opts,
        )

    @classmethod
    def at(
        cls,
        name: str,
        domain: str,
        endpoint: Callable[[DomainDriver, Scope, DomainSpec], DomainEndpoint],
        *,
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Domain:
        """See `existing`; for a driver, which knows where the zone is."""
        return cls._standing(
            name,
            {"domain": domain},
            lambda driver, scope: endpoint(cast(DomainDriver, driver), scope, scope.parent.spec),
            target=target,
            opts=opts,
        )

    def record(self, scope: Scope, entry: Entry) -> Sequence[pulumi.Resource]:
        """Makes a record in this zone, for the component of `scope`: see `DomainDriver.record`. It is a child of the
        zone, named by itself: where a name moves to another edge, its record is changed. What proves a name is made
        once for all edges of one account."""
        for proof, standing in self.proofs:
            if entry.proves == proof:
                return standing
        made = cast(DomainDriver, self.target.driver(self.KIND)).record(scope, self, entry)
        if entry.proves:
            self.proofs.append((entry.proves, made))
        return made

    @cached_property
    def proofs(self) -> list[tuple[object, Sequence[pulumi.Resource]]]:
        """Those that have been made, each by what it proves."""
        return []

    @cached_property
    def holders(self) -> dict[tuple[str, str, str], str]:
        """Whose each record is, by its whole name, its type, and which of two it is, empty where it is the only one."""
        own = f"Domain {self.name!r}"
        return {(self.spec.whole(record.name), record.type, ""): own for record in self.spec.records}


def nearest(name: str, domains: Iterable[str]) -> str | None:
    """The zone of a name, which may be a wildcard: of those that it is in, the one nearest to it."""
    base = name.removeprefix("*.")
    fitting = [domain for domain in domains if base == domain or base.endswith(f".{domain}")]
    return max(fitting, key=len, default=None)


def check_zones(names: Sequence[str], zones: Sequence[Domain]) -> None:
    """Holds an edge's zones to its names. Raises `ValueError`."""
    domains = [zone.spec.domain for zone in zones]
    if len(set(domains)) < len(domains):
        raise ValueError("zones: two are of one domain, and a name is in one zone; drop one")
    used = {nearest(name, domains) for name in names}
    for zone in zones:
        if zone.spec.domain not in used:
            raise ValueError(
                f"zones: none of domains is in {zone.name!r} ({zone.spec.domain}); name one that is, or drop the zone"
            )
