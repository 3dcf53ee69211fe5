"""Messages of Sign-in with Ethereum: every field is checked, and so is the signature's form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import siwe
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from dapp.chain import eip4361
from dapp.domain.sign_in import STATEMENT, SignIn
from dapp.domain.site import site_of
from dapp.domain.types import Address, ChainId, UnixTime
from dapp.errors import NodeRefused, NodeUnavailable, RedressError

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
NOW = UnixTime(1_800_000_000)
OWNER: LocalAccount = Account.create()
EXPECTED = SignIn(
    site=site_of("https://redress.example"),
    account=Address(OWNER.address),
    chain_id=ChainId(31_337),
    nonce="0123456789abcdef",
    issued_at=NOW,
    expires_at=UnixTime(NOW + 600),
)


def no_code(call: Mapping[str, str]) -> bytes:
    """What a node answers for an account without code."""
    return b""


def sign(text: str, key: LocalAccount = OWNER) -> bytes:
    return bytes(key.sign_message(encode_defunct(text=text)).signature)


def refused(
    text: str, signature: bytes | None = None, *, now: int = NOW, **options: Any
) -> RedressError:
    expected = options.get("expected", EXPECTED)
    with pytest.raises(RedressError) as error:
        eip4361.check(
            text,
            sign(text) if signature is None else signature,
            expected,
            UnixTime(now),
            options.get("ask", no_code),
        )
    return error.value


@pytest.mark.parametrize(
    "url", ["https://redress.example", "http://127.0.0.1:8080", "http://[::1]:1"]
)
def test_the_text_is_what_the_standard_says(url: str) -> None:
    expected = replace(EXPECTED, site=site_of(url))
    site = expected.site
    moment = datetime.fromtimestamp(NOW, UTC)
    message = siwe.SiweMessage(
        scheme=None if site.is_secure else "http",
        domain=site.authority,
        address=expected.account,
        statement=STATEMENT,
        uri=url,
        version="1",
        chain_id=expected.chain_id,
        nonce=expected.nonce,
        issued_at=siwe.ISO8601Datetime.from_datetime(moment, "seconds"),
        expiration_time="2027-01-15T08:10:00Z",
    )
    assert expected.text() == message.prepare_message()
    eip4361.check(expected.text(), sign(expected.text()), expected, NOW, no_code)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (replace(EXPECTED, site=site_of("https://evil.example")), "domain"),
        (replace(EXPECTED, site=site_of("https://redress.example:8443")), "domain"),
        (replace(EXPECTED, site=site_of("http://redress.example")), "URI"),
        (replace(EXPECTED, chain_id=ChainId(1)), "chain id"),
        (replace(EXPECTED, nonce="fedcba9876543210"), "nonce"),
        (replace(EXPECTED, expires_at=UnixTime(NOW + 10**7)), "text"),
        (replace(EXPECTED, issued_at=UnixTime(NOW + 1)), "text"),
    ],
)
def test_another_message_is_refused_though_it_is_signed(other: SignIn, field: str) -> None:
    error = refused(other.text())
    assert (error.code, error.fields["field"]) == ("message-mismatch", field)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (STATEMENT, "Sign in."),
        (STATEMENT, STATEMENT.replace("no money", "all money")),
        ("\nExpiration Time: 2027-01-15T08:10:00Z", ""),
        ("Z\nExpiration", "+00:00\nExpiration"),
        ("08:10:00Z", "08:10:00Z\nNot Before: 2020-01-01T00:00:00Z"),
        ("08:10:00Z", "08:10:00Z\nResources:\n- https://evil.example"),
        ("08:10:00Z", "08:10:00Z\nRequest ID: 1"),
        ("redress.example wants", "https://redress.example wants"),
    ],
)
def test_an_altered_text_is_refused_though_it_is_signed(old: str, new: str) -> None:
    altered = EXPECTED.text().replace(old, new)
    assert altered != EXPECTED.text()
    assert refused(altered).code == "message-mismatch"


@pytest.mark.parametrize(
    "text", ["", "Sign in.", EXPECTED.text() + "\n", EXPECTED.text().replace("\n", "\r\n")]
)
def test_what_is_no_message_is_refused(text: str) -> None:
    assert refused(text).code == "message-malformed"


def test_http_is_named_where_it_is_meant() -> None:
    expected = replace(EXPECTED, site=site_of("http://127.0.0.1:8080"))
    silent = expected.text().replace("http://127.0.0.1:8080 wants", "127.0.0.1:8080 wants")
    error = refused(silent, expected=expected)
    assert (error.code, error.fields["field"]) == ("message-mismatch", "scheme")


@pytest.mark.parametrize(
    ("now", "code"),
    [(NOW - 1, "message-early"), (NOW + 600, "message-expired"), (NOW + 10**9, "message-expired")],
)
def test_a_message_is_in_force_for_its_time_only(now: int, code: str) -> None:
    assert refused(EXPECTED.text(), now=now).code == code
    eip4361.check(EXPECTED.text(), sign(EXPECTED.text()), EXPECTED, UnixTime(NOW + 599), no_code)


def test_only_the_account_itself_signs() -> None:
    text = EXPECTED.text()
    assert refused(text, sign(text, Account.create())).code == "signature-wrong"
    assert refused(text, sign(text + " ")).code == "signature-wrong"
    other = replace(EXPECTED, account=Address(Account.create().address))
    assert refused(other.text(), expected=other).code == "signature-wrong"


def test_of_all_spellings_of_a_signature_one_is_taken() -> None:
    text = EXPECTED.text()
    found = sign(text)
    s, v = int.from_bytes(found[32:64], "big"), found[64] - 27
    eip4361.check(text, found[:64] + bytes([v]), EXPECTED, NOW, no_code)
    high = found[:32] + (ORDER - s).to_bytes(32, "big")
    spellings = [high + bytes([28 - v]), high + bytes([1 - v]), *_chain_spellings(found, v)]
    assert [refused(text, one).code for one in spellings] == ["signature-wrong"] * len(spellings)


def _chain_spellings(signature: bytes, v: int) -> list[bytes]:
    """With the v of EIP-155, which means the same point."""
    return [signature[:64] + bytes([35 + 2 * chain + v]) for chain in (0, 1, 82)]


@pytest.mark.parametrize("signature", [b"", b"\x00", b"\x00" * 65, b"\xff" * 65, b"\x00" * 10_000])
def test_bytes_that_are_no_signature_are_refused(signature: bytes) -> None:
    assert refused(EXPECTED.text(), signature).code == "signature-wrong"


def test_a_refusal_of_the_chain_is_no_yes() -> None:
    def reverts(call: Mapping[str, str]) -> bytes:
        raise NodeRefused("reverted", fields={"rpc_code": 3, "data": None})

    assert refused(EXPECTED.text(), b"\x01", ask=reverts).code == "signature-wrong"


def test_no_answer_of_the_chain_is_neither_yes_nor_no() -> None:
    def away(call: Mapping[str, str]) -> bytes:
        raise NodeUnavailable("the node does not answer")

    assert refused(EXPECTED.text(), b"\x01", ask=away).code == "node-unavailable"
