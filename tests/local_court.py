"""A local chain whose arbitrators stake, draw, vote and are appealed from."""

from collections.abc import Sequence

from dapp.chain.keccak import keccak
from dapp.domain import commitments
from dapp.domain.commitments import Ballot, Secret
from dapp.domain.events import APPEALS, COURT, FORWARDER
from dapp.domain.phases import SEED_DELAY_BLOCKS, RoundPhase
from dapp.domain.policy import HOUR
from dapp.domain.rounds import ROUNDS_PER_APPEAL, Commitment, terms
from dapp.domain.signing import Place, commit_typed_data, wallet_json
from dapp.domain.types import (
    NO_DIGEST,
    Address,
    BasisPoints,
    Digest,
    DisputeId,
    Hash32,
    hash32,
    word,
)
from tests.local_chain import TICKET_WEI, LocalChain, Receipt

HOURS = HOUR


class LocalCourt(LocalChain):
    """Remembers who was drawn, what was committed, and how to open it.

    Of the node's accounts, 5 has no part in anything and 10 to 25 may arbitrate.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.bystander = self.accounts[5]
        self.arbitrators = self.accounts[10:26]
        self._panels: dict[int, list[Address]] = {}
        self._commits: dict[tuple[int, int], list[Commitment]] = {}
        self._votes: dict[tuple[int, int, int], Secret] = {}

    def stake(self, count: int = 5, tickets: int = 2) -> None:
        """The first `count` arbitrators stake a position each."""
        for arbitrator in self.arbitrators[:count]:
            self.send(arbitrator, COURT, "stake", (tickets,), tickets * TICKET_WEI)

    # Rounds

    def draw(self, complaint: int) -> Receipt:
        """Draws the panel, mining until its seed is there."""
        proof = self._seed(complaint)
        receipt = self.send(self.bystander, COURT, "draw", (complaint, proof))
        self.see_panel(complaint)
        return receipt

    def rearm(self, complaint: int) -> Receipt:
        """Anyone starts a round again that nobody drew in time."""
        return self.send(self.bystander, COURT, "rearm", (complaint,))

    def void(self, complaint: int) -> Receipt:
        """Anyone ends a round in which too few revealed, once its time is over."""
        if self.hearing(complaint) is RoundPhase.COMMIT:
            self.wait_for_reveals(complaint)
        if self.hearing(complaint) is RoundPhase.REVEAL:
            self._wait(complaint, 3)
        return self.send(self.bystander, COURT, "voidRound", (complaint,))

    def hearing(self, complaint: int) -> RoundPhase:
        """Where the dispute stands."""
        return RoundPhase(self.call(COURT, "phase", complaint))

    def seat_owner(self, complaint: int, seat: int) -> Address:
        """Who sits, or sat, in a seat of the last panel that was drawn."""
        return self._panels[complaint][seat]

    # Votes

    def commit(self, complaint: int, seat: int, vote: int, reason: Digest = NO_DIGEST) -> Receipt:
        """A seat's owner commits a vote."""
        value, made = self._hidden(complaint, seat, vote, reason)
        owner = self.seat_owner(complaint, seat)
        receipt = self.send(owner, COURT, "commit", (complaint, seat, value))
        self._remember(complaint, seat, value, made)
        return receipt

    def commit_drawing(self, complaint: int, seat: int, vote: int) -> Receipt:
        """A seat's owner draws the panel and commits; the votes must be open to commit."""
        proof = self._seed(complaint)
        snapshot = self.rpc("evm_snapshot")
        self.draw(complaint)
        assert self.rpc("evm_revert", snapshot) is True
        value, made = self._hidden(complaint, seat, vote, NO_DIGEST)
        args = (complaint, proof, seat, value)
        receipt = self.send(self.seat_owner(complaint, seat), COURT, "commitDrawing", args)
        self._remember(complaint, seat, value, made)
        return receipt

    def commit_batch(self, complaint: int, votes: Sequence[int]) -> Receipt:
        """A bystander draws the panel and sends the signed votes of all its seats."""
        proof = self._seed(complaint)
        snapshot = self.rpc("evm_snapshot")
        self.draw(complaint)
        assert self.rpc("evm_revert", snapshot) is True
        hidden = [self._hidden(complaint, seat, vote, NO_DIGEST) for seat, vote in enumerate(votes)]
        items = [
            (seat, value, self._signed_commit(complaint, seat, value))
            for seat, (value, _) in enumerate(hidden)
        ]
        receipt = self.send(self.bystander, COURT, "commitBatch", (complaint, proof, items))
        for seat, (value, made) in enumerate(hidden):
            self._remember(complaint, seat, value, made)
        return receipt

    def _signed_commit(self, complaint: int, seat: int, value: Hash32) -> str:
        owner = self.seat_owner(complaint, seat)
        place = Place(self.chain_id, self.contracts[FORWARDER])
        round_ = self.round_number(complaint)
        data = commit_typed_data(place, DisputeId(complaint), round_, (seat, value), owner)
        return str(self.rpc("eth_signTypedData_v4", owner, wallet_json(data)))

    def secret(self, complaint: int, seat: int) -> Secret:
        """What a seat of the open round hid."""
        return self._votes[complaint, self.round_number(complaint), seat]

    def reveal(self, complaint: int, seat: int) -> Receipt:
        """Anyone reveals what the seat committed last."""
        args = (complaint, self._opening(complaint, seat))
        return self.send(self.bystander, COURT, "reveal", args)

    def reveal_batch(self, complaint: int, seats: Sequence[int]) -> Receipt:
        """Anyone reveals what some seats committed last."""
        round_ = self.round_number(complaint)
        secrets = {seat: self._votes[complaint, round_, seat] for seat in seats}
        prefix, links = commitments.links(keccak, self._commits[complaint, round_], secrets)
        chain = [
            (one.commitment.seat, False, 0, one.commitment.value, NO_DIGEST)
            if one.secret is None
            else (
                one.commitment.seat,
                True,
                one.secret.vote,
                one.secret.salt,
                one.secret.reason,
            )
            for one in links
        ]
        return self.send(self.bystander, COURT, "revealBatch", (complaint, prefix, chain))

    def report_leak(self, complaint: int, seat: int) -> Receipt:
        """Anyone shows a vote before its time."""
        args = (complaint, self._opening(complaint, seat))
        return self.send(self.bystander, COURT, "reportLeak", args)

    def vote(self, complaint: int, votes: Sequence[int | None]) -> None:
        """From the draw to the last reveal; None is a seat that never shows up."""
        self.wait_for_commits(complaint)
        for seat, vote in enumerate(votes):
            if vote is not None:
                self.commit(complaint, seat, vote)
        if None in votes:
            self.wait_for_reveals(complaint)
        for seat, vote in enumerate(votes):
            if vote is not None:
                self.reveal(complaint, seat)

    # Appeals

    def contribute(self, complaint: int, higher: bool, payer: Address, amount: int) -> Receipt:
        """Somebody pays for an appeal in one direction."""
        return self.send(payer, APPEALS, "contribute", (complaint, higher), amount)

    def appeal(self, complaint: int, higher: bool, payer: Address | None = None) -> Receipt:
        """One payer fills a pot by itself, which opens the appeal."""
        missing = self.call(APPEALS, "missing", complaint, higher)
        return self.contribute(complaint, higher, payer or self.bystander, missing)

    # The clock

    def wait_for_commits(self, complaint: int) -> None:
        """Until votes may be committed."""
        self._wait(complaint, 1)

    def wait_for_reveals(self, complaint: int) -> None:
        """Until no more votes may be committed."""
        self._wait(complaint, 2)

    def wait_for_ruling(self, complaint: int) -> None:
        """Until no appeal is possible any more."""
        self._wait(complaint, 4)

    def round_number(self, complaint: int) -> int:
        """The number of the open round."""
        header = self.call(COURT, "rounds", complaint)
        return int((header >> 96 & 3) * ROUNDS_PER_APPEAL + (header >> 94 & 3))

    def _wait(self, complaint: int, windows: int) -> None:
        """Until that many of the round's windows are over; nothing if they are."""
        header = self.call(COURT, "rounds", complaint)
        drawn = header >> 98 & 1
        armed_at = header >> (104 if drawn else 160) & 0xFFFFFFFF
        said = terms(header)
        lengths = (
            said.hand_over_seconds,
            said.commit_seconds,
            said.reveal_seconds,
            said.commit_seconds,
        )
        ends = armed_at + sum(lengths[:windows])
        if self.now() < ends:
            self.warp_to(ends)

    def _seed(self, complaint: int) -> bytes:
        """The header of the seed's block, mining until it is there."""
        seed = (self.call(COURT, "rounds", complaint) >> 104 & 0xFFFFFFFF) + SEED_DELAY_BLOCKS
        missing = seed - self.block_number()
        if missing > 0:
            self.mine(missing)
        return self.header(seed).encoded

    def see_panel(self, complaint: int) -> None:
        """Whoever drew it."""
        seats = self.call(COURT, "rounds", complaint) >> 85 & 0x1F
        owners = [self.call(COURT, "seat", complaint, seat)[1] for seat in range(seats)]
        spelled = {one.lower(): one for one in self.accounts}
        self._panels[complaint] = [spelled[owner.lower()] for owner in owners]

    def _hidden(
        self, complaint: int, seat: int, vote: int, reason: Digest
    ) -> tuple[Hash32, Secret]:
        round_ = self.round_number(complaint)
        salt = hash32(keccak(word(complaint) + word(round_) + word(seat) + word(vote)))
        ballot = Ballot(self.chain_id, self.contracts[COURT], DisputeId(complaint), round_, seat)
        secret = Secret(BasisPoints(vote), salt, reason)
        return commitments.commitment(keccak, ballot, secret.vote, salt, reason), secret

    def _remember(self, complaint: int, seat: int, value: Hash32, secret: Secret) -> None:
        round_ = self.round_number(complaint)
        made = Commitment(seat, value, self.now())
        self._commits.setdefault((complaint, round_), []).append(made)
        self._votes[complaint, round_, seat] = secret

    def _opening(self, complaint: int, seat: int) -> tuple[object, ...]:
        round_ = self.round_number(complaint)
        said = self._votes[complaint, round_, seat]
        prefix, later = commitments.opening(keccak, self._commits[complaint, round_], seat)
        rest = [(one.seat, one.value) for one in later]
        return (seat, said.salt, said.reason, said.vote, prefix, rest)
