"""Checks a message of Sign-in with Ethereum (EIP-4361) and who signed it; the rest is `siwe`'s.

`siwe` tries ECDSA first, then asks the chain: ERC-1271 for accounts with code (those of EIP-7702
too), ERC-6492 for accounts whose code is still to come. This module loads web3, which takes about
a second: `dapp.chain.signatures` imports it when it is needed.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import siwe
from eth_account import Account
from eth_account.messages import encode_defunct
from web3.exceptions import Web3Exception
from web3.providers.base import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from dapp.domain.sign_in import SignIn
from dapp.domain.types import ChainId, UnixTime
from dapp.errors import InvalidInput, NodeRefused, NodeUnavailable, Refused

Ask = Callable[[Mapping[str, str]], bytes]
"""Makes a call at the latest block. Raises NodeRefused where it reverts."""

_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Of secp256k1 (EIP-2)."""
_MOST_GAS = 10_000_000
"""For an account's own check; a stranger wrote its code."""
_AGAIN = "Ask for a new message and sign that"

_MISMATCHES: dict[type[siwe.VerificationError], str] = {
    siwe.SchemeMismatch: "scheme",
    siwe.DomainMismatch: "domain",
    siwe.NonceMismatch: "nonce",
    siwe.UriMismatch: "URI",
    siwe.ChainIdMismatch: "chain id",
}


def check(text: str, signature: bytes, expected: SignIn, now: UnixTime, ask: Ask) -> None:
    """Passes if `text` is the expected message, in force, and signed by its account.

    Raises:
        InvalidInput: `message-malformed`, `message-mismatch` (its field names what differs), or
            `signature-wrong`.
        Refused: `message-expired`, `message-early`.
        NodeUnavailable, NodeBusy: the chain was to be asked and gave no answer.
    """
    message = _parsed(text)
    site = expected.site
    if now < expected.issued_at:
        raise Refused("the message is of a later time", remedy=_AGAIN, code="message-early")
    try:
        message.verify(
            "0x" + signature.hex(),
            scheme=None if site.is_secure else site.scheme,
            domain=site.authority,
            nonce=expected.nonce,
            uri=site.origin,
            chain_id=expected.chain_id,
            timestamp=datetime.fromtimestamp(now, UTC),
            provider=_Bridge(expected.chain_id, ask),
            strict=True,
        )
    except (siwe.ExpiredMessage, siwe.NotYetValidMessage) as error:
        raise Refused("the message is too old", remedy=_AGAIN, code="message-expired") from error
    except siwe.InvalidSignature as error:
        raise _wrong() from error
    except siwe.VerificationError as error:
        raise _mismatch(_MISMATCHES.get(type(error), "text")) from error
    except Web3Exception as error:
        raise NodeUnavailable("the node's answer about a signature makes no sense") from error
    if text != expected.text():
        raise _mismatch("text")
    if not _is_canonical(signature) and _signer(text, signature) == expected.account:
        raise _wrong()


def _parsed(text: str) -> siwe.SiweMessage:
    try:
        return siwe.SiweMessage.from_message(text)
    except ValueError as error:
        raise InvalidInput(
            "this is not a message of EIP-4361",
            remedy="Send back the very text that you were given",
            code="message-malformed",
            fields={"field": "message"},
        ) from error


def _is_canonical(signature: bytes) -> bool:
    """Whether no second signature could be made of this one without the key.

    `siwe` takes the higher s too, and v in several spellings.
    """
    return int.from_bytes(signature[32:64], "big") <= _HALF_ORDER and signature[64:] in (
        b"\x00",
        b"\x01",
        b"\x1b",
        b"\x1c",
    )


def _signer(text: str, signature: bytes) -> str | None:
    """By ECDSA; None where these bytes are something else, such as a contract's own proof."""
    try:
        return str(Account.recover_message(encode_defunct(text=text), signature=signature))
    except Exception:  # The libraries have a dozen kinds for bytes that are no signature.
        return None


def _wrong() -> InvalidInput:
    return InvalidInput(
        "the signature is not this account's",
        remedy="Sign with the account that the message names",
        code="signature-wrong",
        fields={"field": "signature"},
    )


def _mismatch(field: str) -> InvalidInput:
    return InvalidInput(
        f"the message has another {field} than was asked for",
        remedy=_AGAIN,
        code="message-mismatch",
        fields={"field": field},
    )


class _Bridge(BaseProvider):
    """Our node, as web3 asks it about an account."""

    # ERC-3668: web3 would fetch whatever address a stranger's contract names.
    global_ccip_read_enabled = False

    def __init__(self, chain_id: ChainId, ask: Ask) -> None:
        super().__init__()
        self._chain_id = chain_id
        self._ask = ask

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        if method == "eth_chainId":
            return {"jsonrpc": "2.0", "id": 0, "result": hex(self._chain_id)}
        if method == "eth_getCode":
            # Asked after an empty answer only, for the words of an error that nobody reads.
            return {"jsonrpc": "2.0", "id": 0, "result": "0x"}
        if method != "eth_call":
            raise NodeUnavailable(f"{method} is not asked for here")
        try:
            answer = self._ask({**params[0], "gas": hex(_MOST_GAS)})
        except NodeRefused as error:
            return {"jsonrpc": "2.0", "id": 0, "error": _reverted(error)}
        return {"jsonrpc": "2.0", "id": 0, "result": "0x" + answer.hex()}


def _reverted(error: NodeRefused) -> Any:
    """Whatever kept the call from its end, the account has not said yes."""
    data = error.fields.get("data")
    return {
        "code": 3,
        "message": "execution reverted",
        "data": data if isinstance(data, str) else "0x",
    }
