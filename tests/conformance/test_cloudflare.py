"""The target cloudflare under the suites that every target passes, of the components that it has."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest

from infra_kit import Target
from infra_kit.providers.cloudflare.settings import CloudflareSettings
from infra_kit.testing import conformance

ACCOUNT = "0123456789abcdef0123456789abcdef"


class OnCloudflare:
    tags_under: ClassVar[str | Sequence[str]] = ()  # nothing of it has tags
    region: ClassVar[str | None] = None

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="cloudflare", app="shop", settings=CloudflareSettings(account=ACCOUNT))

    def used_on(self, target: Target) -> Target:
        return Target(name="aws", app="shop", region="us-east-1", environment=target.environment)


class TestObjectStoreOnCloudflare(OnCloudflare, conformance.ObjectStoreConformance):
    # A token reads, or it does all three: see the driver's own tests.
    links: ClassVar[dict[str, Callable[[Any], Any]]] = {
        "read": conformance.ObjectStoreConformance.links["read"],
        "all": lambda files: files.link("read", "write", "delete"),
    }


class TestDomainOnCloudflare(OnCloudflare, conformance.DomainConformance):
    pass
