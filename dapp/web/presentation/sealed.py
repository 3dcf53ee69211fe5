"""Private evidence on the pages: keys, who may read, what nobody could open, what was erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from dapp.domain.keys import EncryptionKey
from dapp.domain.organisation import ROLE_ANSWER, Organisation
from dapp.domain.phases import RoundPhase
from dapp.domain.rules import is_accused
from dapp.domain.types import Address, UnixTime
from dapp.service.people import recipient_of
from dapp.web.i18n import Language
from dapp.web.presentation.people import CUSTOMER, ORGANISATION, role_name, short
from dapp.web.presentation.view import Look

_HANDED_OVER = frozenset({RoundPhase.HAND_OVER, RoundPhase.COMMIT})


@dataclass(frozen=True, slots=True)
class KeyLine:
    key: str
    recipient: str
    """age1…; empty where nothing can be sealed to `key`."""
    since: Markup


@dataclass(frozen=True, slots=True)
class UnopenedLine:
    """An arbitrator's word. `stands` until somebody seals to them again."""

    digest: str
    account: str
    short_account: str
    reason: str
    stands: bool


@dataclass(frozen=True, slots=True)
class ErasedLine:
    who: str
    digest: str
    sentence: Markup
    by_customer: bool


@dataclass(frozen=True, slots=True)
class PrivateBox:
    """Accounts are in lower case, parted by spaces."""

    accounts: str
    """Who may have something to open or to hand over."""
    panel: str
    """Arbitrators who may still say that they can't open something."""
    until: Markup | str
    """When that ends; empty where no panel waits for keys."""
    has_panel: bool
    """Arbitrators were drawn."""
    unopened: tuple[UnopenedLine, ...]
    erased: tuple[ErasedLine, ...]


@dataclass(frozen=True, slots=True)
class PrivateFacts:
    """What the service tells about a case: `unopened` and, by digest, `erased`."""

    unopened: Sequence[Mapping[str, Any]] = ()
    erased: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


NOTHING_PRIVATE = PrivateFacts()


def key_line(found: EncryptionKey | None, t: Language) -> KeyLine | None:
    """None where the account has no key now."""
    if found is None or found.key is None:
        return None
    return KeyLine(found.key, recipient_of(found) or "", t.time(found.set_at))


def answering(organisation: Organisation) -> list[Address]:
    """Who answers complaints for it."""
    return [one.account for one in organisation.operators if one.roles & ROLE_ANSWER]


def readers(look: Look, organisation: Organisation) -> str:
    """Both parties: whom a private submission is sealed to."""
    operators = [one for one in answering(organisation) if not is_accused(look.case, one)]
    return spaced([look.case.customer, *operators])


def private_box(look: Look, organisation: Organisation, facts: PrivateFacts) -> PrivateBox:
    seats = [seat.owner for one in look.case.rounds for seat in one.seats if seat.owner is not None]
    current = look.case.round
    waits = current is not None and look.round_phase in _HANDED_OVER
    return PrivateBox(
        accounts=" ".join([readers(look, organisation), spaced(seats)]).strip(),
        panel=spaced([s.owner for s in current.seats if s.owner]) if waits and current else "",
        has_panel=bool(seats),
        until=look.t.time(current.commit_ends, look.now) if waits and current else "",
        unopened=tuple(_unopened(one) for one in facts.unopened),
        erased=tuple(_erased(look, facts.erased)),
    )


def spaced(accounts: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(account.lower() for account in accounts))


def _unopened(one: Mapping[str, Any]) -> UnopenedLine:
    account, stands = one["account"], one["stands"]
    return UnopenedLine(one["digest"], account, short(account), one["reason"], stands)


def _erased(look: Look, erased: Mapping[str, Mapping[str, Any]]) -> list[ErasedLine]:
    t, lines = look.t, []
    for item in look.case.evidence:
        if (told := erased.get(item.digest)) is None:
            continue
        when = t.time(UnixTime(told["erased_at"]["unix"]))
        sentence = t.html("Erased on {when}; the digest stays in the record.", when=when)
        who = role_name(CUSTOMER if item.by_customer else ORGANISATION, t)
        lines.append(ErasedLine(who, item.digest, sentence, item.by_customer))
    return lines
