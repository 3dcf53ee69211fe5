"""The rolling hash that makes a subject's history complete (contracts/libraries/Trail.sol)."""

from functools import lru_cache

from dapp.domain.events import CLAIMS, DESK, ESCROW, REGISTRY, Event
from dapp.domain.types import Address, ChainId, Hash32, Keccak, UnixTime, hash32, raw, word

_LABEL = b"redress-trail/1"
_WITH_TRAILS = frozenset({CLAIMS, DESK, ESCROW, REGISTRY})
# An organisation's balance and money sent along with a claim have no trail; how a complaint
# divided an order is folded where it says so itself, in `Executed`.
_UNFOLDED = frozenset(
    {
        (CLAIMS, "Funded"),
        (CLAIMS, "FundingWithdrawn"),
        (ESCROW, "OrganisationWithdrew"),
        (ESCROW, "Split"),
    }
)

_raw = lru_cache(maxsize=256)(raw)


def genesis(keccak: Keccak, chain_id: ChainId, contract: Address, subject: int) -> Hash32:
    """The word before the first event.

    Args:
        keccak: keccak-256.
        chain_id: of the chain that the contract is on.
        contract: whose events are folded.
        subject: the id; for an order, its key as a number.
    """
    # A string is dynamic: its offset stands in the head, its length and padded bytes in the tail.
    head = word(0x80) + word(chain_id) + _address(contract) + word(subject)
    return hash32(keccak(head + word(len(_LABEL)) + _LABEL.ljust(32, b"\0")))


def fold(
    keccak: Keccak, trail: Hash32, topic0: Hash32, words: bytes, actor: Address, at: UnixTime
) -> Hash32:
    """The word after an event.

    Args:
        keccak: keccak-256.
        trail: the word before it.
        topic0: the event's signature hash.
        words: the ABI encoding of all its arguments as declared.
        actor: who acted, never a relayer.
        at: the block's time.
    """
    return hash32(
        keccak(raw(trail) + _raw(topic0) + keccak(words) + _address(actor) + at.to_bytes(32, "big"))
    )


def is_folded(event: Event) -> bool:
    """Whether the event belongs to the trail of its subject, its first argument."""
    if event.contract not in _WITH_TRAILS or (event.contract, event.name) in _UNFOLDED:
        return False
    return bool(event.words) and "actor" in event.args


def subject(event: Event) -> int:
    """The number of what the event is about: its first argument."""
    return int.from_bytes(event.words[:32], "big")


def fold_event(keccak: Keccak, trail: Hash32 | None, event: Event) -> Hash32:
    """The word after `event`; `trail` is None before the first one."""
    if trail is None:
        trail = genesis(keccak, event.chain_id, event.address, subject(event))
    actor = Address(event.text("actor"))
    return fold(keccak, trail, event.topic0, event.words, actor, event.timestamp)


# A few accounts do most of what is done.
@lru_cache(maxsize=4096)
def _address(address: Address) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
