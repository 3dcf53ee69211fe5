"""What people sign, beside eth-account."""

from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak as eth_keccak
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain.keccak import checksummed, keccak
from dapp.domain import signing
from dapp.domain.events import Value
from dapp.domain.signing import Place, Signer, TypedData
from dapp.domain.types import ChainId, DisputeId, Hash32, UnixTime
from tests.unit.domain import cases

PLACE = Place(ChainId(31337), cases.OPERATOR)
SIGNER = Signer(cases.CUSTOMER, cases.ANYONE, (1 << 256) - 1, UnixTime(2_000_000_000))
ADDRESSES = st.binary(min_size=20, max_size=20).map(checksummed)
WORDS = st.binary(min_size=32, max_size=32).map(lambda raw: "0x" + raw.hex())
ORDER: dict[str, Any] = {
    "name": "order",
    "type": "tuple",
    "components": [
        {"name": "organisation", "type": "uint24"},
        {"name": "version", "type": "uint16"},
        {"name": "customer", "type": "address"},
        {"name": "token", "type": "address"},
        {"name": "ref", "type": "bytes32"},
    ],
}
INPUTS: list[dict[str, Any]] = [
    {"name": "complaint", "type": "uint64"},
    ORDER,
    {"name": "share_", "type": "uint16"},
    {"name": "higher", "type": "bool"},
]
ORDERS = st.tuples(
    st.integers(0, (1 << 24) - 1), st.integers(0, (1 << 16) - 1), ADDRESSES, ADDRESSES, WORDS
)
ARGS = st.tuples(
    st.integers(0, (1 << 64) - 1), ORDERS, st.integers(0, (1 << 16) - 1), st.booleans()
)


def _digest(data: TypedData) -> str:
    """What eth-account would sign."""
    found = encode_typed_data(full_message=signing.wallet_json(data))
    return "0x" + eth_keccak(b"\x19" + found.version + found.header + found.body).hex()


@given(ARGS)
def test_a_call_is_signed_as_wallets_sign_it(args: tuple[Value, ...]) -> None:
    data = signing.action_typed_data(PLACE, "settle", INPUTS, args, SIGNER)
    assert data.type_string == (
        "Settle(uint64 complaint,uint24 organisation,uint16 version,address customer,"
        "address token,bytes32 ref,uint16 share,bool higher,address actor,"
        "address target,uint256 nonce,uint256 deadline)"
    )
    assert signing.digest(keccak, data) == _digest(data)


@given(st.integers(0, (1 << 64) - 1), st.integers(0, 11), st.integers(0, 30), WORDS.map(Hash32))
def test_a_hidden_vote_is_signed_as_wallets_sign_it(
    dispute: int, number: int, seat: int, commitment: Hash32
) -> None:
    place = Place(ChainId(1), cases.OPERATOR)
    vote = (seat, commitment)
    data = signing.commit_typed_data(place, DisputeId(dispute), number, vote, cases.CUSTOMER)
    assert signing.digest(keccak, data) == _digest(data)


def test_chain_forwarder_function_target_and_actor_all_count() -> None:
    args: tuple[Value, ...] = (1, (1, 1, cases.CUSTOMER, cases.CUSTOMER, "0x" + "00" * 32), 1, True)
    other = Signer(cases.CUSTOMER, cases.OPERATOR, 1, SIGNER.deadline)
    found = {
        signing.digest(keccak, signing.action_typed_data(place, name, INPUTS, args, signer))
        for place in (PLACE, Place(ChainId(1), cases.OPERATOR), Place(ChainId(31337), cases.ANYONE))
        for name in ("settle", "accept")
        for signer in (SIGNER, other, Signer(cases.ANYONE, cases.OPERATOR, 1, SIGNER.deadline))
    }
    assert len(found) == 18


@pytest.mark.parametrize("kind", ["string", "bytes", "uint8[]", "uint8[2]"])
def test_only_static_arguments_can_be_signed(kind: str) -> None:
    with pytest.raises(ValueError, match="static"):
        signing.action_typed_data(PLACE, "x", [{"name": "a", "type": kind}], ("0x",), SIGNER)
    with pytest.raises(ValueError):
        signing.action_typed_data(PLACE, "settle", INPUTS, (1,), SIGNER)
