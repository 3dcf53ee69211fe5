"""What the same dispute used in other systems, played on the same kind of chain.

One order over 1 ETH, 16 arbitrators staked, 3 drawn, hidden votes, two evidence items, a ruling,
the payout and the rewards; the second dispute counts. None is what a system does not have.
"""

from dataclasses import dataclass

TARGETS = {
    "total_direct": (720_000, 600_000),
    "total_relayed": (580_000, 470_000),
    "total_with_appeal": (1_750_000, 1_450_000),
    "stake_avg": (65_000, 52_000),
}
"""What must be reached, and what is aimed at."""


@dataclass(frozen=True)
class Peer:
    """One system's gas. `total_with_appeal` has one appeal, heard by 7 more."""

    name: str
    total_direct: int
    total_with_appeal: int | None = None
    stake_avg: int | None = None
    pay: int | None = None
    draw: int | None = None
    commit: int | None = None
    reveal: int | None = None


PEERS = (
    Peer("Kleros v2", 3_501_935, 8_396_248, 254_731, 126_241, 590_188, 301_857, 517_469),
    Peer("Kleros v1", 2_465_930, 5_404_935, 194_080, 153_881, 259_028, 204_087, 403_802),
    Peer("Aragon Court", 2_892_518, None, 208_979, None, 520_180, 372_039, 433_299),
    Peer("central arbitrator", 573_576, pay=60_876),
)
