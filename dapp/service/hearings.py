"""Rounds, seats, appeals and disputes outside as JSON-ready dictionaries, like those of `views`."""

from typing import Any

from dapp.domain import fees
from dapp.domain.appeals import AppealLevel, Pot
from dapp.domain.median import ruling
from dapp.domain.outside import OutsideCase
from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import Round, Seat
from dapp.domain.types import Wei
from dapp.service.views import digest, maybe_time, name, time, wei

View = dict[str, Any]


def round_(current: Round, stands: RoundPhase, bounty: Wei) -> View:
    """One round of voting; `stands` is where it stands now, `bounty` what a draw is paid."""
    cost = fees.appeal_cost(current, bounty)
    return {
        "number": current.number,
        "appeals": current.appeals,
        "voids": current.voids,
        "phase": name(stands),
        "fee": wei(current.terms.fee_wei),
        "lock": wei(current.terms.lock_wei),
        "seats_paid": current.seats_paid,
        "armed_word": current.armed_word,
        "armed_at": time(current.armed_at),
        "armed_at_block": current.armed_at_block,
        "high_water": current.high_water,
        "seed": current.seed,
        "drawn_at": maybe_time(current.drawn_at),
        "bounty_seat": current.bounty_seat,
        "commit_opens": time(current.commit_opens),
        "commit_ends": time(current.commit_ends),
        "reveal_ends": time(current.reveal_ends),
        "appeal_ends": time(current.appeal_ends),
        "seats": [seat(one) for one in current.seats],
        "commitments": [
            {"seat": one.seat, "commitment": one.value, "at": time(one.at)}
            for one in current.commitments
        ],
        "ruling": _ruling(current, stands),
        "appeal": None
        if stands is not RoundPhase.APPEALABLE
        else {
            "seats": current.appeal_seats,
            "cost": wei(cost),
            "needed": wei(fees.appeal_target(cost)),
        },
        "record": current.record,
        "voided_at": maybe_time(current.voided_at),
        "appealed_at": maybe_time(current.appealed_at),
        "ended_at": maybe_time(current.ended_at),
    }


def _ruling(current: Round, stands: RoundPhase) -> int | None:
    """What the votes of the round say, once they are counted."""
    if current.ruling is not None:
        return current.ruling
    counted = stands is RoundPhase.APPEALABLE or current.ended_at is not None
    counted = counted or stands is RoundPhase.DECIDABLE
    enough = 2 * len(current.revealed) > len(current.seats)
    return ruling(current.votes) if counted and enough else None


def seat(found: Seat) -> View:
    return {
        "number": found.number,
        "position": found.position,
        "owner": found.owner,
        "commitment": found.commitment,
        "committed_at": maybe_time(found.committed_at),
        "vote": found.vote,
        "salt": found.salt,
        "reason": digest(found.reason),
        "revealed_at": maybe_time(found.revealed_at),
        "leaked_at": maybe_time(found.leaked_at),
        "pay": None if found.pay_wei is None else wei(found.pay_wei),
    }


def level(found: AppealLevel) -> View:
    """The two pots for a ruling, and the appeal that one of them opened."""
    return {
        "higher": _pot(found.higher),
        "lower": _pot(found.lower),
        "is_higher": found.is_higher,
        "cost": wei(found.cost),
        "stake": wei(found.stake),
        "ruling_before": found.ruling_before,
        "ruling_after": found.ruling_after,
        "opened_at": maybe_time(found.opened_at),
        "resolved_at": maybe_time(found.resolved_at),
    }


def _pot(pot: Pot) -> View:
    return {
        "raised": wei(pot.raised),
        "shared": wei(pot.shared),
        "contributions": [
            {
                "payer": one.payer,
                "amount": wei(one.amount),
                "taken": wei(one.taken),
                "refunded": one.refunded,
            }
            for one in pot.contributions
        ],
    }


def outside(found: OutsideCase | None) -> View | None:
    """The dispute at arbitrators outside; None where they do not have the case."""
    if found is None:
        return None
    return {
        "arbitrator": found.arbitrator,
        "dispute": found.dispute,
        "listing": found.listing,
        "cost": wei(found.cost),
        "deadline": time(found.deadline),
        "choice": found.choice,
        "ruled_at": maybe_time(found.ruled_at),
        "appeals": found.appeals,
        "ended_at": maybe_time(found.ended_at),
    }
