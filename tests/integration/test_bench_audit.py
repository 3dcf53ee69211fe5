"""The bench of the audit, played small: its shape and its agreement, not its times."""

import json
from io import StringIO
from subprocess import CalledProcessError

import pytest
from rich.console import Console

from dapp.chain import trie
from scripts.benches import audit, mutations, provers
from scripts.benches.audit import Measured
from scripts.benches.audit_tables import AT_MOST, provers_table, sizes, targets
from scripts.benches.proofs import Proof


@pytest.fixture(scope="module")
def measured() -> Measured:
    with pytest.MonkeyPatch.context() as patch:
        # Their own tests try every one of them.
        patch.setattr(mutations, "tried", lambda: (7, 0))
        return audit.measure(cases=3, rounds=1)


def test_the_bench_writes_what_others_read(measured: Measured) -> None:
    found = audit.result(measured)
    assert json.loads(json.dumps(found)) == found
    assert set(AT_MOST) < set(found)
    for name, (least, most) in found["spread"].items():
        assert 0 < least <= found[name] <= most
    assert (found["cases"], found["rounds"]) == (3, 1)
    assert found["events"] > 3 * 40
    assert found["receipt_bytes_in_full_block"] < found["receipt_bytes_alone_in_block"]
    assert (found["mutations"], found["mutations_accepted"]) == (7, 0)


def test_people_see_whether_targets_are_reached(measured: Measured) -> None:
    found = {**audit.result(measured), "prove_ms": 0.3, "peak_mb": 999.0}
    console = Console(file=StringIO(), width=120)
    console.print(provers_table(found), sizes(found), targets(found))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "≤ 0.3 ✓" in shown
    assert "≤ 268.4 ✗" in shown
    assert "events in 3 cases" in shown


@pytest.mark.parametrize("name", provers.ALL)
def test_who_finds_another_value_is_no_contender(name: str) -> None:
    value = bytes(range(40))
    root, nodes = trie.prove([value], [0])
    provers.ALL[name]([Proof(root, b"\x80", value, nodes)], 1)
    with pytest.raises((RuntimeError, CalledProcessError)):
        provers.ALL[name]([Proof(root, b"\x80", value[::-1], nodes)], 1)
