"""What anyone may do that moves a case on, and from when on: the work of a keeper."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dapp.domain import appeals, intents
from dapp.domain.actions import Action, Role
from dapp.domain.anchoring import ANCHOR_GRACE_SECONDS, AnchoredComplaint
from dapp.domain.case import Case
from dapp.domain.intents import Intent
from dapp.domain.payment import OrderState, PaidOrder
from dapp.domain.phases import (
    SEED_WINDOW_BLOCKS,
    RoundPhase,
    answer_deadline,
    round_phase,
    seed_block,
)
from dapp.domain.policy import HOUR
from dapp.domain.public import PublicDispute
from dapp.domain.rounds import Round
from dapp.domain.rules import available
from dapp.domain.types import NOTHING, Address, BlockNumber, Hash32, UnixTime


class Chore(StrEnum):
    """A kind of step; the names are those of the interfaces."""

    DRAW = "draw"
    REARM = "rearm"
    VOID = "void"
    EXECUTE = "execute"
    ESCALATE = "escalate"
    """Of a claim that nobody answered: whoever does it advances what arbitrators cost."""
    RESOLVE_APPEAL = "resolve-appeal"
    REFUND_CONTRIBUTION = "refund-contribution"
    RELEASE = "release"
    OPEN = "open-anchored"
    """Of a complaint that was anchored, before its time is over."""
    RULE = "execute-ruling"
    """Of a dispute that another contract brought to the court, as the two below."""
    DELIVER = "deliver-ruling"
    ANNOUNCE = "announce"


ALL_CHORES = frozenset(Chore)
PAYING = frozenset({Chore.DRAW})
"""The contracts pay whoever does these."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call that is due.

    Attributes:
        name: what it is about, what it does, and which time of possibly several: the same for
            every keeper.
        intent: all of it but what only a node knows: the header of the block `seed`, which goes
            last among its arguments, or what escalating costs.
        has_bounty: whether the caller is given the bounty for the draw.
    """

    name: str
    chore: Chore
    intent: Intent
    seed: BlockNumber | None = None
    has_bounty: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """From `at` on or in block `block`, whichever comes first; neither where it never is."""

    at: UnixTime | None = None
    block: BlockNumber | None = None


def due(
    case: Case, now: UnixTime, block: BlockNumber, wanted: frozenset[Chore] = ALL_CHORES
) -> list[Step]:
    """The steps about a complaint at `now`, in block number `block` (the one after the head)."""
    found: list[Step] = []
    for action in available(case, Role.ANYONE, now, block):
        if action in _OF_CASES:
            found += _steps(case, action, now, block)
    return [step for step in found if step.chore in wanted]


def due_from(case: Case, wanted: frozenset[Chore] = ALL_CHORES) -> When:
    """From when on `due` is not empty, if nothing happens before."""
    return When(_time(case, wanted), _block(case, wanted))


def due_of_order(paid: PaidOrder, protection_hours: int, now: UnixTime) -> list[Step]:
    """The release of an order that no complaint holds, once none can be opened any more."""
    until = paid.paid_at + protection_hours * HOUR + ANCHOR_GRACE_SECONDS
    frozen = paid.frozen_until is not None and now < paid.frozen_until
    if paid.state is not OrderState.HELD or paid.claim is not None or frozen or now < until:
        return []
    order = paid.order
    return [Step(f"order/{order.key}/release", Chore.RELEASE, intents.release(order))]


def due_of_anchored(
    leaf: Hash32,
    complaint: AnchoredComplaint,
    place: tuple[Address, Sequence[Hash32]],
    signature: str,
) -> Step:
    """The opening of a complaint in a batch; `place` is the batch's sender, and the proof."""
    intent = intents.open_anchored(complaint, *place, signature)
    return Step(f"anchored/{leaf}/open", Chore.OPEN, intent)


def due_of_dispute(dispute: PublicDispute, now: UnixTime, block: BlockNumber) -> list[Step]:
    """The steps about a dispute that another contract brought to the court."""
    name = f"dispute/{dispute.id}"
    if dispute.ruling is not None:
        told = Step(f"{name}/deliver", Chore.DELIVER, intents.deliver_ruling(dispute.id))
        return [] if dispute.is_delivered else [told]
    current = dispute.rounds[-1]
    hearing = round_phase(current, now, block)
    if hearing is RoundPhase.DECIDABLE:
        return [Step(f"{name}/rule", Chore.RULE, intents.execute_ruling(dispute.id))]
    if hearing is RoundPhase.APPEALABLE:
        said = f"{name}/announce/{current.number}"
        return [Step(said, Chore.ANNOUNCE, intents.announce(dispute.id))]
    return _of_round(dispute, current, hearing)


_OF_CASES = frozenset(
    {
        Action.DRAW,
        Action.REARM,
        Action.VOID,
        Action.EXECUTE,
        Action.ESCALATE,
        Action.RESOLVE_APPEAL,
        Action.REFUND_CONTRIBUTION,
    }
)
_OF_ROUNDS = {
    RoundPhase.DRAWABLE: Chore.DRAW,
    RoundPhase.MISSED: Chore.REARM,
    RoundPhase.INSUFFICIENT: Chore.VOID,
}


def _steps(case: Case, action: Action, now: UnixTime, block: BlockNumber) -> list[Step]:
    current, name = case.round, f"complaint/{case.id}/{action}"
    if action is Action.RESOLVE_APPEAL:
        is_over = round_phase(current, now, block) is RoundPhase.NONE
        return [
            Step(f"{name}/{level}", Chore.RESOLVE_APPEAL, intents.resolve_appeal(case, level))
            for level in appeals.resolvable(case.appeals, is_over)
        ]
    if action is Action.REFUND_CONTRIBUTION:
        can_open = round_phase(current, now, block) is RoundPhase.APPEALABLE
        return [
            Step(
                f"{name}/{level}-{'higher' if is_higher else 'lower'}-{payer}",
                Chore.REFUND_CONTRIBUTION,
                intents.refund_contribution(case, level, is_higher, payer),
            )
            for level, is_higher, payer in appeals.refundable(case.appeals, can_open)
        ]
    if action is Action.EXECUTE:
        # Silence on a pledge, its breach, and silence once more: each in a window of its own.
        window = f"{case.state.name.lower()}-{case.deadline}"
        return [Step(f"{name}/{window}", Chore.EXECUTE, intents.execute(case))]
    if action is Action.ESCALATE:
        intent = intents.escalate(case, len(case.offers), case.demand, NOTHING)
        return [Step(name, Chore.ESCALATE, intent)]
    if current is None:
        return []
    return _of_round(case, current, round_phase(current, now, block))


def _of_round(case: Case | PublicDispute, current: Round, hearing: RoundPhase) -> list[Step]:
    if hearing not in _OF_ROUNDS:
        return []
    chore = _OF_ROUNDS[hearing]
    kind = "complaint" if isinstance(case, Case) else "dispute"
    # Armed again, a round keeps its number.
    name = f"{kind}/{case.id}/{chore}/{current.number}-{current.armed_at_block}"
    if chore is Chore.DRAW:
        intent, seed = intents.draw(case, b""), seed_block(current)
        return [Step(name, chore, intent, seed, has_bounty=current.voids == 0)]
    return [Step(name, chore, intents.rearm(case) if chore is Chore.REARM else intents.void(case))]


def _time(case: Case, wanted: frozenset[Chore]) -> UnixTime | None:
    # What waits for a block is left to `_block`.
    current = case.round
    block = BlockNumber(0) if current is None else seed_block(current)
    return next((at for at in _turning_points(case) if due(case, at, block, wanted)), None)


def _block(case: Case, wanted: frozenset[Chore]) -> BlockNumber | None:
    current = case.round
    if current is None or current.drawn_at is not None:
        return None
    first = BlockNumber(seed_block(current) + 1)
    missed = BlockNumber(first + SEED_WINDOW_BLOCKS)
    at = current.armed_at
    return next((block for block in (first, missed) if due(case, at, block, wanted)), None)


def _turning_points(case: Case) -> list[UnixTime]:
    """When something can become possible by the clock alone, in order; the first is always past."""
    points = {UnixTime(0), case.deadline, answer_deadline(case)}
    if case.frozen_until is not None:
        points.add(case.frozen_until)
    if case.outside is not None:
        points.add(case.outside.deadline)
    current = case.round
    if current is not None:
        points |= {current.commit_opens, current.commit_ends}
        points |= {current.reveal_ends, current.appeal_ends}
    return sorted(points)
