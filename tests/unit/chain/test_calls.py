"""Calldata reads back as it was written, and in one way only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain import calls, encode
from dapp.domain.events import COURT, DESK
from dapp.errors import Undecodable

HASHES = st.binary(min_size=32, max_size=32).map(lambda value: "0x" + value.hex())


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**16 - 1), HASHES)
def test_a_call_reads_back(complaint: int, share: int, digest: str) -> None:
    data = encode.calldata(DESK, "offer", (complaint, share, digest))
    found = calls.read(DESK, data)
    assert (found.function, found.args) == ("offer", (complaint, share, digest))


def test_structs_and_lists_read_back() -> None:
    later = ((1, "0x" + "aa" * 32), (2, "0x" + "bb" * 32))
    args = (7, (1, "0x" + "cc" * 32, "0x" + "00" * 32, 5000, 9, later))
    found = calls.read(COURT, encode.calldata(COURT, "reveal", args))
    assert found.args == args
    assert "later [2 items]" in found.words()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_call_or_refused(data: bytes) -> None:
    selector = encode.calldata(
        COURT, "reveal", (7, (1, "0x" + "cc" * 32, "0x" + "00" * 32, 1, 9, ()))
    )
    for text in (data, selector[:4] + data):
        try:
            found = calls.read(COURT, text)
        except Undecodable:
            continue
        assert encode.calldata(COURT, found.function, found.args) == text


@pytest.mark.parametrize("more", [b"\x00", bytes(32), b"\xff" * 32])
def test_nothing_stands_behind_the_arguments(more: bytes) -> None:
    data = encode.calldata(DESK, "confirm", (7,))
    with pytest.raises(Undecodable):
        calls.read(DESK, data + more)
    with pytest.raises(Undecodable):
        calls.read(DESK, data[:-1])
    with pytest.raises(Undecodable):  # a number with bits that its type does not have
        calls.read(DESK, data[:4] + b"\x01" + data[5:])
