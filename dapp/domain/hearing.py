"""Folds the court's events about a dispute into its rounds."""

from collections.abc import Callable

from dapp.domain.changing import replace
from dapp.domain.events import Event
from dapp.domain.rounds import GWEI, Commitment, Round, Seat, armed
from dapp.domain.types import (
    Address,
    BasisPoints,
    BlockNumber,
    Digest,
    Hash32,
    PositionId,
)

NO_BOUNTY_SEAT = 255
"""No seat's arbitrator drew: who did was paid out at once."""
OwnerOf = Callable[[PositionId, BlockNumber], Address | None]
"""Who held a position that was staked before a block; None where that is not known."""


def hear(rounds: tuple[Round, ...], event: Event, owner_of: OwnerOf) -> tuple[Round, ...]:
    """The rounds after `event`; the same ones if the event is of no concern to them."""
    if event.name == "RoundArmed":
        new = armed(event.integer("round"))
        # Armed again because its draw was missed, the round has the number it had.
        kept = rounds[:-1] if rounds and rounds[-1].number == new.number else rounds
        return (*kept, new)
    if not rounds:
        return rounds
    if event.name == "Appealed":
        ruling = BasisPoints(event.integer("ruling"))
        left = replace(rounds[-1], appealed_at=event.timestamp, ruling=ruling)
        return (*rounds[:-1], left, armed(event.integer("round")))
    if event.name == "Concluded":
        return _ended(rounds, event)
    step = _STEPS.get(event.name)
    return rounds if step is None else (*rounds[:-1], step(rounds[-1], event, owner_of))


def _drawn(current: Round, event: Event, owner_of: OwnerOf) -> Round:
    positions = [PositionId(number) for number in event.integers("positions")]
    bounty = event.integer("bountySeat")
    return replace(
        current,
        seed=Hash32(event.text("seed")),
        drawn_at=event.timestamp,
        bounty_seat=None if bounty == NO_BOUNTY_SEAT else bounty,
        seats=tuple(
            Seat(number=number, position=position, owner=owner_of(position, current.armed_at_block))
            for number, position in enumerate(positions)
        ),
    )


def _committed(current: Round, event: Event, _: OwnerOf) -> Round:
    number = event.integer("seat")
    commitment = Commitment(number, Hash32(event.text("commitment")), event.timestamp)
    seat = replace(current.seats[number], commitment=commitment.value, committed_at=commitment.at)
    return replace(_with_seat(current, seat), commitments=(*current.commitments, commitment))


def _revealed(current: Round, event: Event, _: OwnerOf) -> Round:
    seat = replace(
        current.seats[event.integer("seat")],
        vote=BasisPoints(event.integer("vote")),
        salt=Hash32(event.text("salt")),
        reason=Digest(event.text("reason")),
        revealed_at=event.timestamp,
    )
    return _with_seat(current, seat)


def _leaked(current: Round, event: Event, _: OwnerOf) -> Round:
    seat = replace(
        current.seats[event.integer("seat")],
        leaked_at=event.timestamp,
        leak_reporter=Address(event.text("reporter")),
        leak_taken_wei=event.integer("taken") * GWEI,
    )
    return _with_seat(current, seat)


def _voided(current: Round, event: Event, _: OwnerOf) -> Round:
    paid = _paid(current, event.integers("pays"))
    return replace(paid, voided_at=event.timestamp, record=Hash32(event.text("record")))


def _ended(rounds: tuple[Round, ...], event: Event) -> tuple[Round, ...]:
    """What was paid to all rounds but the void ones, whose seats were paid as they ended."""
    pays = event.integers("pays")
    after = []
    for one in rounds:
        if one.voided_at is None:
            one, pays = _paid(one, pays[: len(one.seats)]), pays[len(one.seats) :]
        after.append(one)
    return (*after[:-1], replace(after[-1], ended_at=event.timestamp))


def _paid(current: Round, pays: tuple[int, ...]) -> Round:
    paid = tuple(
        replace(seat, pay_wei=pay * GWEI) for seat, pay in zip(current.seats, pays, strict=False)
    )
    return replace(current, seats=paid + current.seats[len(paid) :])


def _with_seat(current: Round, seat: Seat) -> Round:
    seats = current.seats
    return replace(current, seats=(*seats[: seat.number], seat, *seats[seat.number + 1 :]))


_STEPS: dict[str, Callable[[Round, Event, OwnerOf], Round]] = {
    "Drawn": _drawn,
    "Committed": _committed,
    "Revealed": _revealed,
    "Leaked": _leaked,
    "RoundVoided": _voided,
}
