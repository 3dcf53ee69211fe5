"""The case page, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.deployment import Deployment
from dapp.domain.events import COURT, DESK, Event
from dapp.domain.organisation import Organisation
from dapp.domain.parts import Pledge, PledgeKind
from dapp.domain.phases import Phase
from dapp.domain.proof import Level
from dapp.domain.rounds import Seat
from dapp.domain.rules import OFFER_STEP
from dapp.domain.types import NATIVE_COIN, Hash32
from dapp.store.views import Finality, Verification
from dapp.web.i18n import Language
from dapp.web.presentation.appealbox import AppealBox, appeal_box
from dapp.web.presentation.exhibits import Exhibit, Manifests, exhibits, texts
from dapp.web.presentation.lanes import (
    Picture,
    WindowLine,
    phone_width,
    picture,
    window_lines,
)
from dapp.web.presentation.money import Money, money
from dapp.web.presentation.names import (
    category_name,
    organisation_name,
    outcome_name,
    phase_name,
    slug,
)
from dapp.web.presentation.panels import Contracts, May, RolePanel, action_names, may, panels
from dapp.web.presentation.people import short
from dapp.web.presentation.sealed import (
    NOTHING_PRIVATE,
    PrivateBox,
    PrivateFacts,
    private_box,
    readers,
)
from dapp.web.presentation.status import status
from dapp.web.presentation.timeline import Row, rows
from dapp.web.presentation.view import Look
from dapp.web.presentation.votes import Panel
from dapp.web.presentation.votes import panels as vote_panels


@dataclass(frozen=True, slots=True)
class OfferLine:
    """`share` and `amount` are what is due at once; of a pledge, what is due if it is broken."""

    number: int
    share: str
    amount: str
    at: Markup
    pledge: str
    """What was promised; empty for an offer of money."""


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
    round_phase: str
    seconds_left: int | None
    """Until the deadline that the status names; None where it names none."""
    category: str
    organisation_id: int
    organisation: str
    filed_at: Markup
    customer: str
    short_customer: str
    short_order: str
    money: Money
    outcome: str
    """How the money came to be divided; empty while it is not."""
    demand: str
    demand_percent: str
    """As a form's number."""
    fixed_demand: bool
    """An unanswered claim is taken to arbitrators as it was filed."""
    least_demand: str
    least_offer: str
    offers: tuple[OfferLine, ...]
    offered: str
    """The share that counts as the organisation's position."""
    settle_percent: str
    """What the other side would settle for; empty where nobody has said it."""
    cost_text: str
    appeal: AppealBox
    execute_text: str
    panels: tuple[RolePanel, ...]
    may: tuple[May, ...]
    action_names: dict[str, str]
    rows: tuple[Row, ...]
    picture: Picture
    phone_picture: Picture
    windows: tuple[WindowLine, ...]
    exhibits: tuple[Exhibit, ...]
    readers: str
    """Whom a private submission is sealed to: accounts in lower case, parted by spaces."""
    private: PrivateBox
    has_private: bool
    """Something in it is sealed, and here."""
    texts: dict[str, str]
    signed: Hash32 | None
    votes: tuple[Panel, ...]
    ruling: RulingBox | None
    record: Record
    as_of_block: int
    is_final: bool
    final_block: int
    rests_on: str
    halted: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """What the page is made from, beside the case itself."""

    events: Sequence[Event]
    organisation: Organisation
    deployment: Deployment
    manifests: Manifests
    verification: Verification | None
    finality: Finality
    final_block: int = 0
    level: Level = Level.RECEIPTS
    halted: bool = False
    foreseen: tuple[Seat, ...] = ()
    """The seats of a panel that nobody has drawn yet."""
    private: PrivateFacts = NOTHING_PRIVATE
    signed: Hash32 | None = None
    """The leaf of what its customer had signed, where the service holds that, too."""


def case_page(look: Look, sources: Sources) -> CasePage:
    case, t = look.case, look.t
    told = tuple(rows(look, sources.events))
    offered = case.offer.share if case.offer else None
    at, bounty = sources.deployment.address_of, sources.deployment.draw_bounty_wei
    contracts = Contracts(at(COURT), at(DESK))
    written = texts(sources.manifests)
    shown = tuple(exhibits(look, sources.manifests))
    return CasePage(
        id=case.id,
        phase=slug(look.phase),
        phase_name=phase_name(look.phase, t),
        status=status(look),
        round_phase=look.round_phase.name.lower(),
        seconds_left=_left(look),
        category=category_name(case.category, t),
        organisation_id=case.organisation,
        organisation=organisation_name(case.organisation, t),
        filed_at=t.time(case.filed_at),
        customer=case.customer,
        short_customer=short(case.customer),
        short_order=short(case.order.key),
        money=money(look),
        outcome=outcome_name(case.payment.outcome, t) if case.payment else "",
        demand=t.share(case.demand),
        demand_percent=_percent(case.demand),
        fixed_demand=case.is_claim and look.phase is Phase.OVERDUE,
        least_demand=_percent((offered or 0) + 1),
        least_offer=_percent(0 if offered is None else offered + OFFER_STEP),
        offers=tuple(_offers(look)),
        offered=t.share(offered or 0),
        settle_percent="" if case.settlement is None else _percent(case.settlement.share),
        cost_text=_cost_text(look, sources.deployment),
        appeal=appeal_box(look, bounty),
        execute_text=_execute_text(look),
        panels=tuple(panels(look, sources.organisation, contracts, sources.foreseen)),
        may=tuple(may(look)),
        action_names=action_names(t),
        rows=told,
        picture=picture(look, told),
        phone_picture=picture(look, told, phone_width(told)),
        windows=tuple(window_lines(look)),
        exhibits=shown,
        readers=readers(look, sources.organisation),
        private=private_box(look, sources.organisation, sources.private),
        has_private=any(one.sealed for one in shown),
        texts=written,
        signed=sources.signed,
        votes=tuple(vote_panels(look)),
        ruling=_ruling(look, written),
        record=_record(look, sources.verification),
        as_of_block=look.next_block - 1,
        is_final=sources.finality == "finalized",
        final_block=sources.final_block,
        rests_on=_rests_on(sources.level, t),
        halted=sources.halted,
    )


def _left(look: Look) -> int | None:
    turn = look.turn
    ends = [one for one in (turn.acknowledge_until, turn.until) if one and look.now < one]
    return min(ends) - look.now if ends else None


def _rests_on(level: Level, t: Language) -> str:
    if level is Level.RECEIPTS:
        return t.say("What happened is proven by the blocks themselves")
    if level is Level.BLOOM:
        return t.say("What happened rests in part on the node's word: it shows no receipts")
    return t.say("What happened rests in part on the node's word alone")


def _percent(basis_points: int) -> str:
    return f"{basis_points / 100:g}"


def _offers(look: Look) -> list[OfferLine]:
    t = look.t
    lines = []
    for one in look.case.offers:
        share = one.pledge.refund if one.pledge else one.share
        pledge = _promise(one.pledge, t) if one.pledge else ""
        amount = look.amount(look.part(share))
        lines.append(OfferLine(one.number, t.share(share), amount, t.time(one.at), pledge))
    return lines


def _promise(pledge: Pledge, t: Language) -> str:
    within = t.duration(pledge.due_hours * 3600)
    if pledge.kind is PledgeKind.SEND_AGAIN:
        return t.say("Send the goods again within {within}", within=within)
    return t.say("Put it right within {within}", within=within)


def _cost_text(look: Look, deployment: Deployment) -> str:
    case, t = look.case, look.t
    in_wei = case.is_claim or case.order.token == NATIVE_COIN
    if case.policy.is_outside or not in_wei:
        return t.say(
            "You advance what the arbitrators cost; your wallet shows how much before you sign. "
            "What you get back of it depends on the ruling."
        )
    seats, cost = deployment.quote(case.policy.track, case.amount)
    return t.say(
        "You advance {cost} for {seats}. What you get back of it depends on the ruling.",
        cost=t.amount(cost),
        seats=t.count("{number} arbitrator", "{number} arbitrators", seats),
    )


def _execute_text(look: Look) -> str:
    t = look.t
    if look.phase is Phase.OVERDUE:
        return t.say("The organisation stayed silent: the customer is paid what was asked.")
    if look.phase is Phase.LAPSED:
        offer = look.case.offers[-1]
        if not offer.stands:
            return t.say("The customer stayed silent: the case is closed.")
        if offer.pledge is not None:
            return t.say("The customer stayed silent on the promise: its clock starts.")
        return t.say("The customer stayed silent on the offer: it is carried out.")
    if look.phase is Phase.BROKEN:
        return t.say("The promise was not kept in time: the customer is paid the refund it named.")
    if look.phase is Phase.KEPT:
        return t.say("The customer did not object: the organisation is paid.")
    if look.case.outside is not None:
        return t.say("The contract divides the money as the arbitrators outside ruled.")
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
        for current in look.case.rounds[-1:]
        for seat in current.seats
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
