"""The use case: a bundle of a case, an organisation, or all there is."""

import tempfile
from dataclasses import dataclass, replace
from typing import IO

from anyio import to_thread
from msgspec import UNSET

from dapp.audit import bundle_file
from dapp.audit.bundle_file import Growing
from dapp.audit.format import (
    EVIDENCE,
    RECORDS,
    Block,
    CaseScope,
    Claims,
    EvidenceMember,
    HistoryScope,
    Members,
    OrganisationScope,
    RecordsMember,
    Scope,
)
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import DESK
from dapp.domain.types import BlockNumber, ComplaintId, Hash32, OrganisationId, caip2
from dapp.errors import NotFound
from dapp.service.bundles import evidence
from dapp.service.bundles.choosing import LATEST, At, Choosing, Chosen
from dapp.service.bundles.evidence import Found
from dapp.service.bundles.making import Making
from dapp.service.bundles.scopes import Recording, Tell
from dapp.store.histories import Histories
from dapp.store.queries import Queries
from evidence import Vault


@dataclass(frozen=True, slots=True)
class Made:
    """What a bundle turned out to be.

    Attributes:
        why: why it was made at that block.
        size: in bytes.
        evidence: which of it is there, and which is not.
    """

    scope: Scope
    block: BlockNumber
    block_hash: Hash32
    why: str
    records: int
    events: int
    size: int
    evidence: Found


def _nobody(_done: int, _of: int) -> None:
    """Where nobody wants to know how far it is."""


class Bundles:
    """Makes bundles.

    Args:
        queries: the index.
        node: for headers, proofs and receipts; not trusted.
        vault: the evidence that is here.
        deployment: the contracts.
    """

    def __init__(self, queries: Queries, node: Node, vault: Vault, deployment: Deployment) -> None:
        self._queries = queries
        self._node = node
        self._vault = vault
        self._deployment = deployment

    async def case(self, complaint: ComplaintId, at: At, out: IO[bytes]) -> Made:
        """Of one case, into a file that can seek.

        Raises:
            NotFound: there is no such complaint at that block.
            RedressError, EvidenceError: index, node or vault do not give what is needed.
        """
        return await self._make(CaseScope(complaint=complaint), at, out)

    async def organisation(self, organisation: OrganisationId, at: At, out: IO[bytes]) -> Made:
        """Of an organisation and all cases against it. Raises as `case`."""
        return await self._make(OrganisationScope(organisation=organisation), at, out)

    async def history(
        self, since: BlockNumber | None, at: At, out: IO[bytes], tell: Tell = _nobody
    ) -> Made:
        """Of all there is; what changed after the block `since`, if given. Raises as `case`."""
        return await self._make(HistoryScope(since=since), at, out, tell)

    async def block(self, at: At) -> Chosen:
        """The block at which a bundle would be made now. Raises RedressError."""
        async with self._queries.histories() as index:
            return await self._choosing(index).choose(at)

    def _choosing(self, index: Histories) -> Choosing:
        return Choosing(index, self._node, self._deployment.address_of(DESK))

    async def _make(self, scope: Scope, at: At, out: IO[bytes], tell: Tell = _nobody) -> Made:
        async with self._queries.histories() as index:
            chosen = await self._choosing(index).choose(at)
            try:
                return await self._made(index, scope, chosen, out, tell)
            except NotFound:
                if at is not None:
                    raise
            # What is asked for is newer than what is final.
            newest = await self._choosing(index).choose(LATEST)
            why = f"{newest.why}: at block {chosen.header.block.number} there was no such thing yet"
            return await self._made(index, scope, replace(newest, why=why), out, tell)

    async def _made(
        self, index: Histories, scope: Scope, chosen: Chosen, out: IO[bytes], tell: Tell
    ) -> Made:
        with tempfile.TemporaryFile() as lines, tempfile.TemporaryFile() as blocks:
            records, car = Growing(lines), Growing(blocks)
            header = chosen.header
            making = Making(index, self._node, self._deployment, header, records)
            await Recording(index, making, header.block.number, tell).record(scope)
            contracts = await making.contracts()
            headers = await making.headers()
            found = await to_thread.run_sync(
                evidence.gather, self._vault, list(making.digests), car
            )
            members = {RECORDS: records} | ({EVIDENCE: car} if found.roots else {})
            claims = Claims(
                block=Block(hash=header.block.hash, number=header.block.number),
                chain=caip2(self._deployment.chain_id),
                contracts=contracts,
                headers=[],
                members=_members(making.lines, records, found, car),
                nodes=[],
                schema="redress-bundle/1",
                scope=scope,
            )
            encoded = [one.encoded for one in headers]
            await to_thread.run_sync(bundle_file.write, out, claims, encoded, making.nodes, members)
        return Made(
            scope=scope,
            block=header.block.number,
            block_hash=header.block.hash,
            why=chosen.why,
            records=making.lines,
            events=making.events,
            size=out.tell(),
            evidence=found,
        )


def _members(lines: int, records: Growing, found: Found, car: Growing) -> Members:
    there = EvidenceMember(roots=list(found.roots), sha256=car.sha256, size=car.size)
    return Members(
        records=RecordsMember(lines=lines, sha256=records.sha256, size=records.size),
        evidence=there if found.roots else UNSET,
    )
