"""A Lambda function: waits for the servers of NATS in its network, and makes their streams and consumers.

It can be run any number of times. It reaches nothing but the servers; all that it needs comes with the event: see
`infra_kit.providers.common.nats_machines`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from infra_kit.providers.common import nats_machines


def handler(event: Mapping[str, Any], context: Any) -> str:
    """Its answer, and a word that is another one each time: what is asked again whenever this was sees by it that it
    was."""
    return f"{asyncio.run(nats_machines.run(event))} {context.aws_request_id}"
