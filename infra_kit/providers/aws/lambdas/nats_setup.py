"""A Lambda function: waits for the servers of NATS in its network, and makes their streams and consumers.

It can be run any number of times. It reaches nothing but the servers; all that it needs comes with the event: see
`infra_kit.providers.common.nats_machines`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from infra_kit.providers.common import nats_machines


def handler(event: Mapping[str, Any], context: object) -> str:  # noqa: ARG001  Lambda gives both
    return asyncio.run(nats_machines.run(event))
