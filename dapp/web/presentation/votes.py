"""A tile for each arbitrator, round by round."""

from collections.abc import Iterator
from dataclasses import dataclass

from dapp.domain.median import ruling
from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import Round, Seat
from dapp.domain.types import NO_DIGEST
from dapp.web.i18n import Language
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
    tally: str
    """What the votes come to, once voting is over; until then, when that will be."""


def panels(look: Look) -> list[Panel]:
    """One for each round that was drawn, the current one last."""
    return [
        Panel(_title(look, current), tuple(_tiles(look, current)), _tally(look, current))
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


def _tally(look: Look, current: Round) -> str:
    """Opened votes are public one by one; what they come to is no news before the last of them."""
    t, opened = look.t, current.votes
    if not _is_over(look, current):
        return t.say("What the votes come to is shown when voting is over.")
    if len(opened) <= len(current.seats) // 2:
        return t.say("Too few votes were opened: this round decides nothing.")
    return t.say("The middle of the votes: {share}.", share=t.share(ruling(opened)))


def _is_over(look: Look, current: Round) -> bool:
    """Whether no vote of the round can be opened any more."""
    ended = current.ended_at or current.voided_at or current.appealed_at
    if ended is not None or look.now >= current.reveal_ends:
        return True
    is_open = look.round_phase in (RoundPhase.COMMIT, RoundPhase.REVEAL, RoundPhase.HAND_OVER)
    return current is look.case.round and not is_open


def _tiles(look: Look, current: Round) -> Iterator[Tile]:
    voting_over = _is_over(look, current)
    for seat in current.seats:
        kind, text = _state(look, seat, voting_over)
        yield Tile(
            number=seat.number + 1,
            owner=seat.owner or "",
            short_owner=short(seat.owner) if seat.owner else "",
            kind=kind,
            text=text,
            percent=None if seat.vote is None else seat.vote / 100,
            pay=pay_text(look.t, seat),
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


def pay_text(t: Language, seat: Seat) -> str | None:
    """What a seat brought its arbitrator; None while that is not settled."""
    if seat.pay_wei is None:
        return None
    amount = t.amount(abs(seat.pay_wei))
    if seat.pay_wei < 0:
        return t.say("loses {amount}", amount=amount)
    return t.say("earns {amount}", amount=amount)
