"""All that an arbitrator weighs, side by side: what each side says and shows, promise and clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dapp.domain.breach import acknowledgement_missed_at, answer_missed_at
from dapp.domain.policy import HOUR
from dapp.domain.rounds import Terms
from dapp.web.i18n import Language
from dapp.web.presentation.casepage import CasePage
from dapp.web.presentation.exhibits import Exhibit
from dapp.web.presentation.people import CUSTOMER, ORGANISATION
from dapp.web.presentation.sealed import ErasedLine
from dapp.web.presentation.timeline import Row
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a side did, and what it said with it.

    Attributes:
        state: of the words, as checks have it; empty where there are none.
    """

    sentence: str
    at: Markup
    text: str
    state: str
    state_text: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Side:
    """Attributes: slot: also the anchor of its column."""

    slot: str
    title: str
    position: str
    """What it asked or offered."""
    statements: tuple[Statement, ...]
    exhibits: tuple[Exhibit, ...]
    erased: tuple[ErasedLine, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the policy promised beside what was measured; `state` as checks have it."""

    label: str
    promised: Markup
    measured: str
    state: str


@dataclass(frozen=True, slots=True)
class Brief:
    """Attributes: question, rules: empty while no house court has the case."""

    sides: tuple[Side, Side]
    promises: tuple[Promise, ...]
    question: str
    rules: tuple[str, ...]


def brief(look: Look, page: CasePage, manifests: Mapping[str, Mapping[str, Any] | None]) -> Brief:
    """Out of the case's page, and which manifests are kept here."""
    t, current = look.t, look.case.round
    asked = t.say("Asks for {share} ({amount})", **_part(look, look.case.demand))
    sides = (
        _side(look, page, manifests, CUSTOMER, t.say("What the customer says and shows"), asked),
        _side(
            look,
            page,
            manifests,
            ORGANISATION,
            t.say("What the organisation says and shows"),
            _offered(look),
        ),
    )
    return Brief(
        sides=sides,
        promises=tuple(_promises(look)),
        question="" if current is None else question(t, page.money.total),
        rules=() if current is None else rules(t, current.terms),
    )


def question(t: Language, total: str) -> str:
    return t.say(
        "Which share of {amount} should the customer get? 0% is nothing, 100% is all of it.",
        amount=total,
    )


def rules(t: Language, terms: Terms) -> tuple[str, ...]:
    """How votes become a ruling, and what a vote brings or costs."""
    return (
        t.say(
            "The ruling is the middle of the votes that are opened. What was asked and what was "
            "offered do not bound it."
        ),
        t.say(
            "A vote within 10 points of the final ruling is paid {fee}, and a part of what others "
            "lose. Farther away it is paid less; from 25 points on it loses {half}.",
            fee=t.amount(terms.fee_wei),
            half=t.amount(terms.lock_wei // 2),
        ),
        t.say(
            "A seat that opens no vote loses {lock}, whatever the reason.",
            lock=t.amount(terms.lock_wei),
        ),
    )


def _side(
    look: Look,
    page: CasePage,
    manifests: Mapping[str, Mapping[str, Any] | None],
    slot: str,
    title: str,
    position: str,
) -> Side:
    is_customer = slot == CUSTOMER
    return Side(
        slot,
        title,
        position,
        tuple(_statement(look, row, page, manifests) for row in page.rows if row.role == slot),
        tuple(one for one in page.exhibits if one.by_customer == is_customer),
        tuple(one for one in page.private.erased if one.by_customer == is_customer),
    )


def _statement(
    look: Look,
    row: Row,
    page: CasePage,
    manifests: Mapping[str, Mapping[str, Any] | None],
) -> Statement:
    t, state, said = look.t, "", ""
    if row.digest is not None:
        is_here = manifests.get(row.digest) is not None
        state = "right" if is_here else "open"
        said = t.say("What the chain names, byte for byte") if is_here else t.say("Not kept here")
    is_late = row.event.args.get("onTime") is False
    text = page.texts.get(row.digest or "", "")
    return Statement(row.sentence, row.at, text, state, said, is_late)


def _offered(look: Look) -> str:
    t, offer = look.t, look.case.offer
    if offer is None:
        return t.say("Offered nothing")
    if offer.pledge is not None:
        share = _part(look, offer.pledge.refund)
        return t.say("Promised in kind, or else {share} ({amount})", **share)
    return t.say("Offered {share} ({amount})", **_part(look, offer.share))


def _part(look: Look, share: int) -> dict[str, str]:
    return {"share": look.t.share(share), "amount": look.amount(look.part(share))}


def _promises(look: Look) -> Iterator[Promise]:
    case, t = look.case, look.t
    said = case.acknowledgement
    replies = [one.at for one in case.asks[:1]] + [one.at for one in case.offers[:1]]
    replied = said.at if said is not None else min(replies, default=None)
    contested = said is not None and said.contested_at is not None
    missed = acknowledgement_missed_at(case)
    yield _promise(
        look,
        t.say("First reply"),
        case.acknowledge_deadline - case.filed_at,
        replied,
        is_late=contested or (missed is not None and missed <= look.now),
        more=t.say("contested as automatic") if contested else "",
    )
    missed = answer_missed_at(case)
    yield _promise(
        look,
        t.say("Offer or rejection"),
        case.policy.answer_hours * HOUR,
        case.offers[0].at if case.offers else None,
        is_late=missed is not None and missed <= look.now,
        more=_stopped(look),
    )


def _stopped(look: Look) -> str:
    """While the customer was asked for more the clock of the answer stood still."""
    asks = look.case.asks
    return look.t.say("the clock stood still while the customer was asked") if asks else ""


def _promise(
    look: Look, label: str, seconds: int, at: int | None, *, is_late: bool, more: str
) -> Promise:
    t = look.t
    promised = t.html("within {within}", within=t.duration(seconds))
    parts: Sequence[str] = [
        t.say("none yet")
        if at is None
        else t.say("after {time}", time=t.duration(at - look.case.filed_at)),
        t.say("late") if is_late else "",
        more,
    ]
    state = "wrong" if is_late else "open" if at is None else "right"
    return Promise(label, promised, " · ".join(part for part in parts if part), state)
