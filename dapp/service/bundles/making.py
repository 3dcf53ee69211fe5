"""A bundle in the making: its records one after the other, and what proves them."""

from collections.abc import Collection, Sequence

from dapp.audit import arranged, recorded, slots
from dapp.audit.arranged import Stated
from dapp.audit.bundle_file import Growing, too_large
from dapp.audit.format import MAX_LINE_BYTES, Contract
from dapp.chain.headers import Header
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.domain.events import COURT, DESK, ESCROW, REGISTRY, Event
from dapp.domain.types import (
    ComplaintId,
    Digest,
    DisputeId,
    Hash32,
    OrganisationId,
    hash32,
    word,
)
from dapp.service.bundles import evidence, folding
from dapp.service.bundles.linking import Linking
from dapp.service.bundles.receipts import Receipts
from dapp.service.bundles.state import Nodes, State
from dapp.store.histories import Filed, Histories

_ALWAYS = (COURT, DESK, ESCROW, REGISTRY)


class Making:
    """Writes records and collects their proofs.

    Args:
        index: where events come from; what it says is held against what the node proves.
        node: where proofs come from.
        deployment: the contracts.
        header: of the trusted block.
        records: gets the records.

    Attributes:
        nodes: of all proofs so far.
        digests: that the records name, in order.
        lines, events: how many there are in the records.
    """

    def __init__(
        self,
        index: Histories,
        node: Node,
        deployment: Deployment,
        header: Header,
        records: Growing,
    ) -> None:
        self.nodes: Nodes = {}
        self.digests: dict[Digest, None] = {}
        self.lines = self.events = 0
        self._index = index
        self._node = node
        self._deployment = deployment
        self._records = records
        self._used = set(_ALWAYS)
        self._at = header.block.number
        self._state = State(node, header, self.nodes)
        addresses = [one.address for one in deployment.contracts]
        self._receipts = Receipts(node, addresses, self.nodes)

    async def words(self, contract: str, which: Sequence[bytes]) -> list[int]:
        """Words of a contract's storage, proven."""
        return await self._state.words(self._deployment.address_of(contract), which)

    async def cases(
        self, which: Sequence[Filed], same: Collection[ComplaintId] = ()
    ) -> list[Event]:
        """Write the records of cases; of those that are the `same` as before, only their trails.

        What was filed after the trusted block is passed over. Gives the `Filed` of those that are
        written in full. Raises RedressError.
        """
        told = await self._index.of_cases([one for one in which if one.id not in same], self._at)
        there = [one.id for one in which if one.id in same or folding.is_filed(told[one.id])]
        stated = {one: arranged.of_case(one, told[one]) for one in there if one not in same}
        rests = [one.log for events in stated.values() for one in events if one.by_receipt]
        places = await self._receipts.places(rests)
        trails = await self._trails(DESK, [slots.complaint_trail(one) for one in there])
        filings = []
        for number, trail in zip(there, trails, strict=True):
            if number in same:
                self._write(recorded.case_trail(number, trail), [])
                continue
            events = [event for _, event in told[number]]
            folded = folding.of_desk(events)
            folding.check(f"complaint {number}", folded, trail)
            filings.append(folded[0])
            await self.words(COURT, folding.court_words(DisputeId(number), events))
            self._write(recorded.case_line(number, stated[number], places), stated[number])
        return filings

    async def organisations(
        self, which: Sequence[OrganisationId], same: Collection[OrganisationId] = ()
    ) -> int:
        """Write the records of organisations, as `cases`. Raises RedressError."""
        told = await self._index.of_organisations(
            [one for one in which if one not in same], self._at
        )
        there = [one for one in which if one in same or told[one]]
        trails = await self._trails(REGISTRY, [slots.registry_trail(one) for one in there])
        for number, trail in zip(there, trails, strict=True):
            if number in same:
                self._write(recorded.organisation_trail(number, trail), [])
                continue
            stated = arranged.of_organisation(told[number])
            folding.check(f"organisation {number}", [one.event for one in stated], trail)
            self._write(recorded.organisation_line(number, stated), stated)
        return len(there)

    async def contracts(self) -> dict[str, Contract]:
        """Those whose events are in the records, and those that always are. Raises RedressError."""
        found = {}
        for one in self._deployment.contracts:
            if one.name not in self._used:
                continue
            account = await self._state.account(one.address)
            if account is None or account.code_hash != one.code_hash:
                raise folding.differs(f"{one.address} does not hold the deployed {one.name}")
            found[one.name] = Contract(address=one.address.lower(), code_hash=one.code_hash)
        return found

    async def headers(self) -> list[Header]:
        """The trusted header, those of receipts, and what ties them to it. Raises RedressError."""
        linking = Linking(self._node, self._state, self.nodes)
        return await linking.headers(self._receipts.headers)

    async def _trails(self, contract: str, which: Sequence[bytes]) -> list[Hash32]:
        return [hash32(word(found)) for found in await self.words(contract, which)]

    def _write(self, line: bytes, stated: Sequence[Stated]) -> None:
        if len(line) > MAX_LINE_BYTES:
            raise too_large(MAX_LINE_BYTES)
        self._records.write(line)
        self.lines += 1
        self.events += len(stated)
        self._used.update(one.event.contract for one in stated)
        self.digests.update(dict.fromkeys(evidence.named(stated)))
