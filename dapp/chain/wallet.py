"""Sends the one transaction that a person signed, and says what became of it."""

from dataclasses import dataclass
from typing import Any

from dapp.chain import reverts
from dapp.chain.decode import Decoder
from dapp.chain.keccak import checksummed
from dapp.chain.rpc import Rpc
from dapp.domain.deployment import Deployment
from dapp.domain.events import RawLog
from dapp.domain.types import Address, BlockNumber, ChainId, Hash32, UnixTime, Wei
from dapp.domain.waiting import MINED_TIP
from dapp.errors import NodeRefused, NodeUnavailable, RedressError, Refused, Retryable

_GAS_MARGIN = 5, 4
"""Of what a simulation took: state may change before the transaction is mined."""
_BLOCKS_OF_FEES = 4
"""The base fee may rise by an eighth a block; twice of it lasts for six."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction that has yet to be signed.

    Attributes:
        gas: what it may take at most.
        max_fee: wei a unit of gas at most, `tip` of them for whoever mines it.
    """

    chain_id: ChainId
    sender: Address
    to: Address
    data: bytes
    value: Wei
    nonce: int
    gas: int
    max_fee: int
    tip: int

    @property
    def most(self) -> Wei:
        """What it can cost all in all, in wei."""
        return Wei(self.value + self.gas * self.max_fee)

    def fields(self) -> dict[str, Any]:
        """As EIP-1559 has them."""
        return {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": self.nonce,
            "to": self.to,
            "data": "0x" + self.data.hex(),
            "value": self.value,
            "gas": self.gas,
            "maxFeePerGas": self.max_fee,
            "maxPriorityFeePerGas": self.tip,
        }


@dataclass(frozen=True, slots=True)
class Mined:
    """What became of a transaction.

    Attributes:
        fee: what its gas cost, in wei.
        events: name and arguments of what our contracts said, in order.
    """

    transaction: Hash32
    block: BlockNumber
    fee: Wei
    events: tuple[tuple[str, dict[str, Any]], ...]


class Wallet:
    """Sends what a person signed through their own node.

    Args:
        rpc: of the node.
        deployment: whose contracts are called.
    """

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self._rpc = rpc
        self._deployment = deployment

    async def draft(self, sender: Address, to: Address, data: bytes, value: Wei) -> Draft:
        """With its nonce and its price, after the node has tried it.

        Raises ContractRefused with the contract's reason, Refused `insufficient-funds`, Retryable.
        """
        call = {"from": sender, "to": to, "data": "0x" + data.hex(), "value": hex(value)}
        try:
            gas = await self._number("eth_estimateGas", call, "pending")
        except NodeRefused as error:
            raise await self._explained(error, sender, value) from error
        base, tip = await self._fees()
        draft = Draft(
            self._deployment.chain_id,
            sender,
            to,
            data,
            value,
            await self._number("eth_getTransactionCount", sender, "pending"),
            gas * _GAS_MARGIN[0] // _GAS_MARGIN[1],
            2 * base + tip,
            tip,
        )
        held = await self._number("eth_getBalance", sender, "latest")
        if held < draft.most:
            raise _too_little(sender, held, draft.most)
        return draft

    async def send(self, signed: bytes, sent: Hash32, draft: Draft) -> None:
        """Give it to the node. Raises Refused `nonce-taken`, …, Retryable."""
        try:
            await self._rpc.call(str, "eth_sendRawTransaction", "0x" + signed.hex())
        except NodeRefused as error:
            said = error.message.lower()
            if "already known" in said or "already imported" in said:
                return
            raise _refused(said, sent, draft) or error from error

    async def look(self, sent: Hash32, draft: Draft) -> Mined | None:
        """What became of it; None while it waits.

        Raises:
            Refused: `transaction-replaced`, or the reason why it failed.
            Retryable: the node does not answer.
        """
        receipt = await self._receipt(sent)
        if receipt is None and await self._is_passed(draft):
            # Once more: it may have been mined between the two questions.
            receipt = await self._receipt(sent)
            if receipt is None:
                raise _replaced(sent, draft)
        return None if receipt is None else await self._mined(receipt, draft)

    async def _receipt(self, sent: Hash32) -> dict[str, Any] | None:
        return await self._rpc.maybe(dict[str, Any], "eth_getTransactionReceipt", sent)

    async def _is_passed(self, draft: Draft) -> bool:
        """Whether another transaction took the number of this one."""
        return await self._number("eth_getTransactionCount", draft.sender, "latest") > draft.nonce

    async def _mined(self, receipt: dict[str, Any], draft: Draft) -> Mined:
        try:
            sent, block = Hash32(receipt["transactionHash"]), int(receipt["blockNumber"], 16)
            fee = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
            failed = int(receipt["status"], 16) != 1
            events = () if failed else self._events(receipt["logs"])
        except (KeyError, ValueError, TypeError) as error:
            raise NodeUnavailable("the node's receipt makes no sense") from error
        if failed:
            raise await self._why(sent, BlockNumber(block), draft)
        return Mined(sent, BlockNumber(block), Wei(fee), events)

    def _events(self, logs: list[dict[str, Any]]) -> tuple[tuple[str, dict[str, Any]], ...]:
        contracts = {one.name: one.address for one in self._deployment.contracts}
        decode = Decoder(self._deployment.chain_id, contracts)
        found = [decode(_raw(log)) for log in logs]
        return tuple((one.name, dict(one.args)) for one in found if one is not None)

    async def _why(self, sent: Hash32, block: BlockNumber, draft: Draft) -> RedressError:
        """A failed transaction keeps no reason: it is tried again about where it stood."""
        call = {
            "from": draft.sender,
            "to": draft.to,
            "data": "0x" + draft.data.hex(),
            "value": hex(draft.value),
            "gas": hex(draft.gas),
        }
        reason, code = "without a reason", "transaction-failed"
        try:
            await self._rpc.call(str, "eth_call", call, hex(block - 1))
        except NodeRefused as error:
            if (found := _decoded(error)) is not None:
                reason, code = found.message, found.code
        except Retryable:
            pass
        return Refused(
            f"the transaction {sent} failed in block {block}: {reason}",
            remedy="Nothing changed but the fee; look at the case again",
            code=code,
            fields={"transaction": sent, "block": block},
        )

    async def _explained(self, error: NodeRefused, sender: Address, value: Wei) -> RedressError:
        found = _decoded(error)
        if found is not None:
            return found
        held = await self._number("eth_getBalance", sender, "latest")
        return _too_little(sender, held, value) if held <= value else error

    async def _fees(self) -> tuple[int, int]:
        """The base fee of the next block and a tip, in wei a unit of gas."""
        history = await self._rpc.call(
            dict[str, Any], "eth_feeHistory", hex(_BLOCKS_OF_FEES), "latest", [50]
        )
        try:
            base = int(history["baseFeePerGas"][-1], 16)
            tips = sorted(int(one[0], 16) for one in history.get("reward") or [])
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise NodeUnavailable("the node's answer to eth_feeHistory makes no sense") from error
        return base, max(MINED_TIP, tips[len(tips) // 2] if tips else 0)

    async def _number(self, method: str, *params: Any) -> int:
        answer = await self._rpc.call(str, method, *params)
        try:
            return int(answer, 16)
        except ValueError as error:
            raise NodeUnavailable(f"the node's answer to {method} makes no sense") from error


def _raw(log: dict[str, Any]) -> RawLog:
    return RawLog(
        checksummed(bytes.fromhex(log["address"][2:])),
        tuple(bytes.fromhex(topic[2:]) for topic in log["topics"]),
        bytes.fromhex(log["data"][2:]),
        BlockNumber(int(log["blockNumber"], 16)),
        Hash32(log["blockHash"]),
        UnixTime(0),
        Hash32(log["transactionHash"]),
        int(log["transactionIndex"], 16),
        int(log["logIndex"], 16),
    )


def _decoded(error: NodeRefused) -> RedressError | None:
    data = error.fields.get("data")
    if isinstance(data, str) and len(data) >= 10:
        return reverts.explain(bytes.fromhex(data[2:]))
    return None


def _too_little(sender: Address, held: int, needed: int) -> Refused:
    return Refused(
        f"{sender} holds {held} wei, and this may cost {needed}",
        remedy="Send money to it first",
        code="insufficient-funds",
        fields={"account": sender, "held": held, "needed": needed},
    )


def _refused(said: str, sent: Hash32, draft: Draft) -> Refused | None:
    """What nodes say of a transaction that they do not take; they have many words for it."""
    if "nonce too low" in said or "nonce is too low" in said:
        return Refused(
            f"another transaction of {draft.sender} took number {draft.nonce} first",
            remedy="Look at the case, and do it again if it is still to do",
            code="nonce-taken",
            fields={"transaction": sent, "nonce": draft.nonce},
        )
    if "underpriced" in said:
        return Refused(
            f"a transaction with number {draft.nonce} waits already, for as much or more",
            remedy="Wait until it is mined, or speed it up in your wallet",
            code="transaction-waiting",
            fields={"transaction": sent, "nonce": draft.nonce},
        )
    if "insufficient funds" in said:
        return Refused(
            f"{draft.sender} does not hold the {draft.most} wei that this may cost",
            remedy="Send money to it first",
            code="insufficient-funds",
        )
    return None


def _replaced(sent: Hash32, draft: Draft) -> Refused:
    return Refused(
        f"the transaction {sent} was replaced: another of {draft.sender} took its number",
        remedy="If that was not you, somebody else has your key",
        code="transaction-replaced",
        fields={"transaction": sent, "nonce": draft.nonce},
    )
