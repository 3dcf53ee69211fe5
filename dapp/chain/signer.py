"""Keys that sign our own transactions: a keystore file, or a signer that keeps its key to itself.

What a signer hands back is read again and must be what was asked for, from the right account.
eth_account is loaded when the first key is.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dapp.chain.keccak import checksummed, keccak
from dapp.chain.recover import signer_of
from dapp.chain.rpc import Rpc
from dapp.domain.signing import TypedData, digest, wallet_json
from dapp.domain.types import Address, ChainId, Hash32, Wei, hash32, raw
from dapp.errors import NodeBusy, NodeRefused, NodeUnavailable, SignerUnusable

_MOST_KEYSTORE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei for a unit of gas (EIP-1559): at most `most` in all, of which `tip` to the proposer."""

    most: Wei
    tip: Wei

    def raised(self, eighths: int, now: "Fees") -> "Fees":
        """So many eighths of both, rounded up, and no less than what is asked for now."""
        tip = max(-(-self.tip * eighths // 8), now.tip)
        return Fees(Wei(max(-(-self.most * eighths // 8), now.most, tip)), Wei(tip))


@dataclass(frozen=True, slots=True)
class Transaction:
    chain_id: ChainId
    nonce: int
    to: Address
    data: bytes
    value: Wei
    gas: int
    fees: Fees


@dataclass(frozen=True, slots=True)
class Signed:
    """The bytes that go out, and the transaction's hash."""

    raw: bytes
    hash: Hash32


class Signer(Protocol):
    """Signs for one account."""

    @property
    def address(self) -> Address: ...

    async def sign(self, transaction: Transaction) -> Signed:
        """Raises SignerUnusable, NodeUnavailable."""

    async def sign_data(self, data: TypedData) -> str:
        """65 bytes over typed data (EIP-712), as 0x… text. Raises as `sign`."""


class KeystoreSigner:
    """A key in this process's memory; `from_file` reads it."""

    def __init__(self, account: Any) -> None:
        self._account = account
        self.address = Address(account.address)

    @classmethod
    async def from_file(cls, file: Path, password: str) -> "KeystoreSigner":
        """A keystore of Web3 Secret Storage, version 3. Raises SignerUnusable."""
        return cls(await asyncio.to_thread(_opened, file, password))

    async def sign(self, transaction: Transaction) -> Signed:
        """Raises SignerUnusable."""
        signed = self._account.sign_transaction(_fields(transaction))
        return _checked(bytes(signed.raw_transaction), transaction, self.address)

    async def sign_data(self, data: TypedData) -> str:
        """Raises SignerUnusable."""
        signed = self._account.unsafe_sign_hash(raw(digest(keccak, data)))
        return "0x" + bytes(signed.signature).hex()


class RemoteSigner:
    """Asks another program over JSON-RPC (`eth_signTransaction`), such as clef or web3signer."""

    def __init__(self, rpc: Rpc, address: Address) -> None:
        self._rpc = rpc
        self.address = address

    async def sign(self, transaction: Transaction) -> Signed:
        """Raises SignerUnusable; NodeUnavailable: `signer-unavailable`."""
        asked = {
            "from": self.address,
            "to": transaction.to,
            "data": "0x" + transaction.data.hex(),
            # Both spellings of the same bytes are in use.
            "input": "0x" + transaction.data.hex(),
            "value": hex(transaction.value),
            "gas": hex(transaction.gas),
            "nonce": hex(transaction.nonce),
            "chainId": hex(transaction.chain_id),
            "maxFeePerGas": hex(transaction.fees.most),
            "maxPriorityFeePerGas": hex(transaction.fees.tip),
        }
        answer = await self._asked("eth_signTransaction", asked)
        text = answer.get("raw") if isinstance(answer, dict) else answer
        try:
            if not isinstance(text, str):
                raise ValueError("neither bytes nor an object with bytes")
            return _checked(raw(text), transaction, self.address)
        except ValueError as error:
            raise SignerUnusable("the signer's answer makes no sense") from error

    async def sign_data(self, data: TypedData) -> str:
        """Raises SignerUnusable; NodeUnavailable: `signer-unavailable`."""
        asked = (self.address, wallet_json(data))
        try:
            answer = await self._asked("eth_signTypedData_v4", *asked)
        except SignerUnusable:
            # The older name of the same.
            answer = await self._asked("eth_signTypedData", *asked)
        try:
            return _checked_data(raw(str(answer)), data, self.address)
        except ValueError as error:
            raise SignerUnusable("the signer's answer makes no sense") from error

    async def _asked(self, method: str, *params: object) -> object:
        try:
            return await self._rpc.call(object, method, *params)
        except NodeRefused as error:
            raise SignerUnusable(f"the signer refuses: {error.message}") from error
        except (NodeUnavailable, NodeBusy) as error:
            raise NodeUnavailable(
                "the signer does not answer",
                remedy="Check that it runs and that REDRESS_SIGNER_URL names it",
                code="signer-unavailable",
            ) from error


def _opened(file: Path, password: str) -> Any:
    from eth_account import Account

    try:
        with file.open("rb") as stream:
            text = stream.read(_MOST_KEYSTORE_BYTES).decode()
        return Account.from_key(Account.decrypt(text, password))
    except OSError as error:
        raise SignerUnusable(
            "the keystore cannot be read", remedy="Check REDRESS_SENDER_KEYSTORE"
        ) from error
    except Exception:
        # The libraries have many kinds for a wrong password and for no keystore; none is shown.
        raise SignerUnusable(
            "this is no keystore of version 3, or its password is another",
            remedy="Check REDRESS_SENDER_KEYSTORE and REDRESS_SENDER_PASSWORD_FILE",
        ) from None


def _fields(transaction: Transaction) -> dict[str, Any]:
    return {
        "type": 2,
        "chainId": transaction.chain_id,
        "nonce": transaction.nonce,
        "to": transaction.to,
        "data": transaction.data,
        "value": transaction.value,
        "gas": transaction.gas,
        "maxFeePerGas": transaction.fees.most,
        "maxPriorityFeePerGas": transaction.fees.tip,
    }


def _checked(signed: bytes, transaction: Transaction, address: Address) -> Signed:
    """Raises SignerUnusable where it is another transaction, or another account's."""
    from eth_account import Account
    from eth_account.typed_transactions.typed_transaction import TypedTransaction
    from hexbytes import HexBytes

    try:
        found: dict[str, Any] = dict(TypedTransaction.from_bytes(HexBytes(signed)).as_dict())
        signer = Account.recover_transaction(HexBytes(signed))
    except Exception as error:  # As above: many kinds for bytes that are no transaction.
        raise SignerUnusable("the signer gave bytes that are no EIP-1559 transaction") from error
    wanted = {**_fields(transaction), "to": raw(transaction.to), "accessList": ()}
    found["to"] = bytes(found["to"])
    if any(found[name] != value for name, value in wanted.items()):
        raise SignerUnusable("the signer signed another transaction than it was given")
    if checksummed(raw(signer)) != address:
        raise SignerUnusable("the signer signed with another account", fields={"address": address})
    return Signed(signed, hash32(keccak(signed)))


def _checked_data(signature: bytes, data: TypedData, address: Address) -> str:
    """Raises SignerUnusable where another account signed, or something else."""
    if signer_of(data, signature) != address:
        raise SignerUnusable("the signer signed with another account", fields={"address": address})
    return "0x" + signature.hex()
