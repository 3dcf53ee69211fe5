"""What a wallet says of a transaction that does not go its way; the node is canned."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from dapp.chain import encode
from dapp.chain.keccak import keccak
from dapp.chain.own_key import key_of
from dapp.chain.rpc import Rpc
from dapp.chain.wallet import Draft, Wallet
from dapp.domain.events import DESK
from dapp.domain.types import Hash32, Wei
from dapp.domain.waiting import MINED_TIP
from dapp.errors import NodeRefused, NodeUnavailable, RedressError
from tests.unit.service.test_agreed import DEPLOYMENT

KEY = key_of("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318")
TO = DEPLOYMENT.address_of(DESK)
DATA = encode.calldata(DESK, "confirm", (7,))
MISSING = "0x" + keccak(b"DigestMissing()")[:4].hex()
SENT = Hash32("0x" + "ee" * 32)
DRAFT = Draft(DEPLOYMENT.chain_id, KEY.address, TO, DATA, Wei(0), 3, 50_000, 30, 1)
RECEIPT = {
    "transactionHash": SENT, "blockNumber": "0x5", "gasUsed": "0x64",
    "effectiveGasPrice": "0x2", "status": "0x1", "logs": [],
}  # fmt: skip

HEALTHY: dict[str, Any] = {
    "eth_estimateGas": hex(40_000),
    "eth_feeHistory": {"baseFeePerGas": ["0xa", "0xb"], "reward": [["0x1"], ["0x1e8480"]]},
    "eth_getTransactionCount": "0x3",
    "eth_getBalance": hex(10**18),
    "eth_getTransactionReceipt": None,
    "eth_sendRawTransaction": SENT,
}


class Canned:
    """Answers each method with what it was given; an exception is raised."""

    def __init__(self, **answers: Any) -> None:
        self._answers = {**HEALTHY, **answers}

    async def maybe(self, answer: type, method: str, *params: Any) -> Any:
        found = self._answers[method]
        if isinstance(found, list) and method == "eth_getTransactionReceipt":
            found = found.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def call(self, answer: type, method: str, *params: Any) -> Any:
        return await self.maybe(answer, method, *params)


def refused(message: str, data: str | None = None) -> NodeRefused:
    return NodeRefused(f"the node refused it: {message}", fields={"rpc_code": 3, "data": data})


def wallet(**answers: Any) -> Wallet:
    return Wallet(cast(Rpc, Canned(**answers)), DEPLOYMENT)


def draft(**answers: Any) -> Draft:
    return asyncio.run(wallet(**answers).draft(KEY.address, TO, DATA, Wei(5)))


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(RedressError) as failed:
        work()
    return failed.value.code


def test_a_draft_leaves_room_for_what_may_change() -> None:
    made = draft()
    assert (made.gas, made.max_fee, made.tip, made.nonce) == (
        50_000,
        2 * 11 + 2 * MINED_TIP,
        2 * MINED_TIP,
        3,
    )
    assert made.most == 5 + 50_000 * (22 + 2 * MINED_TIP)


@pytest.mark.parametrize("rewards", [{}, {"reward": [["0x0"], ["0x0"]]}])
def test_where_nobody_tips_a_draft_offers_what_is_mined_anyway(rewards: dict[str, Any]) -> None:
    made = draft(eth_feeHistory={"baseFeePerGas": ["0xa", "0xb"], **rewards})
    assert (made.max_fee, made.tip) == (22 + MINED_TIP, MINED_TIP)


def test_what_a_contract_says_is_said_in_words() -> None:
    said = refused("execution reverted", MISSING)
    assert code_of(lambda: draft(eth_estimateGas=said)) == "contract-digest-missing"


def test_too_little_money() -> None:
    assert code_of(lambda: draft(eth_getBalance="0x1")) == "insufficient-funds"
    poor = {"eth_estimateGas": refused("insufficient funds"), "eth_getBalance": "0x1"}
    assert code_of(lambda: draft(**poor)) == "insufficient-funds"


@pytest.mark.parametrize(
    "history", [{}, {"baseFeePerGas": []}, {"baseFeePerGas": ["x"]}, {"baseFeePerGas": 5}]
)
def test_fees_that_make_no_sense(history: object) -> None:
    assert code_of(lambda: draft(eth_feeHistory=history)) == "node-unavailable"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("nonce too low: next nonce 4", "nonce-taken"),
        ("replacement transaction underpriced", "transaction-waiting"),
        ("insufficient funds for gas * price + value", "insufficient-funds"),
        ("the moon is full", "node-refused"),
    ],
)
def test_what_a_node_does_not_take(said: str, code: str) -> None:
    sender = wallet(eth_sendRawTransaction=refused(said))
    assert code_of(lambda: asyncio.run(sender.send(b"", SENT, DRAFT))) == code


def test_what_a_node_has_already_is_on_its_way() -> None:
    asyncio.run(wallet(eth_sendRawTransaction=refused("already known")).send(b"", SENT, DRAFT))


def test_it_waits_as_long_as_its_number_is_free() -> None:
    assert asyncio.run(wallet().look(SENT, DRAFT)) is None


def test_mined() -> None:
    found = asyncio.run(wallet(eth_getTransactionReceipt=RECEIPT).look(SENT, DRAFT))
    assert found is not None
    assert (found.block, found.fee, found.events) == (5, 200, ())


def test_replaced() -> None:
    gone = wallet(eth_getTransactionCount="0x4")
    assert code_of(lambda: asyncio.run(gone.look(SENT, DRAFT))) == "transaction-replaced"
    just_mined = wallet(eth_getTransactionCount="0x4", eth_getTransactionReceipt=[None, RECEIPT])
    assert asyncio.run(just_mined.look(SENT, DRAFT)) is not None


def test_failed_with_its_reason() -> None:
    failed = {**RECEIPT, "status": "0x0"}
    reason = refused("execution reverted", MISSING)
    told = wallet(eth_getTransactionReceipt=failed, eth_call=reason)
    assert code_of(lambda: asyncio.run(told.look(SENT, DRAFT))) == "contract-digest-missing"
    silent = wallet(eth_getTransactionReceipt=failed, eth_call=NodeUnavailable("away"))
    assert code_of(lambda: asyncio.run(silent.look(SENT, DRAFT))) == "transaction-failed"


@pytest.mark.parametrize("receipt", [{}, {**RECEIPT, "gasUsed": "x"}, {**RECEIPT, "logs": [{}]}])
def test_receipts_that_make_no_sense(receipt: object) -> None:
    told = wallet(eth_getTransactionReceipt=receipt)
    assert code_of(lambda: asyncio.run(told.look(SENT, DRAFT))) == "node-unavailable"
