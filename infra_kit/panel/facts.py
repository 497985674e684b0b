"""What the panel reads: what a deployment said (`Facts`), how it stands now (`Seen`), and where it goes (`Plan`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


State = Literal["well", "degraded", "down", "stopped", "done", "kept", "unknown"]
"""`down`: it should answer and does not. `stopped`: on purpose. `done`: a job with nothing left to do. `kept`: nothing
runs for it, as for a secret. `unknown`: nobody could look."""


class Part(Fact):
    """A component, as it was deployed."""

    name: str
    kind: str
    """`Postgres`."""
    address: str = ""
    """`127.0.0.1:21000`; empty for what nothing connects to."""
    version: str = ""
    """`Valkey 9.1.2`; of a program of the user's own, its image's tag."""
    url: str = ""
    """Where a browser opens it; empty where none can."""
    way: str = ""
    """The command that leads there, where no browser gets by itself."""
    username: str = ""
    credentials: tuple[str, ...] = ()
    """The names of what is secret of it: `password`."""

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2] if ":" in self.address else ""


class Facts(Fact):
    """What a deployment said. None of it is secret."""

    app: str
    stack: str
    environment: str
    target: str
    parts: tuple[Part, ...]
    links: Mapping[str, str] = {}
    """Consoles of the user's own, by what they are called."""


class Standing(Fact):
    """How a component stands."""

    state: State
    since: str = ""
    """ISO 8601, UTC; empty where nobody knows."""
    detail: str = ""
    """`1 of 2 instances`."""


class Alert(Fact):
    """What is wrong, by a rule of the stack's Alerts."""

    level: str
    component: str
    says: str
    since: str
    value: str = ""
    fires: str = ""
    """When it will, if it stays wrong, ISO 8601, UTC; empty for what fires already."""


class Copies(Fact):
    """What a Backup or a RestoreDrill told last."""

    component: str
    what: Literal["backup", "restore"]
    last: str = ""
    """When it last went well, ISO 8601, UTC; empty: never."""
    seconds: float | None = None
    failure: str = ""
    """Why it failed since; empty if it has not."""


class Seen(Fact):
    """One look at all of it."""

    parts: Mapping[str, Standing] = {}
    alerts: tuple[Alert, ...] = ()
    copies: tuple[Copies, ...] = ()
    failure: str = ""
    """Why some of it could not be seen."""


class Phase(Fact):
    name: str
    title: str
    monthly: str
    """With its currency: `25.00 USD`."""
    changes: tuple[str, ...] = ()
    """What going there changes, in words."""


class Plan(Fact):
    """What the planner says of the stack. See `infra_kit.planning.outlook`."""

    monthly: str
    """With its currency: `25.00 USD`."""
    unpriced: int
    """Lines without a price, which are not in it."""
    budgets: tuple[str, ...] = ()
    """Each in words."""
    phase: Phase | None = None
    """The current one; None where the project describes none."""
    next: Phase | None = None


class Source(Protocol):
    """Where a panel reads."""

    @property
    def facts(self) -> Facts: ...

    def look(self) -> Seen:
        """How it stands now; takes seconds at most."""

    def plan(self) -> Plan | None:
        """None where nobody has planned it yet."""

    def reveal(self, part: str, credential: str) -> str:
        """What is secret, read now. Raises `LookupError` for what there is not."""
