"""What is packed comes out as it went in, and takes less beside its like."""

import json
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from dapp.service.packing import Packer


def case(number: int) -> bytes:
    """Words that all have, with hashes that each has for itself."""
    names = [f"a word of the record that is in all of them {one}" for one in range(20)]
    return json.dumps(
        {name: sha256(f"{name}{number}".encode()).hexdigest() for name in names}
    ).encode()


def test_one_takes_less_than_half_beside_others() -> None:
    packer = Packer([case(1), case(2)])
    assert len(packer.pack(case(3))) < len(case(3)) // 2
    assert packer.unpack(packer.pack(case(3))) == case(3)


@given(st.lists(st.binary(max_size=100), max_size=5), st.lists(st.binary(max_size=300), max_size=5))
def test_nothing_is_lost(examples: list[bytes], bodies: list[bytes]) -> None:
    packer = Packer(examples)
    assert [packer.unpack(packer.pack(body)) for body in bodies] == bodies


def test_examples_longer_than_the_window_do_no_harm() -> None:
    packer = Packer([case(number) for number in range(100)])
    assert packer.unpack(packer.pack(case(500))) == case(500)
