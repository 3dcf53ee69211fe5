"""OpenTelemetry, where the standard variable names a collector; else nothing of it is loaded."""

import os

from fastapi import FastAPI

from dapp.errors import Refused

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_QUERIES = ("http.target", "http.url", "url.query", "url.full", "url.path")


def install(app: FastAPI) -> None:
    """Traces requests, if that is asked for.

    Raises Refused: it is, and the packages are not there.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace import Span
    except ImportError as error:
        raise Refused(
            "a collector of traces is named, and the packages for it are not installed",
            remedy="Install redress[telemetry], or unset OTEL_EXPORTER_OTLP_ENDPOINT",
            code="telemetry-missing",
        ) from error

    def without_names(span: Span, scope: dict[str, object]) -> None:
        # Paths and queries may hold what is secret: the route's pattern says enough.
        for name in _QUERIES:
            span.set_attribute(name, "")

    provider = TracerProvider(resource=Resource.create({"service.name": "redress"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    FastAPIInstrumentor.instrument_app(
        app,
        tracer_provider=provider,
        server_request_hook=without_names,
        excluded_urls="healthz,readyz,v1/stream",
        exclude_spans=["receive", "send"],
    )
