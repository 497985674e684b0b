"""Settings: the typed options of a provider, read from the stack's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from infra_kit.errors import ConfigError


class Settings(BaseModel):
    """Base of each provider's settings: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def parse(cls, key: str, values: Mapping[str, Any]) -> Self:
        """The settings found under a configuration key, or a `ConfigError` that names the key and what is allowed."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as invalid:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
                for error in invalid.errors(include_url=False)
            )
            raise ConfigError(f"{key}: {problems}. Allowed: {', '.join(cls.model_fields)}.") from None
