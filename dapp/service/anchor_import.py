"""Reads the file of anybody's batch, so that what is in it can be shown and opened here."""

import asyncio
from typing import Any

from dapp.chain.keccak import keccak
from dapp.chain.signatures import Signatures
from dapp.domain import anchor_file
from dapp.domain.anchor_file import Origin, Signed
from dapp.domain.anchoring import complaint_data
from dapp.domain.deployment import Deployment
from dapp.domain.events import ANCHOR
from dapp.domain.merkle import Tree
from dapp.domain.signing import struct_hash
from dapp.domain.types import Hash32, raw
from dapp.errors import NotFound, Refused
from dapp.service.anchor_views import place_of
from dapp.service.aside import aside
from dapp.store.anchored import AnchoredRows
from dapp.store.anchored_reads import AnchoredReads

View = dict[str, Any]

_AT_ONCE = 16


class AnchorImport:
    """Holds no key."""

    def __init__(
        self,
        rows: AnchoredRows,
        reads: AnchoredReads,
        signatures: Signatures,
        deployment: Deployment,
    ) -> None:
        self._rows = rows
        self._reads = reads
        self._signatures = signatures
        self._deployment = deployment

    async def take(self, data: bytes) -> View:
        """Whose batch it is, how many complaints came, and how many were signed by nobody.

        Whoever anchors a batch may put into it what it likes: only what its customer signed is
        shown as theirs.

        Raises:
            InvalidInput: `batch-file-malformed`.
            Refused: `batch-elsewhere`, of another chain or other contracts.
            NotFound: `batch-unknown`: its sender anchored no batch with that root.
        """
        origin, complaints = await aside(lambda: anchor_file.read(keccak, data))
        ours = (place_of(self._deployment), self._deployment.address_of(ANCHOR))
        if (origin.place, origin.anchor) != ours or not complaints:
            raise Refused(
                "this batch counts at other contracts than those here",
                remedy="Give it to a service of its chain",
                code="batch-elsewhere",
            )
        tree = await aside(lambda: Tree(keccak, [one.leaf for one in complaints]))
        if await self._reads.batch(origin.sender, tree.root) is None:
            raise _unknown(origin, tree.root)
        good = await self._signed(origin, complaints)
        proofs = {one.leaf: tree.proof(one.leaf) for one in good}
        await self._rows.add(origin.sender, tree.root, good, proofs)
        return {
            "sender": origin.sender,
            "root": tree.root,
            "complaints": len(good),
            "unsigned": len(complaints) - len(good),
        }

    async def _signed(self, origin: Origin, complaints: list[Signed]) -> list[Signed]:
        found: list[Signed] = []
        for start in range(0, len(complaints), _AT_ONCE):
            some = complaints[start : start + _AT_ONCE]
            said = await asyncio.gather(*(self._is_signed(origin, one) for one in some))
            found += [one for one, is_signed in zip(some, said, strict=True) if is_signed]
        return found

    async def _is_signed(self, origin: Origin, one: Signed) -> bool:
        content = struct_hash(keccak, complaint_data(origin.place, origin.anchor, one.complaint))
        customer = one.complaint.order.customer
        by = (customer, content, raw(one.signature))
        return await self._signatures.is_signed(origin.place.forwarder, *by)


def _unknown(origin: Origin, root: Hash32) -> NotFound:
    return NotFound(
        f"{origin.sender} anchored no batch {root}",
        remedy="See /v1/batches for those there are; a batch just anchored shows once its block "
        "is indexed",
        code="batch-unknown",
        fields={"sender": origin.sender, "root": root},
    )
