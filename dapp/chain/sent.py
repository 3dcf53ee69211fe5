"""What a node says of one transaction, and why it failed or waits."""

from binascii import unhexlify
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from dapp.chain import reverts
from dapp.chain.keccak import checksummed
from dapp.chain.rpc import Rpc
from dapp.domain.types import Address, BlockNumber, Hash32, Wei, raw
from dapp.errors import ContractRefused, NodeRefused, NodeUnavailable

Found = TypeVar("Found")


class _Transaction(msgspec.Struct, rename="camel"):
    from_: str = msgspec.field(name="from")
    nonce: str
    gas: str
    value: str
    input: str
    to: str | None = None
    block_number: str | None = None
    gas_price: str | None = None
    max_fee_per_gas: str | None = None
    max_priority_fee_per_gas: str | None = None


class _Receipt(msgspec.Struct, rename="camel"):
    block_number: str
    block_hash: str
    gas_used: str
    status: str = "0x1"
    effective_gas_price: str = "0x0"


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction as it was sent.

    Attributes:
        to: None where it creates a contract.
        max_fee: the most it pays for a unit of gas, in wei; `tip` the part that is a tip.
        has_tip: whether it names a tip (EIP-1559), or one price for both.
    """

    sender: Address
    to: Address | None
    nonce: int
    gas: int
    value: Wei
    data: str
    max_fee: Wei
    tip: Wei
    has_tip: bool


@dataclass(frozen=True, slots=True)
class Mined:
    """What became of a transaction in its block.

    Attributes:
        price: in wei, of a unit of gas.
    """

    block_number: BlockNumber
    block_hash: Hash32
    succeeded: bool
    gas_used: int
    price: Wei


@dataclass(frozen=True, slots=True)
class Market:
    """What a transaction that waits must stand up to.

    Attributes:
        base_fee: of the latest block, in wei for a unit of gas.
        next_nonce: of the sender's next transaction to be mined.
        balance: of the sender, in wei.
    """

    base_fee: Wei
    next_nonce: int
    balance: Wei


class Transactions:
    """Asks for one transaction at a time.

    Args:
        rpc: of the node.
    """

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    async def find(self, name: Hash32) -> Sent | None:
        """None where the node does not know it. Raises NodeUnavailable, NodeBusy, NodeRefused."""
        found = await self._rpc.maybe(_Transaction, "eth_getTransactionByHash", name)
        return None if found is None else _checked(lambda: _sent(found))

    async def mined(self, name: Hash32) -> Mined | None:
        """None while it is in no block. Raises as `find`."""
        found = await self._rpc.maybe(_Receipt, "eth_getTransactionReceipt", name)
        return None if found is None else _checked(lambda: _mined(found))

    async def market(self, sender: Address) -> Market:
        """As of the latest block. Raises as `find`."""
        latest = await self._rpc.call(dict[str, Any], "eth_getBlockByNumber", "latest", False)
        nonce = await self._rpc.call(str, "eth_getTransactionCount", sender, "latest")
        balance = await self._rpc.call(str, "eth_getBalance", sender, "latest")
        return _checked(
            lambda: Market(
                Wei(int(latest.get("baseFeePerGas", "0x0"), 16)),
                int(nonce, 16),
                Wei(int(balance, 16)),
            )
        )

    async def why(self, sent: Sent, mined: Mined) -> ContractRefused | None:
        """What it reverts with at the block before its own; None where it does not revert there.

        Raises as `find`, also where the node no longer has that block's state.
        """
        call: Mapping[str, str] = {
            "from": sent.sender,
            **({} if sent.to is None else {"to": sent.to}),
            "data": sent.data,
            "value": hex(sent.value),
            "gas": hex(sent.gas),
        }
        before = hex(max(0, mined.block_number - 1))
        try:
            await self._rpc.call(str, "eth_call", call, before)
        except NodeRefused as error:
            data = error.fields.get("data")
            if not isinstance(data, str) or not data.startswith("0x"):
                raise
            return reverts.explain(_checked(lambda: unhexlify(data[2:])))
        return None


def _checked(read: Callable[[], Found]) -> Found:
    try:
        return read()
    except ValueError as error:
        raise NodeUnavailable("what the node says of the transaction makes no sense") from error


def _sent(found: _Transaction) -> Sent:
    fee = found.max_fee_per_gas or found.gas_price or "0x0"
    return Sent(
        sender=checksummed(raw(found.from_)),
        to=None if found.to is None else checksummed(raw(found.to)),
        nonce=int(found.nonce, 16),
        gas=int(found.gas, 16),
        value=Wei(int(found.value, 16)),
        data=found.input,
        max_fee=Wei(int(fee, 16)),
        tip=Wei(int(found.max_priority_fee_per_gas or fee, 16)),
        has_tip=found.max_priority_fee_per_gas is not None,
    )


def _mined(found: _Receipt) -> Mined:
    return Mined(
        block_number=BlockNumber(int(found.block_number, 16)),
        block_hash=Hash32(found.block_hash.lower()),
        succeeded=int(found.status, 16) == 1,
        gas_used=int(found.gas_used, 16),
        price=Wei(int(found.effective_gas_price, 16)),
    )
