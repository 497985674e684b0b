"""Settings: the typed options of a provider, read from the stack's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import pulumi
from pydantic import SecretStr, ValidationError

from infra_kit.errors import ConfigError, OptionsError, SpecError
from infra_kit.spec import Model, inside, problems


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
        except OptionsError as nested:
            raise ConfigError(_nested(cls, key, values, nested)) from None
        except SpecError as nested:
            raise ConfigError(f"{key}: {nested}.") from None


def _nested(settings: type[Settings], key: str, values: Mapping[str, Any], error: OptionsError) -> str:
    """What is wrong in a group of options, under its own key; for secrets that are missing, how they are set."""
    field = next((name for name, it in settings.model_fields.items() if error.group in inside(it.annotation)), None)
    if field is None:  # a group within a group
        return f"{key}: {error}."
    secrets = [name for name, it in error.group.model_fields.items() if SecretStr in inside(it.annotation)]
    missing = [name for name in secrets if name not in values[field]]
    lines = [f"{key}.{field}: {error.problems}."]
    if missing:
        lines.append('A secret is set once, by plain pulumi (with these variables: eval "$(infra-kit env)"):')
    for name in missing:
        lines.append(f"  pulumi config set --secret --path '{key}.{field}.{name}' --stack {pulumi.get_stack()}")
    return "\n".join(lines)
