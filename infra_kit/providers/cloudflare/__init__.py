"""Cloudflare: buckets and zones, for stacks whose other components are elsewhere, by pulumi-cloudflare."""

from typing import TYPE_CHECKING

from infra_kit.providers.cloudflare.settings import CloudflareSettings

ONLY = frozenset({"domain", "object_store"})
"""The components that it has: place these on it, and the others on another target."""

DRIVERS = {name: f"{__name__}.{name}" for name in sorted(ONLY)}
"""The module of each component's driver."""

ON_THE_INTERNET = True
"""What is here is reached from everywhere, by who has its keys."""

SETTINGS = CloudflareSettings

NEEDS = ("pulumi_cloudflare", "pulumi_random")
"""The modules that the extra `cloudflare` installs."""

PULUMI_PACKAGE = "cloudflare"

if TYPE_CHECKING:
    from infra_kit.components.domain import DomainDriver
    from infra_kit.components.object_store import ObjectStoreDriver
    from infra_kit.providers.cloudflare import domain, object_store

    _domain: DomainDriver = domain
    _object_store: ObjectStoreDriver = object_store
