"""Records in zones: those of a Domain's own, and those that edges make there, of whatever targets the two are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pulumi

from infra_kit.component import Scope
from infra_kit.components.domain import FAST_TTL, TTL, Domain, DomainEndpoint, DomainSpec, Entry, nearest
from infra_kit.dns_records import RecordType
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.failover import Failover
from infra_kit.features import FAILOVER, Feature

Zones = Mapping[str, Callable[[Scope, Entry], Sequence[pulumi.Resource]]]
"""By domain, what makes a record in its zone."""

CHUNK = 255
"""Characters of one text within a TXT record (https://www.rfc-editor.org/rfc/rfc1035#section-3.3)."""
HOSTS: frozenset[RecordType] = frozenset({"CNAME", "MX", "NS", "SRV"})
"""The types whose values end with a host's name."""


def zones(given: Sequence[Domain]) -> Zones:
    """The zones that an edge was given."""
    return {zone.spec.domain: zone.record for zone in given}


class Place(NamedTuple):
    """Where an edge is."""

    type: RecordType
    """Of the record that leads there: by an address, or a host's name by CNAME."""
    value: pulumi.Input[str]
    alias: object = None
    """See `Entry`."""
    failover: Failover | None = None
    """See `Entry`."""


def lead(scope: Scope, domains: Sequence[str], zones: Zones, place: Place) -> list[pulumi.Resource]:
    """Has an edge's names lead to it, those that are in a zone.

    Args:
        scope: the edge's.
        domains: its names.
        zones: where they may be.
        place: where it is.
    """
    made: list[pulumi.Resource] = []
    for domain in domains:
        zone = nearest(domain, zones)
        if zone:
            made += zones[zone](scope, _entry(scope, domain, place))
        elif place.failover:
            raise SpecError(f"{scope.what}: failover: {domain} is in none of zones, so nothing leads it elsewhere.")
    return made


def _entry(scope: Scope, domain: str, place: Place) -> Entry:
    if place.failover and domain.startswith("*"):
        raise SpecError(
            f"{scope.what}: failover: {domain} cannot be asked whether it is well; name each host in domains."
        )
    return Entry(
        role=f"{place.type.lower()}-{domain}{standby(place.failover)}",
        name=domain,
        type=place.type,
        values=[place.value],
        ttl=FAST_TTL if place.failover else TTL,
        alias=place.alias,
        failover=place.failover,
    )


def standby(failover: Failover | None) -> str:
    """What the record's name ends with: the one that has always been there keeps its own."""
    return "-secondary" if failover and failover.role == "secondary" else ""


def one_way(zones: Sequence[Domain]) -> frozenset[Feature]:
    """What an edge lacks by its zones: where one of them leads a name to one place alone."""
    drivers = [zone.target.driver(zone.KIND) for zone in zones]
    return frozenset() if all(getattr(it, "FAILS_OVER", False) for it in drivers) else frozenset({FAILOVER})


ONE_WAY = (
    "a zone of this target leads a name to one place; have the zone where there is a DNS that asks whether an edge is "
    "well: Domain(…, target=Target(name='aws')), or 'gcp'; else leave failover out, and have the standby under a name "
    "of its own"
)


def check_place(scope: Scope, entry: Entry) -> None:
    """Raises `SpecError` where a zone cannot ask the edge whether it is well, or have its record beside another's."""
    if entry.failover and entry.type == "CNAME":
        raise SpecError(
            f"{scope.what}: failover: {entry.name} would lead to a host's name, and from this zone only an address can "
            "be asked, and stand beside another. Have the zone on the edge's own target; on a VPS name the host by its "
            "address, infra-kit:vps: {host: …}."
        )


def own(scope: Scope, spec: DomainSpec) -> list[Entry]:
    """The records that a Domain is asked for."""
    return [
        Entry(
            role=f"{record.type.lower()}-{spec.whole(record.name)}",
            name=spec.whole(record.name),
            type=record.type,
            values=record.checked(scope.what),
            ttl=seconds(record.ttl),
        )
        for record in spec.records
    ]


def known(scope: Scope, spec: DomainSpec, found: pulumi.Output[str]) -> pulumi.Output[str]:
    """The domain of a zone that stands already. Raises `SpecError`, when it is looked up, where it is another's."""

    def checked(name: str) -> str:
        if _without_dot(name) != spec.domain:
            raise SpecError(f"{scope.what}: id: the zone there is of {_without_dot(name)}, not of {spec.domain}.")
        return name

    return found.apply(checked)


def endpoint(domain: pulumi.Output[str], servers: pulumi.Output[Sequence[str]], native: object) -> DomainEndpoint:
    """Of a zone in which a target makes the records itself."""
    return DomainEndpoint(
        domain=domain.apply(_without_dot),
        name_servers=servers.apply(lambda names: [_without_dot(name) for name in names]),
        to_set=pulumi.Output.from_input([]),
        native=native,
    )


def say_servers(scope: Scope, spec: DomainSpec, servers: pulumi.Output[Sequence[str]]) -> None:
    """As soon as a zone stands: what waits for its records may wait for this too, and outputs come at the end."""

    def say(names: Sequence[str]) -> None:
        listed = ", ".join(_without_dot(name) for name in names)
        pulumi.log.info(
            f"{scope.what}: {spec.domain} is served by {listed}: set them at its registrar, or in the zone above.",
            scope.parent,
        )

    servers.apply(say)


def _without_dot(name: str) -> str:
    return name.rstrip(".")


def claim(scope: Scope, zone: Domain, entry: Entry, types: Sequence[RecordType] = ()) -> None:
    """Takes the place of a record in a zone, for the edge of `scope`. Raises `SpecError` where there is none.

    Args:
        scope, zone, entry: see `DomainDriver.record`.
        types: what the record is made of in this zone. Default: of its own type.
    """
    if entry.proves:
        return
    name, types = str(entry.name), types or [entry.type]
    part = entry.failover.role if entry.failover else ""
    where = f"{scope.what}: domains: {name}"
    if "CNAME" in types:
        _check_cname(where, zone, name, entry.values)
    for (held, type_, other), holder in zone.holders.items():
        if type_ == "NS" and f".{name}".endswith(f".{held}"):
            raise SpecError(
                f"{where}: the zone {zone.name!r} leaves {held} to another (its record NS), so nobody looks here. Give "
                f"the edge that one: zones=[Domain(…, domain={held!r})]."
            )
        beside = part and other and part != other and type_ in types
        if held == name and not beside and (type_ in types or "CNAME" in (type_, *types)):
            raise SpecError(
                f"{where}: the zone {zone.name!r} has a record {type_} of that name already, of {holder}, beside which "
                f"there is no {types[0]}. Drop the one or the other."
            )
    zone.holders.update({(name, type_, part): scope.what for type_ in types})


def _check_cname(where: str, zone: Domain, name: str, values: Sequence[pulumi.Input[str]]) -> None:
    if name == zone.spec.domain:
        raise SpecError(
            f"{where}: it is the own name of the zone {zone.name!r}, which cannot be a CNAME, and this edge is reached "
            f"by a host's name. Serve a name below, e.g. 'www.{name}'; or, for an edge on aws, have the zone there too "
            "(it makes an alias); on a VPS name the host by its address, infra-kit:vps: {host: …}."
        )
    if name in values:
        raise SpecError(
            f"{where}: it is how the host itself is named, and would lead to itself. Name the host by its address, "
            "infra-kit:vps: {host: …}, or drop the zone."
        )


def data(entry: Entry) -> list[pulumi.Output[str]]:
    """The values as a zone file has them: hosts with their last dot, texts in quotes."""
    return [pulumi.Output.from_input(value).apply(lambda known: _line(entry.type, known)) for value in entry.values]


def lines(entries: Sequence[Entry]) -> pulumi.Output[list[str]]:
    """Of a zone file: `www.shop.example. 300 IN A 192.0.2.1`."""
    known = pulumi.Output.all(*(_known(entry) for entry in entries))
    return known.apply(lambda parts: [line for entry in parts for line in entry])


def say(scope: Scope, domain: str, lines: pulumi.Output[list[str]]) -> None:
    """Tells a person, once a run, what is to be set."""

    def told(known: Sequence[str]) -> None:
        if known:
            table = "\n".join(f"  {line}" for line in known)
            pulumi.log.info(f"{scope.what}: set these in the DNS of {domain}:\n{table}", scope.parent)

    lines.apply(told)


def _known(entry: Entry) -> pulumi.Output[list[str]]:
    parts = pulumi.Output.all(entry.name, *data(entry))
    return parts.apply(
        lambda known: [f"{absolute(known[0])} {entry.ttl} IN {entry.type} {value}" for value in known[1:]]
    )


def _line(type_: RecordType, value: str) -> str:
    if type_ in HOSTS:
        return absolute(value)
    return " ".join(f'"{chunk}"' for chunk in chunks(value)) if type_ == "TXT" else value


def absolute(name: str) -> str:
    """With its last dot."""
    return f"{name.rstrip('.')}."


def chunks(text: str) -> list[str]:
    """The texts that a TXT record is made of."""
    return [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
