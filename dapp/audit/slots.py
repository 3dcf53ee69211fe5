"""Where the words that a verdict rests on lie in the contracts' storage (docs/audit.md, Slots).

A test compares the constants with the compiler's storage layout.
"""

from dapp.chain.keccak import keccak
from dapp.domain.types import ComplaintId, DisputeId, OrganisationId, word

COMPLAINT_COUNT = 0
COMPLAINT_TRAIL = 2
ORGANISATION_TRAIL = 3
"""Of the complaints about an organisation; in the desk."""
REGISTRY_COUNT = 2
REGISTRY_TRAIL = 3
ROUNDS = 6
COMMITS = 7
MORE_SEATS = 8
PRIOR_RECORD = 14
ANCHOR_TRAIL = 0
SPENT_LEAF = 2

_WORDS_IN_ROUND = 8
HISTORY_CONTRACT = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
"""EIP-2935: hashes of earlier blocks, in the slots of their numbers modulo `HISTORY_BLOCKS`."""
HISTORY_BLOCKS = 8191


def complaint_count() -> bytes:
    """How many complaints there are; of the desk."""
    return word(COMPLAINT_COUNT)


def complaint_trail(complaint: ComplaintId) -> bytes:
    """A complaint's trail; of the desk."""
    return _mapped(COMPLAINT_TRAIL, complaint)


def organisation_trail(organisation: OrganisationId) -> bytes:
    """The trail of the complaints about an organisation; of the desk."""
    return _mapped(ORGANISATION_TRAIL, organisation)


def organisation_count() -> bytes:
    """How many organisations there are; of the registry."""
    return word(REGISTRY_COUNT)


def registry_trail(organisation: OrganisationId) -> bytes:
    """An organisation's own trail; of the registry."""
    return _mapped(REGISTRY_TRAIL, organisation)


def court_round(dispute: DisputeId) -> bytes:
    """The word of a dispute's open round; of the court."""
    return _mapped(ROUNDS, dispute)


def court_commits(dispute: DisputeId) -> bytes:
    """The accumulated commitments of the open round; of the court."""
    return _mapped(COMMITS, dispute)


def court_seats(dispute: DisputeId, round_number: int, index: int) -> bytes:
    """The word of seats `3 + 6 * index` and up of a round; of the court."""
    outer = _mapped(MORE_SEATS, dispute)
    return keccak(word(round_number * _WORDS_IN_ROUND + index) + outer)


def court_prior(dispute: DisputeId) -> bytes:
    """The record of the rounds before the open one; of the court."""
    return _mapped(PRIOR_RECORD, dispute)


def anchor_trail(sender: int) -> bytes:
    """The trail of a sender's batches; of the anchor."""
    return _mapped(ANCHOR_TRAIL, sender)


def spent_leaf(leaf: int) -> bytes:
    """Whether a leaf was opened or taken back; of the anchor."""
    return _mapped(SPENT_LEAF, leaf)


def block_hash(number: int) -> bytes:
    """The hash of an earlier block; of the history contract."""
    return word(number % HISTORY_BLOCKS)


def _mapped(slot: int, key: int) -> bytes:
    return keccak(word(key) + word(slot))
