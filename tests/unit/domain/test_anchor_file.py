"""A batch's file: the same bytes for the same complaints, and nothing else is read."""

import json
from dataclasses import replace

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import anchor_file
from dapp.domain.anchor_file import Origin, Signed
from dapp.domain.anchoring import LAST_ANCHOR_BY, leaf_of, order_key
from dapp.domain.types import Address, BasisPoints, UnixTime
from dapp.errors import InvalidInput
from tests.unit.domain.test_anchoring import COMPLAINT, CUSTOMER, PLACE

ANCHOR = Address("0x0000000000000000000000000000000000000001")
ORIGIN = Origin(replace(PLACE, forwarder=ANCHOR), ANCHOR, CUSTOMER)


def made(demand: int, anchor_by: int = COMPLAINT.anchor_by) -> Signed:
    facts = COMPLAINT.order
    terms = (facts.organisation, facts.version, facts.customer, facts.token, facts.ref)
    order = replace(facts, key=order_key(keccak, *terms))
    by = UnixTime(anchor_by)
    one = replace(COMPLAINT, order=order, demand=BasisPoints(demand), anchor_by=by)
    return Signed(leaf_of(keccak, ORIGIN.place, ORIGIN.anchor, one), one, "0x" + "1b" * 65)


SOME = [made(demand) for demand in (5000, 10, 7000, 1)]
FILE = anchor_file.written(ORIGIN, SOME)


def test_what_is_written_is_read() -> None:
    origin, found = anchor_file.read(keccak, FILE)
    assert origin == ORIGIN
    assert found == sorted(SOME, key=lambda one: one.leaf)
    assert anchor_file.written(ORIGIN, reversed(SOME)) == FILE


@pytest.mark.parametrize("later", [0, 1])
def test_a_time_without_a_date_is_none(later: int) -> None:
    """Nobody could be shown what it says."""
    data = anchor_file.written(ORIGIN, [made(1, LAST_ANCHOR_BY + later)])
    if not later:
        assert anchor_file.read(keccak, data)[1][0].complaint.anchor_by == LAST_ANCHOR_BY
        return
    with pytest.raises(InvalidInput) as refused:
        anchor_file.read(keccak, data)
    assert refused.value.fields["line"] == 2


def test_its_first_line_says_where_it_counts() -> None:
    head = json.loads(FILE.splitlines()[0])
    assert (head["format"], head["chain"], head["leaves"]) == ("redress-anchored/1", "eip155:1", 4)


LINES = FILE.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (FILE[:-1], 5),
        (b"".join(LINES[:-1]), 1),
        (b"".join([LINES[0], LINES[2], LINES[1], *LINES[3:]]), 3),
        (b"".join([*LINES[:-1], LINES[-2]]), 5),
        (FILE.replace(b"redress-anchored/1", b"redress-anchored/2"), 1),
        (FILE.replace(b"eip155:1", b"solana:1"), 1),
        (FILE.replace(b'"sender":"0x7E', b'"sender":"0x7e'), 1),
        (FILE.replace(b'"version":1', b'"version": 1', 1), 2),
        (FILE.replace(b'"version":1', b'"version":true', 1), 2),
        (FILE.replace(b'"demand":5000', b'"demand":5001'), None),
        (FILE.replace(b'"demand":5000', b'"demand":10001'), None),
        (FILE.replace(b'"category":', b'"category":9', 1), 2),
        (FILE.replace(b'"leaf"', b'"leef"', 1), 2),
        (FILE.replace(b"1b1b", b"zzzz", 1), 2),
        (b"[]\n", 1),
        (b"\xff\n", 1),
    ],
)
def test_anything_else_is_not_read(data: bytes, line: int | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        anchor_file.read(keccak, data)
    assert refused.value.code == "batch-file-malformed"
    assert line is None or refused.value.fields["line"] == line
