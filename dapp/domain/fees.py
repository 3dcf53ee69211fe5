"""Who pays what, as contracts/libraries/Fees.sol and the court have it. Amounts in one unit."""

from collections.abc import Sequence

from dapp.domain.median import middle
from dapp.domain.rounds import GWEI, Terms
from dapp.domain.types import ALL, Wei

FULL_PAY_WITHIN = 1_000
"""A vote this near to the ruling, in basis points, is paid in full."""
FULL_PENALTY_FROM = 2_500
_PANELS = (3, 5, 7, 15, 31)


def share_down(amount: int, share: int) -> int:
    """`amount * share / 10 000`, rounded down."""
    return amount * share // ALL


def organisation_cost_down(cost: int, demand: int, offer: int, ruling: int) -> int:
    """The organisation's part of the costs, by how far each side's number was from the ruling.

    Rounded down. `demand` is greater than `offer`.
    """
    customer, organisation = abs(demand - ruling), abs(offer - ruling)
    return cost * organisation // (customer + organisation)


def seat_pay(far: int, fee: int, lock: int) -> int:
    """What a seat gains, or loses, for a vote `far` basis points from the ruling.

    Before the arbitrators near the ruling share what the others left.
    """
    if far <= FULL_PAY_WITHIN:
        return fee
    worst = lock // 2
    if far >= FULL_PENALTY_FROM:
        return -worst
    steps = FULL_PENALTY_FROM - FULL_PAY_WITHIN
    return fee - -(-(fee + worst) * (far - FULL_PAY_WITHIN) // steps)


def panel_pays(votes: Sequence[int | None], terms: Terms) -> list[int]:
    """What each seat of a ruled panel gains or loses, in wei; None is a vote not revealed.

    Of penalties it is the full amount: a position that holds less loses what it has.
    """
    fee, lock = terms.fee_wei // GWEI, terms.lock_wei // GWEI
    low, high = middle([vote for vote in votes if vote is not None])
    pays: list[int | None] = []
    for vote in votes:
        far = max(low - vote, vote - high, 0) if vote is not None else FULL_PENALTY_FROM
        near = vote is not None and far <= FULL_PAY_WITHIN
        other = seat_pay(far, fee, lock) if vote is not None else -lock
        pays.append(None if near else other)
    each, odd = divmod(len(votes) * fee - sum(pay or 0 for pay in pays), pays.count(None))
    first = pays.index(None)
    shares = (each + (odd if seat == first else 0) for seat in range(len(pays)))
    return [GWEI * (share if pay is None else pay) for pay, share in zip(pays, shares, strict=True)]


def panel_size(terms: Terms, base: int) -> int:
    """Seats for a dispute over `base` wei: bribing a majority must cost a fifth of it."""
    for seats in _PANELS:
        at_stake = (seats // 2 + 1) * terms.lock_wei + seats * terms.fee_wei
        if at_stake >= base // 5:
            return seats
    return _PANELS[-1]


def quote(terms: Terms, base: int) -> tuple[int, Wei]:
    """Seats, and what escalating costs, for a dispute over `base` wei."""
    seats = panel_size(terms, base)
    return seats, Wei(seats * terms.fee_wei)
