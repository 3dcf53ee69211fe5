"""One panel: the first vote seats it, all are hidden, then all are opened."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from scripts.demo.client import Api, Node, Person

#: More blocks than lie between the arming of a round and its seed.
SEED_BLOCKS = 6


@dataclass(frozen=True)
class Ballot:
    """What an arbitrator keeps to themself until the votes are opened."""

    person: Person
    seat: int
    vote: int
    salt: str
    reason: str


class Hearing:
    """Votes of one panel. `act` and `digest` are the story's."""

    def __init__(
        self, api: Api, node: Node, act: Callable[..., str], digest: Callable[[Person, str], str]
    ) -> None:
        self._api = api
        self._node = node
        self._act = act
        self._digest = digest

    def play(self, complaint: int, people: Mapping[str, Person], votes: Sequence[int]) -> None:
        """From the seed to the last opened vote; the salts stay in this process until then."""
        # The seed's block is a few blocks ahead; nobody knows its RANDAO value yet.
        self._node.mine(SEED_BLOCKS)
        self._api.wait_for(self._node.head())
        opens = self._api.get(f"/v1/cases/{complaint}")["case"]["rounds"][-1]["commit_opens"]
        # The day in which keys to sealed evidence are handed over.
        self._node.pass_time(int(opens["unix"]) - self._node.now())
        self._api.wait_for(self._node.head())
        panel = self._api.get(f"/v1/cases/{complaint}/panel")
        ballots = [
            self._commit(complaint, panel["round"], people[seat["owner"]], seat["number"], vote)
            for seat, vote in zip(panel["seats"], votes, strict=True)
        ]
        for one in ballots:
            self._act(
                one.person,
                "reveal",
                f"reveals {one.vote / 100:g} %",
                complaint=complaint,
                seat=one.seat,
                vote=one.vote,
                salt=one.salt,
                reason=one.reason,
            )

    def _commit(self, complaint: int, number: int, person: Person, seat: int, vote: int) -> Ballot:
        reason = self._digest(person, f"The base is usable, the rest is not: {vote / 100:g} %.")
        ballot = Ballot(person, seat, vote, "0x" + secrets.token_hex(32), reason)
        seats = " and so seats the panel" if seat == 0 else ""
        self._act(
            person,
            "commit",
            f"commits a vote in seat {seat}{seats}",
            complaint=complaint,
            seat=seat,
            commitment=self._commitment(complaint, number, ballot),
        )
        return ballot

    def _commitment(self, complaint: int, number: int, ballot: Ballot) -> str:
        court = self._api.get("/v1/deployments")["contracts"]["ArbitrationCourt"]["address"]
        values = (
            int(self._node.call("eth_chainId"), 16),
            court,
            complaint,
            number,
            ballot.seat,
            ballot.vote,
            bytes.fromhex(ballot.salt[2:]),
            bytes.fromhex(ballot.reason[2:]),
        )
        types = ["uint256", "address", "uint256", "uint256", "uint8", "uint16"]
        return "0x" + keccak(encode([*types, "bytes32", "bytes32"], values)).hex()
