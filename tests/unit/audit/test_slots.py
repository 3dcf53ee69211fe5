"""The slots beside the compiler's storage layout, if it compiled here, and the page's table."""

import re
from pathlib import Path

import pytest

from dapp.audit import slots
from dapp.chain.keccak import keccak
from dapp.domain.types import ComplaintId, DisputeId
from scripts.toolchain import compile as compiler
from scripts.toolchain import sources

SLOTS = {
    ("ComplaintDesk", "complaintCount"): slots.COMPLAINT_COUNT,
    ("ComplaintDesk", "trail"): slots.COMPLAINT_TRAIL,
    ("ComplaintDesk", "organisationTrail"): slots.ORGANISATION_TRAIL,
    ("OrganisationRegistry", "organisationCount"): slots.REGISTRY_COUNT,
    ("OrganisationRegistry", "trail"): slots.REGISTRY_TRAIL,
    ("ArbitrationCourt", "rounds"): slots.ROUNDS,
    ("ArbitrationCourt", "commits"): slots.COMMITS,
    ("ArbitrationCourt", "_moreSeats"): slots.MORE_SEATS,
    ("ArbitrationCourt", "_priorRecord"): slots.PRIOR_RECORD,
    ("ComplaintAnchor", "trail"): slots.ANCHOR_TRAIL,
    ("ComplaintAnchor", "spent"): slots.SPENT_LEAF,
}
PAGE = Path(__file__).parents[3] / "docs" / "audit.md"


def test_as_the_compiler_lays_them_out() -> None:
    output = compiler.cached_output(sources.digest())
    if output is None:
        pytest.skip("the contracts were not compiled here")
    layouts = {
        name: {item["label"]: (int(item["slot"]), item["offset"]) for item in layout["storage"]}
        for file in output["contracts"].values()
        for name, contract in file.items()
        if (layout := contract.get("storageLayout"))
    }
    found = {key: layouts[key[0]][key[1]] for key in SLOTS}
    assert found == {key: (slot, 0) for key, slot in SLOTS.items()}


def test_as_the_page_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    assert {(contract, name): int(slot) for contract, name, slot in rows} == SLOTS


def test_mappings() -> None:
    seven, two = (7).to_bytes(32, "big"), (2).to_bytes(32, "big")
    assert slots.complaint_trail(ComplaintId(7)) == keccak(seven + two)
    outer = keccak(seven + (8).to_bytes(32, "big"))
    index = (3 * 8 + 1).to_bytes(32, "big")
    assert slots.court_seats(DisputeId(7), 3, 1) == keccak(index + outer)
