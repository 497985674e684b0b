"""What the settings of a NATS server on a machine let in, the same on every cloud."""

from __future__ import annotations

import json


def assert_each_may_what_it_is_linked_for(conf: str) -> None:
    """One link publishes `lead.created`, another one consumes `crm`."""
    told = json.loads(conf.split('"users": ', 1)[1].split(']}, "SYS"', 1)[0] + "]")
    rights = {user["user"]: user.get("permissions", {}).get("publish", {}).get("allow") for user in told}
    assert list(rights) == ["admin", "app", "monitor", "api_0__bus", "api_1__bus"]
    assert rights["api_0__bus"] == ["lead.created"]
    assert rights["api_1__bus"] == [
        "$JS.API.CONSUMER.INFO.LEADS.crm", "$JS.API.CONSUMER.MSG.NEXT.LEADS.crm", "$JS.ACK.LEADS.crm.>",
    ]  # fmt: skip
