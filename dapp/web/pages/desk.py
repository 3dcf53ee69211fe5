"""The organisation's side: its queue by time to breach."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from dapp.domain.parts import Category, ComplaintState
from dapp.domain.types import OrganisationId
from dapp.domain.urgency import QUEUED
from dapp.service import filters, inputs
from dapp.service.views import name
from dapp.store.desk_queue import QueueFilter
from dapp.web.i18n import Language
from dapp.web.pages.desk_frame import Frame, framed
from dapp.web.pages.desk_organisation import editor
from dapp.web.pages.render import language_of, page, parts_of
from dapp.web.presentation.names import category_name
from dapp.web.presentation.queue import queue_page

router = APIRouter()

_ON_A_PAGE = 100
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address filters by; empty filters, as a form sends them, filter nothing."""

    within: str
    state: str
    category: str
    mine: str
    page: int

    def filter(self, frame: Frame, organisation: OrganisationId) -> QueueFilter:
        """Raises InvalidInput."""
        unheard = self.state == "unheard"
        return QueueFilter(
            organisation,
            int(self.within) if self.within else None,
            filters.categories(self.category),
            frozenset() if unheard else filters.states(self.state),
            inputs.address(frame.account, "account") if self.mine else None,
            unheard,
        )

    def address(self, frame: Frame, **other: object) -> str:
        """Of the same page, or of `other` ones."""
        given = {
            **frame.query,
            "within": self.within,
            "state": self.state,
            "category": self.category,
            "mine": self.mine,
            **other,
        }
        return "/desk?" + urlencode({key: value for key, value in given.items() if value})


async def _asked(
    within: Annotated[str, Query(pattern=r"^\d{0,7}$")] = "",
    state: Annotated[str, Query(max_length=40)] = "",
    category: Annotated[str, Query(max_length=40)] = "",
    mine: Annotated[str, Query(max_length=4)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Asked:
    return Asked(within, state, category, mine, number)


@router.get("/desk")
async def desk(
    request: Request,
    frame: Annotated[Frame, Depends(framed)],
    asked: Annotated[Asked, Depends(_asked)],
) -> Response:
    """The queue of one organisation; only what changes, for the script that keeps it up to date."""
    t, shown = language_of(request), dict[str, Any]()
    if frame.place is not None:
        which = asked.filter(frame, OrganisationId(frame.place.id))
        found = await parts_of(request).queues.find(which, asked.page, _ON_A_PAGE)
        first = (asked.page - 1) * _ON_A_PAGE
        has_more = first + len(found.rows) < found.counts.found
        shown = {
            "queue": queue_page(found, first, t),
            "here": asked.address(frame, page=asked.page),
            "earlier": asked.address(frame, page=asked.page - 1) if asked.page > 1 else "",
            "later": asked.address(frame, page=asked.page + 1) if has_more else "",
            "all": asked.address(frame, within="", state="", category="", mine=""),
        }
    is_update = request.headers.get("hx-request") == "true" and frame.place is not None
    template = "parts/queue.html" if is_update else "desk.html"
    return page(
        request,
        template,
        **frame.context,
        **editor(t),
        **shown,
        asked=asked,
        is_update=is_update,
        spans=_spans(t),
        states=_states(t),
        categories=[(name(one), category_name(one, t)) for one in Category],
    )


def _spans(t: Language) -> list[tuple[str, str]]:
    return [
        (str(10 * _MINUTE), t.say("within 10 minutes")),
        (str(_HOUR), t.say("within an hour")),
        (str(_DAY), t.say("within 24 hours")),
    ]


def _states(t: Language) -> list[tuple[str, str]]:
    """What the chain stores, and what of it waits for a first reply."""
    names = {
        ComplaintState.FILED: t.say("Waiting for the organisation"),
        ComplaintState.PLEDGED: t.say("Promise accepted"),
        ComplaintState.ASKED: t.say("Waiting for the customer"),
        ComplaintState.OFFERED: t.say("Offer made"),
        ComplaintState.DELIVERED: t.say("Delivered"),
    }
    return [
        ("unheard", t.say("Without a first reply")),
        *((name(one), names[one]) for one in QUEUED),
    ]
