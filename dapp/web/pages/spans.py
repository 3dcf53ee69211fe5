"""Which complaints a page's numbers are of, as its form sends it and as links name it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from dapp.domain.types import OrganisationId, UnixTime
from dapp.errors import InvalidInput
from dapp.service import filters
from dapp.store.scores import Span

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_SECONDS = 86_400
_MAX_TIME = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader chose.

    Attributes:
        organisation: empty for all; `first` and `last` day as 2026-01-31, empty without a limit.
    """

    span: Span
    organisation: str
    first: str
    last: str

    @property
    def is_all(self) -> bool:
        return self.span == Span()

    def times(self) -> dict[str, int]:
        """As the API takes them."""
        asked = {"filed_from": self.span.filed_from, "filed_to": self.span.filed_to}
        return {name: value for name, value in asked.items() if value is not None}

    def query(self) -> str:
        """Of a link that keeps what was chosen; begins with a question mark unless empty."""
        of = {"organisation": self.organisation} if self.organisation else {}
        asked = {**of, **self.times()}
        return f"?{urlencode(asked)}" if asked else ""


async def _chosen(
    organisation: Annotated[str, Query(pattern=r"^\d{0,7}$")] = "",
    filed_from: Annotated[str, Query(max_length=40)] = "",
    filed_to: Annotated[str, Query(max_length=40)] = "",
) -> Chosen:
    return chosen(organisation, filed_from, filed_to)


def chosen(organisation: str, filed_from: str, filed_to: str) -> Chosen:
    """From what a form sends; a day without its time is all of that day. Raises InvalidInput."""
    first = _time(filed_from, "filed_from", 0)
    last = _time(filed_to, "filed_to", _DAY_SECONDS - 1)
    if first is not None and last is not None and first > last:
        raise InvalidInput(
            "filed_from is after filed_to", remedy="Swap the two", fields={"field": "filed_from"}
        )
    number = OrganisationId(int(organisation)) if organisation else None
    return Chosen(
        Span(None if number is None else (number,), first, last),
        "" if number is None else str(number),
        _day(first),
        _day(last),
    )


def _time(text: str, field: str, within: int) -> UnixTime | None:
    is_day = _DAY.fullmatch(text) is not None
    found = filters.time(f"{text}T00:00:00Z" if is_day else text, field)
    if found is None:
        return None
    return UnixTime(max(0, min(found + within if is_day else found, _MAX_TIME)))


def _day(at: UnixTime | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


ChosenSpan = Annotated[Chosen, Depends(_chosen)]
