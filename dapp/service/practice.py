"""A made-up case to try a vote on: by the rules of the real ones, without a chain or a wallet."""

import json
import secrets
from dataclasses import dataclass

from dapp.chain.keccak import keccak
from dapp.domain import commitments, fees, median
from dapp.domain.commitments import Ballot
from dapp.domain.rounds import Terms
from dapp.domain.types import (
    ALL,
    NO_ACCOUNT,
    NO_DIGEST,
    BasisPoints,
    ChainId,
    DisputeId,
    Hash32,
    hash32,
)
from dapp.errors import InvalidInput
from dapp.service import inputs

SCHEMA = "redress-practice/1"
"""Not the schema of real receipts, so that nobody takes one for the other."""
OTHERS = (BasisPoints(4000), BasisPoints(5500))
"""What the two made-up arbitrators say."""
_BALLOT = Ballot(ChainId(0), NO_ACCOUNT, DisputeId(0), 0, len(OTHERS))
_MOST_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class PracticeVote:
    """A vote that is hidden, and what opens it."""

    vote: BasisPoints
    salt: Hash32

    @property
    def commitment(self) -> Hash32:
        return commitments.commitment(keccak, _BALLOT, self.vote, self.salt, NO_DIGEST)

    @property
    def receipt(self) -> str:
        told = {"schema": SCHEMA, "vote": self.vote, "salt": self.salt}
        return json.dumps({**told, "commitment": self.commitment}, indent=2)


@dataclass(frozen=True, slots=True)
class PracticeEnd:
    """What came of it, seat by seat; the reader's is the last.

    Attributes:
        votes: None of one that was not opened.
        pays: in wei.
    """

    votes: tuple[BasisPoints | None, ...]
    pays: tuple[int, ...]
    ruling: int


def cast(share: str) -> PracticeVote:
    """A new hidden vote, for a percentage as people type it. Raises InvalidInput."""
    try:
        vote = round(float(share.strip().replace(",", ".")) * 100)
    except (ValueError, OverflowError):
        vote = -1
    if not 0 <= vote <= ALL:
        raise InvalidInput(
            "the vote is not a percentage", remedy="Give 0 to 100", fields={"field": "vote"}
        )
    return PracticeVote(BasisPoints(vote), hash32(secrets.token_bytes(32)))


def opened(receipt: str, commitment: str) -> PracticeVote:
    """The vote that a receipt opens. Raises InvalidInput: not this commitment, or no receipt."""
    try:
        if len(receipt) > _MOST_CHARS:
            raise ValueError
        told = json.loads(receipt)
        if told["schema"] != SCHEMA or not 0 <= int(told["vote"]) <= ALL:
            raise ValueError
        found = PracticeVote(BasisPoints(int(told["vote"])), inputs.hash32(str(told["salt"])))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _wrong() from error
    if found.commitment != commitment:
        raise _wrong()
    return found


def ended(vote: BasisPoints | None, terms: Terms) -> PracticeEnd:
    """The ruling, and what each seat gains or loses by it, as the court pays them."""
    votes = (*OTHERS, vote)
    shown = [one for one in votes if one is not None]
    return PracticeEnd(votes, tuple(fees.panel_pays(votes, terms)), median.ruling(shown))


def _wrong() -> InvalidInput:
    return InvalidInput(
        "this does not open the vote",
        remedy="Give the receipt as it was shown when you voted",
        code="receipt-invalid",
        fields={"field": "receipt"},
    )
