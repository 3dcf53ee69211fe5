"""Receipts of a real block, as they are and after every kind of damage."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dapp.chain import headers, receipts
from dapp.chain.receipts import Receipt
from dapp.domain.events import RawLog
from dapp.domain.types import Address, Hash32, raw
from dapp.errors import IntegrityBroken, NodeUnavailable
from tests.receipt_blocks import VECTOR, topic_of

BLOCK = json.loads(VECTOR.read_text())
HEADER = headers.read(BLOCK["header"])
OURS, FOREIGN = Address(BLOCK["ours"]), Address(BLOCK["foreign"])

Answer = list[dict[str, Any]]
Change = Callable[[Answer], Any]


def _read(answer: Answer, *addresses: Address) -> list[RawLog]:
    told = msgspec.Raw(msgspec.json.encode(answer))
    return receipts.read_answer(told, HEADER, addresses or [OURS])


def _changed(change: Change) -> Answer:
    answer: Answer = copy.deepcopy(BLOCK["receipts"])
    change(answer)
    return answer


TRUE = _read(BLOCK["receipts"])


def test_our_logs_are_read_and_those_of_others_left() -> None:
    # Three transactions called our contract, each for six logs.
    assert [log.transaction_index for log in TRUE] == [0] * 6 + [5] * 6 + [6] * 6
    assert [log.log_index for log in TRUE] == [*range(6), *range(18, 30)]
    first, second = TRUE[0], TRUE[1]
    assert (first.topics, first.data) == ((), b"")
    assert (second.topics, second.data) == ((topic_of(1, 1),), b"\5")
    assert {log.address for log in TRUE} == {OURS}
    block = HEADER.block
    assert {(log.block_number, log.block_hash, log.timestamp) for log in TRUE} == {
        (block.number, block.hash, block.timestamp)
    }
    assert first.transaction == BLOCK["receipts"][0]["transactionHash"]


def test_addresses_choose() -> None:
    assert len(_read(BLOCK["receipts"], OURS, FOREIGN)) == 24
    typed = msgspec.convert(BLOCK["receipts"], list[Receipt])
    assert receipts.read(typed, HEADER, ()) == []


def test_fields_that_later_forks_may_add_are_let_be() -> None:
    def change(answer: Answer) -> None:
        answer[0]["depositNonce"] = "0x1"
        answer[0]["logs"][0]["weather"] = None

    assert _read(_changed(change)) == TRUE


def test_the_bloom_is_that_of_the_header() -> None:
    typed = msgspec.convert(BLOCK["receipts"], list[Receipt])
    assert receipts.bloom_of(typed) == HEADER.logs_bloom
    assert receipts.bloom_of([]) == bytes(256)


def test_no_receipts_have_the_empty_root() -> None:
    with pytest.raises(IntegrityBroken):
        receipts.read([], HEADER, [OURS])
    empty = Hash32("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
    block = replace(HEADER.block, receipts_root=empty)
    assert receipts.read([], replace(HEADER, block=block), [OURS]) == []


def _log(answer: Answer, place: int = 1) -> Any:
    return answer[0]["logs"][place]


def _other_topic(answer: Answer) -> None:
    _log(answer)["topics"][0] = "0x" + "33" * 32


def _moved_border(answer: Answer) -> None:
    # It makes the same bytes, and so the same root: only the sizes tell.
    topics = _log(answer, 3)["topics"]
    assert topics[0].endswith("a0")
    topics[0], topics[1] = topics[0][:-2], "0xa0" + topics[1][2:]


def _moved_log(answer: Answer) -> None:
    answer[1]["logs"].insert(0, answer[0]["logs"].pop())


def _swapped(answer: Answer) -> None:
    answer[0], answer[1] = answer[1], answer[0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda answer: answer[0]["logs"].pop(), id="log removed"),
        pytest.param(lambda answer: answer[0]["logs"].reverse(), id="logs in another order"),
        pytest.param(_moved_log, id="log moved to another transaction"),
        pytest.param(lambda answer: answer[0]["logs"].append(_log(answer)), id="log given twice"),
        pytest.param(lambda answer: _log(answer).update(data="0x06"), id="other data"),
        pytest.param(lambda answer: _log(answer).update(data="0x"), id="data dropped"),
        pytest.param(lambda answer: _log(answer).update(address=FOREIGN), id="other address"),
        pytest.param(lambda answer: _log(answer)["topics"].pop(), id="topic dropped"),
        pytest.param(_other_topic, id="other topic"),
        pytest.param(lambda answer: answer.pop(), id="last receipt removed"),
        pytest.param(lambda answer: answer.pop(0), id="first receipt removed"),
        pytest.param(_swapped, id="receipts swapped"),
        pytest.param(lambda answer: answer.append(answer[0]), id="receipt given twice"),
        pytest.param(lambda answer: answer.clear(), id="all removed"),
        pytest.param(lambda answer: answer[3].update(status="0x1"), id="failure made success"),
        pytest.param(lambda answer: answer[0].update(status="0x0"), id="success made failure"),
        pytest.param(
            lambda answer: answer[0].update(status=None, root="0x" + "00" * 32),
            id="root for status",
        ),
        pytest.param(lambda answer: answer[0].update(cumulativeGasUsed="0x1"), id="other gas"),
        pytest.param(
            lambda answer: answer[0].update(logsBloom="0x" + "00" * 256), id="other bloom"
        ),
        pytest.param(lambda answer: answer[2].update(type="0x1"), id="other type"),
        pytest.param(lambda answer: answer[0].update(type="0x2"), id="type given to legacy"),
        pytest.param(lambda answer: answer[2].pop("type"), id="type dropped"),
        pytest.param(
            lambda answer: answer[2].update(blockHash="0x" + "22" * 32), id="of another block"
        ),
        pytest.param(lambda answer: answer[2].update(transactionIndex="0x3"), id="index skipped"),
        pytest.param(lambda answer: answer[2].update(transactionIndex="2"), id="index without 0x"),
        pytest.param(lambda answer: _log(answer).update(logIndex="0x2"), id="wrong log index"),
        pytest.param(lambda answer: _log(answer).update(logIndex="0x01"), id="log index with zero"),
        pytest.param(
            lambda answer: answer[5]["logs"][0].update(logIndex="0x0"), id="log index starts anew"
        ),
        pytest.param(
            lambda answer: _log(answer).update(transactionIndex="0x1"), id="log's other transaction"
        ),
    ],
)
def test_a_lie_breaks_integrity(change: Change) -> None:
    with pytest.raises(IntegrityBroken) as refused:
        _read(_changed(change))
    assert f"block {HEADER.block.number} " in refused.value.message
    assert refused.value.fields == {"block": HEADER.block.number}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda answer: _log(answer).update(data="0x123"), id="odd data"),
        pytest.param(lambda answer: _log(answer).update(data="0xzz"), id="data not hexadecimal"),
        pytest.param(lambda answer: _log(answer).update(data="0x0 5 "), id="data with spaces"),
        pytest.param(
            lambda answer: _log(answer).update(data="0x\u0660\u0665"), id="digits of other scripts"
        ),
        pytest.param(lambda answer: _log(answer).update(address="0x1234"), id="short address"),
        pytest.param(lambda answer: _log(answer).update(address=""), id="no address"),
        pytest.param(lambda answer: _log(answer).update(address=OURS + "00"), id="long address"),
        pytest.param(lambda answer: _log(answer).update(topics=["0x12"]), id="short topic"),
        pytest.param(lambda answer: _log(answer).update(topics=["0x" + "1" * 63]), id="odd topic"),
        pytest.param(lambda answer: _log(answer).update(topics=["0x" + "1" * 66]), id="long topic"),
        pytest.param(
            lambda answer: _log(answer).update(topics=["0x" + "11" * 32] * 5), id="five topics"
        ),
        pytest.param(_moved_border, id="border of topics moved"),
        pytest.param(lambda answer: answer[0].update(status="0x2"), id="status of 2"),
        pytest.param(lambda answer: answer[0].update(status=""), id="empty status"),
        pytest.param(lambda answer: answer[0].update(status=None), id="no status"),
        pytest.param(lambda answer: answer[0].update(status=None, root="0x12"), id="short root"),
        pytest.param(
            lambda answer: answer[0].update(cumulativeGasUsed="0x1" + "0" * 16), id="oversize gas"
        ),
        pytest.param(lambda answer: answer[0].update(cumulativeGasUsed="0x-1"), id="negative gas"),
        pytest.param(lambda answer: answer[0].update(cumulativeGasUsed="0x1_0"), id="parted gas"),
        pytest.param(lambda answer: answer[0].update(logsBloom="0x00"), id="short bloom"),
        pytest.param(lambda answer: answer[0].update(type="0x80"), id="type that looks like RLP"),
        pytest.param(lambda answer: answer[0].update(type="0x0102"), id="oversize type"),
        pytest.param(lambda answer: answer[0].update(type="legacy"), id="type in words"),
        pytest.param(lambda answer: answer[0].update(transactionHash="0x12"), id="short hash"),
        pytest.param(lambda answer: answer[0].update(blockHash="0x12"), id="short block hash"),
    ],
)
def test_what_is_no_receipt_makes_no_sense(change: Change) -> None:
    with pytest.raises(NodeUnavailable, match="makes no sense"):
        _read(_changed(change))


@pytest.mark.parametrize("depth", [9, 100_000])
def test_depth_makes_no_sense(depth: int) -> None:
    told = msgspec.Raw(b'[{"x":' + b"[" * depth + b"]" * depth + b"}]")
    with pytest.raises(NodeUnavailable, match="makes no sense"):
        receipts.read_answer(told, HEADER, [OURS])


@pytest.mark.parametrize("root", ["0x", "0x" + "11" * 31, "0x" + "11" * 33])
def test_no_receipts_are_those_of_a_root_of_another_size(root: str) -> None:
    header = replace(HEADER, block=replace(HEADER.block, receipts_root=Hash32(root)))
    told = msgspec.Raw(msgspec.json.encode(BLOCK["receipts"]))
    with pytest.raises(IntegrityBroken):
        receipts.read_answer(told, header, [OURS])


@pytest.mark.parametrize("name", ["data", "address", "topics"])
def test_a_bloom_of_no_logs_makes_no_sense(name: str) -> None:
    def change(answer: Answer) -> None:
        _log(answer)[name] = ["0x1"] if name == "topics" else "0x1"

    typed = msgspec.convert(_changed(change), list[Receipt])
    with pytest.raises(NodeUnavailable, match="makes no sense"):
        receipts.bloom_of(typed)


_HEX = st.text("0123456789abcdefx ", max_size=70).map(lambda digits: "0x" + digits)


@given(st.data())
def test_whatever_is_changed_is_refused_or_says_the_same(data: st.DataObject) -> None:
    """The transactions' hashes are the node's word, so they are left out here."""
    answer: Answer = copy.deepcopy(BLOCK["receipts"])
    place: Any = data.draw(st.sampled_from(answer))
    if place["logs"] and data.draw(st.booleans()):
        place = data.draw(st.sampled_from(place["logs"]))
    name = data.draw(st.sampled_from([key for key in place if key != "transactionHash"]))
    old = place[name]
    if isinstance(old, list):
        place[name] = data.draw(st.permutations(old)) if old else [*old, "0x"]
    elif isinstance(old, str) and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(old)))
        place[name] = old[:at] + data.draw(st.text(max_size=2)) + old[at + 1 :]
    else:
        place[name] = data.draw(st.none() | st.integers() | st.text() | _HEX)
    try:
        typed = msgspec.json.decode(msgspec.json.encode(answer), type=list[Receipt])
    except msgspec.ValidationError:
        return  # Rpc makes NodeUnavailable of it.
    try:
        found = receipts.read(typed, HEADER, [OURS])
    except (IntegrityBroken, NodeUnavailable):
        return
    assert found == TRUE


def test_the_root_is_told_by_its_bytes() -> None:
    upper = "0x" + raw(HEADER.block.receipts_root).hex().upper()
    block = replace(HEADER.block, receipts_root=Hash32(upper))
    typed = msgspec.convert(BLOCK["receipts"], list[Receipt])
    assert receipts.read(typed, replace(HEADER, block=block), [OURS]) == TRUE
