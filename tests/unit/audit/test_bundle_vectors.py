"""The committed bundles of real chains: every verifier says of them what expected.json says."""

import json
from pathlib import Path

import pytest

from dapp.audit.verdict import read_previous
from dapp.audit.verify import Expected, claims_of, verify
from dapp.domain.types import Hash32

FOLDER = Path(__file__).parents[2] / "vectors" / "bundles"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts(name: str) -> None:
    said = EXPECTED[name]
    previous = read_previous(FOLDER / said["previous"]) if "previous" in said else None
    with (FOLDER / f"{name}.zip").open("rb") as file:
        found = verify(file, Hash32(said["block_hash"]), previous=previous)
        assert found.verdict == said["verdict"], found.message
        assert found.block is not None and found.block["number"] == claims_of(file).block.number
    assert found.entries


@pytest.mark.parametrize("name", EXPECTED)
def test_another_block_is_refused(name: str) -> None:
    with (FOLDER / f"{name}.zip").open("rb") as file:
        found = verify(file, Hash32("0x" + "ab" * 32))
    assert found.verdict == "block-unproven" and not found.entries


def test_contracts_are_compared() -> None:
    said = EXPECTED["dispute"]
    with (FOLDER / "dispute.zip").open("rb") as file:
        desk = claims_of(file).contracts["ComplaintDesk"].address
        known = Expected({"ComplaintDesk": desk}, "desk")
        found = verify(file, Hash32(said["block_hash"]), known)
        assert (found.verdict, found.compared) == ("verified", "desk")
        other = Expected({"ComplaintDesk": "0x" + "11" * 20}, "desk")
        assert verify(file, Hash32(said["block_hash"]), other).verdict == "contracts-differ"


def test_what_is_told_of_a_dispute() -> None:
    with (FOLDER / "dispute.zip").open("rb") as file:
        (entry,) = verify(file, Hash32(EXPECTED["dispute"]["block_hash"])).entries
    assert entry.votes == ((9000, 6500, 7000),)
    assert entry.outcome is not None and entry.outcome["share"] == 7000
    assert (entry.evidence.intact, entry.evidence.missing) == (9, ())
    assert {one.what: one.kept for one in entry.deadlines} == {
        "acknowledge": True,
        "inform": True,
        "answer": True,
        "decide": True,
        "confirm": True,
    }


def test_a_silent_organisation_was_late() -> None:
    with (FOLDER / "default.zip").open("rb") as file:
        (entry,) = verify(file, Hash32(EXPECTED["default"]["block_hash"])).entries
    late = {one.what: one.late_seconds for one in entry.deadlines if one.kept is False}
    assert late.keys() == {"acknowledge", "answer"}
    # To the minute: the recording machine's clock went on.
    assert late["answer"] is not None and late["answer"] // 60 == 60
    assert late["acknowledge"] is not None and late["acknowledge"] > 70 * 3600


def test_an_anchored_complaint_was_in_time_as_of_its_anchoring() -> None:
    with (FOLDER / "anchored.zip").open("rb") as file:
        (entry,) = verify(file, Hash32(EXPECTED["anchored"]["block_hash"])).entries
    found = entry.anchored
    assert found is not None and found.at < found.protected_until
    answer = next(one for one in entry.deadlines if one.what == "answer")
    # It was opened an hour after the protection, and the organisation's time began then.
    assert answer.deadline > found.protected_until + 72 * 3600
    assert answer.kept


def test_erased_evidence_is_missing_and_the_rest_is_intact() -> None:
    with (FOLDER / "erased.zip").open("rb") as file:
        (entry,) = verify(file, Hash32(EXPECTED["erased"]["block_hash"])).entries
    assert (entry.evidence.intact, len(entry.evidence.missing)) == (8, 1)
