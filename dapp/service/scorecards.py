"""Scorecards of organisations, from chain facts alone; docs/scorecards.md says what they mean."""

from dataclasses import dataclass
from typing import Any

from dapp.domain.organisation import Organisation, PolicyVersion
from dapp.domain.ranking import By, Sorting
from dapp.domain.scorecard import (
    Delays,
    Endings,
    Headline,
    OperatorPace,
    Promises,
    Rate,
    Scorecard,
)
from dapp.domain.types import OrganisationId, UnixTime
from dapp.errors import InvalidInput
from dapp.service import inputs, views
from dapp.service.clock import Moment
from dapp.service.people import unknown_organisation
from dapp.service.recent import Recent
from dapp.store.queries import Queries
from dapp.store.scores import Scores, Span, nothing_filed
from dapp.store.views import Page

View = dict[str, Any]


_BY_NUMBER = Sorting()


@dataclass(frozen=True, slots=True)
class Measured:
    """What an organisation promised in all its policies, and what it did."""

    policies: tuple[PolicyVersion, ...]
    card: Scorecard
    operators: tuple[OperatorPace, ...] = ()

    def version_at(self, at: UnixTime) -> PolicyVersion:
        """What is in force then."""
        return [one for one in self.policies if one.effective_at <= at][-1]


class Scorecards:
    def __init__(self, queries: Queries, scores: Scores, recent: Recent) -> None:
        self._queries = queries
        self._scores = scores
        self._recent = recent

    async def find(self, organisation: OrganisationId, which: Span) -> tuple[Measured, Moment]:
        """One organisation's, with the pace of each operator. Raises NotFound, Retryable."""
        mine = Span((organisation,), which.filed_from, which.filed_to)
        found, moment = await self._recent.read(
            ("scorecard", mine), lambda: self._whole(organisation, mine)
        )
        if found is None:
            raise unknown_organisation(organisation)
        return found, moment

    async def compare(
        self, cursor: str | None, limit: int, which: Span, sorting: Sorting
    ) -> tuple[Page[Measured], Moment]:
        """Organisations beside each other, without their operators.

        By any number but their own only those against which something was filed. Raises
        InvalidInput, Retryable.
        """
        asked = ("scorecards", cursor, limit, which, sorting)
        read = self._page if sorting == Sorting() else self._ranked
        return await self._recent.read(asked, lambda: read(cursor, limit, which, sorting))

    async def show(self, organisation: OrganisationId, which: Span) -> View:
        """As `find`, as JSON."""
        found, moment = await self.find(organisation, which)
        operators = [_pace(one) for one in found.operators]
        return {
            "scorecard": {**measured(found, moment), "operators": operators},
            **views.span(which.filed_from, which.filed_to),
            **moment.stamp(),
        }

    async def list(
        self, cursor: str | None, limit: int, which: Span, sorting: Sorting = _BY_NUMBER
    ) -> View:
        """As `compare`, as JSON."""
        page, moment = await self.compare(cursor, limit, which, sorting)
        return {
            "scorecards": [measured(one, moment) for one in page.items],
            "sort": str(sorting),
            "next_cursor": page.cursor,
            **views.span(which.filed_from, which.filed_to),
            **moment.stamp(),
        }

    async def _page(
        self, cursor: str | None, limit: int, which: Span, sorting: Sorting
    ) -> Page[Measured]:
        """In the order of their numbers, as the index reads them."""
        page = await self._queries.organisations(cursor, limit)
        ids = tuple(row.organisation.id for row in page.items)
        found = await self._scores.scorecards(Span(ids, which.filed_from, which.filed_to))
        items = [_measured(row.organisation, found.get(row.organisation.id)) for row in page.items]
        return Page(tuple(items), page.cursor)

    async def _ranked(
        self, cursor: str | None, limit: int, which: Span, sorting: Sorting
    ) -> Page[Measured]:
        """The cursor is how many stand before."""
        begin = 0 if cursor is None else inputs.number_before(cursor)
        found = await self._scores.ranked(which, sorting, begin, limit + 1)
        mine = Span(tuple(found[:limit]), which.filed_from, which.filed_to)
        cards = await self._scores.scorecards(mine)
        rows = [(await self._queries.organisation(one), cards.get(one)) for one in found[:limit]]
        items = [_measured(row.organisation, card) for row, card in rows if row is not None]
        return Page(tuple(items), str(begin + limit) if len(found) > limit else None)

    async def _whole(self, organisation: OrganisationId, mine: Span) -> Measured | None:
        row = await self._queries.organisation(organisation)
        if row is None:
            return None
        found = await self._scores.scorecards(mine)
        paces = await self._scores.paces(mine)
        return _measured(row.organisation, found.get(organisation), tuple(paces))


def _measured(
    of: Organisation, card: Scorecard | None, operators: tuple[OperatorPace, ...] = ()
) -> Measured:
    return Measured(of.policies, card or nothing_filed(of.id), operators)


def sorting_of(text: str | None) -> Sorting:
    """From a name of `By`, with a minus for the greatest first. Raises InvalidInput."""
    for by in By:
        if text in (by, f"-{by}") and (by is not By.ORGANISATION or text == by):
            return Sorting(by, text != by)
    if not text:
        return _BY_NUMBER
    known = ", ".join(by for by in By)
    raise InvalidInput(
        f"sort: {text[:40]!r} is nothing to sort by",
        remedy=f"Use {known}, or one but the first with a minus before it",
        fields={"field": "sort"},
    )


def measured(one: Measured, moment: Moment) -> View:
    """A scorecard beside the promise that is in force now."""
    current = one.version_at(moment.now)
    return {
        **scorecard(one.card),
        "promised": {
            "policy_version": current.version,
            "first_reply_peak_seconds": current.policy.acknowledge_peak_seconds,
            "first_reply_off_peak_seconds": current.policy.acknowledge_off_peak_seconds,
            "answer_hours": current.policy.answer_hours,
        },
    }


def scorecard(card: Scorecard) -> View:
    """Shares in basis points, delays in seconds, satisfaction in hundredths of a star."""
    return {
        "organisation": card.organisation,
        "complaints": card.complaints,
        "open": card.open,
        "headline": _headline(card.headline),
        "promises": _promises(card.promises),
        "first_answer": {
            "all": delays(card.all_hours),
            "peak": {**delays(card.peak), "on_time": rate(card.peak_on_time)},
            "off_peak": {**delays(card.off_peak), "on_time": rate(card.off_peak_on_time)},
        },
        **_endings(card.endings),
        "satisfaction": {"mean": card.satisfaction, "stars": list(card.stars)},
    }


def flat(card: View) -> View:
    """A scorecard as one row of a table; without lists, such as the operators'."""
    row: View = {}
    for name, value in card.items():
        if isinstance(value, dict):
            row |= {f"{name}.{inner}": cell for inner, cell in flat(value).items()}
        elif not isinstance(value, list):
            row[name] = value
    return row


def rate(counted: Rate) -> View:
    return {"count": counted.part, "of": counted.whole, "share": counted.share}


def delays(found: Delays) -> View:
    return {
        "count": found.count,
        "p10_seconds": found.p10,
        "median_seconds": found.median,
        "p90_seconds": found.p90,
    }


def _headline(found: Headline) -> View:
    return {
        "promises_kept": found.promises.share,
        "resolved": found.resolved.share,
        "satisfaction": found.satisfaction,
        "payers": found.payers,
        "weight_gwei": str(found.promises.whole),
        "promises_kept_without_heaviest_payer": found.without_heaviest.share,
    }


def _promises(found: Promises) -> View:
    return {
        "acknowledged_in_time": rate(found.acknowledged),
        "answered_in_time": rate(found.answered),
        "kept_in_kind": rate(found.in_kind),
        "every_one_kept": rate(found.every),
        "contested_as_automatic": rate(found.contested),
    }


def _endings(found: Endings) -> View:
    return {
        "ended": found.ended,
        "withdrawn": found.withdrawn,
        "resolved": rate(found.resolved),
        "at_first_contact": rate(found.at_first_contact),
        "settlements": found.settled,
        "promises_in_kind_broken": found.pledges_broken,
        "defaults_by_silence": found.defaults,
        "rulings": {
            "ruled": found.rulings,
            "refused": found.refused,
            "lost": rate(Rate(found.lost, found.rulings)),
            "appealed": found.appealed,
            "overturned": rate(Rate(found.raised + found.lowered, found.appealed)),
            "raised_on_appeal": found.raised,
            "lowered_on_appeal": found.lowered,
        },
    }


def _pace(one: OperatorPace) -> View:
    return {
        "account": one.account,
        **delays(one.delays),
        "on_time": rate(one.on_time),
        "contested_as_automatic": rate(one.contested),
    }
