"""The case page, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.deployment import Deployment
from dapp.domain.events import COURT, DESK, Event
from dapp.domain.fees import quote
from dapp.domain.organisation import Organisation
from dapp.domain.phases import Phase
from dapp.domain.rules import OFFER_STEP
from dapp.store.views import Finality, Verification
from dapp.web.presentation.exhibits import Exhibit, Manifests, exhibits, texts
from dapp.web.presentation.lanes import Picture, picture
from dapp.web.presentation.money import Money, money
from dapp.web.presentation.names import category_name, organisation_name, phase_name, slug
from dapp.web.presentation.panels import May, RolePanel, action_names, may, panels
from dapp.web.presentation.people import short
from dapp.web.presentation.status import status
from dapp.web.presentation.timeline import Row, rows
from dapp.web.presentation.view import Look
from dapp.web.presentation.votes import Panel
from dapp.web.presentation.votes import panels as vote_panels


@dataclass(frozen=True, slots=True)
class OfferLine:
    number: int
    share: str
    amount: str
    at: Markup


@dataclass(frozen=True, slots=True)
class Reason:
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class RulingBox:
    share: str
    text: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """Whether the index's fold is the word on chain: `state` is right, wrong or open."""

    state: str
    text: str


@dataclass(frozen=True, slots=True)
class CasePage:
    id: int
    phase: str
    phase_name: str
    status: Markup
    category: str
    organisation_id: int
    organisation: str
    filed_at: Markup
    customer: str
    short_customer: str
    money: Money
    demand: str
    demand_percent: str
    """As a form's number."""
    least_demand: str
    least_offer: str
    offers: tuple[OfferLine, ...]
    seats_quoted: str
    cost_quoted: str
    execute_text: str
    panels: tuple[RolePanel, ...]
    may: tuple[May, ...]
    action_names: dict[str, str]
    rows: tuple[Row, ...]
    picture: Picture
    exhibits: tuple[Exhibit, ...]
    texts: dict[str, str]
    votes: tuple[Panel, ...]
    ruling: RulingBox | None
    record: Record
    as_of_block: int
    is_final: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """What the page is made from, beside the case itself."""

    events: Sequence[Event]
    organisation: Organisation
    deployment: Deployment
    manifests: Manifests
    verification: Verification | None
    finality: Finality


def case_page(look: Look, sources: Sources) -> CasePage:
    case, t = look.case, look.t
    told = tuple(rows(look, sources.events))
    seats, cost = quote(sources.deployment.track(case.policy.track), case.amount)
    offered = case.offer.share if case.offer else None
    at = sources.deployment.address_of
    written = texts(sources.manifests)
    return CasePage(
        id=case.id,
        phase=slug(look.phase),
        phase_name=phase_name(look.phase, t),
        status=status(look),
        category=category_name(case.category, t),
        organisation_id=case.organisation,
        organisation=organisation_name(case.organisation, t),
        filed_at=t.time(case.filed_at),
        customer=case.customer,
        short_customer=short(case.customer),
        money=money(look),
        demand=t.share(case.demand),
        demand_percent=_percent(case.demand),
        least_demand=_percent((offered or 0) + 1),
        least_offer=_percent(0 if offered is None else offered + OFFER_STEP),
        offers=tuple(_offers(look)),
        seats_quoted=t.count("{number} arbitrator", "{number} arbitrators", seats),
        cost_quoted=t.amount(cost),
        execute_text=_execute_text(look),
        panels=tuple(panels(look, sources.organisation, at(COURT), at(DESK))),
        may=tuple(may(look)),
        action_names=action_names(t),
        rows=told,
        picture=picture(look, told),
        exhibits=tuple(exhibits(look, sources.manifests)),
        texts=written,
        votes=tuple(vote_panels(look)),
        ruling=_ruling(look, written),
        record=_record(look, sources.verification),
        as_of_block=look.next_block - 1,
        is_final=sources.finality == "finalized",
    )


def _percent(basis_points: int) -> str:
    return f"{basis_points / 100:g}"


def _offers(look: Look) -> list[OfferLine]:
    t = look.t
    return [
        OfferLine(one.number, t.share(one.share), t.amount(look.part(one.share)), t.time(one.at))
        for one in look.case.offers
    ]


def _execute_text(look: Look) -> str:
    t = look.t
    if look.phase is Phase.OVERDUE:
        return t.say("The organisation stayed silent: the customer is paid what was asked.")
    if look.phase is Phase.LAPSED:
        return t.say("The customer stayed silent on the offer: it is carried out.")
    return t.say("The contract counts the votes, pays both sides and the arbitrators.")


def _ruling(look: Look, written: dict[str, str]) -> RulingBox | None:
    ruling, t = look.case.ruling, look.t
    if ruling is None:
        return None
    text = t.say("The middle of the votes; it counts as far as the contract, not as law.")
    if ruling.refused:
        text = t.say("No panel could decide, so it is the middle between both sides.")
    reasons = tuple(
        Reason(t.say("Arbitrator {number}", number=seat.number + 1), written[seat.reason])
        for seat in look.case.rounds[-1].seats
        if seat.reason is not None and written.get(seat.reason)
    )
    return RulingBox(t.share(ruling.share), text, reasons)


def _record(look: Look, found: Verification | None) -> Record:
    t = look.t
    if found is None:
        return Record("open", t.say("Not compared with the chain yet"))
    if not found.matches:
        return Record("wrong", t.say("Does not give the word on the chain: do not rely on it"))
    block = t.number(found.block_number)
    return Record(
        "right", t.say("Gives the word on the chain, compared at block {block}", block=block)
    )
