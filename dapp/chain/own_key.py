"""A person's own secret key: out of a keystore file or as it is. It goes nowhere else."""

import json
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32 as HashBytes

from dapp.chain.keccak import checksummed, keccak
from dapp.domain import signing
from dapp.domain.signing import TypedData
from dapp.domain.types import Address, Hash32, raw
from dapp.errors import InvalidInput, Refused

MAX_KEYSTORE_BYTES = 64 * 1024
_MOST_MEMORY = 1 << 23
"""Of scrypt, in blocks of 128 bytes: a GiB. Wallets take a quarter of that."""
_MOST_LANES = 16
_MOST_ROUNDS = 10_000_000
"""Of PBKDF2; wallets take a quarter of a million."""


class Key:
    """A secret key; its text is in no message and no `repr`."""

    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    @property
    def address(self) -> Address:
        return checksummed(bytes.fromhex(self._account.address[2:]))

    def sign(self, transaction: dict[str, Any]) -> tuple[bytes, Hash32]:
        """The signed transaction, and its hash."""
        signed = self._account.sign_transaction(transaction)
        return bytes(signed.raw_transaction), Hash32("0x" + bytes(signed.hash).hex())

    def sign_typed(self, data: TypedData) -> str:
        """65 bytes over the digest that EIP-712 gives, as 0x… text."""
        signed = self._account.unsafe_sign_hash(HashBytes(raw(signing.digest(keccak, data))))
        return "0x" + bytes(signed.signature).hex()


def key_of(text: str) -> Key:
    """The key of 64 hexadecimal digits, with or without 0x. Raises InvalidInput."""
    digits = text.strip().removeprefix("0x")
    try:
        if len(digits) != 64:
            raise ValueError
        return Key(Account.from_key(bytes.fromhex(digits)))
    except Exception:  # whatever it says might show a part of the key
        raise InvalidInput(
            "this is not a secret key",
            remedy="Give 64 hexadecimal digits",
            code="key-invalid",
        ) from None


def keystore_address(data: bytes) -> Address | None:
    """Whose key a keystore file says that it holds; None where it does not say."""
    found = str(_keystore(data).get("address", "")).removeprefix("0x")
    try:
        return checksummed(bytes.fromhex(found)) if len(found) == 40 else None
    except ValueError:
        return None


def unlock(data: bytes, password: str) -> Key:
    """The key of a keystore file (Web3 Secret Storage, version 3). Raises InvalidInput, Refused."""
    found = _keystore(data)
    _check_work(found)
    try:
        return Key(Account.from_key(Account.decrypt(found, password)))
    except ValueError as error:
        if "MAC" not in str(error):
            raise _no_keystore() from None
        raise Refused(
            "the password does not open this keystore",
            remedy="Give the one that it was made with",
            code="password-wrong",
        ) from None
    except (KeyError, TypeError, AttributeError, NotImplementedError, MemoryError):
        raise _no_keystore() from None


def _check_work(found: dict[str, Any]) -> None:
    """What a file may ask of us before its password is known to be right. Raises InvalidInput."""
    params = found["crypto"].get("kdfparams")
    # Of version 4 the parameters stand elsewhere.
    if found.get("version") != 3 or not isinstance(params, dict):
        raise _no_keystore()
    n, r, p, c = (params.get(name, 1) for name in ("n", "r", "p", "c"))
    if not all(type(one) is int and one > 0 for one in (n, r, p, c)):
        raise _no_keystore()
    is_greedy = n * r > _MOST_MEMORY or max(r, p) > _MOST_LANES or c > _MOST_ROUNDS
    if is_greedy or params.get("dklen", 32) != 32:
        raise InvalidInput(
            "this keystore asks for too much work",
            remedy="Make it anew with the usual parameters",
            code="keystore-invalid",
        )


def _keystore(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_KEYSTORE_BYTES:
        raise _no_keystore()
    try:
        # Whoever decrypts reads names without their case: of two, both of us see the same.
        found = json.loads(data, object_pairs_hook=_lower)
    except (ValueError, RecursionError):
        raise _no_keystore() from None
    if not isinstance(found, dict) or not isinstance(found.get("crypto"), dict):
        raise _no_keystore()
    return found


def _lower(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name.lower(): value for name, value in pairs}


def _no_keystore() -> InvalidInput:
    return InvalidInput(
        "this is not a keystore file",
        remedy="Give a file of Web3 Secret Storage, as geth, clef and most wallets write it",
        code="keystore-invalid",
    )
