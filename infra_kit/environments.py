"""Environments: what each one decides when the user does not."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Environment(StrEnum):
    """Where in a product's life a stack stands."""

    DEVELOPMENT = "development"
    PREVIEW = "preview"
    STAGING = "staging"
    PRODUCTION = "production"

    @property
    def defaults(self) -> "Defaults":
        return _DEFAULTS[self]


@dataclass(frozen=True)
class Defaults:
    """The safe defaults of an environment."""

    protect: bool
    """Stateful resources carry Pulumi's `protect` and the service's own deletion protection."""
    retain_data: bool
    """Destroying the stack keeps the data (a final snapshot; on local, the folder)."""
    backup_days: int
    """How many days of backups a database keeps when its spec says nothing. 0: none."""
    point_in_time: bool
    """Whether a database can be restored to any moment (seeds/001 asks production for less than 1 h of loss)."""
    flow_logs: bool
    """Whether a network logs its flows."""
    own_keys: bool
    """Encrypt with a key of the component's own where the service has one, else with the service's. A server has the
    key that it was made with: what stands is not encrypted anew when its environment changes."""
    monitoring: bool
    """Accesses are logged, machines and queries are watched, and logs are kept longer."""


_CHEAP = Defaults(
    protect=False,
    retain_data=False,
    backup_days=0,
    point_in_time=False,
    flow_logs=False,
    own_keys=False,
    monitoring=False,
)
_DEFAULTS = {
    Environment.DEVELOPMENT: _CHEAP,
    # seeds/001: a preview goes with its pull request.
    Environment.PREVIEW: _CHEAP,
    Environment.STAGING: replace(_CHEAP, retain_data=True, backup_days=1),
    Environment.PRODUCTION: Defaults(
        protect=True,
        retain_data=True,
        backup_days=7,
        point_in_time=True,
        flow_logs=True,
        own_keys=True,
        monitoring=True,
    ),
}
