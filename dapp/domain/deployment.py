"""Where the contracts of a chain are, and the terms built into them."""

from dataclasses import dataclass

from dapp.domain import fees
from dapp.domain.rounds import Terms
from dapp.domain.types import Address, BlockNumber, ChainId, Hash32, Wei, caip2


@dataclass(frozen=True, slots=True)
class DeployedContract:
    """A contract on the chain.

    Attributes:
        code_hash: keccak-256 of its code.
        transaction: that created it.
    """

    name: str
    address: Address
    code_hash: Hash32
    transaction: Hash32


@dataclass(frozen=True, slots=True)
class Deployment:
    """One set of contracts.

    Attributes:
        deployed_at_block: nothing of ours happened before it.
        source_hash: the digest of the sources they were compiled from.
        ticket_wei: the stake of one ticket.
        draw_bounty_wei: what whoever draws is paid; part of the price of every panel.
        tracks: the house court's, by number, as they were when they were read; one without
            terms of its own has those of track 0.
        version: tells it from others on its chain; empty for the one that needs no name.
    """

    chain_id: ChainId
    genesis_hash: Hash32
    deployed_at_block: BlockNumber
    contracts: tuple[DeployedContract, ...]
    source_hash: str
    ticket_wei: Wei
    draw_bounty_wei: Wei
    tracks: tuple[Terms, ...]
    version: str = ""

    @property
    def name(self) -> str:
        """The chain by CAIP-2, and the version if it has one."""
        return caip2(self.chain_id) + (f" {self.version}" if self.version else "")

    def address_of(self, name: str) -> Address:
        """Where the contract called `name` is."""
        return next(c.address for c in self.contracts if c.name == name)

    def track(self, number: int) -> Terms:
        """The terms of a track; one that is not the house court's own is track 0."""
        return self.tracks[number if number < len(self.tracks) else 0]

    def quote(self, number: int, base: int) -> tuple[int, Wei]:
        """Seats and price at the house court for a dispute over `base` wei on a track."""
        return fees.quote(self.track(number), base, self.draw_bounty_wei)
