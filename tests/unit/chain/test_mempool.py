"""What a transaction is priced at and tried in; sending itself is in the integration tests."""

import asyncio
from typing import Any, cast

import msgspec
import pytest

from dapp.chain.mempool import Mempool
from dapp.chain.rpc import Rpc
from dapp.domain.types import Address, Wei
from dapp.domain.waiting import MINED_TIP

SOMEBODY = Address("0x" + "11" * 20)


class Canned:
    """Answers each method with what it was given, and keeps the parameters of all calls."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers
        self.asked: list[tuple[Any, ...]] = []

    async def call(self, answer: type, method: str, *params: Any) -> Any:
        self.asked.append(params)
        return msgspec.convert(self._answers[method], answer)


@pytest.mark.parametrize(
    ("rewards", "tip"),
    [
        ([["0x0"], ["0x0"], ["0x0"]], MINED_TIP),
        ([], MINED_TIP),
        ([["0x0"], ["0x3b9aca00"], ["0x3b9aca00"]], 10**9),
    ],
)
def test_where_nobody_tips_a_transaction_offers_what_is_mined_anyway(
    rewards: list[list[str]], tip: int
) -> None:
    node = Canned(eth_feeHistory={"baseFeePerGas": ["0xa", "0xb"], "reward": rewards})
    base, fees = asyncio.run(Mempool(cast(Rpc, node)).fees())
    assert (base, fees.most, fees.tip) == (11, 22 + tip, tip)


def test_gas_is_that_of_the_block_to_come() -> None:
    """Geth takes the latest block, left to itself: a draw could not be tried in time."""
    node = Canned(eth_estimateGas="0x5208")
    mempool = Mempool(cast(Rpc, node))
    assert asyncio.run(mempool.estimate(SOMEBODY, SOMEBODY, b"", Wei(0))) == 21_000
    assert node.asked[0][-1] == "pending"
