"""What a release is made of: its contracts, and what each is told as it is made.

Standard library only: it is read where brownie deploys, and where tests do.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

GWEI: Final = 10**9
# In ERC-1497's words, for arbitrators outside; its digest is its address on IPFS.
META_EVIDENCE: Final = Path(__file__).with_name("meta_evidence.json")

NAMES: Final = (
    "Forwarder",
    "Timelock",
    "RandaoSource",
    "KeyRegistry",
    "OrganisationRegistry",
    "OrderEscrow",
    "BondClaims",
    "ArbitrationCourt",
    "PublicArbitrator",
    "OutsideArbitrators",
    "AppealFund",
    "ComplaintAnchor",
    "ComplaintDesk",
)


@dataclass(frozen=True)
class Track:
    """The terms on which a kind of dispute is heard (contracts/types/Track.sol)."""

    fee_gwei: int
    lock_gwei: int
    hand_over_hours: int
    commit_hours: int
    reveal_hours: int

    @property
    def word(self) -> int:
        """As the court packs it."""
        return (
            self.fee_gwei
            | self.lock_gwei << 30
            | self.hand_over_hours << 64
            | self.commit_hours << 71
            | self.reveal_hours << 78
        )


SMALL_CLAIMS: Final = Track(10_000_000, 100_000_000, 24, 24, 24)


@dataclass(frozen=True)
class Terms:
    """What differs from chain to chain.

    Attributes:
        guardian: may pause what is new, and hold an order's money for a week.
        proposers: may announce changes to parameters.
        ticket_wei: one ticket of stake; it must cover the lock of four seats.
        draw_bounty_gwei: what whoever draws a panel is paid.
    """

    guardian: str
    proposers: Sequence[str]
    tracks: Sequence[Track] = (SMALL_CLAIMS,)
    ticket_wei: int = 4 * SMALL_CLAIMS.lock_gwei * GWEI
    draw_bounty_gwei: int = 500_000


def arguments(at: Mapping[str, str], terms: Terms) -> dict[str, tuple[Any, ...]]:
    """What each contract's constructor takes, by name; `at` says where each is or will be."""
    registry, desk, court = at["OrganisationRegistry"], at["ComplaintDesk"], at["ArbitrationCourt"]
    forwarder = at["Forwarder"]
    governed = (terms.guardian, at["Timelock"], forwarder)
    setup = (
        desk,
        registry,
        at["PublicArbitrator"],
        at["AppealFund"],
        at["RandaoSource"],
        *governed,
        terms.ticket_wei,
        terms.draw_bounty_gwei,
        [track.word for track in terms.tracks],
    )
    meta_evidence = hashlib.sha256(META_EVIDENCE.read_bytes()).digest()
    return {
        "Forwarder": (),
        "Timelock": (list(terms.proposers),),
        "RandaoSource": (),
        "KeyRegistry": (forwarder,),
        "OrganisationRegistry": (desk, at["BondClaims"], *governed),
        "OrderEscrow": (registry, desk, *governed),
        "BondClaims": (registry, desk, forwarder),
        "ArbitrationCourt": (setup,),
        "PublicArbitrator": (court, forwarder),
        "OutsideArbitrators": (desk, court, at["Timelock"], meta_evidence),
        "AppealFund": (court, registry, desk, forwarder),
        "ComplaintAnchor": (desk, forwarder),
        "ComplaintDesk": (
            registry,
            at["OrderEscrow"],
            at["BondClaims"],
            court,
            at["OutsideArbitrators"],
            at["ComplaintAnchor"],
            forwarder,
        ),
    }
