"""Calldata, errors, addresses and headers."""

import inspect
from contextlib import suppress
from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain import abi, artifacts, encode, headers, reverts
from dapp.chain.keccak import checksummed, keccak
from dapp.chain.revert_words import WORDS
from dapp.domain import commitments, intents
from dapp.domain.anchoring import AnchoredComplaint
from dapp.domain.commitments import Link, Secret
from dapp.domain.intents import Intent
from dapp.domain.parts import Category
from dapp.domain.position import Position
from dapp.domain.public import FIRST_PUBLIC_DISPUTE
from dapp.domain.rounds import Commitment
from dapp.domain.signing import SignedAction
from dapp.domain.types import (
    BasisPoints,
    BlockNumber,
    ChainId,
    Digest,
    DisputeId,
    Hash32,
    OrganisationId,
    PositionId,
    Wei,
)
from dapp.errors import IntegrityBroken, InvalidInput, NodeUnavailable, Unbuilt
from tests.unit.domain import cases


@given(st.binary(min_size=20, max_size=20))
def test_addresses_have_their_checksum(address: bytes) -> None:
    assert str(checksummed(address)) == to_checksum_address(address)


def test_keccak_is_not_sha3() -> None:
    assert keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_calldata_of_structs_and_lists() -> None:
    order = (1, 2, "0x" + "11" * 20, "0x" + "00" * 20, "0x" + "22" * 32)
    data = encode.calldata("ComplaintDesk", "file", (order, 8000, 2, "0x" + "33" * 32))
    assert (
        data[:4]
        == keccak(b"file((uint24,uint16,address,address,bytes32),uint16,uint8,bytes32)")[:4]
    )
    assert len(data) == 4 + 8 * 32
    later = ((1, "0x" + "44" * 32), (2, "0x" + "55" * 32))
    reveal = (7, (0, "0x" + "66" * 32, "0x" + "00" * 32, 10_000, 5, later))
    assert encode.calldata("ArbitrationCourt", "reveal", reveal)[-32:] == bytes.fromhex("55" * 32)


@pytest.mark.parametrize(
    "args",
    [
        (1,),
        (1, 2, 3),
        (-1, "0x" + "00" * 32),
        (1 << 64, "0x" + "00" * 32),
        (1, "0x00zz"),
        (1, "0x00"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(args: tuple[int | str, ...]) -> None:
    with pytest.raises(InvalidInput):
        encode.calldata("ComplaintDesk", "acknowledge", args)


def test_unknown_functions_and_contracts_are_refused() -> None:
    with pytest.raises(Unbuilt):
        encode.calldata("ComplaintDesk", "appeal", ())
    with pytest.raises(Unbuilt):
        artifacts.load("Nothing")


def test_every_custom_error_has_words_that_name_its_own_arguments() -> None:
    assert set(WORDS) == reverts.names() | {"Error", "Panic"}
    for contract in (*artifacts.CONTRACTS, "RandaoSource"):
        for entry in abi.entries(artifacts.load(contract).abi, "error"):
            values = ["0x" + "00" * 32 if i["type"] == "bytes32" else 0 for i in entry["inputs"]]
            words = [
                bytes(32) if isinstance(value, str) else value.to_bytes(32, "big")
                for value in values
            ]
            error = reverts.explain(abi.selector(entry) + b"".join(words))
            assert "?" not in error.message and "{" not in error.message, entry["name"]
            assert error.code == f"contract-{reverts.kebab(entry['name'])}"


def test_errors_without_words_of_ours() -> None:
    assert reverts.explain(b"").code == "contract-reverted"
    assert reverts.explain(b"\1\2\3\4").fields == {"data": "0x01020304"}
    said = bytes.fromhex("08c379a0") + encode_text("too late")
    assert reverts.explain(said).message == "the contract refuses this: too late"
    # A contract of somebody else's chose these words: databases take no NUL.
    steers = bytes.fromhex("08c379a0") + encode_text("\0\x1b]0;owned\u202e" + "x" * 100_000)
    error = reverts.explain(steers)
    assert error.message.isprintable() and len(error.message) < 300
    assert reverts.explain(said.replace(b"too", b"t\xffo")).code == "contract-error"
    # Cut off: a gap in the sentence rather than a second error.
    assert "?" in reverts.explain(abi.selector(_error("OfferChanged")) + b"\0").message


def encode_text(text: str) -> bytes:
    """The ABI encoding of one string."""
    padded = text.encode().ljust(32, b"\0")
    return (32).to_bytes(32, "big") + len(text).to_bytes(32, "big") + padded


def _error(name: str) -> dict[str, object]:
    errors = abi.entries(artifacts.load("ComplaintDesk").abi, "error")
    return next(entry for entry in errors if entry["name"] == name)


def test_every_intent_is_a_call_that_its_contract_has() -> None:
    known = {
        (contract, entry["name"])
        for contract in artifacts.CONTRACTS
        for entry in abi.entries(artifacts.load(contract).abi, "function")
    }
    for intent in _intents():
        assert (intent.contract, intent.function) in known
        assert encode.calldata(intent.contract, intent.function, intent.args)
    makers = [name for name in intents.__all__ if inspect.isfunction(getattr(intents, name))]
    assert len(_intents()) == len(makers)


def test_money_goes_only_where_it_is_taken() -> None:
    for intent in _intents():
        entries = abi.entries(artifacts.load(intent.contract).abi, "function")
        entry = next(entry for entry in entries if entry["name"] == intent.function)
        if intent.value:
            assert entry["stateMutability"] == "payable", intent.function


def _intents() -> list[Intent]:
    return [*_of_organisations(), *_of_complaints(), *_of_arbitrators(), *_of_people()]


DIGEST, SHARE, WHO = Digest("0x" + "11" * 32), BasisPoints(5000), cases.ANYONE
WORD = Hash32(DIGEST)
ORGANISATION, POSITION = OrganisationId(1), PositionId(3)
DISPUTE = DisputeId(FIRST_PUBLIC_DISPUTE)


def _of_organisations() -> list[Intent]:
    order = cases.offered().order
    permit = (27, WORD, WORD)
    paid = replace(order, token=cases.CLAIMS_ADDRESS)
    claim = cases.claimed()
    anchored = AnchoredComplaint(order, SHARE, Category.ORDER, DIGEST, cases.START)
    return [
        intents.register(cases.POLICY, DIGEST),
        intents.publish_policy(ORGANISATION, cases.POLICY, DIGEST),
        intents.nominate(ORGANISATION, WHO, 1),
        intents.accept_role(ORGANISATION),
        intents.remove_operator(ORGANISATION, WHO),
        intents.bond(ORGANISATION, Wei(1)),
        intents.announce_bond_withdrawal(ORGANISATION, Wei(1)),
        intents.withdraw_bond(ORGANISATION, WHO),
        intents.pay(ORGANISATION, 1, WORD, Wei(1)),
        intents.pay_token(ORGANISATION, 1, cases.CLAIMS_ADDRESS, 5, WORD),
        intents.pay_token_with_permit(paid, 5, cases.START, permit),
        intents.release(order),
        intents.refund(order),
        intents.freeze(order, 24),
        intents.anchor(WORD, 2, DIGEST),
        intents.open_anchored(anchored, WHO, [WORD], "0x11"),
        intents.revoke_anchored(anchored),
        intents.claim(claim.order, Wei(100), SHARE, 2, DIGEST),
        intents.fund(claim, Wei(1)),
        intents.withdraw_funding(claim, WHO),
        intents.withdraw_credit("OrderEscrow", WHO),
        intents.withdraw_token_credit(cases.CLAIMS_ADDRESS, WHO),
        intents.withdraw_organisation(ORGANISATION, WHO),
    ]


def _of_complaints() -> list[Intent]:
    case = cases.offered()
    salt = Hash32("0x" + "22" * 32)
    said = {"actor": WHO, "accusation": commitments.accusation(keccak, WHO, salt)}
    accused = cases.desk(cases.filed(), "Accused", cases.START, **said)
    return [
        intents.file(case.order, SHARE, 2, DIGEST),
        intents.acknowledge(case),
        intents.contest(case),
        intents.ask(case),
        intents.inform(case),
        intents.offer(case, SHARE),
        intents.pledge(case, 1, 48, SHARE),
        intents.deliver(case),
        intents.reopen(case),
        intents.confirm_delivery(case),
        intents.accept(case, 1),
        intents.withdraw(case, 1),
        intents.accuse(case, WORD),
        intents.name_accused(accused, keccak, WHO, salt),
        intents.escalate(case, 1, SHARE, Wei(3)),
        intents.settle(case, SHARE),
        intents.execute(case),
        intents.confirm(case),
        intents.rate(case, 5),
        intents.evidence(case, DIGEST),
    ]


def _of_arbitrators() -> list[Intent]:
    case = cases.escalated()
    header = b"\xf9\x02\x00"
    later = (Commitment(1, WORD, cases.START), Commitment(2, WORD, cases.START))
    opening = intents.Opening(0, SHARE, WORD, DIGEST, 5, later)
    links = [Link(later[0], Secret(SHARE, WORD, DIGEST)), Link(later[1], None)]
    signed = intents.SignedCommit(0, WORD, "0x" + "11" * 65)
    block = BlockNumber(1)
    held = Position(POSITION, ChainId(1), WHO, 1, block, cases.START, block)
    return [
        intents.draw(case, header),
        intents.rearm(case),
        intents.void(case),
        intents.announce(DISPUTE),
        intents.execute_ruling(DISPUTE),
        intents.deliver_ruling(DISPUTE),
        intents.commit(case, 0, WORD),
        intents.commit_drawing(case, header, 0, WORD),
        intents.commit_batch(case, header, [signed, signed]),
        intents.reveal(case, opening),
        intents.reveal_batch(case, 5, links),
        intents.report_leak(case, opening),
        intents.stake(1, Wei(4)),
        intents.exit_(POSITION),
        intents.unstake(POSITION, WHO),
        intents.withdraw_rewards(POSITION, WHO),
        intents.set_voting_key(held, 1, WHO),
        intents.trim(5),
        intents.contribute(case, True, Wei(1)),
        intents.refund_contribution(case, 0, True, WHO),
        intents.resolve_appeal(case, 0),
        intents.withdraw_share(case, 0, False),
        intents.pay_bond(ORGANISATION),
        intents.appeal_outside(case, Wei(1)),
    ]


def _of_people() -> list[Intent]:
    signed = SignedAction(WHO, "0x12345678", WHO, 7, cases.START, "0x" + "11" * 65)
    return [
        intents.set_key(None, 1, WORD),
        intents.act(signed, Wei(1)),
        intents.batch([signed], 300_000),
        intents.cancel_nonces(0, 1),
        intents.set_paused("OrderEscrow", True),
    ]


def test_what_is_not_a_block_is_refused() -> None:
    for answer in ({}, {"hash": "0x00"}, {"hash": None}):
        with pytest.raises(NodeUnavailable):
            headers.read(answer)


def test_a_header_with_another_hash_is_refused() -> None:
    empty = {name: "0x" for name, number in _fields() if not number}
    numbers = {name: "0x0" for name, number in _fields() if number}
    with pytest.raises(IntegrityBroken):
        headers.read({**empty, **numbers, "hash": "0x" + "00" * 32})


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "-0x1"},
        {"number": hex(2**63)},
        {"timestamp": hex(2**63)},
        {"timestamp": "0x" + "f" * 64},
        {"receiptsRoot": "0x"},
        {"receiptsRoot": "0x" + "11" * 33},
        {"parentHash": "0x" + "11" * 31},
        {"mixHash": "0x11"},
        {"stateRoot": "0x" + "11" * 31 + "  "},
    ],
)
def test_a_header_of_other_sizes_is_no_block_whatever_its_hash(wrong: dict[str, str]) -> None:
    hashes = {name: "0x" + "11" * 32 for name, number in _fields() if not number}
    numbers = {name: "0x1" for name, number in _fields() if number}
    answer = {**hashes, **numbers, "hash": "0x" + "00" * 32}
    own = keccak(headers.encode(answer)).hex()
    assert headers.read({**answer, "hash": "0x" + own}).block.number == 1
    with suppress(OverflowError):
        own = keccak(headers.encode({**answer, **wrong})).hex()
    with pytest.raises(NodeUnavailable):
        headers.read({**answer, **wrong, "hash": "0x" + own})


def _fields() -> list[tuple[str, bool]]:
    numbers = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp"}
    names = (
        "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty"
        " number gasLimit gasUsed timestamp extraData mixHash nonce"
    )
    return [(name, name in numbers) for name in names.split()]
