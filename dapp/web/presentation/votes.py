"""A tile for each arbitrator, round by round."""

from collections.abc import Iterator
from dataclasses import dataclass

from dapp.domain.rounds import Round, Seat
from dapp.domain.types import NO_DIGEST
from dapp.web.presentation.people import short
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class Tile:
    number: int
    owner: str
    short_owner: str
    kind: str
    """waiting, committed, opened or silent."""
    text: str
    percent: float | None
    """The vote, once opened."""
    pay: str | None
    reason: str | None
    """Digest of the manifest with the reasons."""


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    tiles: tuple[Tile, ...]


def panels(look: Look) -> list[Panel]:
    """One for each round that was drawn, the current one last."""
    return [
        Panel(_title(look, current), tuple(_tiles(look, current)))
        for current in look.case.rounds
        if current.seats
    ]


def _title(look: Look, current: Round) -> str:
    if len(look.case.rounds) == 1:
        return look.t.say("Arbitrators")
    number = look.case.rounds.index(current) + 1
    if current.appeals:
        return look.t.say("Arbitrators of appeal {number}", number=current.appeals)
    return look.t.say("Arbitrators, round {number}", number=number)


def _tiles(look: Look, current: Round) -> Iterator[Tile]:
    voting_over = (
        current.ended_at is not None
        or current.voided_at is not None
        or current.appealed_at is not None
        or look.now >= current.reveal_ends
    )
    for seat in current.seats:
        kind, text = _state(look, seat, voting_over)
        yield Tile(
            number=seat.number + 1,
            owner=seat.owner or "",
            short_owner=short(seat.owner) if seat.owner else "",
            kind=kind,
            text=text,
            percent=None if seat.vote is None else seat.vote / 100,
            pay=_pay(look, seat),
            reason=None if seat.reason in (None, NO_DIGEST) else seat.reason,
        )


def _state(look: Look, seat: Seat, voting_over: bool) -> tuple[str, str]:
    t = look.t
    if seat.vote is not None:
        return "opened", t.say("{share} for the customer", share=t.share(seat.vote))
    if seat.leaked_at is not None:
        return "silent", t.say("told the vote too early")
    if voting_over:
        return "silent", t.say("did not open a vote")
    if seat.commitment is not None:
        return "committed", t.say("voted, still sealed")
    return "waiting", t.say("has not voted yet")


def _pay(look: Look, seat: Seat) -> str | None:
    if seat.pay_wei is None:
        return None
    amount = look.t.amount(abs(seat.pay_wei))
    if seat.pay_wei < 0:
        return look.t.say("loses {amount}", amount=amount)
    return look.t.say("earns {amount}", amount=amount)
