"""Settings of the local target."""

from typing import Annotated, Literal

import pulumi
from pydantic import ConfigDict, Field, SecretStr, model_validator

from infra_kit.alert_rules import Email
from infra_kit.durations import Duration
from infra_kit.settings import Settings
from infra_kit.spec import Options


class Smtp(Options):
    """Who takes the mails of alerts: a relay of yours."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    host: str
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`tls`: from the first byte, mostly on port 465. `none`: for a relay on this machine."""
    username: str | None = None
    """Default: the relay asks for none."""
    password: SecretStr | pulumi.Output[str] | None = None
    """In a stack's file a secure value: `pulumi config set --secret --path 'infra-kit:local.smtp.password'`."""
    sender: Email
    """Whom mails are from, e.g. `alerts@example.com`."""

    @model_validator(mode="after")
    def _check(self) -> "Smtp":
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        if self.username is not None and self.security == "none":
            raise ValueError("security: a password is not sent in clear; 'starttls' or 'tls' is needed")
        return self


class LocalSettings(Settings):
    """`infra-kit:local` in a stack's configuration."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    ports: dict[str, Annotated[int, Field(ge=1024, le=65_535)]] = Field(default_factory=dict)
    """The port of a component by its name, e.g. `{db: 5432}`. Default: a free one is picked once and kept."""
    check_every: Duration = "10s"
    """How often Alerts and Dashboards look at what they watch, the latter every 10 s at most."""
    smtp: Smtp | None = None
    """Default: alerts are told to no e-mail address."""
