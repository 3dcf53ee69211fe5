"""Everything that anybody might try on a complaint, as the calls that would try it."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dapp.chain.keccak import keccak
from dapp.domain import appeals, commitments, intents
from dapp.domain.actions import MAX_COMMITS, Action, Role
from dapp.domain.appeals import AppealLevel
from dapp.domain.case import Case
from dapp.domain.commitments import Ballot
from dapp.domain.events import COURT
from dapp.domain.intents import Intent
from dapp.domain.phases import MAX_APPEALS, RoundPhase, seed_block
from dapp.domain.rounds import Seat
from dapp.domain.types import (
    ALL,
    NO_DIGEST,
    Address,
    BasisPoints,
    DisputeId,
    Hash32,
    Wei,
    hash32,
)
from dapp.errors import RedressError
from tests.world import ETHER, World, digest

SALT = hash32(keccak(b"salt"))
_Maker = tuple[Action, Callable[[], Intent]]


@dataclass(frozen=True)
class Attempt:
    """Somebody's try at an action in the part they play; `allowed` where the rules say it."""

    action: Action
    role: Role
    actor: Address
    intent: Intent
    allowed: bool | None = None


def attempts(world: World, case: Case, cost: Wei, lots: random.Random) -> list[Attempt]:
    """What the customer, an operator, a bystander and the seated might try now.

    What an intent refuses to be is left out.
    """
    people = (
        (Role.CUSTOMER, world.customer),
        (Role.ORGANISATION, world.operator),
        (Role.ANYONE, world.bystander),
    )
    found: list[Attempt] = []
    for role, actor in people:
        made = [
            *_answers(case),
            *_endings(case, cost, actor, world.operator),
            *_hearing(world, case, lots),
        ]
        found += _made(role, actor, made)
    return [*found, *_of_seats(world, case)]


def of_appeals(case: Case, hearing: RoundPhase, payers: Iterable[Address]) -> list[Attempt]:
    """What might be tried with the pots of a dispute's appeals."""
    found = []
    levels = case.appeals
    can_open = hearing is RoundPhase.APPEALABLE
    due = appeals.resolvable(levels, hearing is RoundPhase.NONE)
    back = appeals.refundable(levels, can_open)
    for level in range(min(len(levels), MAX_APPEALS) + 1):
        for payer in payers:
            for is_higher in (True, False):
                intent = intents.refund_contribution(case, level, is_higher, payer)
                allowed = (level, is_higher, payer) in back
                found.append(
                    Attempt(Action.REFUND_CONTRIBUTION, Role.ANYONE, payer, intent, allowed)
                )
                # Else the call would first decide how much there is to share.
                if level not in due:
                    found += _share(case, levels, level, is_higher, payer)
            intent = intents.resolve_appeal(case, level)
            found.append(Attempt(Action.RESOLVE_APPEAL, Role.ANYONE, payer, intent, level in due))
    return found


def _share(
    case: Case, levels: tuple[AppealLevel, ...], level: int, is_higher: bool, payer: Address
) -> list[Attempt]:
    has = any(one[:2] == (level, is_higher) for one in appeals.shares(levels, payer))
    intent = intents.withdraw_share(case, level, is_higher)
    return [Attempt(Action.WITHDRAW_SHARE, Role.ANYONE, payer, intent, has)]


def _answers(case: Case) -> list[_Maker]:
    seen = len(case.offers)
    raised = BasisPoints(case.offer.share + 500 if case.offer else 0)
    return [
        (Action.ACKNOWLEDGE, lambda: intents.acknowledge(case)),
        (Action.CONTEST, lambda: intents.contest(case)),
        (Action.ASK, lambda: intents.ask(case)),
        (Action.INFORM, lambda: intents.inform(case)),
        (Action.OFFER, lambda: intents.offer(case, raised)),
        (Action.PLEDGE, lambda: intents.pledge(case, 1, 48, BasisPoints(1))),
        (Action.DELIVER, lambda: intents.deliver(case)),
        (Action.REOPEN, lambda: intents.reopen(case)),
        (Action.CONFIRM_DELIVERY, lambda: intents.confirm_delivery(case)),
        (Action.ACCEPT, lambda: intents.accept(case, seen)),
        (Action.WITHDRAW, lambda: intents.withdraw(case, seen)),
    ]


def _endings(case: Case, cost: Wei, actor: Address, accused: Address) -> list[_Maker]:
    offered = case.offer.share if case.offer else 0
    demand = BasisPoints(min(ALL, max(case.demand, offered + 1)))
    share = case.settlement.share if case.settlement else BasisPoints(0)
    made: list[_Maker] = [
        (Action.ESCALATE, lambda: intents.escalate(case, len(case.offers), demand, cost)),
        (Action.SETTLE, lambda: intents.settle(case, share)),
        (Action.EXECUTE, lambda: intents.execute(case)),
        (Action.CONFIRM, lambda: intents.confirm(case)),
        (Action.RATE, lambda: intents.rate(case, 5)),
        (Action.EVIDENCE, lambda: intents.evidence(case, digest("evidence"))),
        (Action.FUND, lambda: intents.fund(case, Wei(ETHER // 10))),
        (Action.WITHDRAW_FUNDING, lambda: intents.withdraw_funding(case, actor)),
        (
            Action.ACCUSE,
            lambda: intents.accuse(case, commitments.accusation(keccak, accused, SALT)),
        ),
    ]
    # The same name a second time says nothing new, and is no longer offered.
    if case.accusation is None or case.accusation.account is None:
        named = (Action.NAME_ACCUSED, lambda: intents.name_accused(case, keccak, accused, SALT))
        made.append(named)
    return made


def _hearing(world: World, case: Case, lots: random.Random) -> list[_Maker]:
    current = case.round
    if current is None:
        return []
    higher, amount = lots.random() < 0.5, Wei(lots.choice([1, 100, 1000]) * ETHER // 1000)
    made: list[_Maker] = [
        (Action.REARM, lambda: intents.rearm(case)),
        (Action.VOID, lambda: intents.void(case)),
        (Action.CONTRIBUTE, lambda: intents.contribute(case, higher, amount)),
    ]
    if current.drawn_at is None and world.block_number() >= seed_block(current):
        header = world.header(seed_block(current)).encoded
        made.append((Action.DRAW, lambda: intents.draw(case, header)))
    return made


def _of_seats(world: World, case: Case) -> list[Attempt]:
    found: list[Attempt] = []
    for seat in case.round.seats if case.round else ():
        assert seat.owner is not None
        found += _made(Role.ARBITRATOR, seat.owner, _votes(world, case, seat))
        if seat.commitment is not None and seat.leaked_at is None:
            tell = intents.report_leak(case, _opening(world, case, seat))
            found.append(Attempt(Action.REPORT_LEAK, Role.ANYONE, world.bystander, tell))
    return found


def _votes(world: World, case: Case, seat: Seat) -> list[_Maker]:
    if _is_spent(case, seat):
        return []
    value, _ = _hidden(world, case, seat)
    made: list[_Maker] = [(Action.COMMIT, lambda: intents.commit(case, seat.number, value))]
    if seat.commitment is not None and seat.vote is None:
        opening = _opening(world, case, seat)
        made.append((Action.REVEAL, lambda: intents.reveal(case, opening)))
    return made


def _is_spent(case: Case, seat: Seat) -> bool:
    """Whether the seat can do no more, and its owner has another: rules speak of the owner."""
    assert case.round is not None
    used = sum(one.seat == seat.number for one in case.round.commitments)
    several = sum(one.owner == seat.owner for one in case.round.seats) > 1
    return several and (seat.leaked_at is not None or used == MAX_COMMITS)


def _hidden(world: World, case: Case, seat: Seat) -> tuple[Hash32, BasisPoints]:
    vote = BasisPoints(seat.position * 937 % (ALL + 1))
    court, number = world.contracts[COURT], case.round_number
    ballot = Ballot(world.chain_id, court, DisputeId(case.id), number, seat.number)
    return commitments.commitment(keccak, ballot, vote, SALT, NO_DIGEST), vote


def _opening(world: World, case: Case, seat: Seat) -> intents.Opening:
    assert case.round is not None
    _, vote = _hidden(world, case, seat)
    prefix, later = commitments.opening(keccak, case.round.commitments, seat.number)
    return intents.Opening(seat.number, vote, SALT, NO_DIGEST, prefix, later)


def _made(role: Role, actor: Address, makers: Iterable[_Maker]) -> list[Attempt]:
    found = []
    for action, make in makers:
        try:
            found.append(Attempt(action, role, actor, make()))
        except RedressError:
            continue
    return found
