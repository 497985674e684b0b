"""Rules of alerts, and where alerts go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from infra_kit.durations import Duration, seconds
from infra_kit.signals import MEANINGS, Signal
from infra_kit.spec import Items, Options
from infra_kit.texts import Name, matching
from infra_kit.workloads import Text

Level = Literal["P0", "P1", "P2", "P3"]
"""How soon somebody must look (seeds/004): at once, within 15 minutes, within the hour, some day."""

SignalName = Annotated[str, matching("|".join(Signal), f"a signal is needed, one of: {', '.join(Signal)}")]
LONGEST = "1d"
Email = Annotated[
    str, matching(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "an address is needed, e.g. 'ops@example.com'")
]
Phone = Annotated[str, matching(r"\+[1-9][0-9]{6,14}", "a number in E.164 is needed, e.g. '+525512345678'")]


class Rule(Options):
    """When something is wrong: `Rule(signal="errors", above=5, lasting="5m", level="P0")`."""

    signal: SignalName
    """What is looked at: see `infra_kit.signals`, which also has its unit."""
    above: float | None = Field(default=None, ge=0)
    """Wrong when the figure is beyond this. Either this or `below`."""
    below: float | None = Field(default=None, ge=0)
    lasting: Duration = "5m"
    """For so long, without a break. At most a day."""
    level: Level = "P1"
    of: Items[Name] = ()
    """The components, by name, that it is for. Default: all that are watched and have the signal."""

    @model_validator(mode="after")
    def _check(self) -> Rule:
        if (self.above is None) == (self.below is None):
            raise ValueError("above or below: one of the two is needed")
        if seconds(self.lasting) > seconds(LONGEST):
            raise ValueError(f"lasting: given {self.lasting}; at most {LONGEST!r}")
        return self

    @property
    def bound(self) -> float:
        return self.above if self.above is not None else self.below or 0.0

    def __str__(self) -> str:
        """For people: `errors > 5 % for 5m`."""
        unit = MEANINGS[Signal(self.signal)].unit
        return f"{self.signal} {'>' if self.above is not None else '<'} {self.bound:g} {unit} for {self.lasting}"


class Routes(Options):
    """Whom an alert is told."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    email: Items[Email] = ()
    sms: Items[Phone] = ()
    slack: Text | None = None
    """The URL of an incoming webhook of Slack. Taken as a secret (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/)."""
    pagerduty: Text | None = None
    """The integration key of a service in PagerDuty. Taken as a secret (https://developer.pagerduty.com/docs/events-api-v2-overview)."""
    webhook: Text | None = None
    """A URL that gets each alert as JSON by POST. Taken as a secret."""

    @model_validator(mode="after")
    def _check(self) -> Routes:
        if not (self.email or self.sms or self.slack or self.pagerduty or self.webhook):
            raise ValueError("one of email, sms, slack, pagerduty, webhook is needed")
        return self
