"""Settings: the typed options of a provider, read from the stack's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ValidationError

from infra_kit.errors import ConfigError, SpecError
from infra_kit.spec import Model, problems


class Settings(Model):
    """Base of each provider's settings: frozen, unknown keys refused."""

    @property
    def alone(self) -> str | None:
        """What only one target of a program may be, in words, e.g. a host; None: nothing of the kind."""
        return None

    @classmethod
    def parse(cls, key: str, values: Mapping[str, Any]) -> Self:
        """The settings found under a configuration key, or a `ConfigError` that names the key and what is allowed."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as invalid:
            raise ConfigError(f"{key}: {problems(cls, invalid)}.") from None
        except SpecError as nested:
            raise ConfigError(f"{key}: {nested}.") from None
