"""Our RLP of bytes beside the package."""

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain.fast_rlp import EMPTY, sequence, string

# Where the prefix changes form.
SIZES = (0, 1, 2, 55, 56, 57, 255, 256, 257, 65_535, 65_536, 1 << 24)


@pytest.mark.parametrize("size", SIZES)
def test_strings_of_every_size(size: int) -> None:
    assert string(b"\xaa" * size) == rlp.encode(b"\xaa" * size)


@pytest.mark.parametrize("size", SIZES)
def test_lists_of_every_size(size: int) -> None:
    # Items of one byte below 0x80 are their own encoding.
    items = min(size, 65_536)
    assert sequence(b"\x01" * items) == rlp.encode([b"\x01"] * items)


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_lists_of_strings(items: list[bytes]) -> None:
    assert sequence(b"".join(map(string, items))) == rlp.encode(items)


def test_single_bytes() -> None:
    assert all(string(bytes([byte])) == rlp.encode(bytes([byte])) for byte in range(256))
    assert string(b"") == EMPTY == rlp.encode(0)
