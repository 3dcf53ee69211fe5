"""One look of a sender at everything that it has under way; it holds the account's lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from dapp.chain.mempool import Mempool, Mined
from dapp.chain.node import Node
from dapp.chain.signer import Fees, Signer, Transaction
from dapp.domain.types import NOTHING, BlockNumber, ChainId, Hash32, Wei
from dapp.errors import (
    BalanceTooLow,
    FeesTooHigh,
    FeeTooLow,
    NodeRefused,
    NonceSpent,
    RedressError,
)
from dapp.service.refusals import CANCELLED, REVERTED, reason_of, told
from dapp.service.sender_meters import SenderMeters
from dapp.store.outgoing import Outgoing, Status
from dapp.store.outgoing_held import Attempt, HeldRows

log = structlog.get_logger()

MOST_IN_FLIGHT = 16
"""Nodes keep no more than a few of one account's transactions."""
_RAISED_EIGHTHS = 9
"""Of eight: what replaces a transaction pays at least a tenth more (geth), or it is not taken."""
_DOUBLE_EIGHTHS = 16
_PATIENCE = 10
"""Times as long as with a stuck one: a node that refuses bytes may have no room for a while."""
_MOST_GAS = 1 << 24
"""Of one transaction (EIP-7825)."""
_DEPTH_BLOCKS = 100
"""Nodes still have the state of so old a block."""
_ROOM_QUARTERS = 5
"""Of four: the block may stand at another time than the estimate, where other slots are written."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How somebody sends.

    Attributes:
        most_fee: for a unit of gas.
        stuck_seconds: after which fees are raised.
    """

    most_fee: Wei
    stuck_seconds: float
    poll_seconds: float


class Sending:
    """Made by `Sender.held`."""

    def __init__(
        self,
        chain_id: ChainId,
        rows: HeldRows,
        node: Node,
        mempool: Mempool,
        signer: Signer,
        terms: Terms,
        meters: SenderMeters,
    ) -> None:
        self._chain_id = chain_id
        self._rows = rows
        self._node = node
        self._mempool = mempool
        self._signer = signer
        self._terms = terms
        self._meters = meters

    async def step(self) -> None:
        """Look after what is out, then sign what waits.

        Raises:
            Retryable: node, signer or database do not answer; the next step goes on.
            SignerUnusable, NodeRefused: somebody must see to it; nothing is lost.
        """
        final = await self._final()
        under_way = await self._watch(final)
        committed, ours = 0, 0
        for one, attempts in under_way:
            committed += one.value + (one.gas or 0) * attempts[-1].most
            ours += 1
        await self._sign_queued(MOST_IN_FLIGHT - ours, Wei(committed))
        balance = await self._mempool.balance(self._signer.address)
        self._meters.stands(balance, await self._rows.counts())

    async def _final(self) -> BlockNumber:
        """The last final block; far below the head where the node knows none."""
        found = await self._node.finalized()
        if found is None:
            head = await self._node.head()
            return BlockNumber(max(0, head.block.number - _DEPTH_BLOCKS))
        return found

    async def _watch(self, final: BlockNumber) -> list[tuple[Outgoing, list[Attempt]]]:
        """Notes what was mined and sends the rest again; returns that rest."""
        found = await self._rows.open()
        hashes = [attempt.hash for _, attempts in found for attempt in attempts]
        mined = dict(zip(hashes, await self._mempool.mined(hashes), strict=True))
        waiting = []
        for one, attempts in found:
            block = _whichever(attempts, mined)
            if block is not None:
                is_cancelled = any(by.cancels for by in attempts if by.hash == block.hash)
                await self._note_block(one, block, final, is_cancelled=is_cancelled)
                continue
            if one.status in (Status.MINED, Status.FAILED):
                log.warning("a reorg dropped a transaction", purpose=one.purpose)
                self._meters.dropped()
                await self._rows.dropped(one.number)
            waiting.append((one, attempts))
        if waiting:
            await self._push(waiting, final)
        return waiting

    async def _note_block(
        self, one: Outgoing, mined: Mined, final: BlockNumber, *, is_cancelled: bool
    ) -> None:
        if (one.hash, one.block_hash) != (mined.hash, mined.block_hash):
            is_done = mined.succeeded and not is_cancelled
            status = Status.MINED if is_done else Status.FAILED
            error = None if is_done else CANCELLED if is_cancelled else await self._why(one)
            block = (mined.block, mined.block_hash)
            await self._rows.mined(one.number, status, mined.hash, block, mined.paid, error)
            self._meters.mined(mined.paid)
        if mined.block <= final:
            await self._rows.settled(one.number)

    async def _push(
        self, waiting: Sequence[tuple[Outgoing, list[Attempt]]], final: BlockNumber
    ) -> None:
        """Sees to it that a node has each, and that the first of them does not stick."""
        latest = await self._mempool.nonce(self._signer.address, "latest")
        for one, attempts in waiting:
            newest = attempts[-1]
            if one.nonce is not None and one.nonce < latest:
                await self._perhaps_lost(one, attempts, final)
            elif one.status is not Status.SENT or not await self._mempool.knows(newest.hash):
                await self._send(one, newest, is_first=one.nonce == latest)
            # The others wait for the first: more fees would not help them.
            elif one.nonce == latest and newest.age_seconds >= self._terms.stuck_seconds:
                await self._replace(one, newest)

    async def _perhaps_lost(
        self, one: Outgoing, attempts: Sequence[Attempt], final: BlockNumber
    ) -> None:
        """Its nonce is used, and none of its attempts was mined when we asked."""
        used = await self._mempool.nonce(self._signer.address, hex(final))
        again = await self._mempool.mined([attempt.hash for attempt in attempts])
        if one.nonce is None or one.nonce >= used or any(again):
            return
        log.error("somebody else sends from our account", purpose=one.purpose, nonce=one.nonce)
        self._meters.failed(NonceSpent.default_code)
        await self._rows.lost(one.number)

    async def _send(self, one: Outgoing, attempt: Attempt, *, is_first: bool = False) -> None:
        try:
            await self._mempool.send(attempt.raw)
        except NonceSpent:
            return  # by one of its attempts, or by another's: the next look will tell
        except FeeTooLow as error:
            await self._wait(one, error)
            await self._replace(one, attempt, _DOUBLE_EIGHTHS)
        except BalanceTooLow as error:
            await self._wait(one, error)
        except NodeRefused as error:
            await self._wait(one, error)
            # The first hold up all that come after them. Where a node took some, they may do yet.
            is_late = attempt.age_seconds >= _PATIENCE * self._terms.stuck_seconds
            if is_first and is_late and one.status is Status.SIGNED:
                await self._replace(one, attempt, cancels=True)
        else:
            await self._rows.sent(one.number)

    async def _replace(
        self,
        one: Outgoing,
        last: Attempt,
        eighths: int = _RAISED_EIGHTHS,
        *,
        cancels: bool = False,
    ) -> None:
        """The same with higher fees, or nothing at all, if we are to pay them."""
        _, now = await self._mempool.fees()
        fees = Fees(last.most, last.tip).raised(eighths, now)
        if fees.most > self._terms.most_fee:
            await self._wait(one, FeesTooHigh("a higher fee is above what we are to pay"))
            return
        if one.nonce is None or one.gas is None:
            return
        cancels = cancels or last.cancels
        log.info("sending again", purpose=one.purpose, most=fees.most, cancels=cancels)
        attempt = await self._store(one, one.nonce, one.gas, fees, cancels=cancels)
        self._meters.signed(again=True)
        try:
            await self._mempool.send(attempt.raw)
        except (NonceSpent, FeeTooLow, BalanceTooLow, NodeRefused) as error:
            await self._wait(one, error)
        else:
            await self._rows.sent(one.number)

    async def _sign_queued(self, room: int, committed: Wei) -> None:
        for one in await self._rows.queued(max(0, room)):
            gas = await self._gas(one)
            if gas is None:
                continue
            try:
                fees = await self._fees()
                cost = one.value + gas * fees.most
                await self._require_balance(committed + cost)
            except (BalanceTooLow, FeesTooHigh) as error:
                await self._wait(one, error)
                return
            pending = await self._mempool.nonce(self._signer.address, "pending")
            nonce = max(pending, await self._rows.next_nonce())
            attempt = await self._store(one, nonce, gas, fees)
            self._meters.signed(again=False)
            committed = Wei(committed + cost)
            await self._send(replace(one, nonce=nonce, gas=gas), attempt)

    async def _store(
        self, one: Outgoing, nonce: int, gas: int, fees: Fees, *, cancels: bool = False
    ) -> Attempt:
        to_sign = Transaction(self._chain_id, nonce, one.to, one.data, one.value, gas, fees)
        if cancels:
            us = self._signer.address
            least = await self._mempool.estimate(us, us, b"", NOTHING)
            to_sign = replace(to_sign, to=us, data=b"", value=NOTHING, gas=least)
        signed = await self._signer.sign(to_sign)
        attempt = Attempt(signed.raw, signed.hash, fees.most, fees.tip, cancels=cancels)
        await self._rows.signed(one.number, nonce, gas, attempt)
        return attempt

    async def _gas(self, one: Outgoing) -> int | None:
        """None for what is not to be sent (now)."""
        try:
            found = await self._mempool.estimate(one.sender, one.to, one.data, one.value)
        except NodeRefused as error:
            reason = reason_of(error)
            if reason is not None:
                log.info("not sent: it would revert", purpose=one.purpose, code=reason.code)
                await self._rows.refused(one.number, told(reason))
            elif "insufficient funds" in error.message.lower():
                await self._wait(one, BalanceTooLow("the sender cannot pay what it sends along"))
            else:
                # Whatever it is, the others need not wait for somebody to look at it.
                await self._wait(one, error)
            return None
        return one.gas or min(found * _ROOM_QUARTERS // 4, max(found, _MOST_GAS))

    async def _fees(self) -> Fees:
        """Raises FeesTooHigh."""
        base, fees = await self._mempool.fees()
        if base + fees.tip > self._terms.most_fee:
            raise FeesTooHigh(
                f"gas costs {base + fees.tip} wei, and we pay at most {self._terms.most_fee}",
                remedy="Wait, or raise REDRESS_SENDER_MOST_FEE_WEI",
            )
        return Fees(min(fees.most, self._terms.most_fee), fees.tip)

    async def _require_balance(self, needed: int) -> None:
        """Raises BalanceTooLow."""
        balance = await self._mempool.balance(self._signer.address)
        if balance < needed:
            raise BalanceTooLow(
                f"{self._signer.address} has {balance} wei and may need {needed}",
                remedy="Send money to it",
                fields={"sender": self._signer.address, "balance": balance, "needed": needed},
            )

    async def _why(self, one: Outgoing) -> tuple[str, str]:
        """As far as the chain still tells."""
        try:
            await self._node.simulate(one.sender, one.to, one.data, one.value)
        except NodeRefused as error:
            reason = reason_of(error)
            return REVERTED if reason is None else told(reason)
        return REVERTED

    async def _wait(self, one: Outgoing, error: RedressError) -> None:
        """Notes, once, what it waits for."""
        if one.error_code == error.code:
            return
        log.warning("a transaction waits", purpose=one.purpose, code=error.code, reason=str(error))
        self._meters.failed(error.code)
        await self._rows.noted(one.number, (error.code, str(error)))


def _whichever(attempts: Sequence[Attempt], mined: Mapping[Hash32, Mined | None]) -> Mined | None:
    return next((found for one in attempts if (found := mined[one.hash])), None)
