"""Receipts of real blocks: every size at which the trie changes form, every kind of transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from dapp.chain import bloom
from dapp.chain.headers import Header
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.events import RawLog
from dapp.domain.types import BlockNumber, hash32
from dapp.errors import IntegrityBroken, NodeRefused, NodeUnavailable
from tests import chains
from tests.lying_node import LyingNode, Reply, Request, lying_node
from tests.receipt_blocks import Blocks, topic_of

pytestmark = pytest.mark.needs("receipts")

Answer = TypeVar("Answer")

# rlp(0) stands apart from rlp(1) on; rlp(128) is the first of two bytes, rlp(256) of three. 130,
# 258 and 300 have extensions of one, three and two nibbles.
SIZES = (0, 1, 2, 17, 127, 128, 129, 130, 258, 300)


@dataclass(frozen=True)
class _Chain:
    """A chain with a block of each size, and one of all kinds."""

    url: str
    blocks: Blocks
    of_size: dict[int, int]
    of_all_kinds: int


@pytest.fixture(scope="module")
def chain() -> Iterator[_Chain]:
    with chains.running() as node:
        blocks = Blocks(node)
        of_size = {size: blocks.of_size(size) for size in SIZES}
        yield _Chain(node.url, blocks, of_size, blocks.of_all_kinds())


@pytest.fixture
def lying(chain: _Chain) -> Iterator[LyingNode]:
    with lying_node(chain.url) as proxy:
        yield proxy


def _ask(url: str, question: Callable[[Node], Awaitable[Answer]]) -> Answer:
    async def asked() -> Answer:
        async with Rpc(url) as rpc:
            return await question(Node(rpc))

    return asyncio.run(asked())


def _of(chain: _Chain, url: str, *numbers: int) -> list[list[RawLog] | None]:
    async def question(node: Node) -> list[list[RawLog] | None]:
        found = [await node.header_at(BlockNumber(number)) for number in numbers]
        return await node.receipts(found, [chain.blocks.ours])

    return _ask(url, question)


def _agrees(chain: _Chain, number: int) -> list[RawLog]:
    async def question(node: Node) -> tuple[Header, list[RawLog], bytes | None]:
        header = await node.header_at(BlockNumber(number))
        logs = await node.logs_of(header, [chain.blocks.ours])
        return header, logs, await node.bloom_of(header)

    header, logs, made = _ask(chain.url, question)
    assert _of(chain, chain.url, number) == [logs]
    assert made == header.logs_bloom
    assert bloom.holds(header.logs_bloom, logs)
    return logs


@pytest.mark.parametrize("size", SIZES)
def test_logs_are_those_of_get_logs(chain: _Chain, size: int) -> None:
    logs = _agrees(chain, chain.of_size[size])
    assert len(logs) == 6 * len(range(0, size, 20))


def test_transactions_of_all_kinds(chain: _Chain) -> None:
    logs = _agrees(chain, chain.of_all_kinds)
    assert {log.transaction_index for log in logs} == {0, 5, 6}


def test_many_blocks_are_asked_for_at_once(chain: _Chain, lying: LyingNode) -> None:
    numbers = list(chain.of_size.values())
    found = _of(chain, lying.url, *numbers)
    assert found == [_of(chain, chain.url, number)[0] for number in numbers]
    assert _ask(chain.url, lambda node: node.receipts([], [])) == []


def test_a_filter_lets_our_blocks_through(chain: _Chain) -> None:
    ours = bloom.Filter({chain.blocks.ours: [topic_of(1, 1)]})

    async def question(node: Node) -> list[bytes]:
        sizes = [BlockNumber(chain.of_size[size]) for size in (0, 1)]
        return [(await node.header_at(number)).logs_bloom for number in sizes]

    assert [ours.may_hold(found) for found in _ask(chain.url, question)] == [False, True]


def test_a_block_that_the_node_does_not_know_has_none(chain: _Chain) -> None:
    async def question(node: Node) -> None:
        known = await node.header_at(BlockNumber(chain.of_size[1]))
        gone = replace(known, block=replace(known.block, hash=hash32(b"\xab" * 32)))
        first, second = await node.receipts([gone, known], [chain.blocks.ours])
        assert first is None
        assert second is not None and len(second) == 6
        assert await node.bloom_of(gone) is None

    _ask(chain.url, question)


def test_a_node_without_the_method_refuses(chain: _Chain, lying: LyingNode) -> None:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] != "eth_getBlockReceipts":
            return reply
        error = {"code": -32601, "message": "the method does not exist"}
        return {"jsonrpc": "2.0", "id": request["id"], "error": error}

    lying.twist = twist
    with pytest.raises(NodeRefused) as refused:
        _of(chain, lying.url, chain.of_size[1])
    assert refused.value.fields["rpc_code"] == -32601


def _with(change: Callable[[list[Any]], Any]) -> Callable[[Request, Reply], Reply]:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getBlockReceipts":
            change(reply["result"])
        return reply

    return twist


@pytest.mark.parametrize("size", [1, 127, 128, 129, 300])
def test_a_dropped_log_and_a_dropped_receipt_are_found(
    chain: _Chain, lying: LyingNode, size: int
) -> None:
    for change in (lambda answer: answer[0]["logs"].pop(), lambda answer: answer.pop()):
        lying.twist = _with(change)
        with pytest.raises(IntegrityBroken):
            _of(chain, lying.url, chain.of_size[size])


def test_receipts_of_another_block_are_refused(chain: _Chain, lying: LyingNode) -> None:
    other = _ask(chain.url, lambda node: node.header_at(BlockNumber(chain.of_size[2])))
    answer = chain.blocks.receipts(other.block.hash)

    def change(receipts: list[Any]) -> None:
        receipts[:] = answer

    lying.twist = _with(change)
    with pytest.raises(IntegrityBroken):
        _of(chain, lying.url, chain.of_size[1])


@pytest.mark.parametrize("wrong", [None, 7, "0x", [], {"logs": 1}, {}])
def test_what_is_no_receipt_makes_no_sense(chain: _Chain, lying: LyingNode, wrong: object) -> None:
    lying.twist = _with(lambda answer: answer.append(wrong))
    with pytest.raises(NodeUnavailable, match="makes no sense"):
        _of(chain, lying.url, chain.of_size[1])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *((n, "0xzz") for n in ("address", "data", "blockNumber", "logIndex", "transactionIndex")),
        # Together they would be of the right size.
        ("topics", ["0x" + "00" * 31, "0x" + "00" * 33]),
        ("topics", ["0x" + "00" * 32] * 5),
    ],
)
def test_logs_that_cannot_be_logs_make_no_sense(
    chain: _Chain, lying: LyingNode, name: str, wrong: object
) -> None:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getLogs":
            reply["result"][0][name] = wrong
        return reply

    async def question(node: Node) -> list[RawLog]:
        header = await node.header_at(BlockNumber(chain.of_size[1]))
        return await node.logs_of(header, [chain.blocks.ours])

    lying.twist = twist
    with pytest.raises(NodeUnavailable, match="makes no sense"):
        _ask(lying.url, question)
