"""Which complaints a scorecard or a chart is of."""

from typing import Annotated

from fastapi import Depends, Query

from dapp.domain.types import UnixTime
from dapp.errors import InvalidInput
from dapp.store.scores import Span
from dapp.web.api.inputs import OfOrganisation

_MAX_TIME = 2**32 - 1

Time = Annotated[int | None, Query(ge=0, le=_MAX_TIME, description="Unix seconds, included")]


async def _time_span(filed_from: Time = None, filed_to: Time = None) -> Span:
    if filed_from is not None and filed_to is not None and filed_from > filed_to:
        raise InvalidInput(
            "filed_from is after filed_to",
            remedy="Swap the two",
            fields={"field": "filed_from"},
        )
    return Span(
        filed_from=None if filed_from is None else UnixTime(filed_from),
        filed_to=None if filed_to is None else UnixTime(filed_to),
    )


TimeSpan = Annotated[Span, Depends(_time_span)]


async def _case_span(when: TimeSpan, organisation: OfOrganisation) -> Span:
    which = None if organisation is None else (organisation,)
    return Span(which, when.filed_from, when.filed_to)


CaseSpan = Annotated[Span, Depends(_case_span)]
