"""Holds what is indexed against what the node proves, before it goes into a bundle."""

from collections.abc import Iterable, Sequence

from dapp.audit import slots
from dapp.audit.case import fold_case
from dapp.chain.keccak import keccak
from dapp.domain import trail
from dapp.domain.events import DESK, Event, RawLog
from dapp.domain.types import ZERO_HASH, DisputeId, Hash32, OrganisationId
from dapp.errors import IntegrityBroken

_SEATS_IN_ROUND, _SEATS_IN_WORD = 3, 6


def check(what: str, events: Sequence[Event], proven: Hash32) -> None:
    """Whether the events, all of one trail and in order, fold to the word that is proven.

    Args:
        what: it is, for people.

    Raises:
        IntegrityBroken: `index-differs`.
    """
    word: Hash32 | None = None
    for event in events:
        word = trail.fold_event(keccak, word, event)
    if word != proven:
        raise differs(f"{what} is not on the chain as it is indexed")


def listed(word: Hash32, filings: Iterable[Event], organisation: OrganisationId) -> Hash32:
    """The trail of the complaints about an organisation after more of them; zero before any."""
    for filed in filings:
        if word == ZERO_HASH:
            word = trail.genesis(keccak, filed.chain_id, filed.address, organisation)
        word = trail.fold_event(keccak, word, filed)
    return word


def differs(message: str) -> IntegrityBroken:
    """What is indexed is not what is on the chain."""
    return IntegrityBroken(message, remedy="Run 'redress index verify'", code="index-differs")


def is_filed(told: Iterable[tuple[RawLog, Event]]) -> bool:
    """Whether the complaint itself is among what is told about its order."""
    return any(event.contract == DESK for _, event in told)


def of_desk(events: Sequence[Event]) -> list[Event]:
    """Those that a complaint's trail folds."""
    return [one for one in events if one.contract == DESK and trail.is_folded(one)]


def court_words(dispute: DisputeId, events: Sequence[Event]) -> list[bytes]:
    """The court's words about a dispute that it has not decided; none about any other.

    Args:
        events: of the case, in the chain's order.
    """
    said = {one.name: one for one in events if one.contract == DESK}
    taken = said.get("Escalated")
    if taken is None or taken.flag("isOutside") or "Executed" in said:
        return []
    current = fold_case(events, keccak).rounds[-1]
    rest = range(_SEATS_IN_ROUND, len(current.seats), _SEATS_IN_WORD)
    return [
        slots.court_round(dispute),
        slots.court_commits(dispute),
        *(slots.court_seats(dispute, current.number, index) for index in range(len(rest))),
        *([slots.court_prior(dispute)] if current.number else []),
    ]
