"""What a larger panel would cost, who has paid for one, and what comes back of it."""

from dataclasses import dataclass

from dapp.domain import appeals, fees
from dapp.domain.appeals import AppealLevel
from dapp.domain.phases import RoundPhase
from dapp.domain.types import Wei
from dapp.web.presentation.people import short
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class PotLine:
    """One direction of an appeal; the two fields without words are the form's."""

    higher: str
    label: str
    raised: str
    missing: str
    missing_ether: str


@dataclass(frozen=True, slots=True)
class Refund:
    level: int
    higher: str
    payer: str
    label: str


@dataclass(frozen=True, slots=True)
class Share:
    level: int
    higher: str
    amount: str


@dataclass(frozen=True, slots=True)
class AppealBox:
    """What the forms about appeals show. `seats` and `pots` are empty while none can be opened."""

    seats: str
    cost: str
    pots: tuple[PotLine, ...]
    refunds: tuple[Refund, ...]
    resolvable: tuple[int, ...]


def appeal_box(look: Look, bounty: Wei) -> AppealBox:
    """`bounty` is what whoever draws is paid."""
    case, t = look.case, look.t
    can_open = look.round_phase is RoundPhase.APPEALABLE
    over = case.round is not None and look.round_phase is RoundPhase.NONE
    refunds = tuple(
        Refund(
            level,
            _flag(is_higher),
            payer,
            t.say("Pay {account} back", account=short(payer)),
        )
        for level, is_higher, payer in appeals.refundable(case.appeals, can_open)
    )
    resolvable = tuple(appeals.resolvable(case.appeals, over))
    if case.round is None or not can_open:
        return AppealBox("", "", (), refunds, resolvable)
    cost = fees.appeal_cost(case.round, bounty)
    seats = t.count("{number} arbitrator", "{number} arbitrators", case.round.appeal_seats)
    return AppealBox(seats, t.amount(cost), _pots(look, cost), refunds, resolvable)


def shares(look: Look) -> dict[str, tuple[Share, ...]]:
    """What each contributor can take out, by account."""
    payers = {
        one.payer
        for level in look.case.appeals
        for is_higher in (True, False)
        for one in level.pot(is_higher).contributions
    }
    return {
        payer: tuple(
            Share(level, _flag(is_higher), look.t.amount(amount))
            for level, is_higher, amount in found
        )
        for payer in sorted(payers)
        if (found := appeals.shares(look.case.appeals, payer))
    }


def _pots(look: Look, cost: Wei) -> tuple[PotLine, ...]:
    case, t = look.case, look.t
    open_level = case.round.appeals if case.round else 0
    level = case.appeals[open_level] if open_level < len(case.appeals) else AppealLevel()
    needed = fees.appeal_target(cost)
    lines = []
    for is_higher, label in (
        (True, t.say("The customer should get more")),
        (False, t.say("The customer should get less")),
    ):
        raised = level.pot(is_higher).raised
        missing = max(0, needed - raised)
        lines.append(
            PotLine(_flag(is_higher), label, t.amount(raised), t.amount(missing), _ether(missing))
        )
    return tuple(lines)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _ether(wei: int) -> str:
    """As a form's number, to the last wei."""
    whole, rest = divmod(wei, 10**18)
    return f"{whole}.{rest:018d}".rstrip("0").rstrip(".")
