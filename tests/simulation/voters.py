"""Kinds of arbitrators, and what each earns by the real rules of pay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from dapp.domain.fees import panel_pays
from dapp.domain.rounds import Terms
from dapp.domain.types import ALL


@dataclass(frozen=True, slots=True)
class Dispute:
    """What there is to be known about one dispute, in basis points.

    Attributes:
        truth: what a careful reader of the evidence finds, on average.
        offer: the organisation's position, which everybody sees.
        demand: the customer's.
    """

    truth: float
    offer: int
    demand: int


Voter = Callable[[Random, Dispute], int | None]
"""A vote in basis points, or None for one that is never revealed."""


def share(value: float) -> int:
    """The nearest share there is."""
    return max(0, min(ALL, round(value)))


def reader(noise: float) -> Voter:
    """Reads the evidence and is wrong by `noise` basis points (standard deviation)."""
    return lambda rng, dispute: share(rng.gauss(dispute.truth, noise))


def parked(at: int) -> Voter:
    """Reads nothing and votes the same each time; a bribed one does so too."""
    return lambda _, __: at


def between(_: Random, dispute: Dispute) -> int:
    """Reads nothing but the parties' numbers, and votes their middle."""
    return (dispute.offer + dispute.demand) // 2


def lazy(missing: float, voter: Voter) -> Voter:
    """Does not reveal in a part of the cases."""
    return lambda rng, dispute: None if rng.random() < missing else voter(rng, dispute)


def spread(half_width: float, gap: float) -> Callable[[Random], Dispute]:
    """Disputes whose truth lies evenly within `half_width` of the middle.

    Each party's number is off by up to `gap`, in its own favour.
    """

    def draw(rng: Random) -> Dispute:
        truth = rng.uniform(ALL / 2 - half_width, ALL / 2 + half_width)
        offer, demand = truth - rng.uniform(0, gap), truth + rng.uniform(0, gap)
        return Dispute(truth, share(offer), share(demand))

    return draw


def earnings(
    panel: Sequence[Voter],
    dispute: Callable[[Random], Dispute],
    terms: Terms,
    cases: int,
    rng: Random,
) -> list[float]:
    """What each seat gains a case on average, in fees. At least a majority must always reveal."""
    totals = [0] * len(panel)
    for _ in range(cases):
        case = dispute(rng)
        votes = [voter(rng, case) for voter in panel]
        assert len(votes) - votes.count(None) > len(votes) // 2
        for seat, pay in enumerate(panel_pays(votes, terms)):
            totals[seat] += pay
    return [total / cases / terms.fee_wei for total in totals]
