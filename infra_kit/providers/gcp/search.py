"""Search on Google Cloud: there is none. The cloud has no managed OpenSearch, nor anything else that speaks its API."""

from __future__ import annotations

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.search import SearchEndpoint, SearchSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link

SUPPORTS: frozenset[Feature] = frozenset()
CAVEATS = (
    "there is no Search, and one is refused: no service of the cloud's speaks OpenSearch's API. One that a vendor runs "
    "there (Aiven, Instaclustr, Elastic Cloud by the marketplace) is joined by Search.existing(url=…)",
)
_WAY_OUT = (
    "no service of Google Cloud speaks OpenSearch's API. Join one that a vendor runs there, or that stands on a host "
    "of yours: Search.existing(name, url='https://user:password@host:9200'); or place all that uses it on aws or vps"
)
HINTS = dict.fromkeys((Feature("version"), features.READ_REPLICAS, features.HIGH_AVAILABILITY), _WAY_OUT)


def create(scope: Scope, spec: SearchSpec) -> SearchEndpoint:  # noqa: ARG001
    """Raises `SpecError`."""
    raise SpecError(f"{scope.what}: {_WAY_OUT}.")


def link(scope: Scope, link: Link) -> Grant:
    """Raises `SpecError`: there is nothing to link, but what stands already, which grants its own user."""
    raise SpecError(f"{scope.what}: links: {link}: {_WAY_OUT}.")
