"""Several nodes, and what is final: they stand in for each other, and must agree."""

from typing import Any

import pytest

from dapp.errors import FinalityBroken, IntegrityBroken
from tests.indexing import Indexed
from tests.lying_node import Fault, Reply, Request, lying_node


def _story(indexed: Indexed) -> int:
    world = indexed.world
    organisation = world.register()
    number = world.file(world.pay(organisation))
    world.acknowledge(number)
    return number


def _wrong_headers(request: Request, reply: Reply) -> Reply:
    if request["method"].startswith("eth_getBlockBy") and reply.get("result"):
        return {**reply, "result": {**reply["result"], "timestamp": "0x1"}}
    return reply


def test_a_node_that_lies_is_stood_in_for(indexed: Indexed) -> None:
    _story(indexed)
    indexed.world.mine(200)
    with lying_node(indexed.world.url) as lying:
        lying.twist = _wrong_headers
        indexed.index(node_url=lying.url, witness_url=indexed.world.url)
    status = indexed.ask(lambda q: q.status())
    assert (status.complaints, status.mismatches, status.unproven_blocks) == (1, (), 0)


def test_a_node_that_is_away_is_stood_in_for(indexed: Indexed) -> None:
    _story(indexed)
    with lying_node(indexed.world.url) as lying:
        lying.faults = [Fault(status=503) for _ in range(30)]
        indexed.index(node_url=lying.url, witness_url=indexed.world.url)
    assert indexed.ask(lambda q: q.status()).complaints == 1


def test_nodes_that_disagree_about_what_is_final_stop_the_index(indexed: Indexed) -> None:
    world = indexed.world
    _story(indexed)
    # What another chain has at the same heights.
    snapshot = world.rpc("evm_snapshot")
    begun = world.block_number()
    world.mine(200)
    calls = [("eth_getBlockByNumber", [hex(begun + n), False]) for n in range(200)]
    elsewhere = {one["number"]: one for one in world.rpc_batch(calls)}
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    world.mine(200)

    def twist(request: Request, reply: Reply) -> Reply:
        asked: Any = request["params"]
        if request["method"] == "eth_getBlockByNumber" and asked[0] in elsewhere:
            return {**reply, "result": elsewhere[asked[0]]}
        return reply

    with lying_node(world.url) as lying:
        lying.twist = twist
        with pytest.raises(IntegrityBroken):
            indexed.index(node_url=world.url, witness_url=lying.url)


def test_a_branch_that_leaves_a_final_block_is_not_followed(indexed: Indexed) -> None:
    world = indexed.world
    snapshot = world.rpc("evm_snapshot")
    number = _story(indexed)
    world.mine(150)
    indexed.index()
    stored = (indexed.log(), indexed.read_model())
    assert world.rpc("evm_revert", snapshot) is True
    world.mine(300)
    with pytest.raises(FinalityBroken):
        indexed.index()
    assert (indexed.log(), indexed.read_model()) == stored
    head = indexed.ask(lambda q: q.head())
    assert head is not None and head.halted is not None and "was final" in head.halted
    assert indexed.ask(lambda q: q.status()).complaints == number
