"""Hosts: what a VPS costs. One offer a host, what runs on it is paid with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from infra_kit._program import Made
from infra_kit.errors import UnknownQuantityError
from infra_kit.planning import offers, prices
from infra_kit.planning.offers import Need, Offer
from infra_kit.planning.programs import Planned
from infra_kit.planning.rates import Line
from infra_kit.planning.rates.reading import number
from infra_kit.planning.usage import Usage
from infra_kit.recording import Resource
from infra_kit.workloads import Architecture

if TYPE_CHECKING:
    from infra_kit.providers.vps.settings import BackupStore, VpsSettings

TARGET = "vps"
TYPE = "vps:host"
CONTAINER = "docker:index/container:Container"
MIB_PER_GIB = 1024
SYSTEM_MEMORY_GB, SYSTEM_DISK_GB = 0.5, 10.0
"""What Debian, Docker and the images of a dozen containers take (a Debian server takes 2 GB of disk and 0.1 GB of
memory, https://www.debian.org/releases/stable/amd64/ch03s04.en.html; the rest is room for images and logs)."""
_EDGES = ("infra-kit:index:Cdn", "infra-kit:index:Gateway")
_STORES: Mapping[str, tuple[str, str, str]] = {
    "your-objectstorage.com": ("hetzner", "object-storage/base", "includes 1 TB"),
    "digitaloceanspaces.com": ("digitalocean", "spaces/base", "includes 250 GB"),
}
"""By the end of an object store's name: whose it is, the SKU of its monthly price, how much that holds."""
_AWS, _AWS_STORAGE = "amazonaws.com", "s3/standard"


@dataclass
class Host:
    """A machine that a stack runs on."""

    settings: VpsSettings
    region: str | None
    components: list[Made] = field(default_factory=list)
    containers: list[Resource] = field(default_factory=list)
    """Those that run; a container that only holds files takes nothing."""


def lines(planned: Planned, used: Mapping[str, Usage]) -> Iterator[tuple[Host, Line]]:
    """What is billed of each host of a plan."""
    for host in _hosts(planned):
        offer, line = _rented(host, used)
        yield host, line
        if offer:
            yield from ((host, extra) for extra in _extras(host, offer, used))
        yield from ((host, stored) for stored in _backups(host))


def _hosts(planned: Planned) -> list[Host]:
    found: dict[str, Host] = {}
    of: dict[str, Host] = {}
    for made in planned.components:
        if made.target.name == TARGET and not made.stands_already:
            settings = cast("VpsSettings", made.target.settings)
            of[made.name] = found.setdefault(settings.alone, Host(settings, made.target.region))
            of[made.name].components.append(made)
    for resource in planned.resources:
        host = of.get(planned.component_of.get(resource.urn, ""))
        if host and resource.type == CONTAINER and resource.inputs.get("start", True):
            host.containers.append(resource)
    return list(found.values())


def _rented(host: Host, used: Mapping[str, Usage]) -> tuple[Offer | None, Line]:
    """The offer that a host is counted as, and its line, which says why."""
    try:
        offer, why = _chosen(host, used)
    except UnknownQuantityError as unknown:
        offer, why = None, str(unknown)
    if offer is None:
        return None, Line(f"host {host.settings.host}", "host", 1, assumed=True, why=why)
    said = host.settings.offer is not None
    return offer, Line(offer.words, offer.name, 1, assumed=not said, tiers=(offer.price,), why=why)


def _chosen(host: Host, used: Mapping[str, Usage]) -> tuple[Offer | None, str]:
    where = f" in {host.region}" if host.region else ""
    if name := host.settings.offer:
        offer = offers.named(name, host.region)
        if offer:
            return offer, _fits(offer, host, used)
        known = sorted({it.name for it in offers.load() if it.stands_in(host.region)})
        return None, f"the price book has no {name}{where}, only {', '.join(known)}"
    if size := host.settings.size:
        need = Need(size.cpu, size.memory_gb, size.disk_gb, size.dedicated_cpu, _architectures(host))
        what = f"what infra-kit:vps says it has ({need.words})"
    else:
        need = room(host, used)
        what = f"room for its {len(host.containers)} containers, its data and its system ({need.words})"
    offer = offers.cheapest(need, host.region, lambda it: _beside(host, it, used))
    which = "assumed, the cheapest" if offer else "there is none"
    return offer, f"{which} in the price book{where} with {what}"


def _fits(offer: Offer, host: Host, used: Mapping[str, Usage]) -> str:
    try:
        asked = room(host, used)
    except UnknownQuantityError:
        return "infra-kit:vps says so; what is asked of it, nobody here knows"
    return "infra-kit:vps says so" + ("" if offer.has(asked) else f", though {asked.words} are asked of it")


def room(host: Host, used: Mapping[str, Usage]) -> Need:
    """What the containers of a host may use together, its data, and its system."""
    memory = sum(number(it.inputs.get("memory")) for it in host.containers) / MIB_PER_GIB
    cpus = [number(it.inputs.get("cpus")) for it in host.containers]
    specs = [made.spec for made in host.components]
    return Need(
        cpu=max(cpus, default=1),
        memory_gb=round(memory + SYSTEM_MEMORY_GB, 1),
        disk_gb=round(sum(_disk(made, used) for made in host.components) + SYSTEM_DISK_GB, 1),
        dedicated_cpu=any(getattr(spec, "dedicated_cpu", False) for spec in specs),
        architectures=_architectures(host),
    )


def _disk(made: Made, used: Mapping[str, Usage]) -> float:
    from infra_kit.providers.vps.room import disk_gb  # noqa: PLC0415  only where there is a VPS, Docker's SDK is there

    stored = used[made.name].stored_gb if made.type == "infra-kit:index:ObjectStore" else 0
    return disk_gb(made.spec) + stored


def _architectures(host: Host) -> tuple[Architecture, ...]:
    """Those that every image of the program's is made for."""
    each = [set(made.spec.architectures) for made in host.components if hasattr(made.spec, "architectures")]
    common = set.intersection(*each) if each else {"amd64"}
    return tuple(sorted(common))  # type: ignore[arg-type]  # a subset of what the specs have


def _extras(host: Host, offer: Offer, used: Mapping[str, Usage]) -> Iterator[Line]:
    book = (offer.vendor, "global")
    if offer.vendor == "hetzner":
        yield Line("public IPv4 address", "ipv4", 1, book=book)
    public = [made for made in host.components if made.type in _EDGES and getattr(made.spec, "public", True)]
    beyond = sum(used[made.name].gb_out for made in public) - offer.traffic_gb
    if beyond > 0:
        yield Line(f"traffic beyond {offer.traffic_gb:g} GB", "traffic", beyond, assumed=True, book=book)


def _beside(host: Host, offer: Offer, used: Mapping[str, Usage]) -> Decimal:
    """What the vendor of an offer bills beside it, in EUR."""
    priced = (
        (prices.load(*extra.book).tiers(extra.sku), Decimal(str(extra.quantity)))
        for extra in _extras(host, offer, used)
        if extra.book
    )
    return sum(
        (prices.exchanged(prices.tiered(tiers, quantity), tiers[0].currency, "EUR") for tiers, quantity in priced),
        Decimal(0),
    )


def _backups(host: Host) -> Iterator[Line]:
    """The store that database backups go to, as large as the databases may become."""
    databases = [made for made in host.components if getattr(made.spec, "backups", None)]
    store = host.settings.backups
    if not store or not databases:
        return
    gb = sum(float(getattr(made.spec, "storage_gb", 0)) for made in databases)
    yield _stored(store, gb)


def _stored(store: BackupStore, gb: float) -> Line:
    address = urlsplit(store.endpoint).hostname or ""
    what = f"database backups in {store.bucket}"
    if address.endswith(_AWS):
        return Line(f"{what}, S3", _AWS_STORAGE, gb, assumed=True, book=("aws", store.region))
    for end, (vendor, sku, holds) in _STORES.items():
        if address.endswith(end):
            return Line(f"{what}, {holds}", sku, 1, assumed=True, book=(vendor, "global"))
    return Line(what, "backups", gb, assumed=True, why=f"nothing is known of what {address} costs")
