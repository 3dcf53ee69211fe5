"""Who pays what, as contracts/libraries/Fees.sol and the court have it. Amounts in one unit."""

from collections.abc import Sequence

from dapp.domain.median import middle
from dapp.domain.rounds import GWEI, LEAKED, Round, Terms
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
    """As `final_pays`, of a dispute that was not appealed."""
    return final_pays([votes], terms)


def final_pays(panels: Sequence[Sequence[int | None]], terms: Terms) -> list[int]:
    """What each seat of a ruled dispute gains or loses, in wei, panel after panel.

    All are measured by the last panel's ruling and paid from one pot: all fees, and what others
    lose. Penalties are the full amounts: a position that holds less loses what it has.

    Args:
        panels: the votes of all rounds that were appealed, and of the last one that ruled; none of
            a void one. None is a vote not revealed; `LEAKED` one told before its time, which has
            been paid for already.
        terms: the dispute's.
    """
    fee, lock = terms.fee_wei // GWEI, terms.lock_wei // GWEI
    low, high = middle([vote for vote in panels[-1] if vote is not None and vote != LEAKED])
    votes = [vote for panel in panels for vote in panel]
    pays = [_pay(vote, (low, high), fee, lock) for vote in votes]
    each, odd = divmod(len(votes) * fee - sum(pay or 0 for pay in pays), pays.count(None))
    first = pays.index(None)
    shares = (each + (odd if seat == first else 0) for seat in range(len(pays)))
    return [GWEI * (share if pay is None else pay) for pay, share in zip(pays, shares, strict=True)]


def settled_pays(panels: Sequence[Sequence[int | None]], terms: Terms) -> list[int]:
    """As `final_pays`, where the parties agreed in the round of the last of `panels`.

    Its seats have their fee, except those that leaked; those before it are measured by the last
    ruling there was.
    """
    before = final_pays(panels[:-1], terms) if len(panels) > 1 else []
    return before + [0 if vote == LEAKED else terms.fee_wei for vote in panels[-1]]


def spent(rounds: Sequence[Round], bounty: Wei) -> Wei:
    """What was paid of the money that opened a dispute which is over: the cost of its case.

    Of an appealed dispute that is all of the first panel; its larger panels were paid for by
    whoever appealed.
    """
    opened = [one for one in rounds if one.appeals == 0][-1]
    fee = opened.terms.fee_wei
    if opened.appealed_at is not None:
        return panel_cost(opened.terms, len(opened.seats), bounty)
    ruled = 2 * len(opened.revealed) > len(opened.seats)
    seats = [seat for seat in opened.seats if ruled or seat.leaked_at is None]
    was_drawn = opened.drawn_at is not None or opened.voids > 0
    return Wei(len(seats) * fee + (bounty if was_drawn else 0))


def void_pays(votes: Sequence[int | None], terms: Terms) -> list[int]:
    """What each seat of a void round gains or loses, in wei: the no-shows pay the others' fees.

    Penalties are the full amounts, as in `final_pays`.
    """
    fee, lock = terms.fee_wei // GWEI, terms.lock_wei // GWEI
    revealed = [seat for seat, vote in enumerate(votes) if vote is not None and vote != LEAKED]
    each, odd = divmod(votes.count(None) * lock, len(revealed)) if revealed else (0, 0)
    # What is more than the fees burns.
    each, odd = (each, odd) if each < fee else (fee, 0)
    pays = [-lock if vote is None else 0 for vote in votes]
    for seat in revealed:
        pays[seat] = each + (odd if seat == revealed[0] else 0)
    return [GWEI * pay for pay in pays]


def _pay(vote: int | None, ruled: tuple[int, int], fee: int, lock: int) -> int | None:
    """In gwei; None for who shares the rest."""
    if vote is None:
        return -lock
    if vote == LEAKED:
        return 0
    far = max(ruled[0] - vote, vote - ruled[1], 0)
    return None if far <= FULL_PAY_WITHIN else seat_pay(far, fee, lock)


def panel_size(terms: Terms, base: int) -> int:
    """Seats for a dispute over `base` wei: bribing a majority must cost a fifth of it."""
    for seats in _PANELS:
        at_stake = (seats // 2 + 1) * terms.lock_wei + seats * terms.fee_wei
        if at_stake >= base // 5:
            return seats
    return _PANELS[-1]


def panel_cost(terms: Terms, seats: int, bounty: Wei) -> Wei:
    """What a panel costs, with the `bounty` of who draws it."""
    return Wei(seats * terms.fee_wei + bounty)


def quote(terms: Terms, base: int, bounty: Wei) -> tuple[int, Wei]:
    """Seats, and what escalating costs at the house court, for a dispute over `base` wei."""
    seats = panel_size(terms, base)
    return seats, panel_cost(terms, seats, bounty)


def appeal_cost(current: Round, bounty: Wei) -> Wei:
    """What the larger panel of an appeal costs."""
    return panel_cost(current.terms, current.appeal_seats, bounty)


def appeal_target(cost: Wei) -> Wei:
    """What a pot must hold to open an appeal that costs `cost`: half as much again is the stake."""
    return Wei(cost + cost // 2)
