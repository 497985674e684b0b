"""What of aws's resources is billed: one module a family of services, gathered here."""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit.planning.rates import Rate
from infra_kit.planning.rates.aws import (
    balancing,
    caches,
    cdn,
    compute,
    databases,
    documents,
    messaging,
    network,
    operations,
    security,
    storage,
    tables,
)
from infra_kit.planning.rates.aws.free import FREE

RATES: Mapping[str, Rate] = {
    **balancing.RATES,
    **caches.RATES,
    **cdn.RATES,
    **compute.RATES,
    **databases.RATES,
    **documents.RATES,
    **messaging.RATES,
    **network.RATES,
    **operations.RATES,
    **security.RATES,
    **storage.RATES,
    **tables.RATES,
}

__all__ = ["FREE", "RATES"]
