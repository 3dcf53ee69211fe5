"""Filters of cases as people write them: lists with commas, amounts in digits, times either way."""

import re
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import TypeVar

from dapp.domain.breach import Breach
from dapp.domain.parts import Category, ComplaintState
from dapp.domain.types import NATIVE_COIN, Address
from dapp.errors import InvalidInput
from dapp.service import inputs
from dapp.service.charts import CHARTS, behind
from dapp.service.views import name
from dapp.store.views import Behind

Member = TypeVar("Member", bound=Enum)

_AMOUNT = re.compile(r"[0-9]{1,30}")
_SECONDS = re.compile(r"[0-9]{1,12}")


@lru_cache(maxsize=256)
def states(text: str | None) -> frozenset[ComplaintState]:
    """From a list such as `filed,offered`. Raises InvalidInput."""
    known = [state for state in ComplaintState if state]
    return _members({name(one): one for one in known}, text, "state")


@lru_cache(maxsize=256)
def categories(text: str | None) -> frozenset[Category]:
    """From a list such as `order,security`. Raises InvalidInput."""
    return _members({name(one): one for one in Category}, text, "category")


def breaches(text: str | None) -> frozenset[Breach]:
    """From a list such as `acknowledgement,answer`. Raises InvalidInput."""
    return _members({str(one): one for one in Breach}, text, "breach")


def mark(text: str) -> Behind:
    """The cases behind a mark of a chart, from `CHART.KEY`. Raises InvalidInput."""
    chart, _, key = text.partition(".")
    found = behind(chart, key)
    if found is None:
        remedy = f"Take one of those that /v1/stats/{next(iter(CHARTS))} names, for one"
        raise _unreadable("mark", text, "a mark of a chart", remedy)
    return found


def token(text: str | None) -> Address | None:
    """The native coin by its name, any other by its address. Raises InvalidInput."""
    if not text:
        return None
    return NATIVE_COIN if text == "native" else inputs.address(text, "token")


def amount(text: str | None, field: str) -> int | None:
    """In the smallest unit. Raises InvalidInput."""
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise _unreadable(field, text, "an amount", "Give digits alone, in the coin's least unit")
    return int(text)


def time(text: str | None, field: str) -> int | None:
    """Unix seconds, from these or from RFC 3339 with its zone. Raises InvalidInput."""
    if not text:
        return None
    if _SECONDS.fullmatch(text):
        return int(text)
    remedy = "Give Unix seconds, or a time such as 2026-01-31T12:00:00Z"
    try:
        # A plus sign in an address that nobody escaped reads as a space.
        found = datetime.fromisoformat(text.replace(" ", "+"))
        if found.tzinfo is None:
            raise ValueError("no zone")
        return int(found.timestamp())
    except (ValueError, OverflowError) as error:
        raise _unreadable(field, text, "a time", remedy) from error


def _members(known: dict[str, Member], text: str | None, field: str) -> frozenset[Member]:
    if not text:
        return frozenset()
    wanted = [word.strip() for word in text.split(",")]
    for word in wanted:
        if word not in known:
            raise _unreadable(field, word, f"a known {field}", f"Use {', '.join(known)}")
    return frozenset(known[word] for word in wanted)


def _unreadable(field: str, text: str, what: str, remedy: str) -> InvalidInput:
    said = f"{field}: {text[:40]!r} is not {what}"
    return InvalidInput(said, remedy=remedy, fields={"field": field})
