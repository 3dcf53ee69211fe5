"""The bench of the load, played small: that it holds together, not its times."""

import json
from io import StringIO

import pytest
from rich.console import Console

from scripts.benches import scale, scale_tables
from scripts.benches.long_chain import Court
from scripts.benches.scale import Grown, Size

_SIZES = (960, 2000)


@pytest.fixture(scope="module")
def measured() -> tuple[Grown, list[Size]]:
    """The bench itself compares every complaint with its trail, and counts with the chain."""
    return scale.measure(_SIZES, requests=1, court=Court(houses=40, arbitrators=64))


def test_every_complaint_is_indexed_and_served(measured: tuple[Grown, list[Size]]) -> None:
    before, sizes = measured
    assert [one.complaints for one in sizes] == list(_SIZES)
    assert sizes[-1].events == before.events + sum(one.grown.events for one in sizes)
    assert sizes[-1].events > 5 * _SIZES[-1]
    assert {found.refused for one in sizes for found in one.latencies.values()} == {0}


def test_the_bench_writes_what_others_read(measured: tuple[Grown, list[Size]]) -> None:
    found = scale.result(*measured)
    assert json.loads(json.dumps(found)) == found
    assert [one["complaints"] for one in found["sizes"]] == list(_SIZES)
    assert set(found["cpu_ratio"]) == set(found["sizes"][0]["p50_ms"])
    for one in found["sizes"]:
        assert one["bytes_per_event"] > 0 < one["rss_mb"]
        assert "log" in one["tables_mb"]


def test_people_see_a_column_a_size(measured: tuple[Grown, list[Size]]) -> None:
    console = Console(file=StringIO(), width=150)
    for table in scale_tables.tables(scale.result(*measured)):
        console.print(table)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert shown.count("2,000") == 2
    assert "organisations ranked" in shown


def test_the_docs_get_the_same_columns(measured: tuple[Grown, list[Size]]) -> None:
    found = scale.result(*measured)
    lines = scale_tables.markdown(found).splitlines()
    assert lines.count("| complaints | 960 | 2,000 |") == 2
    assert {line.count("|") for line in lines if line} == {4}
    asked = lines[lines.index("") + 3 : -1] + lines[-1:]
    assert len(asked) == len(found["sizes"][0]["cpu_ms"])
