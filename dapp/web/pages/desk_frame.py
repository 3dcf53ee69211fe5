"""What stands around every page of a desk: whose it is, and for which organisation."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request

from dapp.service import inputs
from dapp.service.clock import Moment
from dapp.store.views import OrganisationRow
from dapp.web.pages.keys import has_key
from dapp.web.pages.render import language_of, parts_of
from dapp.web.presentation.names import organisation_name
from dapp.web.presentation.places import Place, place

PAGES = ("/desk", "/desk/record", "/desk/organisation")


@dataclass(frozen=True, slots=True)
class Asking:
    """An organisation that asks the account to act for it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Frame:
    """
    Attributes:
        row, moment, place: of the organisation that is shown; None where the account has none.
        others: numbers and names of all that it acts for, where there are several.
        asking: those that have nominated it.
    """

    account: str
    row: OrganisationRow | None
    moment: Moment | None
    place: Place | None
    others: tuple[Asking, ...]
    asking: tuple[Asking, ...]
    has_key: bool

    @property
    def query(self) -> dict[str, object]:
        shown = {"organisation": self.place.id} if self.place and self.others else {}
        return {"account": self.account, **shown}

    @property
    def context(self) -> dict[str, Any]:
        """For a template that includes parts/deskhead.html."""
        return {
            "account": self.account,
            "one": self.place,
            "others": self.others,
            "asking": self.asking,
            "has_key": self.has_key,
            "desk_query": urlencode(self.query),
        }


async def framed(
    request: Request,
    account: Annotated[str, Query(max_length=42)] = "",
    organisation: Annotated[str, Query(pattern=r"^\d{0,7}$")] = "",
) -> Frame:
    """The organisation that is named, else the first. Raises InvalidInput, Retryable."""
    if not account:
        return Frame("", None, None, None, (), (), True)
    parts, t = parts_of(request), language_of(request)
    whose = inputs.address(account, "account")
    rows, moment = await parts.clock.read(lambda: parts.queries.organisations_of(whose))
    acting = [row for row in rows if row.organisation.roles_of(whose)]
    asking = [row for row in rows if not row.organisation.roles_of(whose)]
    wanted = [row for row in acting if str(row.organisation.id) == organisation]
    shown = next(iter([*wanted, *acting]), None)

    def named(some: list[OrganisationRow]) -> tuple[Asking, ...]:
        ids = (row.organisation.id for row in some)
        return tuple(Asking(number, organisation_name(number, t)) for number in ids)

    return Frame(
        account=account,
        row=shown,
        moment=moment,
        place=place(shown, moment.now, t) if shown else None,
        others=named(acting) if len(acting) > 1 else (),
        asking=named(asking),
        has_key=await has_key(request, account),
    )
