"""The bench of the index, played small: its shape and its counts, not its times."""

import json
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from scripts.benches import index, metered, ranges
from scripts.benches.index import Measured
from scripts.benches.index_tables import AT_LEAST, AT_MOST, readers, targets
from scripts.benches.ranges import Range

_BLOCKS = 30
_EVENTS_EACH = 82


@pytest.fixture(scope="module")
def measured() -> Measured:
    return index.measure(blocks=_BLOCKS, rounds=1, head_blocks=2)


def test_every_event_of_the_chain_is_stored(measured: Measured) -> None:
    assert [read.events for read in measured.ours] == [measured.events]
    assert measured.events >= _BLOCKS * _EVENTS_EACH
    assert measured.blocks > _BLOCKS
    assert measured.naive_blocks == _BLOCKS // 10
    assert all(read.events > 0 for read in measured.naive)


def test_the_ranges_are_what_the_indexer_asked_for(measured: Measured) -> None:
    asked = {number for one in measured.asked for number in range(one.first, one.last + 1)}
    assert len(asked) == sum(one.blocks for one in measured.asked)
    assert len(asked) <= measured.blocks


def test_the_bench_writes_what_others_read(measured: Measured) -> None:
    found = index.result(measured)
    assert json.loads(json.dumps(found)) == found
    assert {"cpu_us_per_event", "head_p50_ms", "ranges", "events", "blocks"} < set(found)
    assert set(AT_LEAST) | set(AT_MOST) < set(found)
    rates = ("curl_events_s", "curl_receipts_events_s", "events_s", "naive_events_s")
    for name in (*rates, "cpu_us_per_event", "rss_mb"):
        least, most = found["spread"][name]
        assert 0 < least <= found[name] <= most
    assert found["head_blocks"] == 2
    assert 0 < found["head_p50_ms"] <= found["head_p99_ms"] == found["spread"]["head_ms"][1]


def test_people_see_whether_targets_are_reached(measured: Measured) -> None:
    found = {**index.result(measured), "ratio_to_curl": 0.45, "head_p99_ms": 151.0}
    console = Console(file=StringIO(), width=120)
    console.print(readers(found), targets(found))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "≥ 0.45 ✓" in shown
    assert "≤ 150 ✗" in shown


def test_a_part_is_of_the_longest_ranges() -> None:
    asked = [Range(1, 50), Range(51, 250), Range(251, 251)]
    assert ranges.part(asked, 60) == [Range(51, 110)]
    assert ranges.part(asked, 210) == [Range(1, 10), Range(51, 250)]


def test_what_a_command_used_is_its_own(tmp_path: Path) -> None:
    ballast = b"resident" * 10_000_000
    spin = "import time\nwhile time.process_time() < 0.3: pass"
    used = metered.run([sys.executable, "-c", spin], log=tmp_path / "log")
    assert 0.3 <= used.cpu_seconds <= used.seconds + 0.1
    assert 1_000_000 < used.peak_bytes < len(ballast)


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "raise SystemExit('it is broken')"]
    with pytest.raises(RuntimeError, match="ended with 1: it is broken"):
        metered.run(failing, log=tmp_path / "log")
