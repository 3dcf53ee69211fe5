"""Sends what people signed, many in one transaction, and reads what became of each.

An action is put into a batch before the batch is given to the sender, whose purpose is the batch's
number: whatever stops us between any two steps, the next look goes on from there.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from eth_abi.abi import decode
from prometheus_client import Gauge

from dapp.chain import abi, artifacts, encode
from dapp.chain.mempool import Mempool, Mined
from dapp.chain.node import Node
from dapp.domain import intents
from dapp.domain.deployment import Deployment
from dapp.domain.events import FORWARDER
from dapp.domain.types import NOTHING, Wei, caip2
from dapp.errors import NodeRefused, RedressError
from dapp.service.batching import batch_data, batch_gas, fitting
from dapp.service.refusals import ran_out, reason_of
from dapp.service.sender import Sender
from dapp.store.outgoing import Outgoing, Status
from dapp.store.relay import Relayed
from dapp.store.relay_batches import Batch, Outcome, RelayBatches

if TYPE_CHECKING:
    from dapp.service.relay import Relay

log = structlog.get_logger()

_QUEUE = Gauge("redress_relay_queue", "Signed actions in no transaction yet", ["chain"])
_SPENT = Gauge("redress_relay_spent_today_wei", "Charged to today's budget for all", ["chain"])

_MOST_UNSENT = 2
"""Batches that wait for the sender: what stays in the queue is looked at again, and can expire."""


class Relayer:
    """The half of the relay that sends; `run` beside its sender's."""

    def __init__(
        self, relay: "Relay", sender: Sender, node: Node, mempool: Mempool, deployment: Deployment
    ) -> None:
        self._relay = relay
        self._rows = relay.rows
        self._batches = RelayBatches(relay.rows)
        self._terms = relay.terms
        self._sender = sender
        self._node = node
        self._mempool = mempool
        self._forwarder = deployment.address_of(FORWARDER)
        self._chain = caip2(deployment.chain_id)

    async def run(self, poll_seconds: float, stop: asyncio.Event) -> None:
        """Until told to stop; node and database may go and come back."""
        while not stop.is_set():
            try:
                await self.once()
            except RedressError as error:
                log.warning("the relay waits", code=error.code, reason=error.message)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), poll_seconds)

    async def once(self) -> None:
        """Read what was mined, then send what waits. Raises RedressError; nothing is lost."""
        unsent = 0
        for batch in await self._batches.open():
            sent = await self._sender.find(batch.purpose)
            if sent is None:
                sent = await self._enqueue(batch)
            if sent.status is Status.QUEUED:
                unsent += 1
            elif sent.status in (Status.MINED, Status.FAILED):
                await self._read(batch, sent)
        if unsent < _MOST_UNSENT:
            await self._fill()
        _QUEUE.labels(self._chain).set(await self._rows.length())
        spent = await self._rows.spent("all", "", self._relay.today())
        _SPENT.labels(self._chain).set(spent)

    async def _fill(self) -> None:
        """A batch of those that have waited, if it is time."""
        waiting = await self._rows.queue(self._terms.items)
        is_full = len(waiting) >= self._terms.items
        if not waiting or not (is_full or waiting[0].age_seconds >= self._terms.seconds):
            return
        good = [one for one in waiting if await self._still_good(one)]
        items = fitting(good)
        if not items:
            return
        batch = await self._batches.make([one.number for one in items], items[0].gas)
        if batch is not None:
            await self._enqueue(batch)

    async def _still_good(self, one: Relayed) -> bool:
        """What has become useless while it waited costs nothing."""
        try:
            error = await self._refusal(one)
        except NodeRefused as refused:
            # Not by a contract, and of one action only: the others need not wait for it.
            log.warning("a signed action cannot be tried", id=one.id, reason=refused.message)
            return False
        if error is None:
            return True
        log.info("a signed action is refused", id=one.id, code=error[0])
        await self._batches.refuse(Outcome(one.number, NOTHING, error))
        return False

    async def _enqueue(self, batch: Batch) -> Outgoing:
        items = await self._rows.of_batch(batch.number)
        data = batch_data([one.signed for one in items], batch.gas_each)
        gas = batch_gas(len(items), batch.gas_each, len(data))
        return await self._sender.enqueue(batch.purpose, self._forwarder, data, NOTHING, gas)

    async def _read(self, batch: Batch, sent: Outgoing) -> None:
        if sent.hash is None or sent.block_hash is None:
            # Refused before it was signed: no batch of ours reverts as a whole.
            error = (sent.error_code or "relay-refused", sent.error_text or "it was refused")
            items = await self._rows.of_batch(batch.number)
            for one in items:
                await self._batches.refuse(Outcome(one.number, NOTHING, error), batch)
            await self._batches.settle(batch)
            return
        if batch.read_block != sent.block_hash:
            (mined,) = await self._mempool.mined([sent.hash])
            if mined is None or mined.block_hash != sent.block_hash:
                return  # the sender will notice
            await self._note(batch, mined, sent)
        if sent.is_settled:
            await self._batches.settle(batch)

    async def _note(self, batch: Batch, mined: Mined, sent: Outgoing) -> None:
        items = await self._rows.of_batch(batch.number)
        all_of_them = set(range(len(items)))
        failed = self._failed(mined) if sent.status is Status.MINED else all_of_them
        # All were given the same, and each that failed may have burnt it.
        share = Wei(mined.paid // len(items))
        outcomes = []
        for position, one in enumerate(items):
            error = None
            if position in failed:
                error = await self._why(one, sent)
            outcomes.append(Outcome(one.number, share, error))
        await self._batches.read(batch, mined.block_hash, outcomes)

    def _failed(self, mined: Mined) -> set[int]:
        """The positions that the forwarder says it refused."""
        events = abi.entries(artifacts.load(FORWARDER).abi, "event")
        topic = abi.topic0(next(one for one in events if one["name"] == "ActionFailed"))
        return {
            int(decode(["uint256", "uint256"], log_.data)[0])
            for log_ in mined.logs
            if log_.address.lower() == self._forwarder.lower() and log_.topics[:1] == (topic,)
        }

    async def _why(self, one: Relayed, sent: Outgoing) -> tuple[str, str]:
        """As the chain tells it now; what was refused in its block may not be any more."""
        if sent.status is Status.FAILED and sent.error_code and sent.error_text:
            return sent.error_code, sent.error_text
        found = None
        with suppress(NodeRefused):
            found = await self._refusal(one)
        return found or ("relay-refused", "it was refused in its block, and would not be now")

    async def _refusal(self, one: Relayed) -> tuple[str, str] | None:
        """What the contracts have against it at the node's head."""
        intent = intents.act(one.signed)
        data = encode.calldata(intent.contract, intent.function, intent.args)
        # With what it was charged for: else it could pass here and burn all that it is given.
        call = {
            "from": self._sender.address,
            "to": self._forwarder,
            "data": "0x" + data.hex(),
            "gas": hex(one.gas),
        }
        try:
            await self._node.answer(call)
        except NodeRefused as error:
            if ran_out(error):
                return "action-too-dear", "it takes more gas now than it was taken for"
            found = reason_of(error)
            if found is None:
                raise
            return found.code, found.message
        return None
