"""A Lambda function: makes the indexes and the users that an OpenSearch domain is to have.

It can be run any number of times. It reaches nothing but the domain; all that it needs comes with the event.

Event: what `common/opensearch_setup.py` reads, and
    host: of the domain, which answers by HTTPS.
"""

from __future__ import annotations

import http.client
import ssl

from infra_kit.providers.common import opensearch_setup
from infra_kit.providers.common.opensearch_setup import SECONDS, Event

PORT = 443


def handler(event: Event, context: object) -> str:  # noqa: ARG001  Lambda gives both
    opensearch_setup.settle(
        event, http.client.HTTPSConnection(event["host"], PORT, timeout=SECONDS, context=ssl.create_default_context())
    )
    return "done"
