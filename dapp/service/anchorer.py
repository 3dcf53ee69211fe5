"""Signs receipts for what was taken, makes batches of it, and puts them on chain.

A batch is stored before its file, and the file before its transaction, whose purpose is the
batch's root: whatever stops us between any two steps, the next look goes on from there. Files and
roots follow from the complaints alone, so nothing is made twice.
"""

import asyncio
import io
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from prometheus_client import Gauge

from dapp.chain import encode
from dapp.chain.keccak import keccak
from dapp.domain import anchor_file, intents
from dapp.domain.anchor_file import Origin
from dapp.domain.anchoring import MAX_LEAVES, Receipt, receipt_data
from dapp.domain.events import ANCHOR
from dapp.domain.merkle import Tree
from dapp.domain.types import Address, Digest, Hash32, UnixTime, caip2
from dapp.errors import RedressError
from dapp.service.anchor_views import place_of
from dapp.service.aside import aside
from dapp.service.clock import Clock
from dapp.service.evidence import Evidence, Submission, Upload
from dapp.service.outbox import Outbox
from dapp.service.sender import Sender
from dapp.service.sending import Sending
from dapp.store.anchored import Due, OwnBatch
from dapp.store.outgoing import Outgoing, Status
from evidence import EvidenceError, Kind

if TYPE_CHECKING:
    from dapp.service.anchoring import Anchoring

log = structlog.get_logger()

_WAITING = Gauge("redress_anchor_waiting", "Signed complaints in no batch yet", ["chain"])
_UNSIGNED = Gauge("redress_anchor_unsigned", "Those of them without a receipt", ["chain"])
_BROKEN = Gauge("redress_anchor_broken", "Receipts whose time is over, in no batch", ["chain"])

_RECEIPTS_AT_ONCE = 20
"""A signature may take a fiftieth of a second."""
_MOST_TRIES = 3
_AGAIN = "contract-anchored-before"
"""The chain has it: what we knew of that is lost."""
_DONE = frozenset({Status.MINED, Status.FAILED})


class Anchorer:
    """One account's; `run` beside its sender's."""

    def __init__(
        self,
        anchoring: "Anchoring",
        sender: Sender,
        clock: Clock,
        evidence: Evidence,
        outbox: Outbox,
    ) -> None:
        self._anchoring = anchoring
        self._rows = anchoring.rows
        self._terms = anchoring.terms
        self._sender = sender
        self._clock = clock
        self._evidence = evidence
        self._outbox = outbox
        self._place = place_of(anchoring.deployment)
        self._anchor = anchoring.deployment.address_of(ANCHOR)
        self._chain = caip2(anchoring.deployment.chain_id)

    async def run(self, poll_seconds: float, stop: asyncio.Event) -> None:
        """Until told to stop; node, database and disk may go and come back."""
        while not stop.is_set():
            more = False
            try:
                more = await self.look()
            except (RedressError, EvidenceError) as error:
                log.warning("anchoring waits", code=error.code, reason=error.message)
            if not more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), poll_seconds)

    async def once(self, sending: Sending) -> None:
        """Promise and anchor all that waits, and see it mined. Raises RedressError."""
        while await self._promise():
            pass
        await self._fill(at_once=True)
        while await self._advance():
            await sending.step()
            await asyncio.sleep(0.2)

    async def look(self) -> bool:
        """Everything that there is to do now, or the next part of it; whether more waits.

        Raises RedressError, EvidenceError; nothing is lost.
        """
        more = await self._promise()
        await self._advance()
        await self._fill()
        found = await self._anchoring.stands()
        _WAITING.labels(self._chain).set(found["waiting"])
        _UNSIGNED.labels(self._chain).set(found["without_receipt"])
        _BROKEN.labels(self._chain).set(found["overdue"])
        return more

    async def _promise(self) -> bool:
        """Sign some receipts; whether there are more to sign."""
        least = UnixTime((await self._clock.moment()).now + self._terms.margin)
        found = await self._rows.unsigned(self._sender.address, least, _RECEIPTS_AT_ONCE)
        for leaf, by in found:
            receipt = Receipt(leaf, self._anchor, self._sender.address, by)
            signature = await self._sender.sign_data(receipt_data(self._place, receipt))
            await self._rows.promise(leaf, signature)
        return len(found) == _RECEIPTS_AT_ONCE

    async def _fill(self, *, at_once: bool = False) -> None:
        """A batch of those that have waited, if it is time."""
        now, sender = (await self._clock.moment()).now, self._sender.address
        due = await self._rows.due(sender, now)
        if due is None or not (at_once or self._is_time(due, now)):
            return
        leaves = await self._rows.waiting(sender, now, MAX_LEAVES)
        root, proofs = await aside(lambda: _proofs(leaves))
        if await self._rows.make(sender, root, proofs) is not None:
            log.info("a batch is made", root=root, leaves=len(proofs))
            await self._advance()

    def _is_time(self, due: Due, now: UnixTime) -> bool:
        is_urgent = due.first - self._terms.margin <= now
        return is_urgent or due.count >= MAX_LEAVES or due.age_seconds >= self._terms.interval

    async def _advance(self) -> bool:
        """Each batch by a step; whether one is not mined yet."""
        is_open = False
        for batch in await self._rows.open(self._sender.address):
            digest = batch.digest or await self._stored(batch)
            sent = await self._sent(batch, digest)
            if sent is None:
                continue
            if sent.status is Status.FAILED and sent.error_code != _AGAIN:
                log.error("a batch is not anchored", root=batch.root, code=sent.error_code)
            elif sent.is_settled and sent.status in _DONE:
                await self._rows.settle(self._sender.address, batch.root)
            is_open |= sent.status not in _DONE
        return is_open

    async def _sent(self, batch: OwnBatch, digest: Digest) -> Outgoing | None:
        """Its transaction; another one where the last has failed for good."""
        intent = intents.anchor(batch.root, batch.leaves, digest)
        data = encode.calldata(intent.contract, intent.function, intent.args)
        sent = None
        for number in range(1, _MOST_TRIES + 1):
            purpose = f"anchor/{batch.root}" + (f"#{number}" if number > 1 else "")
            sent = await self._sender.find(purpose)
            if sent is None:
                return await self._sender.enqueue(purpose, self._anchor, data)
            if sent.status is not Status.FAILED or not sent.is_settled or sent.error_code == _AGAIN:
                return sent
        return sent

    async def _stored(self, batch: OwnBatch) -> Digest:
        """Its file, in the vault and noted down for everybody who keeps what is there."""
        sender = self._sender.address
        complaints = await self._rows.content(sender, batch.root)
        origin = Origin(self._place, self._anchor, sender)

        def work() -> Digest:
            data = anchor_file.written(origin, complaints)
            return Digest(self._evidence.submit(_submission(sender, batch.root, data))["digest"])

        digest = await aside(work)
        await self._outbox.note_down()
        await self._rows.stored(sender, batch.root, digest)
        return digest


def _proofs(leaves: list[Hash32]) -> tuple[Hash32, dict[Hash32, list[Hash32]]]:
    tree = Tree(keccak, leaves)
    return tree.root, {leaf: tree.proof(leaf) for leaf in leaves}


def _submission(sender: Address, root: Hash32, data: bytes) -> Submission:
    """Salted with the root: nothing in it is secret, and the same batch has the same digest."""
    file = Upload(anchor_file.NAME, anchor_file.MEDIA_TYPE, Kind.FILE, io.BytesIO(data))
    return Submission(sender, None, None, None, root, [file])
