"""A program that tells of its work by OpenTelemetry, and knows where from its environment alone.

Its exporter is the library's own encoding, sent by the standard library.
"""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind

TRACES = f"{os.environ['OTEL_EXPORTER_OTLP_ENDPOINT']}/v1/traces"


class Exporter(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        body = encode_spans(spans).SerializeToString()
        request = urllib.request.Request(TRACES, body, {"Content-Type": "application/x-protobuf"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=2):  # noqa: S310
                return SpanExportResult.SUCCESS
        except OSError:
            return SpanExportResult.FAILURE


provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(Exporter(), schedule_delay_millis=50))
tracer = provider.get_tracer("app")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with tracer.start_as_current_span(f"GET {self.path}", kind=SpanKind.SERVER) as span:
            span.set_attribute("url.path", self.path)
            with tracer.start_as_current_span("read the ledger"):
                body = b"well"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its parent's name
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
