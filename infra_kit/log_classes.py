"""Classes of log lines: for how long each is kept, and where those go that somebody else is to keep too.

A line says its class itself, as a field of the JSON that it is: `{"message": "role given", "class": "audit"}`. What is
no JSON, or names no class that there is, is `application`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from infra_kit.durations import Duration, seconds
from infra_kit.spec import Items, Options
from infra_kit.texts import Name, matching
from infra_kit.workloads import Text, Value

DAY = 86_400
APPLICATION, SECURITY = "application", "security"
"""What a line is that says nothing, and what guards and watches of a target's own say (a firewall, flows)."""


def _whole_days(text: str) -> str:
    if seconds(text) % DAY:
        raise ValueError("whole days are needed, e.g. '30d' or '2y'")
    return text


Days = Annotated[Duration, AfterValidator(_whole_days)]
Url = Annotated[
    str,
    matching(
        r"(https://[^\s/@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/\S*)?",
        "an https:// URL without a password is needed; http:// only on the machine itself",
    ),
]
Header = Annotated[str, matching(r"[A-Za-z0-9-]{1,64}", "a header's name is letters, digits and hyphens")]


class LogClass(Options):
    """How long lines of a class are kept."""

    keep: Days
    """So long, and no longer."""
    archive_after: Days | None = None
    """From this age on they lie in the archive alone, which is cheaper and slower to look into. Each line is written
    there as soon as may be, not at that age. Default: none has to look there, all lie where they are searched."""
    locked: bool = False
    """For `keep` they can be deleted or changed by nobody who has the keys of the stack. In production by nobody at
    all: what is written by mistake stays too."""

    @model_validator(mode="after")
    def _check(self) -> LogClass:
        if self.archive_after and seconds(self.archive_after) >= seconds(self.keep):
            raise ValueError(f"archive_after: given {self.archive_after}, less than keep ({self.keep}) is needed")
        return self

    @property
    def kept_days(self) -> int:
        return seconds(self.keep) // DAY

    @property
    def searched_days(self) -> int:
        """How long lines lie where they are searched."""
        return seconds(self.archive_after or self.keep) // DAY


BY_CLASS: Mapping[str, LogClass] = {
    APPLICATION: LogClass(keep="30d"),
    SECURITY: LogClass(keep="2y", archive_after="30d"),
    "audit": LogClass(keep="7y", archive_after="30d"),
}
"""seeds/000 (NS-11): application 30 days, security 2 years, audit 7 years; what is older than 30 days is archived."""


class HttpSink(Options):
    """Somebody else's store of logs, which lines are posted to as NDJSON (`application/x-ndjson`), many at once."""

    url: Url
    """Where they are posted, e.g. `https://logs.example.com/ingest`."""
    token: Text | None = Field(default=None, repr=False)
    """Sent as `Authorization: Bearer …`; taken as a secret whether it is one or not."""
    headers: Mapping[Header, str] = Field(default_factory=dict)
    """Sent too, no secrets: `{"X-Axiom-Org-Id": "acme"}`."""
    classes: Items[Name] = ()
    """Which go there. Default: all."""
    firehose_url: Url | None = None
    """Where Amazon Data Firehose posts, which has a protocol of its own (on aws it is needed):
    https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html"""

    @classmethod
    def axiom(
        cls, *, dataset: str, token: Value, domain: str = "us-east-1.aws.edge.axiom.co", classes: Items[Name] = ()
    ) -> Self:
        """Axiom (seeds/002; https://axiom.co/docs/restapi/ingest, https://axiom.co/docs/send-data/aws-firehose).

        Args:
            dataset: where in Axiom.
            token: one that may ingest there, and nothing else.
            domain: of the organisation's edge (https://axiom.co/docs/reference/edge-deployments).
            classes: which go there. Default: all.
        """
        there = f"https://{domain}/v1/ingest/{dataset}"
        return cls(url=f"{there}?timestamp-field=time", token=token, classes=classes, firehose_url=f"{there}/firehose")
