"""A whole of NomadShift in one region: what a phase sizes, and what stands before it (seeds/000: NS-1 to NS-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from infra_kit import Auth, Cdn, Domain, Gateway, Job, Link, Mailer, ObjectStore, Postgres, Redis, Search, Service
from stacks.migrations import migrated
from stacks.nomadshift import application, content, listings
from stacks.nomadshift.regions import Region


@dataclass(frozen=True, kw_only=True)
class Data:
    """What a phase sizes."""

    db: Postgres
    cache: Redis
    search: Search


@dataclass(frozen=True, kw_only=True)
class Shared:
    """One for all regions."""

    accounts: Auth
    mail: Mailer
    zones: Sequence[Domain]


@dataclass(frozen=True, kw_only=True)
class Product:
    """What stands in a region."""

    region: Region
    data: Data
    shared: Shared
    static: ObjectStore
    uploads: ObjectStore
    api: Service
    index: Job
    gateway: Gateway
    edge: Cdn


def product(region: Region, data: Data, shared: Shared) -> Product:
    """Programs are told the same names everywhere: `DB_URL`, whichever region's it is."""
    static, uploads = content.static(region), content.uploads(region)
    after = migrated(data.db, name=region.named("migrate"), target=region.target, network=region.network)
    finds = [data.db.link(name="DB"), data.search.link(name="SEARCH")]
    api = application.api(region, [*finds, *_links(region, data, shared, uploads)], after)
    gateway = application.gateway(region, api)
    return Product(
        region=region,
        data=data,
        shared=shared,
        static=static,
        uploads=uploads,
        api=api,
        index=listings.index(region, finds, after),
        gateway=gateway,
        edge=content.edge(region, static, uploads, gateway, shared.zones),
    )


def _links(region: Region, data: Data, shared: Shared, uploads: ObjectStore) -> list[Link]:
    return [
        application.settings(region, data.db).link(name="SETTINGS"),
        data.cache.link(name="CACHE"),
        uploads.link("read", "write", "delete", name="UPLOADS"),
        shared.accounts.link(client="web"),
        _mail(region, shared.mail).link(name="MAIL"),
    ]


def _mail(region: Region, mail: Mailer) -> Mailer:
    """A domain's mail is sent from one region: the others use it by its address."""
    if not region.key:
        return mail
    return Mailer.existing(region.named("mail"), domain=mail.spec.domain, url=mail.url, target=region.target)


def export(it: Product) -> None:
    """`url`; of another region, `url_eu`."""
    end = f"_{it.region.key}" if it.region.key else ""
    pulumi.export(f"database_url{end}", it.data.db.url)
    pulumi.export(f"pooled_database_url{end}", it.data.db.pooled_url)
    pulumi.export(f"reports_url{end}", it.data.db.reader_url)
    pulumi.export(f"redis_url{end}", it.data.cache.url)
    pulumi.export(f"search_url{end}", it.data.search.url)
    pulumi.export(f"static_bucket{end}", it.static.bucket)
    pulumi.export(f"uploads_bucket{end}", it.uploads.bucket)
    pulumi.export(f"url{end}", it.edge.url)
