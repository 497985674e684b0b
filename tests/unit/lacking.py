"""What a driver lacks of a spec, where the target's settings decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from infra_kit._gaps import lacks
from infra_kit.features import Feature
from infra_kit.settings import Settings
from infra_kit.spec import Spec


def gaps(driver: ModuleType, spec: Spec) -> Mapping[Feature, str]:
    return lacks(driver, Settings(), spec)
