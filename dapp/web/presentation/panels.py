"""What each person can do with a case now: one thing first, the rest behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from dapp.domain.organisation import ROLE_ANSWER, Organisation
from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import Seat
from dapp.domain.rules import Action, Role, is_accused
from dapp.domain.types import NATIVE_COIN, Address
from dapp.web.i18n import Language
from dapp.web.presentation.appealbox import Share, shares
from dapp.web.presentation.people import ANYONE, COURT_LANE, CUSTOMER, ORGANISATION, role_name
from dapp.web.presentation.view import Look

_ROLES = {
    Role.CUSTOMER: CUSTOMER,
    Role.ORGANISATION: ORGANISATION,
    Role.ARBITRATOR: COURT_LANE,
    Role.ANYONE: ANYONE,
}


_WITHOUT_FORM = frozenset(
    {Action.ACCUSE, Action.NAME_ACCUSED, Action.REPORT_LEAK, Action.COMMIT_DRAWING}
)
"""By the API and the command line alone; who drew with the vote has the form of a seat."""


@dataclass(frozen=True, slots=True)
class SeatData:
    """What a vote needs that is not typed."""

    number: int
    committed: bool
    data: dict[str, str | int] = field(default_factory=dict)
    opens: Markup | str = ""
    """From when on the vote can be opened, at the latest."""
    until: Markup | str = ""
    """When it no longer can."""
    lock: str = ""
    """What a vote that is never opened costs."""
    amount: int = 0
    """What the shares are of, in units of the coin."""
    coin: str = ""
    """The coin's sign, where its digits are known."""


@dataclass(frozen=True, slots=True)
class RolePanel:
    slot: str
    """Tells its fields from those of the other panels."""
    title: str
    accounts: str
    """Lower case, parted by spaces; `any` is whoever has connected a wallet."""
    primary: str | None
    others: tuple[str, ...]
    waiting: str
    """Said when there is nothing to do."""
    seat: SeatData | None = None
    shares: tuple[Share, ...] = ()
    """What its account can take out of appeals."""


@dataclass(frozen=True, slots=True)
class Contracts:
    """Whose addresses a vote binds."""

    court: Address
    desk: Address


@dataclass(frozen=True, slots=True)
class May:
    who: str
    what: str


def action_names(t: Language) -> dict[str, str]:
    return {
        "acknowledge": t.say("Reply"),
        "ask": t.say("Ask the customer for more"),
        "inform": t.say("Reply to the question"),
        "offer": t.say("Make an offer"),
        "accept": t.say("Accept the offer"),
        "escalate": t.say("Go to arbitration"),
        "withdraw": t.say("Take the complaint back"),
        "evidence": t.say("Add evidence"),
        "confirm": t.say("Confirm the payment"),
        "rate": t.say("Rate"),
        "contest": t.say("Contest the reply"),
        "pledge": t.say("Promise in kind"),
        "deliver": t.say("Say that the promise is kept"),
        "confirm-delivery": t.say("Confirm what was delivered"),
        "reopen": t.say("Reopen the case"),
        "settle": t.say("Settle with the other side"),
        "contribute": t.say("Pay for an appeal"),
        "refund-contribution": t.say("Pay back what went into an appeal"),
        "resolve-appeal": t.say("Decide where an appeal's stake goes"),
        "withdraw-share": t.say("Take out what came back of an appeal"),
        "fund": t.say("Send money along to settle it"),
        "withdraw-funding": t.say("Take back what you sent along"),
        "draw": t.say("Seat the arbitrators"),
        "rearm": t.say("Set a new draw"),
        "void": t.say("Call a new panel"),
        "execute": t.say("Carry it out"),
        "commit": t.say("Vote in secret"),
        "reveal": t.say("Open the vote"),
    }


def panels(
    look: Look, organisation: Organisation, contracts: Contracts, foreseen: Sequence[Seat] = ()
) -> list[RolePanel]:
    """For each person of the case, each seat that has a vote to give, and anyone.

    Somebody may see several of them: the first one's button is the one to press first.

    `foreseen` are the seats of a panel that nobody has drawn yet.
    """
    case = look.case
    operators = [
        one.account
        for one in organisation.operators
        if one.roles & ROLE_ANSWER and not is_accused(case, one.account)
    ]
    anyone = _panel(look, Role.ANYONE, ["any"])
    own = [
        _panel(look, Role.CUSTOMER, [look.case.customer]),
        _panel(look, Role.ORGANISATION, operators),
    ]
    if anyone.primary is not None:
        own = [panel for panel in own if panel.others]
    seats = [_seat_panel(look, seat, contracts) for seat in _seats(look, foreseen)]
    first, last = ([anyone], []) if anyone.primary else ([], [anyone] if anyone.others else [])
    return [*seats, *first, *own, *_payers(look), *last]


def _payers(look: Look) -> Iterator[RolePanel]:
    """Those who have something to take out of appeals, or of what they sent along."""
    for number, (payer, found) in enumerate(shares(look).items()):
        title, accounts = look.t.say("You paid for an appeal"), payer.lower()
        primary = "withdraw-share"
        yield RolePanel(f"payer-{number}", title, accounts, primary, (), "", shares=found)
    for number, sent in enumerate(look.case.funding.sent):
        if Action.WITHDRAW_FUNDING not in look.available(Role.ANYONE, sent.payer):
            continue
        title, accounts = look.t.say("You sent money along"), sent.payer.lower()
        yield RolePanel(f"funder-{number}", title, accounts, None, ("withdraw-funding",), "")


def may(look: Look) -> list[May]:
    """The same for readers without a wallet, in words."""
    names = action_names(look.t)
    lines = []
    for role, name in _ROLES.items():
        actions = [names[action] for action in _own(look, role)]
        what = " · ".join(actions) or look.t.say("nothing now")
        lines.append(May(role_name(name, look.t), what))
    return lines


def _own(look: Look, role: Role) -> tuple[Action, ...]:
    """Without what anyone may do, which has its own panel."""
    everyone = look.available(Role.ANYONE)
    found = everyone if role is Role.ANYONE else look.available(role)
    return tuple(
        one
        for one in found
        if one not in _WITHOUT_FORM and (role is Role.ANYONE or one not in everyone)
    )


def _panel(look: Look, role: Role, accounts: Sequence[str]) -> RolePanel:
    actions = _own(look, role)
    turn = look.turn
    first = next((one for one in turn.awaits if turn.who is role and one in actions), None)
    if first is None and Action.RATE in actions:
        first = Action.RATE
    return RolePanel(
        slot=str(role),
        title=_title(look.t, role),
        accounts=" ".join(account.lower() for account in accounts),
        primary=first,
        others=tuple(action for action in actions if action != first),
        waiting=look.t.say("Nothing that you must do now."),
    )


def _title(t: Language, role: Role) -> str:
    return {
        Role.CUSTOMER: t.say("You are the customer"),
        Role.ORGANISATION: t.say("You answer for the organisation"),
        Role.ANYONE: t.say("Anyone can do this"),
    }[role]


def _seats(look: Look, foreseen: Sequence[Seat]) -> Iterator[Seat]:
    current = look.case.round
    if current is None:
        return
    if look.round_phase is RoundPhase.DRAWABLE and look.now >= current.commit_opens:
        yield from foreseen
    for seat in current.seats:
        is_open = look.round_phase is RoundPhase.COMMIT and seat.leaked_at is None
        to_open = seat.number in current.committed - current.revealed
        if is_open or (look.round_phase is RoundPhase.REVEAL and to_open):
            yield seat


def _seat_panel(look: Look, seat: Seat, contracts: Contracts) -> RolePanel:
    case, current, t = look.case, look.case.rounds[-1], look.t
    opening = look.round_phase is RoundPhase.REVEAL
    voted = seat.commitment is not None and not opening
    return RolePanel(
        slot=f"seat-{seat.number}",
        title=t.say("You are arbitrator {number}", number=seat.number + 1),
        accounts=(seat.owner or "").lower(),
        primary="reveal" if opening else None if voted else "commit",
        others=("commit",) if voted else (),
        waiting=t.html(
            "You have voted. You can open your vote as soon as all have voted, or from {when}; "
            "come back then.",
            when=t.time(current.commit_ends, look.now),
        )
        if voted
        else "",
        seat=SeatData(
            number=seat.number,
            committed=seat.commitment is not None,
            data={
                "chain": case.chain_id,
                "court": contracts.court,
                "desk": contracts.desk,
                "dispute": case.id,
                "round": current.number,
                "seat": seat.number,
                "commitment": seat.commitment or "",
                "account": (seat.owner or "").lower(),
                "opens": current.commit_ends,
                "until": current.reveal_ends,
            },
            opens=t.time(current.commit_ends, look.now),
            until=t.time(current.reveal_ends, look.now),
            lock=t.amount(current.terms.lock_wei),
            amount=case.amount,
            coin="ETH" if case.order.is_claim or case.order.token == NATIVE_COIN else "",
        ),
    )
