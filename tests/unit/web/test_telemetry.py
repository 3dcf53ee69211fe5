"""Traces are made where a collector is named, and refused in words where they cannot be."""

import sys

import pytest
from fastapi import FastAPI

from dapp.errors import Refused
from dapp.web import telemetry


def test_without_a_collector_nothing_of_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in telemetry.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    telemetry.install(FastAPI())


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(Refused) as refused:
        telemetry.install(FastAPI())
    assert refused.value.code == "telemetry-missing"
    assert "redress[telemetry]" in str(refused.value)
