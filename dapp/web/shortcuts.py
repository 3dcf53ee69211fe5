"""What is asked for most goes to its use case without the router, which takes longer than the read.

Only requests that need nothing of it: whatever is spelled in another way, or wrong, takes the route
of the same name (`web.api.cases`), which says what is wrong with it.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dapp.domain.types import ComplaintId, OrganisationId
from dapp.errors import InvalidInput, RedressError
from dapp.service import filters
from dapp.service.answers import Answer
from dapp.service.cases import Cases
from dapp.service.kept import Kept
from dapp.store.views import CaseFilter
from dapp.web.answers import Named, send_answer
from dapp.web.problems import answer as refuse

_LIST = "/v1/cases"
_CASE = Named("/v1/cases/{complaint}")
_CASES = Named(_LIST)
_PAGE, _MOST = 25, 100
_LONGEST = 100
_MOST_DIGITS = 18
_KNOWN = frozenset({"state", "category", "organisation", "cursor", "limit"})


@dataclass(frozen=True, slots=True)
class _Page:
    which: CaseFilter
    cursor: str | None
    limit: int


class Shortcuts:
    """Leaves to the application what is none of these."""

    def __init__(self, app: ASGIApp, cases: Cases, kept: Kept) -> None:
        self._app = app
        self._cases = cases
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = None
        if scope["type"] == "http" and scope["method"] == "GET":
            read = self._read(scope)
        if read is None:
            await self._app(scope, receive, send)
            return
        try:
            view = await read
        except RedressError as error:
            response = await refuse(Request(scope), error)
            await response(scope, receive, send)
            return
        await send_answer(scope, send, view, self._kept)

    def _read(self, scope: Scope) -> Awaitable[Answer] | None:
        path, query = scope["path"], scope["query_string"]
        if path == _LIST and (page := _page(query)) is not None:
            scope["route"] = _CASES
            return self._cases.list(page.which, page.cursor, page.limit)
        if not query and (number := _number(path)) is not None:
            scope["route"] = _CASE
            return self._cases.show(number)
        return None


def _number(path: str) -> ComplaintId | None:
    parent, _, name = path.rpartition("/")
    found = _positive(name) if parent == _LIST else None
    return None if found is None else ComplaintId(found)


def _page(query: bytes) -> _Page | None:
    """None where the route must look."""
    if len(query) > _LONGEST:
        return None
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    said = dict(pairs)
    if len(said) < len(pairs) or not _KNOWN.issuperset(said) or not query.isascii():
        return None
    numbers = {name: _positive(said.get(name, "1")) for name in ("organisation", "cursor", "limit")}
    limit = numbers["limit"] if "limit" in said else _PAGE
    if None in numbers.values() or limit is None or limit > _MOST:
        return None
    organisation = numbers["organisation"] if "organisation" in said else None
    try:
        which = CaseFilter(
            states=filters.states(said.get("state")),
            organisation=None if organisation is None else OrganisationId(organisation),
            categories=filters.categories(said.get("category")),
        )
    except InvalidInput:
        return None
    return _Page(which, said.get("cursor"), limit)


def _positive(text: str) -> int | None:
    """A number from 1, in digits alone."""
    is_plain = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) or None if is_plain else None
