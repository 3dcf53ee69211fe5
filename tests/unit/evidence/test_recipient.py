"""Keys as the chain holds them and as age spells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrage import x25519

from evidence.errors import RecipientInvalid, RecipientUnsupported, SealError
from evidence.recipient import key_of, recipient_of_key

FIELD = 2**255 - 19
SPARE_BIT = "age1pyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyy39sttt0"
"""The key 0x0909…, its checksum right, with a bit set after the 256th: a second spelling."""
SMALL_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    (FIELD - 1).to_bytes(32, "little"),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
]
KEYS = (
    st.integers(0, FIELD - 1)
    .map(lambda value: value.to_bytes(32, "little"))
    .filter(lambda key: key not in SMALL_ORDER)
)
# RFC 7748, section 6.1: the public key of "Alice".
ALICE = bytes.fromhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")


def code_of(recipient: str) -> str:
    with pytest.raises(SealError) as caught:
        key_of(recipient)
    return caught.value.code


def test_a_known_key() -> None:
    recipient = recipient_of_key(ALICE)
    assert key_of(recipient) == ALICE
    assert str(x25519.Recipient.from_str(recipient)) == recipient


@given(KEYS)
def test_there_and_back_as_age_spells_it(key: bytes) -> None:
    recipient = recipient_of_key(key)
    assert key_of(recipient) == key
    assert str(x25519.Recipient.from_str(recipient)) == recipient


def test_what_age_makes_is_taken() -> None:
    for _ in range(20):
        recipient = str(x25519.Identity.generate().to_public())
        assert recipient_of_key(key_of(recipient)) == recipient


@given(KEYS, st.integers(4, 61), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"))
def test_one_wrong_character_is_found(key: bytes, at: int, other: str) -> None:
    recipient = recipient_of_key(key)
    changed = recipient[:at] + other + recipient[at + 1 :]
    if changed != recipient:
        assert code_of(changed) == "recipient_invalid"


@pytest.mark.parametrize(
    "recipient",
    [
        "age1pq1" + "q" * 1950,
        "AGE1PQ1" + "Q" * 50,
        "age1tag1qqqqqqqq",
        "age1yubikey1qqqqqqqq",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
    ],
)
def test_other_kinds_of_keys_are_refused_by_name(recipient: str) -> None:
    assert code_of(recipient) == "recipient_unsupported"
    with pytest.raises(RecipientUnsupported, match="post-quantum"):
        key_of(recipient)


@pytest.mark.parametrize(
    "recipient",
    [
        "", "age1", "age", "ag", "é" * 62, "age1" + "q" * 57, "age1" + "q" * 59, "age1" + "b" * 58,
        recipient_of_key(ALICE).upper(), recipient_of_key(ALICE) + "\n", "x" * 1_000_000,
        " " + recipient_of_key(ALICE), SPARE_BIT,
    ],
)  # fmt: skip
def test_what_is_no_recipient(recipient: str) -> None:
    assert code_of(recipient) == "recipient_invalid"


@pytest.mark.parametrize(
    "key", [*SMALL_ORDER, FIELD.to_bytes(32, "little"), b"\xff" * 32, b"\x09" * 31, b""]
)
def test_bytes_that_anyone_could_open_are_no_key(key: bytes) -> None:
    """The chain takes any 32 bytes; the zero word takes a key back."""
    with pytest.raises(RecipientInvalid):
        recipient_of_key(key)
