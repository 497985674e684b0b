"""Streams and their consumers, as an EventBus is asked for them, and what every bus does for them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from infra_kit.durations import Duration, seconds
from infra_kit.spec import Items, Options
from infra_kit.texts import matching

QUEUE_KEEPS = "14d"
"""What a queue of a cloud keeps at most, of those we know the least (SQS:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html). An event that is to
wait longer for its consumer asks for `Feature.LONG_BACKLOG`."""

TOPIC_KEEPS = "31d"
"""How long every bus keeps an event: Pub/Sub's most
(https://cloud.google.com/pubsub/docs/replay-overview). A stream that keeps its events longer asks for
`Feature.LONG_RETENTION`."""

ACK_WAITS = ("10s", "10m")
"""How long every bus waits for an acknowledgement, at least and at most: Pub/Sub's
(https://cloud.google.com/pubsub/docs/subscription-properties#ack_deadline). A consumer that waits less or more asks for
`Feature.ANY_ACK_WAIT`."""

DELIVERIES = (5, 100)
"""After how many deliveries every bus gives up, at least and at most: Pub/Sub's
(https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic). Less or more asks for
`Feature.ANY_DELIVERIES`."""

Name = Annotated[
    str,
    matching(
        r"[A-Za-z][A-Za-z0-9_-]{0,47}",
        "a name of at most 48 letters, digits, '_' and '-' is needed, e.g. 'LEAD_EVENTS'",
    ),
]
Subject = Annotated[
    str,
    matching(
        r"[a-z0-9_-]+(\.([a-z0-9_-]+|\*))*(\.>)?",
        "a subject in lower case is needed; '*' stands for one word, a last '>' for the rest",
    ),
]


class Stream(Options):
    """A log of the events on some subjects."""

    subjects: Items[Subject] = Field(min_length=1)
    """E.g. `("lead.*",)`."""
    retention: Duration = "7d"
    """How long an event is kept, e.g. `30d`, `5y`. More than `TOPIC_KEEPS` is not had everywhere."""
    max_size_gb: float | None = Field(default=None, gt=0, le=10_000)
    """Oldest events go when the stream grows beyond this many GiB. Default: no limit but the disk."""
    replicas: Literal[1, 3, 5] = 1
    """Copies over servers."""

    @property
    def is_kept_long(self) -> bool:
        return seconds(self.retention) > seconds(TOPIC_KEEPS)


class Consumer(Options):
    """A durable reader of one stream: it gets each event until it acknowledges it."""

    stream: Name
    filter: Subject | None = None
    """Only these subjects. Default: all of the stream."""
    ack_wait: Duration = "30s"
    """An event that is not acknowledged within this time is delivered again. Less or more than `ACK_WAITS` is not had
    everywhere."""
    max_deliveries: int = Field(default=5, ge=1, le=1000)
    """After so many deliveries an event is given up. Less or more than `DELIVERIES` is not had everywhere."""
    dead_letter: bool = True
    """Keep what was given up, to be looked at and sent again."""
    backlog: Duration | None = None
    """How long an event waits for this consumer, at least. Default: as long as its stream keeps it."""

    @property
    def nearest_ack_wait(self) -> str:
        """Of those that every bus has."""
        least, most = ACK_WAITS
        if seconds(self.ack_wait) < seconds(least):
            return least
        return most if seconds(self.ack_wait) > seconds(most) else self.ack_wait

    @property
    def nearest_deliveries(self) -> int:
        """Of those that every bus has."""
        least, most = DELIVERIES
        return min(max(self.max_deliveries, least), most)
