"""What is sent, as spans: OTLP in protobuf or JSON (https://opentelemetry.io/docs/specs/otlp/)."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

JSON, PROTOBUF = "application/json", "application/x-protobuf"
MOST_BYTES = 16 * 2**20
"""Of what is sent at once, unpacked."""
MOST_TEXT = 4096
"""Characters of one value."""
FAILED = trace_pb2.Status.STATUS_CODE_ERROR


class UnreadableError(Exception):
    """The text says why."""


@dataclass(frozen=True)
class Span:
    """One piece of work."""

    trace: str
    span: str
    parent: str
    """Empty for the first of a trace."""
    service: str
    name: str
    begin: int
    """Nanoseconds since 1970."""
    end: int
    failed: bool
    attributes: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]


def unpacked(body: bytes, encoding: str) -> bytes:
    """Raises `UnreadableError`."""
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        raise UnreadableError(f"Content-Encoding: given {encoding}; gzip or none is taken")
    try:
        with gzip.open(io.BytesIO(body)) as packed:
            found = packed.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise UnreadableError(f"it is no gzip: {error}") from None
    if len(found) > MOST_BYTES:
        raise UnreadableError(f"at most {MOST_BYTES} bytes are taken at once")
    return found


def read(body: bytes, kind: str) -> list[Span]:
    """Raises `UnreadableError`."""
    try:
        request = _of_json(body) if kind == JSON else ExportTraceServiceRequest.FromString(body)
    except (DecodeError, ParseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableError(f"it is no {kind} of OTLP: {error}") from None
    return list(_spans(request))


def answer(kind: str) -> bytes:
    """All was taken."""
    return b"{}" if kind == JSON else b""


def _of_json(body: bytes) -> ExportTraceServiceRequest:
    """OTLP has ids in hexadecimal digits, where protobuf's own JSON has base64."""
    tree = json.loads(body)
    for of_resource in tree.get("resourceSpans", ()):
        for of_scope in of_resource.get("scopeSpans", ()):
            for span in of_scope.get("spans", ()):
                for place in (span, *span.get("links", ())):
                    place.update({key: _base64(place[key]) for key in _IDS if key in place})
    request = ExportTraceServiceRequest()
    ParseDict(tree, request, ignore_unknown_fields=True)
    return request


_IDS = ("traceId", "spanId", "parentSpanId")


def _base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()


def _spans(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for of_resource in request.resource_spans:
        resource = _values(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                if span.trace_id and span.span_id:
                    yield _span(span, resource)


def _span(span: trace_pb2.Span, resource: Mapping[str, Any]) -> Span:
    says = {"status": span.status.message} if span.status.message else {}
    return Span(
        trace=span.trace_id.hex(),
        span=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        service=str(resource.get("service.name", "")),
        name=span.name[:MOST_TEXT],
        begin=_within(span.start_time_unix_nano),
        end=_within(max(span.end_time_unix_nano, span.start_time_unix_nano)),
        failed=span.status.code == FAILED,
        attributes={**resource, **_values(span.attributes), **says},
        events=[{"name": it.name, "at": it.time_unix_nano, **_values(it.attributes)} for it in span.events],
    )


def _within(nanoseconds: int) -> int:
    """SQLite's numbers have a sign."""
    return min(nanoseconds, 2**63 - 1)


def _values(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    return {it.key: _value(it.value) for it in attributes}


def _value(value: AnyValue) -> Any:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value[:MOST_TEXT]
        case "array_value":
            return [_value(it) for it in value.array_value.values]
        case "kvlist_value":
            return _values(value.kvlist_value.values)
        case "bytes_value":
            return value.bytes_value.hex()[:MOST_TEXT]
        case None:
            return None
        case kind:
            return getattr(value, kind)
