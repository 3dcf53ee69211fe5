"""What an event is about, and where the events about something are found."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from dapp.domain.coins import RATED
from dapp.domain.events import (
    ANCHOR,
    APPEALS,
    CLAIMS,
    COURT,
    DESK,
    ESCROW,
    KEYS,
    OUTSIDE,
    PUBLIC,
    REGISTRY,
    Event,
)
from dapp.domain.public import FIRST_PUBLIC_DISPUTE
from dapp.domain.types import NATIVE_COIN, raw, word

COMPLAINT = "complaint"
ORDER = "order"
ORGANISATION = "organisation"
POSITION = "position"
CREDIT = "credit"
KEY = "key"
COIN = "coin"
PUBLIC_DISPUTE = "public-dispute"
BATCH_LIST = "batch-list"
BATCH = "batch"
REVOCATION = "revocation"
OUTSIDE_RULING = "outside-ruling"
"""Not a record: what an arbitrator outside says of a dispute by its own number for it."""
COMPLAINTS_ABOUT = "complaints-about"
"""Not a record: all complaints about an order or claim."""

_POSITION_EVENTS = frozenset(
    {"Staked", "ExitRequested", "Unstaked", "RewardsWithdrawn", "VotingKeySet"}
)
_COIN_CREDITS = frozenset({"Credited", "CreditWithdrawn"})
_TOKEN_CREDITS = frozenset({"TokenCredited", "TokenCreditWithdrawn"})
# What ERC-1497 wants to be told of cases at arbitrators outside.
_ECHOES = frozenset({"Dispute", "Evidence", "MetaEvidence"})


class Subject(NamedTuple):
    """Something that has a record of its own, or stands for records that are looked up.

    Attributes:
        key: the id as text; an order's key; for a credit or key the account; a coin's token.
        contract: for a credit, who holds it.
        token: for a credit, in which coin.
    """

    kind: str
    key: str
    contract: str = ""
    token: str = ""


def subjects_of(event: Event) -> tuple[Subject, ...]:
    """What the event is folded into, a record of its own first; nothing for an echo."""
    if event.name in _COIN_CREDITS:
        return (Subject(CREDIT, event.text("account"), event.contract, NATIVE_COIN),)
    if event.name in _TOKEN_CREDITS:
        return (Subject(CREDIT, event.text("account"), event.contract, event.text("token")),)
    route = _ROUTES.get(event.contract)
    return () if route is None else route(event)


def places(subject: Subject) -> list[tuple[str, bytes]]:
    """Contracts and first indexed argument of its events.

    Events about something else with the same number are found there too. Events that a complaint
    shares with its order are found at the order, rulings from outside at their arbitrator.
    """
    contracts = {
        COMPLAINT: (DESK, COURT, CLAIMS, OUTSIDE, APPEALS),
        ORDER: (ESCROW, CLAIMS),
        ORGANISATION: (REGISTRY, ESCROW),
        POSITION: (COURT,),
        CREDIT: (subject.contract,),
        KEY: (KEYS,),
        COIN: (ESCROW,),
        BATCH_LIST: (ANCHOR,),
        # Each of a batch's events is its list's as well, and found there.
        BATCH: (),
        REVOCATION: (ANCHOR,),
        PUBLIC_DISPUTE: (COURT, PUBLIC),
        OUTSIDE_RULING: (OUTSIDE,),
        COMPLAINTS_ABOUT: (),
    }[subject.kind]
    if subject.kind in (COMPLAINT, ORGANISATION, POSITION, PUBLIC_DISPUTE):
        topic = word(int(subject.key))
    elif subject.kind == CREDIT and subject.token != NATIVE_COIN:
        topic = raw(subject.token).rjust(32, b"\0")
    else:
        topic = raw(subject.key.partition("/")[0]).rjust(32, b"\0")
    return [(contract, topic) for contract in contracts]


def outside_ruling(arbitrator: str, number: int) -> Subject:
    """What an arbitrator says of its dispute `number`."""
    return Subject(OUTSIDE_RULING, f"{arbitrator}/{number}")


def batch(sender: str, root: str) -> Subject:
    """A sender's batch."""
    return Subject(BATCH, f"{sender}/{root}")


def _of_desk(event: Event) -> tuple[Subject, ...]:
    return () if event.name in _ECHOES else _complaint(event.integer("complaint"))


def _of_court(event: Event) -> tuple[Subject, ...]:
    if event.name in _POSITION_EVENTS:
        return (Subject(POSITION, str(event.integer("position"))),)
    if "dispute" not in event.args:
        return ()
    dispute = event.integer("dispute")
    return _complaint(dispute) if dispute < FIRST_PUBLIC_DISPUTE else _public(dispute)


def _of_public(event: Event) -> tuple[Subject, ...]:
    number = "dispute" if "dispute" in event.args else "_disputeID"
    return _public(event.integer(number))


def _of_escrow(event: Event) -> tuple[Subject, ...]:
    if event.name == "OrganisationWithdrew":
        return _of_registry(event)
    if event.name == RATED:
        return (Subject(COIN, event.text("token")),)
    if "key" not in event.args:
        return ()
    key = event.text("key")
    # The order's payouts are every complaint's that is about it.
    held = (Subject(COMPLAINTS_ABOUT, key),) if event.name == "OrderFrozen" else ()
    return (Subject(ORDER, key), *held)


def _of_claims(event: Event) -> tuple[Subject, ...]:
    own = (Subject(ORDER, event.text("key")),) if "key" in event.args else ()
    if "complaint" not in event.args:
        return own
    return (*own, *_complaint(event.integer("complaint")))


def _of_registry(event: Event) -> tuple[Subject, ...]:
    if "organisation" not in event.args:
        return ()
    return (Subject(ORGANISATION, str(event.integer("organisation"))),)


def _of_outside(event: Event) -> tuple[Subject, ...]:
    if event.name == "Ruling":
        return (outside_ruling(event.text("_arbitrator"), event.integer("_disputeID")),)
    return _complaint(event.integer("dispute")) if "dispute" in event.args else ()


def _of_appeals(event: Event) -> tuple[Subject, ...]:
    return _complaint(event.integer("dispute")) if "dispute" in event.args else ()


def _of_keys(event: Event) -> tuple[Subject, ...]:
    return (Subject(KEY, event.text("account")),)


def _of_anchor(event: Event) -> tuple[Subject, ...]:
    if event.name == "Revoked":
        return (Subject(REVOCATION, event.text("leaf")),)
    sender = event.text("sender")
    return (Subject(BATCH_LIST, sender), batch(sender, event.text("root")))


# One complaint has many events in a row.
@lru_cache(maxsize=4096)
def _complaint(number: int) -> tuple[Subject, ...]:
    return (Subject(COMPLAINT, str(number)),)


def _public(number: int) -> tuple[Subject, ...]:
    return (Subject(PUBLIC_DISPUTE, str(number)),)


_ROUTES: dict[str, Callable[[Event], tuple[Subject, ...]]] = {
    DESK: _of_desk,
    COURT: _of_court,
    PUBLIC: _of_public,
    ESCROW: _of_escrow,
    CLAIMS: _of_claims,
    REGISTRY: _of_registry,
    OUTSIDE: _of_outside,
    APPEALS: _of_appeals,
    KEYS: _of_keys,
    ANCHOR: _of_anchor,
}
