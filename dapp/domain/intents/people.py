"""Keys, signatures and the guardian's pause."""

from collections.abc import Sequence

from dapp.domain.events import COURT, ESCROW, FORWARDER, KEYS, REGISTRY, Value
from dapp.domain.intents.call import MAX_VERSION, Intent, check_range
from dapp.domain.keys import EncryptionKey
from dapp.domain.signing import SignedAction
from dapp.domain.types import NOTHING, ZERO_HASH, Hash32, Wei
from dapp.errors import InvalidInput

_GOVERNED = (COURT, ESCROW, REGISTRY)


def set_key(current: EncryptionKey | None, version: int, key: Hash32 = ZERO_HASH) -> Intent:
    """Say which key evidence is to be sealed to; zero takes the last one back."""
    check_range("version", version, current.version + 1 if current else 1, MAX_VERSION)
    return Intent(KEYS, "setKey", (version, key))


def act(signed: SignedAction, value: Wei = NOTHING) -> Intent:
    """Send what somebody signed; `value` is for the action, and what is left comes back."""
    return Intent(FORWARDER, "actWithSig", (_signed(signed),), value)


def batch(items: Sequence[SignedAction], gas_each: int) -> Intent:
    """Send what many signed, none of it with money; one that is refused stops no other."""
    check_range("gas_each", gas_each, 21_000, 30_000_000)
    return Intent(FORWARDER, "batch", (tuple(_signed(one) for one in items), gas_each))


def cancel_nonces(index: int, bits: int) -> Intent:
    """Take back what one has signed: the nonces from 256 * `index` up whose bits are set."""
    check_range("index", index, 0, (1 << 248) - 1)
    check_range("bits", bits, 1, (1 << 256) - 1)
    return Intent(FORWARDER, "cancelNonces", (index, bits))


def set_paused(contract: str, paused: bool) -> Intent:
    """Refuse new orders, stakes or bonds, or accept them again. The guardian only."""
    if contract not in _GOVERNED:
        raise InvalidInput(f"{contract} cannot be paused", fields={"field": "contract"})
    return Intent(contract, "setPaused", (paused,))


def _signed(one: SignedAction) -> Value:
    return (one.target, one.action, one.actor, one.nonce, one.deadline, one.signature)
