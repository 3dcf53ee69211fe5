"""Who gets the seats: by the formula of docs/trust.md, and by the real draw."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from random import Random

from dapp.chain.keccak import keccak
from dapp.domain.draw import ATTEMPTS, Lottery, Stake, panel
from dapp.domain.position import MAX_TICKETS
from dapp.domain.types import Address, BlockNumber, DisputeId, PositionId, hash32

_NEVER = 1e-18
"""What is less likely is left out: it would only cost time."""

Panels = Mapping[tuple[int, int], float]
"""The probability of each (seats filled, of which the attacker's)."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Owners who all hold the same.

    Attributes:
        positions: of each owner.
        tickets: of each position, 1 to 8.
    """

    owners: int
    positions: int
    tickets: int

    @property
    def weight(self) -> int:
        """Tickets of one owner."""
        return self.positions * self.tickets


@dataclass(frozen=True, slots=True)
class Court:
    """Everybody who is staked, and how many places below the high-water mark nobody holds."""

    attacker: Crowd
    honest: Crowd
    holes: int = 0

    @property
    def mark(self) -> int:
        """The lots fall on the places below it."""
        taken = sum(crowd.owners * crowd.positions for crowd in (self.attacker, self.honest))
        return taken + self.holes

    @property
    def share(self) -> float:
        """The attacker's part of the stake."""
        mine = self.attacker.owners * self.attacker.weight
        return mine / (mine + self.honest.owners * self.honest.weight)

    @property
    def hit(self) -> float:
        """The probability that one attempt finds an arbitrator."""
        return self._hit(self.attacker.owners) + self._hit(0, self.honest.owners)

    def _hit(self, attackers: int, others: int = 0) -> float:
        tickets = attackers * self.attacker.weight + others * self.honest.weight
        return tickets / (MAX_TICKETS * self.mark)

    def next_seat(self, mine: int, others: int) -> tuple[float, float, float, float]:
        """The next seat's chances once `mine` attackers and `others` honest owners sit.

        Returns:
            Of a new attacker, a new honest owner, an attacker and an honest owner who sit already;
            what is missing to 1 is an empty seat.
        """
        attackers, honest = self.attacker.owners, self.honest.owners
        new = self._hit(attackers - mine), self._hit(0, honest - others)
        old = self._hit(mine), self._hit(0, others)
        unseated = sum(new)
        no_new = (1 - unseated) ** ATTEMPTS
        anyone = (1 - (1 - self.hit) ** ATTEMPTS) / self.hit
        first = (1 - no_new) / unseated if unseated else 0.0
        factor = first + no_new * anyone
        again = no_new * anyone
        return new[0] * factor, new[1] * factor, old[0] * again, old[1] * again


def panels(court: Court, wanted: int) -> Panels:
    """What becomes of `wanted` seats, each of which may stay empty."""
    states: dict[tuple[int, int, int, int], float] = {(0, 0, 0, 0): 1.0}
    for _ in range(wanted):
        after: dict[tuple[int, int, int, int], float] = defaultdict(float)
        for (filled, seats, mine, others), chance in states.items():
            one, other, again, other_again = court.next_seat(mine, others)
            after[filled + 1, seats + 1, mine + 1, others] += chance * one
            after[filled + 1, seats, mine, others + 1] += chance * other
            after[filled + 1, seats + 1, mine, others] += chance * again
            after[filled + 1, seats, mine, others] += chance * other_again
            empty = max(0.0, 1 - one - other - again - other_again)
            after[filled, seats, mine, others] += chance * empty
        states = {state: chance for state, chance in after.items() if chance > _NEVER}
    ended: dict[tuple[int, int], float] = defaultdict(float)
    for (filled, seats, _, _), chance in states.items():
        ended[filled, seats] += chance
    return _large_enough(ended, wanted)


def _large_enough(found: Panels, wanted: int) -> Panels:
    """Half of the seats or less are no panel."""
    kept: dict[tuple[int, int], float] = defaultdict(float)
    for (seats, mine), chance in found.items():
        kept[(seats, mine) if 2 * seats > wanted else (0, 0)] += chance
    return kept


def majority(found: Panels) -> float:
    """The probability that most of the seats that there are belong to the attacker."""
    return sum(chance for (seats, mine), chance in found.items() if 2 * mine > seats)


def nobody(found: Panels) -> float:
    """The probability that there is no panel, and the court refuses."""
    return sum(chance for (seats, _), chance in found.items() if not seats)


def binomial(share: float, seats: int) -> float:
    """A majority of `seats` where so many own so little that no seat changes the odds."""
    return sum(
        comb(seats, mine) * share**mine * (1 - share) ** (seats - mine)
        for mine in range(seats // 2 + 1, seats + 1)
    )


def hypergeometric(attackers: int, owners: int, seats: int) -> float:
    """A majority of `seats` among equal owners, none of whom sits twice."""
    ways = sum(
        comb(attackers, mine) * comb(owners - attackers, seats - mine)
        for mine in range(seats // 2 + 1, seats + 1)
    )
    return ways / comb(owners, seats)


def drawn(court: Court, wanted: int, runs: int, rng: Random) -> Iterator[Sequence[bool]]:
    """Panels of the real draw: for each seat whether it is the attacker's."""
    places: list[Stake | None] = [None] * court.holes
    for side, crowd in enumerate((court.attacker, court.honest)):
        for owner in range(crowd.owners):
            stake = Stake(Address(f"{side}/{owner}"), crowd.tickets, BlockNumber(1), None, 0)
            places += [stake] * crowd.positions
    rng.shuffle(places)
    for run in range(runs):
        seed = hash32(rng.randbytes(32))
        lottery = Lottery(seed, DisputeId(run + 1), 0, wanted, BlockNumber(2), court.mark)
        found = panel(keccak, lottery, places.__getitem__, lambda _: False)
        yield [_is_attackers(places, position) for position in found]


def _is_attackers(places: Sequence[Stake | None], position: PositionId) -> bool:
    stake = places[position]
    return stake is not None and stake.owner.startswith("0/")
