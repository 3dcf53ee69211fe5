"""Which records a bundle has, by its scope."""

from dataclasses import dataclass

from dapp.audit import slots
from dapp.audit.format import CaseScope, HistoryScope, OrganisationScope
from dapp.domain.events import DESK, REGISTRY
from dapp.domain.types import ZERO_HASH, BlockNumber, ComplaintId, OrganisationId, raw
from dapp.errors import InvalidInput, NotFound, Refused
from dapp.service.bundles import folding
from dapp.service.bundles.asked import Asked
from dapp.service.bundles.making import Making
from dapp.store.histories import Histories

_AT_ONCE = 32
"""Cases whose events are in memory together."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Writes the records of a scope.

    Attributes:
        index: where events come from.
        making: gets the records.
        at: the trusted block.
    """

    index: Histories
    making: Making
    at: BlockNumber
    asked: Asked

    async def record(self) -> None:
        """Write every record of the scope.

        Raises:
            NotFound: there is no such thing at the trusted block.
            InvalidInput: an increment since a later block.
            RedressError: as `Making`.
        """
        match self.asked.scope:
            case CaseScope(complaint=number):
                await self._case(ComplaintId(number))
            case OrganisationScope(organisation=number):
                await self._organisation(OrganisationId(number))
            case HistoryScope(since=since):
                await self._history(None if since is None else BlockNumber(since))

    async def _case(self, complaint: ComplaintId) -> None:
        found = await self.index.complaints(complaint - 1, complaint, 1)
        if not await self.making.cases(found):
            raise NotFound(
                f"at block {self.at} there is no complaint {complaint}",
                remedy="Complaints are numbered from 1; ask for a newer block if it is newer",
                code="complaint-unknown",
                fields={"complaint": complaint, "block": self.at},
            )

    async def _organisation(self, organisation: OrganisationId) -> None:
        last, word = ComplaintId(0), ZERO_HASH
        while found := await self.index.complaints(last, None, _AT_ONCE, organisation):
            filings = await self.making.cases(found)
            word = folding.listed(word, filings, organisation)
            self._check_count()
            last = found[-1].id
        if not await self.making.organisations([organisation]):
            raise NotFound(
                f"at block {self.at} there is no organisation {organisation}",
                code="organisation-unknown",
                fields={"organisation": organisation, "block": self.at},
            )
        (proven,) = await self.making.words(DESK, [slots.organisation_trail(organisation)])
        if raw(word) != proven.to_bytes(32, "big"):
            raise folding.differs(
                f"not all complaints about organisation {organisation} are indexed"
            )

    def _check_count(self) -> None:
        most = self.asked.limits.cases
        if most is not None and self.making.lines > most:
            raise Refused(
                f"the bundle would have more than {most} cases",
                remedy="Make it with 'redress bundle', or ask for single cases",
                code="bundle-too-large",
                fields={"most_cases": most},
            )

    async def _history(self, since: BlockNumber | None) -> None:
        if since is not None and since > self.at:
            raise InvalidInput(
                f"block {since} is after block {self.at}, at which the bundle is made",
                remedy="Name the block of an earlier bundle",
                fields={"field": "since"},
            )
        (complaints,) = await self.making.words(DESK, [slots.complaint_count()])
        (organisations,) = await self.making.words(REGISTRY, [slots.organisation_count()])
        changed, touched = await self._changed(since)
        for first in range(0, complaints, _AT_ONCE):
            last = min(complaints, first + _AT_ONCE)
            found = await self.index.complaints(ComplaintId(first), ComplaintId(last), _AT_ONCE)
            if len(found) != last - first:
                raise folding.differs(f"not all of complaints {first + 1} to {last} are indexed")
            same = {one.id for one in found if changed is not None and one.id not in changed}
            await self.making.cases(found, same)
            self.asked.tell(last, complaints)
        for first in range(0, organisations, _AT_ONCE):
            last = min(organisations, first + _AT_ONCE)
            ids = [OrganisationId(number) for number in range(first + 1, last + 1)]
            same_ids = {one for one in ids if touched is not None and one not in touched}
            await self.making.organisations(ids, same_ids)

    async def _changed(
        self, since: BlockNumber | None
    ) -> tuple[set[ComplaintId] | None, set[OrganisationId] | None]:
        """What must stand in full; None for everything."""
        if since is None:
            return None, None
        complaints, organisations = await self.index.changed(since, self.at)
        # What the court does shows in no trail until the end.
        return complaints | await self.index.heard(self.at), organisations
