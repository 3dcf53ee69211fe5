"""What an auditor would look at again and again.

The index beside the chain, the money beside what is owed, the evidence that the record names.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from anyio import to_thread

from dapp.chain import trails
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import DESK
from dapp.domain.types import NATIVE_COIN, NO_DIGEST, Address, BlockNumber, Hash32, raw
from dapp.errors import Erased, NodeRefused, RedressError
from dapp.service.evidence import Evidence
from dapp.store.queries import Queries
from dapp.store.watching import Owed, WatchRows
from evidence import EvidenceError

_AT_ONCE = 200
_MAX_LAG_BLOCKS = 20
_BALANCE_OF = bytes.fromhex("70a08231")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        code: stable, in kebab-case.
        subject: what it is about, such as `complaint 7` or `OrderEscrow`.
    """

    code: str
    subject: str
    detail: str


class Watch:
    def __init__(
        self,
        queries: Queries,
        rows: WatchRows,
        node: Node,
        deployment: Deployment,
        evidence: Evidence,
    ) -> None:
        self._queries = queries
        self._rows = rows
        self._node = node
        self._deployment = deployment
        self._evidence = evidence

    async def look(self) -> list[Finding]:
        """Everything once. Raises Retryable where the database or the node does not answer."""
        found = [finding async for finding in self._index()]
        owed = await self._rows.owed()
        if owed is None:
            return [*found, Finding("index-empty", "index", "nothing is indexed yet")]
        block, block_hash, debts = owed
        try:
            found += [finding async for finding in self._money(block_hash, debts)]
            found += [finding async for finding in self._trails(block, block_hash)]
        except NodeRefused as error:
            # A node that has pruned, or a block that is gone in a reorganisation.
            found.append(Finding("node-cannot-answer", f"block {block}", error.message))
        found += [finding async for finding in self._held()]
        return found

    async def _index(self) -> AsyncIterator[Finding]:
        status = await self._queries.status()
        if status.head is None:
            return
        at = f"block {status.head.block_number}"
        if status.head.halted is not None:
            yield Finding("index-halted", at, status.head.halted)
        lag = (await self._node.head()).block.number - status.head.block_number
        if lag > _MAX_LAG_BLOCKS:
            yield Finding("index-behind", at, f"{lag} blocks behind the node")
        if status.complaints_on_chain not in (None, status.complaints):
            said = f"{status.complaints} are indexed, the desk has {status.complaints_on_chain}"
            yield Finding("count-differs", "complaints", said)
        if status.unknown_logs:
            yield Finding("log-unknown", at, f"{status.unknown_logs} logs that no ABI explains")
        if status.unproven_blocks:
            yield Finding("block-unproven", at, f"{status.unproven_blocks} rest on the node's word")

    async def _money(self, block: Hash32, debts: list[Owed]) -> AsyncIterator[Finding]:
        # More than is owed is no fault: coins can be forced upon any account.
        for debt in debts:
            has = await self._balance(self._deployment.address_of(debt.contract), debt.token, block)
            coin = "" if debt.token == NATIVE_COIN else f" of {debt.token}"
            said = f"holds {has}{coin}, owes {debt.amount}"
            if has < debt.amount:
                yield Finding("money-missing", debt.contract, said)

    async def _balance(self, holder: Address, token: Address, block: Hash32) -> int:
        if token == NATIVE_COIN:
            return await self._node.balance(holder, block)
        answer = await self._node.call(token, _BALANCE_OF + raw(holder).rjust(32, b"\0"), block)
        return int.from_bytes(answer, "big")

    async def _trails(self, block: BlockNumber, block_hash: Hash32) -> AsyncIterator[Finding]:
        """All folds once more, by the node's word at one block."""
        desk, after = self._deployment.address_of(DESK), 0
        while folds := await self._rows.folds(after, _AT_ONCE, block):
            numbers = [number for number, _ in folds]
            words, _ = await trails.read(self._node, desk, numbers, block_hash)
            for (number, folded), word in zip(folds, words, strict=True):
                if folded != word:
                    said = f"folds to {folded}, the desk has {word}"
                    yield Finding("trail-differs", f"complaint {number}", said)
            after = numbers[-1]

    async def _held(self) -> AsyncIterator[Finding]:
        after = 0
        while True:
            named, last = await self._rows.evidence(after, _AT_ONCE)
            for complaint, digest in named:
                problem = None
                if digest != NO_DIGEST:
                    problem = await to_thread.run_sync(self._missing, Hash32(digest))
                if problem is not None:
                    subject = f"complaint {complaint}, evidence {digest}"
                    yield Finding("evidence-missing", subject, problem)
            if last is None:
                return
            after = last

    def _missing(self, digest: Hash32) -> str | None:
        """Why not all of a submission is here, if so."""
        try:
            shown = self._evidence.show(digest)
        except Erased:
            return None  # as it should be
        except (EvidenceError, RedressError) as error:
            return error.message
        gone = [item["name"] for item in shown["items"] if not item["stored"]]
        return None if not gone else "not here: " + ", ".join(gone)
