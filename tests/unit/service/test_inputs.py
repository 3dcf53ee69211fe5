"""Text from outside becomes a domain value, or a refusal that says what to give."""

import pytest

from dapp.errors import InvalidInput
from dapp.service import inputs

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


@pytest.mark.parametrize("text", [ADDRESS, ADDRESS.lower(), "0x" + ADDRESS[2:].upper()])
def test_an_address_gets_its_checksum(text: str) -> None:
    assert inputs.address(text) == ADDRESS


def test_a_wrong_checksum_is_a_typing_error() -> None:
    wrong = ADDRESS.replace("F39", "f39").replace("Fd6", "fd6")
    with pytest.raises(InvalidInput) as refused:
        inputs.address(wrong, "customer")
    assert refused.value.code == "address-checksum"
    assert refused.value.fields == {"field": "customer"}


@pytest.mark.parametrize(
    "text", ["", "0x", ADDRESS[:-1], ADDRESS + "0", ADDRESS + "\n", "f39F" * 10]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        inputs.address(text)


def test_a_hash_is_spelled_in_lower_case() -> None:
    assert inputs.hash32("0x" + "AB" * 32) == "0x" + "ab" * 32


@pytest.mark.parametrize("text", ["", "0x" + "a" * 63, "0x" + "g" * 64, "ab" * 32])
def test_what_is_no_hash_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        inputs.hash32(text)
