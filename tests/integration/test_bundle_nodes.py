"""Nodes that lie, lag, forget or want to be left alone: refused with one plain reason."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dapp.errors import (
    ChainMoved,
    IntegrityBroken,
    NodeBusy,
    NodeRefused,
    NodeUnavailable,
    RedressError,
)
from dapp.service.bundles import FINALIZED, LATEST
from tests.bundling import Bundled
from tests.lying_node import Fault, LyingNode, Reply, Request, Twist, lying_node

pytestmark = pytest.mark.needs("receipts")

Change = Callable[[Any], object]


@pytest.fixture
def lying(bundled: Bundled) -> Iterator[LyingNode]:
    """Between the maker and a chain with one decided dispute."""
    world = bundled.world
    shop = world.register()
    world.stake()
    world.dispute(shop, [4000, 5000, 6000])
    bundled.indexed.index()
    with lying_node(world.url) as proxy:
        yield proxy


def _changing(method: str, change: Change) -> Twist:
    """Changes what one method answers."""

    def twist(request: Request, reply: Reply) -> Reply:
        changed = copy.deepcopy(reply)
        if request["method"] == method and "result" in reply:
            change(changed["result"])
        return changed

    return twist


def _refusing(method: str, rpc_code: int, unless: str = "nothing") -> Twist:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] != method or unless in str(request["params"]):
            return reply
        error = {"code": rpc_code, "message": "missing trie node"}
        return {"jsonrpc": "2.0", "id": reply["id"], "error": error}

    return twist


def _flip(nodes: list[str], place: int) -> None:
    """Another last digit in a node."""
    nodes[place] = nodes[place][:-1] + ("0" if nodes[place][-1] != "0" else "1")


def _each_word(change: Change) -> Change:
    def changed(result: dict[str, Any]) -> None:
        for one in result["storageProof"]:
            change(one["proof"])

    return changed


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda found: _flip(found["accountProof"], 0), id="root of the state"),
        pytest.param(lambda found: _flip(found["accountProof"], -1), id="account"),
        pytest.param(lambda found: found["accountProof"].pop(), id="account left out"),
        pytest.param(lambda found: found["accountProof"].clear(), id="no account"),
        pytest.param(_each_word(lambda proof: _flip(proof, -1)), id="word"),
        pytest.param(_each_word(lambda proof: _flip(proof, 0)), id="root of the storage"),
        pytest.param(_each_word(lambda proof: proof.pop()), id="word left out"),
        pytest.param(_each_word(lambda proof: proof.clear()), id="no word"),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(
    bundled: Bundled, lying: LyingNode, change: Change
) -> None:
    lying.twist = _changing("eth_getProof", change)
    assert _refused(bundled, lying, IntegrityBroken) == "proof-broken"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda found: found["storageProof"].append({"proof": []}), id="one too many"),
        pytest.param(lambda found: found["accountProof"].append("0xzz"), id="no bytes"),
        pytest.param(lambda found: found.pop("accountProof"), id="a part is missing"),
    ],
)
def test_an_answer_that_is_no_proof_is_refused(
    bundled: Bundled, lying: LyingNode, change: Change
) -> None:
    lying.twist = _changing("eth_getProof", change)
    assert _refused(bundled, lying, NodeUnavailable) == "node-unavailable"


def test_more_than_is_needed_does_not_come_in(bundled: Bundled, lying: LyingNode) -> None:
    honest = bundled.case(1, LATEST)
    lying.twist = _changing(
        "eth_getProof", lambda found: found["accountProof"].append("0x" + "ab" * 99)
    )
    assert bundled.case(1, LATEST, lying.url).data == honest.data


def test_receipts_that_are_not_the_blocks_are_refused(bundled: Bundled, lying: LyingNode) -> None:
    lying.twist = _changing(
        "eth_getBlockReceipts", lambda found: found[0]["logs"][0].update(data="0x")
    )
    assert _refused(bundled, lying, IntegrityBroken) == "integrity-broken"


@pytest.mark.parametrize(
    ("method", "rpc_code", "code"),
    [
        ("eth_getProof", -32601, "node-without-proofs"),
        ("eth_getProof", -32000, "node-without-state"),
        ("eth_getBlockReceipts", -32601, "node-without-receipts"),
        ("eth_getBlockReceipts", -32000, "node-without-receipts"),
    ],
)
def test_what_the_node_does_not_have(
    bundled: Bundled, lying: LyingNode, method: str, rpc_code: int, code: str
) -> None:
    lying.twist = _refusing(method, rpc_code)
    assert _refused(bundled, lying, NodeRefused) == code


def test_where_the_final_state_is_gone_the_newest_is_taken(
    bundled: Bundled, lying: LyingNode
) -> None:
    world = bundled.world
    world.mine(100)
    bundled.indexed.index()
    assert bundled.case(1).made.why == "the newest final block"
    head = world.header(world.block_number()).block
    lying.twist = _refusing("eth_getProof", -32000, unless=head.hash)
    made = bundled.case(1, node_url=lying.url).made
    assert made.block == head.number
    assert "does not have the state of block" in made.why


def test_a_node_that_names_no_final_block(bundled: Bundled, lying: LyingNode) -> None:
    lying.heard = lambda body: body.replace(b'"finalized"', b'"no such tag"')
    made = bundled.case(1, node_url=lying.url).made
    assert made.why == "the newest indexed block, since the node names no final block"
    with pytest.raises(NodeRefused) as refused:
        bundled.case(1, FINALIZED, lying.url)
    assert refused.value.code == "node-without-finality"


def test_a_node_that_lags_or_is_on_another_branch(bundled: Bundled, lying: LyingNode) -> None:
    world = bundled.world
    snapshot = world.rpc("evm_snapshot")
    world.mine(2)
    bundled.indexed.index()
    assert world.rpc("evm_revert", snapshot) is True
    assert _refused(bundled, lying, ChainMoved) == "chain-moved"
    world.warp(1000)
    world.mine(2)
    assert _refused(bundled, lying, ChainMoved) == "chain-moved"


def test_a_node_that_wants_patience_is_not_blamed(bundled: Bundled, lying: LyingNode) -> None:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getProof":
            lying.faults.append(Fault(status=429, headers={"Retry-After": "7"}))
        return reply

    lying.twist = twist
    assert _refused(bundled, lying, NodeBusy) == "node-busy"


def _refused(bundled: Bundled, lying: LyingNode, error: type[RedressError]) -> str:
    with pytest.raises(error) as refused:
        bundled.case(1, LATEST, lying.url)
    return refused.value.code
