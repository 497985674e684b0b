"""What of gcp's resources is billed: one module a family of services, gathered here."""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit.planning.rates import Rate
from infra_kit.planning.rates.gcp import (
    cloud_run,
    compute,
    databases,
    edge,
    messages,
    network,
    operations,
    storage,
)
from infra_kit.planning.rates.gcp.free import FREE

__all__ = ["FREE", "RATES"]

RATES: Mapping[str, Rate] = {
    **cloud_run.RATES,
    **compute.RATES,
    **databases.RATES,
    **edge.RATES,
    **messages.RATES,
    **network.RATES,
    **operations.RATES,
    **storage.RATES,
}
