"""What of aws's resources is billed: one module a family of services, gathered here."""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit.planning.rates import Rate

RATES: Mapping[str, Rate] = {}
FREE: frozenset[str] = frozenset()
