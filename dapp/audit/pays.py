"""Whether what seats were paid follows from the votes; amounts in gwei, by seat.

A position that holds less than its penalty loses what it has, so penalties may be smaller than the
rules say; what is shared is then smaller by as much.
"""

from collections.abc import Sequence

from dapp.domain import fees
from dapp.domain.fees import FULL_PAY_WITHIN
from dapp.domain.median import middle
from dapp.domain.rounds import GWEI, LEAKED, Terms

Votes = Sequence[int | None]
"""Of a panel, by seat: as in `fees.final_pays`."""


def ruled(pays: Sequence[int], panels: Sequence[Votes], terms: Terms) -> bool:
    """Whether these are the pays of a dispute whose last panel ruled."""
    votes = [vote for panel in panels for vote in panel]
    low, high = middle([vote for vote in panels[-1] if vote is not None and vote != LEAKED])
    near = [
        vote is not None and vote != LEAKED and max(low - vote, vote - high) <= FULL_PAY_WITHIN
        for vote in votes
    ]
    full = [pay // GWEI for pay in fees.final_pays(panels, terms)]
    return _agree(pays, full, near, None)


def settled(pays: Sequence[int], panels: Sequence[Votes], terms: Terms) -> bool:
    """The same where the last panel, perhaps none, gave no ruling but has its fee."""
    last = len(panels[-1])
    before, latest = pays[: len(pays) - last], pays[len(pays) - last :]
    fee = [pay // GWEI for pay in fees.settled_pays(panels[-1:], terms)]
    if len(panels) == 1:
        return not before and list(latest) == fee
    return list(latest) == fee and ruled(before, panels[:-1], terms)


def void(pays: Sequence[int], votes: Votes, terms: Terms) -> bool:
    """The same of a void round."""
    near = [vote is not None and vote != LEAKED for vote in votes]
    full = [pay // GWEI for pay in fees.void_pays(votes, terms)]
    return _agree(pays, full, near, terms.fee_wei // GWEI)


def _agree(
    pays: Sequence[int], full: Sequence[int], near: Sequence[bool], most: int | None
) -> bool:
    """`full` is what the rules say where every position holds enough.

    Args:
        near: who shares what the others leave.
        most: what one of them gets at the most.
    """
    if len(pays) != len(full):
        return False
    for pay, rule, shares in zip(pays, full, near, strict=True):
        if not shares and not (rule <= pay <= 0 if rule < 0 else pay == rule):
            return False
    got = [pay for pay, shares in zip(pays, near, strict=True) if shares]
    if not got:
        return True
    taken = -sum(pay for pay, shares in zip(pays, near, strict=True) if not shares)
    left = taken if most is not None else _pot(full) + taken
    each, odd = divmod(left, len(got))
    if most is not None and each >= most:
        each, odd = most, 0
    return got == [each + odd, *[each] * (len(got) - 1)]


def _pot(full: Sequence[int]) -> int:
    """All fees: what seats get and lose by the rules adds up to them."""
    return sum(full)
