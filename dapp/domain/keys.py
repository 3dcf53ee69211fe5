"""The key that evidence for somebody is sealed to, as the key registry's events tell it."""

from dataclasses import dataclass

from dapp.domain.events import KEYS, Event
from dapp.domain.types import ZERO_HASH, Address, BlockNumber, ChainId, Hash32, UnixTime


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """An account's latest key.

    Attributes:
        version: what a new key's version must exceed.
        key: an X25519 public key; None where the account took its last one back.
    """

    account: Address
    chain_id: ChainId
    version: int
    key: Hash32 | None
    set_at: UnixTime
    updated_block: BlockNumber


def apply(before: EncryptionKey | None, event: Event) -> EncryptionKey | None:
    """The key after an event of the key registry; others leave it as it is."""
    if event.contract != KEYS or event.name != "KeySet":
        return before
    key = Hash32(event.text("key"))
    return EncryptionKey(
        account=Address(event.text("account")),
        chain_id=event.chain_id,
        version=event.integer("version"),
        key=None if key == ZERO_HASH else key,
        set_at=event.timestamp,
        updated_block=event.block_number,
    )
