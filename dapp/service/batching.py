"""Which signed actions share a transaction, and what gas that is given."""

from collections.abc import Sequence

from dapp.chain import encode
from dapp.domain import intents
from dapp.domain.signing import SignedAction
from dapp.store.relay import Relayed

_MOST_BATCH_GAS = 12_000_000
"""Well below what one transaction may take (EIP-7825)."""
_MOST_SIGNATURE_BYTES = 64 * 1024
"""Together; nodes take transactions of 128 KiB, and accounts of code may want long signatures."""
_CALL_GAS = 12_000
"""For each item around what it does: the call to ourselves, its event, memory."""
_BYTE_GAS = 40
"""The dearest calldata (EIP-7623)."""


def fitting(waiting: Sequence[Relayed]) -> list[Relayed]:
    """As many as go into one transaction; only those that may take as much as the first.

    Each is given the same, and could burn it: with a dearer one it would burn what nobody paid for.
    """
    found: list[Relayed] = []
    size = 0
    for one in waiting:
        if one.gas != waiting[0].gas:
            continue
        size += len(one.signed.signature) // 2
        if (len(found) + 1) * one.gas > _MOST_BATCH_GAS or size > _MOST_SIGNATURE_BYTES:
            break
        found.append(one)
    return found


def batch_data(actions: Sequence[SignedAction], gas_each: int) -> bytes:
    """The call of the forwarder that does them all."""
    intent = intents.batch(actions, gas_each)
    return encode.calldata(intent.contract, intent.function, intent.args)


def batch_gas(items: int, gas_each: int, data_bytes: int) -> int:
    """What that call may take."""
    # A call keeps a 64th of the gas back (EIP-150): none of them may come short.
    return 21_000 + _BYTE_GAS * data_bytes + items * (gas_each * 64 // 63 + _CALL_GAS)
