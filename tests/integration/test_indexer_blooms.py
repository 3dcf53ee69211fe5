"""A chain whose headers have blooms that say nothing, as those of some rollups."""

import json
import re
from typing import Any

import pytest

from dapp.chain import headers
from dapp.chain.keccak import keccak
from dapp.domain.proof import Level
from tests.indexing import Indexed
from tests.lying_node import Reply, Request, lying_node
from tests.world import World

_NO_BLOOM = "0x" + "00" * 256
_HASH = re.compile(r"0x[0-9a-f]{64}(?![0-9a-f])")


class Bloomless:
    """The same chain, as it would be if its blocks had empty blooms from one on: with other hashes.

    Args:
        first: the first block without a bloom; those before keep theirs.
    """

    def __init__(self, world: World, first: int) -> None:
        self._first = first
        self._theirs: dict[str, str] = {}
        self.extend(world)

    def extend(self, world: World) -> None:
        """Take in the blocks up to the world's head."""
        known = self._first + len(self._theirs)
        calls = [
            ("eth_getBlockByNumber", [hex(number), False])
            for number in range(known, world.block_number() + 1)
        ]
        for block in world.rpc_batch(calls):
            changed = {
                **block,
                "logsBloom": _NO_BLOOM,
                "parentHash": self._theirs.get(block["parentHash"], block["parentHash"]),
            }
            self._theirs[block["hash"]] = "0x" + keccak(headers.encode(changed)).hex()

    def heard(self, body: bytes) -> bytes:
        ours = {theirs: mine for mine, theirs in self._theirs.items()}
        return _HASH.sub(lambda m: ours.get(m[0], m[0]), body.decode()).encode()

    def twist(self, request: Request, reply: Reply) -> Reply:
        text = _HASH.sub(lambda m: self._theirs.get(m[0], m[0]), json.dumps(reply))
        changed: dict[str, Any] = json.loads(text)
        is_block = request["method"].startswith("eth_getBlockBy") and changed.get("result")
        if is_block and int(changed["result"]["number"], 16) >= self._first:
            changed["result"]["logsBloom"] = _NO_BLOOM
        return changed


def _levels(indexed: Indexed) -> set[object]:
    return {level for (level,) in indexed.sql("SELECT DISTINCT level FROM block")}


def _story(world: World) -> None:
    number = world.file(world.pay(world.register()))
    world.acknowledge(number)


@pytest.mark.parametrize("empty_blocks", [0, 200])
def test_without_blooms_receipts_prove_every_block(indexed: Indexed, empty_blocks: int) -> None:
    world = indexed.world
    first = world.block_number() + 1
    world.mine(20)
    _story(world)
    world.mine(empty_blocks)
    bloomless = Bloomless(world, first)
    with lying_node(world.url) as lying:
        lying.heard, lying.twist = bloomless.heard, bloomless.twist
        indexed.index(node_url=lying.url)
        # What the blooms cleared before they were found out is looked at again, once it is final.
        for _ in range(8):
            world.mine(120)
            bloomless.extend(world)
            indexed.index(node_url=lying.url)
    status = indexed.ask(lambda q: q.status())
    assert (status.complaints, status.mismatches, status.unknown_logs) == (1, (), 0)
    unproven = indexed.sql(
        "SELECT number FROM block WHERE level < 2"
        " AND number <= (SELECT settled_block FROM checkpoint)"
    )
    assert unproven == []
    assert indexed.sql("SELECT settled_block > 200 FROM checkpoint") == [(True,)]


def test_what_a_bloom_cleared_is_not_relied_upon_any_more(indexed: Indexed) -> None:
    """And nothing is left that says more than can be proven: here, without receipts."""
    world = indexed.world
    first = world.block_number() + 1
    world.mine(100)
    bloomless = Bloomless(world, first)

    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getBlockReceipts":
            error = {"code": -32601, "message": "the method does not exist"}
            return {"jsonrpc": "2.0", "id": reply["id"], "error": error}
        return bloomless.twist(request, reply)

    with lying_node(world.url) as lying:
        lying.heard, lying.twist = bloomless.heard, twist
        indexed.index(node_url=lying.url)
        assert _levels(indexed) == {Level.BLOOM, Level.RECEIPTS}
        _story(world)
        bloomless.extend(world)
        indexed.index(node_url=lying.url)
    assert _levels(indexed) <= {Level.NODE, Level.BLOOM}
    empty = indexed.sql(
        "SELECT DISTINCT level FROM block b WHERE NOT EXISTS"
        " (SELECT FROM log WHERE block_number = b.number)"
    )
    assert empty == [(Level.NODE,)]
