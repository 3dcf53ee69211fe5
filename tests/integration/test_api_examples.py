"""Every operation is described: what it is, what it was asked and answered once, how it fails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dapp.web.app import description
from dapp.web.openapi import example
from scripts.toolchain.postgres import Postgres
from tests.examples import FOLDER, differences, operations, played

_SAY_IT_IN_HEADERS = ("evidence-begin", "evidence-progress")
_NEVER_FAIL = ("status-healthz", "status-readyz")


DESCRIPTION = description()
OPERATIONS = {
    one["operationId"]: one for methods in DESCRIPTION["paths"].values() for one in methods.values()
}
PLAYED = {name for name in OPERATIONS if not name.startswith("mail-")}
"""Mail comes with a token, and is answered by mail: its examples stand at its routes."""


def _contents(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from described.get("content", {}).values()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_described(name: str) -> None:
    operation = OPERATIONS[name]
    assert len(operation["summary"]) > 10, "a docstring says what it does"
    status, success = next(one for one in operation["responses"].items() if one[0] < "300")
    assert all("example" in one for one in _contents(success)), f"examples/{name}.json: answer"
    assert list(_contents(success)) or status == "204" or name in _SAY_IT_IN_HEADERS, "its answer"
    for one in _contents(operation.get("requestBody", {})):
        assert "example" in one, f"examples/{name}.json: body"
    failing = {status: one for status, one in operation["responses"].items() if status >= "400"}
    assert failing or name in _NEVER_FAIL
    if name not in _NEVER_FAIL:
        for status, one in failing.items():
            (problem,) = _contents(one)
            assert problem["example"]["status"] == int(status)


def test_nothing_is_exemplified_that_is_not_there() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == PLAYED
    assert len(OPERATIONS) == len(operations(DESCRIPTION))
    assert DESCRIPTION["openapi"].startswith("3.1")


def test_examples_are_as_the_service_answers(postgres: Postgres, tmp_path: Path) -> None:
    found = played(postgres, tmp_path)
    assert set(found) == PLAYED
    for name, said in found.items():
        written = example(name)
        assert differences(written.get("answer"), said["answer"]) == [], name
        assert differences(written.get("body"), said.get("body")) == [], name
        assert (written.get("body") is None) == (said.get("body") is None), name
