"""Folds the court's events about a dispute into its rounds."""

from collections.abc import Callable
from dataclasses import replace

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

OwnerOf = Callable[[PositionId, BlockNumber], Address | None]
"""Who held a position that was staked before a block; None where that is not known."""


def hear(rounds: tuple[Round, ...], event: Event, owner_of: OwnerOf) -> tuple[Round, ...]:
    """The rounds after `event`; the same ones if the event is of no concern to them."""
    if event.name == "RoundArmed":
        new = armed(event.integer("round"), event.timestamp)
        # Armed again because its seed was missed, the round has the number it had.
        kept = rounds[:-1] if rounds and rounds[-1].number == new.number else rounds
        return (*kept, new)
    step = _STEPS.get(event.name)
    if step is None or not rounds:
        return rounds
    return (*rounds[:-1], step(rounds[-1], event, owner_of))


def _drawn(current: Round, event: Event, owner_of: OwnerOf) -> Round:
    positions = [PositionId(number) for number in event.integers("positions")]
    seats = tuple(
        Seat(number=number, position=position, owner=owner_of(position, current.armed_at_block))
        for number, position in enumerate(positions)
    )
    return replace(current, seed=Hash32(event.text("seed")), drawn_at=event.timestamp, seats=seats)


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


def _voided(current: Round, event: Event, _: OwnerOf) -> Round:
    return replace(_paid(current, event), voided_at=event.timestamp)


def _concluded(current: Round, event: Event, _: OwnerOf) -> Round:
    return replace(_paid(current, event), concluded_at=event.timestamp)


def _paid(current: Round, event: Event) -> Round:
    pays = event.integers("pays")  # empty where the ruling was refused
    paid = tuple(
        replace(seat, pay_wei=pay * GWEI) for seat, pay in zip(current.seats, pays, strict=False)
    )
    return replace(
        current,
        seats=paid + current.seats[len(paid) :],
        record=Hash32(event.text("record")),
    )


def _with_seat(current: Round, seat: Seat) -> Round:
    seats = current.seats
    return replace(current, seats=(*seats[: seat.number], seat, *seats[seat.number + 1 :]))


_STEPS: dict[str, Callable[[Round, Event, OwnerOf], Round]] = {
    "Drawn": _drawn,
    "Committed": _committed,
    "Revealed": _revealed,
    "RoundVoided": _voided,
    "Concluded": _concluded,
}
