"""Domain records as JSON-ready dictionaries.

Amounts are decimal strings in wei, times `{"unix", "iso"}`, shares basis points, enum members their
lower-case names, digests and hashes 0x… text; a digest of zero is None.
"""

from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from dapp.domain.case import Case
from dapp.domain.funding import Funding
from dapp.domain.parts import (
    Accusation,
    Acknowledgement,
    Anchored,
    Escalation,
    EvidenceItem,
    InfoRequest,
    Offer,
    Order,
    Payment,
    Pledge,
    Rating,
    Ruling,
    Settlement,
)
from dapp.domain.policy import Policy
from dapp.domain.turns import Turn
from dapp.domain.types import NO_DIGEST, caip2

View = dict[str, Any]


def time(at: int) -> View:
    """A time in Unix seconds."""
    day, second = divmod(at, 86400)
    return {"unix": at, "iso": f"{_date(day)}{_MINUTES[second // 60]}{_SECONDS[second % 60]}"}


# A case has dozens of times: each is put together from what is written already.
_MINUTES = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60)]
_SECONDS = [f"{second:02}Z" for second in range(60)]


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86400, UTC).strftime("%Y-%m-%dT")


def maybe_time(at: int | None) -> View | None:
    return None if at is None else time(at)


def span(filed_from: int | None, filed_to: int | None) -> View:
    """Of which complaints a scorecard or a chart is."""
    return {"filed_from": maybe_time(filed_from), "filed_to": maybe_time(filed_to)}


def wei(amount: int) -> str:
    return str(amount)


# Typed: members of different enums are equal where their numbers are.
@lru_cache(maxsize=512, typed=True)
def name(member: Enum) -> str:
    """An enum's member as a word: `accepted-by-silence`."""
    return member.name.lower().replace("_", "-")


def digest(value: str | None) -> str | None:
    """None for the zero that stands on chain where no manifest was given."""
    return None if value == NO_DIGEST else value


def order(facts: Order) -> View:
    return {
        "key": facts.key,
        "organisation": facts.organisation,
        "version": facts.version,
        "customer": facts.customer,
        "token": facts.token,
        "ref": facts.ref,
        "is_claim": facts.is_claim,
    }


def policy(terms: Policy) -> View:
    """`peak_mask` as a decimal string: it has 168 bits."""
    return {
        "peak_mask": str(terms.peak_mask),
        "acknowledge_peak_seconds": terms.acknowledge_peak_seconds,
        "acknowledge_off_peak_seconds": terms.acknowledge_off_peak_seconds,
        "answer_hours": terms.answer_hours,
        "confirm_hours": terms.confirm_hours,
        "protection_hours": terms.protection_hours,
        "track": terms.track,
        "is_outside": terms.is_outside,
        "claim_cap": terms.claim_cap,
        "claim_cap_wei": wei(terms.claim_cap_wei),
    }


def case(found: Case) -> View:
    """All that is folded into the case but its hearing; `service.cases` adds that, and the now."""
    return {
        "id": found.id,
        "chain": caip2(found.chain_id),
        "customer": found.customer,
        "organisation": found.organisation,
        "order": order(found.order),
        "order_trail": found.order_trail,
        "policy": policy(found.policy),
        "amount": wei(found.amount),
        "category": name(found.category),
        "filed_demand": found.filed_demand,
        "demand": found.demand,
        "filed_at": time(found.filed_at),
        "anchored": _maybe(_anchored, found.anchored),
        "acknowledge_deadline": time(found.acknowledge_deadline),
        "answer_deadline": time(found.answer_deadline),
        "acknowledgement": _maybe(_acknowledgement, found.acknowledgement),
        "asks": [_ask(one) for one in found.asks],
        "offers": [_offer(one) for one in found.offers],
        "evidence": [evidence(one) for one in found.evidence],
        "frozen_until": maybe_time(found.frozen_until),
        "accusation": _maybe(_accusation, found.accusation),
        "escalation": _maybe(_escalation, found.escalation),
        "settlements": [_settlement(one) for one in found.settlements],
        "funding": _funding(found.funding) if found.is_claim else None,
        "ruling": _maybe(_ruling, found.ruling),
        "payment": _maybe(_payment, found.payment),
        "confirmed_at": maybe_time(found.confirmed_at),
        "withdrawn_at": maybe_time(found.withdrawn_at),
        "ratings": [_rating(one) for one in found.ratings],
        "state": name(found.state),
        "deadline": time(found.deadline),
        "trail": found.trail,
        "events": found.events,
        "updated_block": found.updated_block,
    }


def turn(whose: Turn) -> View:
    """Whose turn it is, until when, and what follows if nothing is done."""
    return {
        "who": whose.who,
        "awaits": list(whose.awaits),
        "until": maybe_time(whose.until),
        "until_block": whose.until_block,
        "acknowledge_until": maybe_time(whose.acknowledge_until),
        "then": whose.then,
    }


def _maybe(show: Any, found: Any) -> View | None:
    return None if found is None else dict(show(found))


def _anchored(before: Anchored) -> View:
    return {
        "at": time(before.at),
        "sender": before.sender,
        "root": before.root,
        "leaf": before.leaf,
    }


def _acknowledgement(said: Acknowledgement) -> View:
    return {
        "at": time(said.at),
        "actor": said.actor,
        "on_time": said.on_time,
        "digest": digest(said.digest),
        "contested_at": maybe_time(said.contested_at),
    }


def _ask(ask: InfoRequest) -> View:
    return {
        "at": time(ask.at),
        "actor": ask.actor,
        "deadline": time(ask.deadline),
        "digest": digest(ask.digest),
        "replied_at": maybe_time(ask.replied_at),
        "reply_digest": digest(ask.reply_digest),
    }


def _offer(offer: Offer) -> View:
    return {
        "number": offer.number,
        "share": offer.share,
        "at": time(offer.at),
        "deadline": time(offer.deadline),
        "actor": offer.actor,
        "digest": digest(offer.digest),
        "pledge": _maybe(_pledge, offer.pledge),
    }


def _pledge(pledge: Pledge) -> View:
    return {
        "kind": name(pledge.kind),
        "due_hours": pledge.due_hours,
        "refund": pledge.refund,
        "accepted_at": maybe_time(pledge.accepted_at),
        "accepted_by": pledge.accepted_by,
        "due_at": maybe_time(pledge.due_at),
        "delivered_at": maybe_time(pledge.delivered_at),
        "delivery": digest(pledge.delivery),
        "reopened_at": maybe_time(pledge.reopened_at),
    }


def evidence(item: EvidenceItem) -> View:
    """What the record says of an item."""
    return {
        "digest": item.digest,
        "actor": item.actor,
        "by_customer": item.by_customer,
        "at": time(item.at),
        "event": item.event,
    }


def _escalation(taken: Escalation) -> View:
    return {
        "demand": taken.demand,
        "offer": taken.offer,
        "terms": taken.terms,
        "cost": wei(taken.cost),
        "payer": taken.payer,
        "is_outside": taken.is_outside,
        "all_costs": taken.all_costs,
        "at": time(taken.at),
        "actor": taken.actor,
    }


def _ruling(ruling: Ruling) -> View:
    return {
        "share": ruling.share,
        "refused": ruling.refused,
        "record": ruling.record,
        "cost": wei(ruling.cost),
        "at": time(ruling.at),
    }


def _payment(paid: Payment) -> View:
    return {
        "outcome": name(paid.outcome),
        "share": paid.share,
        "to_customer": wei(paid.to_customer),
        "to_organisation": wei(paid.to_organisation),
        "cost_to_customer": wei(paid.cost_to_customer),
        "from_bond": wei(paid.from_bond),
        "at": time(paid.at),
        "confirm_deadline": time(paid.confirm_deadline),
        "order_trail": paid.order_trail,
        "record": paid.record,
        "cost": wei(paid.cost),
        "actor": paid.actor,
    }


def _settlement(said: Settlement) -> View:
    return {
        "by_customer": said.by_customer,
        "round": said.round,
        "share": said.share,
        "at": time(said.at),
        "actor": said.actor,
    }


def _accusation(made: Accusation) -> View:
    return {
        "accusation": made.accusation,
        "at": time(made.at),
        "account": made.account,
        "salt": made.salt,
        "named_at": maybe_time(made.named_at),
    }


def _funding(sent: Funding) -> View:
    return {
        "left": wei(sent.left),
        "sent": [{"payer": one.payer, "amount": wei(one.amount)} for one in sent.sent],
    }


def _rating(rating: Rating) -> View:
    return {
        "by_customer": rating.by_customer,
        "stars": rating.stars,
        "digest": digest(rating.digest),
        "at": time(rating.at),
        "actor": rating.actor,
    }
