"""The bench of the evidence, played small: its shape and its agreement, not its times."""

import json
from io import StringIO

import pytest
from rich.console import Console

from evidence.cid import RAW, cid_of
from scripts.benches import evidence
from scripts.benches.evidence import Measured
from scripts.benches.evidence_tables import AT_LEAST, AT_MOST, RATES, TIMES, rates, targets, times
from scripts.benches.importers import Done, agreed
from scripts.toolchain.kubo import Kubo


@pytest.fixture(scope="module")
def measured(kubo: Kubo) -> Measured:
    """Skipped where there is no Kubo."""
    return evidence.measure(file_mb=2, files=30, rounds=2, streamed_mib=8)


def test_the_bench_writes_what_others_read(measured: Measured) -> None:
    found = evidence.result(measured)
    assert json.loads(json.dumps(found)) == found
    assert set(RATES) | set(TIMES) | set(AT_LEAST) | set(AT_MOST) < set(found)
    for name in (*RATES, *TIMES):
        least, most = found["spread"][name]
        assert 0 < least <= found[name] <= most
    assert found["file_mb"] == 2
    assert found["small_files"] == 30
    assert found["rounds"] == 2
    assert 8 < found["streamed_rss_mib"] < 64


def test_people_see_whether_targets_are_reached(measured: Measured) -> None:
    found = {
        **evidence.result(measured),
        "import_ratio_to_sha256": 0.7,
        "import_ratio_to_kubo": 0.9,
    }
    console = Console(file=StringIO(), width=120)
    console.print(rates(found), times(found), targets(found))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "≥ 0.7 ✓" in shown
    assert "≥ 1 ✗" in shown
    assert "One file of 2 MB" in shown


def test_who_comes_to_another_cid_is_no_contender() -> None:
    root = cid_of(RAW, b"")
    agreed(root, Done(str(root), 1.0))
    with pytest.raises(RuntimeError, match="several CIDs"):
        agreed(root, Done(str(cid_of(RAW, b"x")), 1.0))
