"""Our strict reader of RLP beside the package, and what it must refuse."""

import pytest
import rlp as package
from hypothesis import given
from hypothesis import strategies as st

from dapp.audit import rlp

ITEMS = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=20))


@given(ITEMS)
def test_reads_what_the_package_writes(item: rlp.Item) -> None:
    assert rlp.decode(package.encode(item)) == item
    assert rlp.encode(item) == package.encode(item)


@given(st.binary(max_size=80))
def test_reads_only_what_it_would_write(data: bytes) -> None:
    try:
        item = rlp.decode(data)
    except ValueError:
        with pytest.raises(package.exceptions.DecodingError):
            package.decode(data, strict=True)
    else:
        assert rlp.encode(item) == data


@pytest.mark.parametrize(
    "text",
    [
        "",  # nothing
        "8100",  # a byte that needs no prefix
        "b800",  # a long length for nothing
        "b837" + "aa" * 55,  # a long length for a short string
        "b90038" + "aa" * 56,  # a length with a leading zero
        "b8",  # cut off within the length
        "83aabb",  # cut off within the string
        "c3aabb",  # cut off within the list
        "c3c2aa",  # an item beyond its list
        "8000",  # something after the end
        "f800",
        "bfffffffffffffffffff",
        "c1" * 40 + "c0",  # deeper than anything of ours
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError):
        rlp.decode(bytes.fromhex(text))


def test_long_strings_and_lists() -> None:
    for size in (55, 56, 255, 256, 65_536):
        assert rlp.decode(package.encode(b"\xaa" * size)) == b"\xaa" * size
        assert rlp.decode(package.encode([b"\x01"] * size)) == [b"\x01"] * size


def test_numbers() -> None:
    assert rlp.integer(b"") == 0
    assert rlp.integer(b"\x01\x00") == 256
    wrongs: list[rlp.Item] = [b"\x00", b"\x00\x01", b"\x01" * 33, []]
    for wrong in wrongs:
        with pytest.raises(ValueError):
            rlp.integer(wrong)
