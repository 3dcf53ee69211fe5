"""The use case: a bundle of a case, an organisation, or all there is."""

import tempfile
from dataclasses import replace
from typing import IO

from anyio import to_thread
from msgspec import UNSET

from dapp.audit import bundle_file
from dapp.audit.bundle_file import Growing
from dapp.audit.format import (
    EVIDENCE,
    RECORDS,
    Block,
    Claims,
    EvidenceMember,
    Members,
    RecordsMember,
)
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import DESK
from dapp.domain.types import caip2
from dapp.errors import NotFound, Retryable
from dapp.service.bundles import evidence
from dapp.service.bundles.asked import LATEST, Asked, At, Made
from dapp.service.bundles.choosing import Choosing, Chosen
from dapp.service.bundles.evidence import Found
from dapp.service.bundles.making import Making
from dapp.service.bundles.scopes import Recording
from dapp.store.histories import Histories
from dapp.store.queries import Queries
from evidence import Vault

MOST_MAKERS = 2
"""Each holds a connection of the readers', and a core for a while."""


class Bundles:
    """Makes bundles, a few at a time.

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
        self._makers = 0

    async def block(self, at: At) -> Chosen:
        """The block at which a bundle would be made now. Raises as `make`."""
        async with self._queries.histories() as index:
            return await self._choosing(index).choose(at)

    async def make(self, asked: Asked, out: IO[bytes]) -> Made:
        """Write a bundle into a file that can seek, from its start.

        Raises:
            NotFound: there is no such thing at that block.
            InvalidInput: `block-not-indexed`, or an increment since a later block.
            NodeRefused: `node-without-proofs`, `node-without-state`, `node-without-receipts`,
                `node-without-finality`.
            IntegrityBroken: `proof-broken`; `index-differs`.
            Refused: `bundle-too-large`, `bundle-too-deep`.
            Retryable: `bundle-busy`, `bundle-unwritable`; index or node do not answer, or the chain
                moved.
            VaultError: the disk.
        """
        if self._makers == MOST_MAKERS:
            raise Retryable(
                f"{MOST_MAKERS} bundles are being made already",
                remedy="Try again in a moment",
                code="bundle-busy",
            )
        self._makers += 1
        try:
            async with self._queries.histories() as index:
                return await self._make(index, asked, out)
        except OSError as error:
            raise Retryable(
                f"the bundle cannot be written: {error.strerror or type(error).__name__}",
                remedy="Make room on the disk",
                code="bundle-unwritable",
            ) from error
        finally:
            self._makers -= 1

    async def _make(self, index: Histories, asked: Asked, out: IO[bytes]) -> Made:
        chosen = await self._choosing(index).choose(asked.at)
        try:
            return await self._make_at(index, asked, chosen, out)
        except NotFound as error:
            if asked.at is not None:
                raise
            # What is asked for may be newer than what is final.
            newest = await self._choosing(index).choose(LATEST)
            why = f"{newest.why}, since {error.message}"
            return await self._make_at(index, asked, replace(newest, why=why), out)

    async def _make_at(
        self, index: Histories, asked: Asked, chosen: Chosen, out: IO[bytes]
    ) -> Made:
        header = chosen.header
        with tempfile.TemporaryFile() as lines, tempfile.TemporaryFile() as blocks:
            records = Growing(lines, asked.limits.bytes)
            car = Growing(blocks, asked.limits.bytes)
            making = Making(index, self._node, self._deployment, header, records)
            await Recording(index, making, header.block.number, asked).record()
            contracts = await making.contracts()
            headers = [one.encoded for one in await making.headers()]
            digests = list(making.digests)
            found = await to_thread.run_sync(evidence.gather, self._vault, digests, car)
            claims = Claims(
                block=Block(hash=header.block.hash, number=header.block.number),
                chain=caip2(self._deployment.chain_id),
                contracts=contracts,
                headers=[],
                members=_members(making.lines, records, found, car),
                nodes=[],
                schema="redress-bundle/1",
                scope=asked.scope,
            )
            members = {RECORDS: records} | ({EVIDENCE: car} if found.roots else {})
            out.seek(0)
            out.truncate()
            await to_thread.run_sync(bundle_file.write, out, claims, headers, making.nodes, members)
        return Made(
            scope=asked.scope,
            block=header.block.number,
            block_hash=header.block.hash,
            why=chosen.why,
            records=making.lines,
            events=making.events,
            size=out.tell(),
            evidence=found,
        )

    def _choosing(self, index: Histories) -> Choosing:
        return Choosing(index, self._node, self._deployment.address_of(DESK))


def _members(lines: int, records: Growing, found: Found, car: Growing) -> Members:
    there = EvidenceMember(roots=list(found.roots), sha256=car.sha256, size=car.size)
    return Members(
        records=RecordsMember(lines=lines, sha256=records.sha256, size=records.size),
        evidence=there if found.roots else UNSET,
    )
