"""Whose key made a signature over typed data (EIP-712); eth_account is loaded when it is asked."""

from dapp.chain.keccak import checksummed, keccak
from dapp.domain.signing import TypedData, digest
from dapp.domain.types import Address, raw


def signer_of(data: TypedData, signature: bytes) -> Address | None:
    """None for bytes that no key made."""
    from eth_account import Account

    try:
        found = Account._recover_hash(raw(digest(keccak, data)), signature=signature)
    except Exception:  # The libraries have many kinds for bytes that are no signature.
        return None
    return checksummed(raw(found))
