"""What a sender asks of a node: fees, nonces, taking a transaction, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

import msgspec

from dapp.chain.rpc import Rpc
from dapp.chain.signer import Fees
from dapp.domain.types import Address, BlockNumber, Hash32, Wei, hash32, raw
from dapp.domain.waiting import MINED_TIP
from dapp.errors import BalanceTooLow, FeeTooLow, NodeRefused, NodeUnavailable, NonceSpent

_BLOCKS = 10
_MOST_AT_ONCE = 100

# Nodes have no codes for these, only words; each of theirs that is known.
_KNOWN = ("already known", "alreadyknown", "known transaction", "already imported")
_SPENT = ("nonce too low", "noncetoolow", "old nonce", "oldnonce")
_POOR = ("insufficient funds", "insufficientfunds", "insufficient balance")
_CHEAP = ("underpriced", "feetoolow", "fee too low", "less than block base fee", "lower than")


class _History(msgspec.Struct, rename="camel"):
    base_fee_per_gas: list[str]
    reward: list[list[str]] | None = None


class _Log(msgspec.Struct):
    address: str
    topics: list[str]
    data: str


class _Receipt(msgspec.Struct, rename="camel"):
    transaction_hash: str
    block_number: str
    block_hash: str
    status: str
    gas_used: str
    effective_gas_price: str
    logs: list[_Log]


@dataclass(frozen=True, slots=True)
class Log:
    address: str
    """As the node spells it."""
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Mined:
    """What became of a transaction.

    Attributes:
        paid: for gas.
    """

    hash: Hash32
    block: BlockNumber
    block_hash: Hash32
    succeeded: bool
    gas_used: int
    paid: Wei
    logs: tuple[Log, ...]


class Mempool:
    """A node, as one that takes transactions; all methods raise as `Rpc.call`."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    async def nonce(self, account: Address, at: str) -> int:
        """How many transactions the account has sent; `at` is `pending`, `latest` or 0x…."""
        return await self._number("eth_getTransactionCount", account, at)

    async def balance(self, account: Address) -> Wei:
        """At the latest block."""
        return Wei(await self._number("eth_getBalance", account, "latest"))

    async def fees(self) -> tuple[Wei, Fees]:
        """The next block's base fee, and what gets a transaction into one of the next blocks.

        The base fee can grow by an eighth with each block: twice of it lasts for six full ones.
        """
        found = await self._rpc.call(_History, "eth_feeHistory", hex(_BLOCKS), "latest", [50])
        try:
            base = Wei(int(found.base_fee_per_gas[-1], 16))
            tips = [int(block[0], 16) for block in found.reward or []]
        except (ValueError, IndexError) as error:
            raise NodeUnavailable("the node's answer to eth_feeHistory makes no sense") from error
        tip = Wei(max(MINED_TIP, median_low(tips) if tips else 0))
        return base, Fees(Wei(2 * base + tip), tip)

    async def estimate(
        self,
        sender: Address,
        to: Address,
        data: bytes,
        value: Wei,
        most: int | None = None,
    ) -> int:
        """What gas a call takes in the block to come, after what others have sent already.

        Raises NodeRefused where it would fail, also for want of more than `most`; see
        `Node.simulate`.
        """
        call = {"from": sender, "to": to, "data": "0x" + data.hex(), "value": hex(value)}
        if most is not None:
            call["gas"] = hex(most)
        # Left to itself geth takes the latest block, whose number and time are not the next one's.
        return await self._number("eth_estimateGas", call, "pending")

    async def send(self, signed: bytes) -> None:
        """Hand a transaction over; one that the node has already is no error.

        Raises:
            NonceSpent: one with its nonce is mined.
            BalanceTooLow, FeeTooLow: it is not taken for that.
            NodeRefused: for anything else.
        """
        try:
            await self._rpc.call(str, "eth_sendRawTransaction", "0x" + signed.hex())
        except NodeRefused as error:
            words = error.message.lower()
            if any(known in words for known in _KNOWN):
                return
            if any(spent in words for spent in _SPENT):
                raise NonceSpent("a transaction with this nonce is mined") from error
            if any(poor in words for poor in _POOR):
                raise BalanceTooLow("the sender cannot pay for its transaction") from error
            if any(cheap in words for cheap in _CHEAP):
                raise FeeTooLow("the node wants a higher fee") from error
            raise

    async def knows(self, transaction: Hash32) -> bool:
        """Whether the node has the transaction, mined or waiting."""
        found = await self._rpc.maybe(msgspec.Raw, "eth_getTransactionByHash", transaction)
        return found is not None

    async def mined(self, transactions: Sequence[Hash32]) -> list[Mined | None]:
        """What became of each; None for one that is in no block (any more)."""
        found: list[Mined | None] = []
        for start in range(0, len(transactions), _MOST_AT_ONCE):
            part = transactions[start : start + _MOST_AT_ONCE]
            calls = [("eth_getTransactionReceipt", (one,)) for one in part]
            answers = await self._rpc.batch(_Receipt, calls)
            try:
                read = [None if one is None else _read(one) for one in answers]
            except ValueError as error:
                raise NodeUnavailable("the node's receipts make no sense") from error
            if any(got and got.hash != asked for got, asked in zip(read, part, strict=True)):
                raise NodeUnavailable("the node gave the receipt of another transaction")
            found += read
        return found

    async def _number(self, method: str, *params: object) -> int:
        answer = await self._rpc.call(str, method, *params)
        try:
            return int(answer, 16)
        except ValueError as error:
            raise NodeUnavailable(f"the node's answer to {method} makes no sense") from error


def _read(receipt: _Receipt) -> Mined:
    used = int(receipt.gas_used, 16)
    logs = (
        Log(log.address, tuple(raw(topic) for topic in log.topics), raw(log.data))
        for log in receipt.logs
    )
    return Mined(
        hash32(raw(receipt.transaction_hash)),
        BlockNumber(int(receipt.block_number, 16)),
        hash32(raw(receipt.block_hash)),
        int(receipt.status, 16) == 1,
        used,
        Wei(used * int(receipt.effective_gas_price, 16)),
        tuple(logs),
    )
