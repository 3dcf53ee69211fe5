"""Cases: found for pages, shown as JSON for everybody else."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from dapp.domain.events import Event
from dapp.domain.moments import next_change, waits_for_blocks
from dapp.domain.parts import EvidenceItem
from dapp.domain.types import Address, ComplaintId, Hash32, Wei
from dapp.errors import Erased, InvalidInput, NotFound
from dapp.service import case_views, told, views
from dapp.service.answers import Answer
from dapp.service.case_pages import CasePages
from dapp.service.case_tables import COLUMNS, flat
from dapp.service.clock import Clock, Moment
from dapp.service.evidence import Evidence
from dapp.service.standing import Standing
from dapp.store.past import Past
from dapp.store.queries import Queries
from dapp.store.views import CaseFilter, CaseRow, Finality, Page
from evidence import EvidenceError

__all__ = ["Cases", "Standing", "unknown"]

View = dict[str, Any]


class Cases:
    """Every read takes what it is to be as of: the newest block, or one that is safe or final.

    Args:
        queries: of the index.
        past: of the index as it was.
        clock: what time it is on the chain.
        pages: lists as of the newest block.
        desk: the contract that holds complaints.
        bounty: what whoever draws a panel is paid.
    """

    def __init__(
        self,
        queries: Queries,
        past: Past,
        clock: Clock,
        pages: CasePages,
        desk: Address,
        bounty: Wei,
    ) -> None:
        self._queries = queries
        self._past = past
        self._clock = clock
        self._pages = pages
        self._desk = desk
        self._bounty = bounty

    async def find(self, complaint: ComplaintId, finality: Finality = "latest") -> Standing:
        """Raises NotFound, Retryable."""
        if finality == "latest":
            head, row = await self._queries.case_now(complaint)
            moment = self._clock.moment_of(head)
        else:
            row, moment = await self._clock.read_as_of(
                finality, lambda at: self._past.case(complaint, at.head.block_number)
            )
        if row is None:
            raise unknown(complaint, finality, moment)
        return Standing(row, moment)

    async def find_many(self, which: Sequence[ComplaintId]) -> dict[ComplaintId, Standing]:
        """Those that there are, read at once. Raises Retryable."""
        head, rows = await self._queries.cases_now(list(which))
        moment = self._clock.moment_of(head)
        return {row.case.id: Standing(row, moment) for row in rows}

    async def find_all(
        self,
        which: CaseFilter,
        cursor: str | None,
        limit: int,
        finality: Finality = "latest",
    ) -> tuple[Page[CaseRow], Moment]:
        """The newest first. Raises InvalidInput, Retryable."""
        if which.behind is not None and finality != "latest":
            raise InvalidInput(
                "the cases behind a mark are those of the newest block",
                remedy="Leave out finality, or mark",
                fields={"field": "mark"},
            )

        async def read(at: Moment) -> Page[CaseRow]:
            if finality == "latest":
                return await self._queries.cases(which, cursor, limit, at.now)
            block = at.head.block_number, at.now
            return await self._past.cases(which, cursor, limit, block)

        return await self._clock.read_as_of(finality, read)

    async def numbers(self, which: CaseFilter, most: int) -> list[ComplaintId]:
        """Of the newest cases, as of the newest block: how many there are, and what is before.

        Raises Retryable.
        """
        numbers, _ = await self._clock.read_as_of(
            "latest", lambda at: self._queries.case_numbers(which, most, at.now)
        )
        return numbers

    async def table(
        self, which: CaseFilter, cursor: str | None, limit: int
    ) -> tuple[list[list[object]], str | None, Moment]:
        """Rows under `COLUMNS`, the newest first, and the cursor of what follows.

        Raises InvalidInput, Retryable.
        """
        page, moment = await self.find_all(which, cursor, limit)
        rows = [flat(case_views.short(Standing(row, moment))) for row in page.items]
        return [[row[name] for name in COLUMNS] for row in rows], page.cursor, moment

    async def find_timeline(
        self, complaint: ComplaintId, finality: Finality = "latest"
    ) -> tuple[list[Event], Moment]:
        """Every event, in the chain's order. Raises NotFound, Retryable."""
        events, moment = await self._clock.read_as_of(
            finality, lambda at: self._queries.timeline(complaint, at.head.block_number)
        )
        if not any(event.name == "Filed" for event in events):
            raise unknown(complaint, finality, moment)
        return events, moment

    async def show(self, complaint: ComplaintId, finality: Finality = "latest") -> Answer:
        """One case, whole. Raises NotFound, Retryable."""
        found = await self.find(complaint, finality)
        return _about(found, {"case": case_views.whole(found, self._bounty)}, finality)

    async def part(
        self, complaint: ComplaintId, name: str, finality: Finality = "latest"
    ) -> Answer:
        """One of `case_views.PARTS` by itself. Raises NotFound, Retryable."""
        found = await self.find(complaint, finality)
        case = case_views.whole(found, self._bounty)
        content = {"complaint": complaint, **{key: case[key] for key in case_views.PARTS[name]}}
        return _about(found, content, finality)

    async def proof(self, complaint: ComplaintId, finality: Finality = "latest") -> Answer:
        """What an auditor holds the case against. Raises NotFound, Retryable."""
        found = await self.find(complaint, finality)
        proof = case_views.proof(found, self._desk)
        return _about(found, {"complaint": complaint, **proof}, finality)

    async def list(
        self,
        which: CaseFilter,
        cursor: str | None,
        limit: int,
        finality: Finality = "latest",
    ) -> Answer:
        """A page of short views, some of them as JSON. Raises InvalidInput, Retryable."""
        if finality == "latest" and not which.breaches and which.behind is None:
            return await self._pages.show(which, cursor, limit)
        page, moment = await self.find_all(which, cursor, limit, finality)
        rows = [case_views.short(Standing(row, moment)) for row in page.items]
        # Others may come into a list of breaches at any time.
        until = moment.next_second if finality == "latest" else None
        return Answer({"cases": rows, "next_cursor": page.cursor}, moment, until=until)

    async def timeline(self, complaint: ComplaintId, finality: Finality = "latest") -> Answer:
        """Every event, with what an auditor folds. Raises NotFound, Retryable."""
        events, moment = await self.find_timeline(complaint, finality)
        shown = [told.event(event, moment.head) for event in events]
        return Answer({"complaint": complaint, "events": shown}, moment)

    async def payments(self, complaint: ComplaintId, finality: Finality = "latest") -> Answer:
        """How the money was divided, and every event that moved some. Raises as `timeline`."""

        async def read(at: Moment) -> tuple[CaseRow | None, list[Event]]:
            block = at.head.block_number
            row = await self._past.case(complaint, block)
            return row, await self._queries.timeline(complaint, block)

        (row, events), moment = await self._clock.read_as_of(finality, read)
        if row is None:
            raise unknown(complaint, finality, moment)
        case = views.case(row.case)
        moved = [told.event(one, moment.head) for one in events if case_views.moves_money(one)]
        shown = {key: case[key] for key in ("amount", "order", "funding", "payment")}
        return Answer({"complaint": complaint, **shown, "events": moved}, moment)

    async def evidence(
        self, complaint: ComplaintId, evidence: Evidence, finality: Finality = "latest"
    ) -> Answer:
        """Every digest in the record, with what is here of it. Raises NotFound, Retryable."""
        found = await self.find(complaint, finality)
        items = found.case.evidence
        shown = await asyncio.to_thread(lambda: [_exhibit(one, evidence) for one in items])
        return Answer({"complaint": complaint, "evidence": shown}, found.moment, lasts=False)


def unknown(
    complaint: ComplaintId, finality: Finality = "latest", moment: Moment | None = None
) -> NotFound:
    """There is none, or none yet in the block that the read is as of."""
    is_past = moment is not None and finality != "latest"
    where = f" in block {moment.head.block_number}" if moment and is_past else ""
    return NotFound(
        f"there is no complaint {complaint}{where}",
        remedy="Complaints are numbered from 1; one just filed shows once its block is indexed"
        + ("" if finality == "latest" else f" and {finality}"),
        code="complaint-unknown",
        fields={"complaint": complaint},
    )


def _about(found: Standing, content: Mapping[str, Any], finality: Finality) -> Answer:
    """An answer about one case, which stays until the case changes or the clock changes it."""
    if finality != "latest":
        return Answer(content, found.moment)
    case = found.case
    by_block = waits_for_blocks(case)
    return Answer(
        content,
        found.moment,
        until=next_change(case, found.moment.now),
        complaint=None if by_block else case.id,
        changed_at=None if by_block else case.updated_block,
        # It will be compared with the chain in a moment, and no news tell of that.
        lasts=found.row.verification is not None,
    )


def _exhibit(item: EvidenceItem, evidence: Evidence) -> View:
    """An item of the record; `manifest` None where nobody here has it, with the reason."""
    shown = {**views.evidence(item), "manifest": None, "missing": None}
    try:
        return {**shown, "manifest": evidence.show(Hash32(item.digest))}
    except (NotFound, EvidenceError) as error:
        reason = error.code.replace("_", "-")
        return {**shown, "missing": reason, **(_erased(error) if isinstance(error, Erased) else {})}


def _erased(error: Erased) -> View:
    return {"erased": error.fields.get("reason")}
