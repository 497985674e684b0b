"""Settings of the local target."""

from typing import Annotated

from pydantic import Field

from infra_kit.settings import Settings


class LocalSettings(Settings):
    """`infra-kit:local` in a stack's configuration."""

    ports: dict[str, Annotated[int, Field(ge=1024, le=65_535)]] = Field(default_factory=dict)
    """The port of a component by its name, e.g. `{db: 5432}`. Default: a free one is picked once and kept."""
