"""Signing in with a wallet, and staying signed in for a while.

Needed for what is private only: everything else is open to everybody.
"""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256

from dapp.chain.signatures import Signatures
from dapp.domain.sign_in import SignIn
from dapp.domain.site import Site
from dapp.domain.types import Address, UnixTime
from dapp.errors import InvalidInput, Refused
from dapp.service.clock import Wall
from dapp.store.sessions import Session, SessionRows, Waiting

MESSAGE_SECONDS = 600
"""How long a message may wait for its signature."""

_TOKEN_BYTES = 32
_NONCE_BYTES = 16
_SIGNATURE = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


@dataclass(frozen=True, slots=True)
class Asked:
    """A message to sign, and what the browser keeps until it comes back with it."""

    text: str
    browser: str
    expires_at: UnixTime


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session, and what the browser keeps of it: who holds `token` is signed in."""

    token: str
    session: Session


class Sessions:
    """Who is signed in. Every method raises DatabaseUnavailable."""

    def __init__(
        self, rows: SessionRows, signatures: Signatures, wall: Wall, session_seconds: int
    ) -> None:
        self._rows = rows
        self._signatures = signatures
        self._wall = wall
        self._session_seconds = session_seconds

    async def ask(self, account: Address, site: Site) -> Asked:
        """A message for the account, good once, for the browser that gets `browser`."""
        now = self._now()
        expires = UnixTime(now + MESSAGE_SECONDS)
        message = Waiting(account, secrets.token_hex(_NONCE_BYTES), now, expires)
        text, browser = self._expected(message, site).text(), secrets.token_urlsafe(_TOKEN_BYTES)
        await self._rows.keep(_digest(text), _digest(browser), message)
        return Asked(text, browser, expires)

    async def sign_in(self, text: str, signature: str, browser: str, site: Site) -> Opened:
        """A session for the account that signed `text`, to the letter what `ask` gave.

        A message that failed may be tried again while it is in force.

        Raises:
            Refused: `message-unknown`; and as `dapp.chain.eip4361.check`.
            InvalidInput, NodeUnavailable, NodeBusy: as there.
        """
        if not _SIGNATURE.fullmatch(signature):
            raise InvalidInput(
                "the signature is not hexadecimal",
                remedy="Give 0x and two digits a byte",
                fields={"field": "signature"},
            )
        now, digest = self._now(), _digest(text)
        found = await self._rows.waiting(digest, _digest(browser), now)
        if found is None:
            raise _unknown()
        expected = self._expected(found, site)
        await self._signatures.check(text, bytes.fromhex(signature[2:]), expected, now)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        expires = UnixTime(now + self._session_seconds)
        opened = await self._rows.open(digest, _digest(browser), _digest(token), now, expires)
        if opened is None:
            raise _unknown()
        return Opened(token, opened)

    async def find(self, token: str) -> Session | None:
        """The session that `token` stands for, while it lasts."""
        return await self._rows.session(_digest(token), self._now())

    async def all_of(self, account: Address) -> list[Session]:
        """The newest first."""
        return await self._rows.sessions(account, self._now())

    async def sign_out(self, token: str) -> None:
        await self._rows.close(_digest(token))

    async def sign_out_everywhere(self, account: Address) -> None:
        await self._rows.close_all(account)

    def _expected(self, message: Waiting, site: Site) -> SignIn:
        return SignIn(
            site=site,
            account=message.account,
            chain_id=self._rows.chain_id,
            nonce=message.nonce,
            issued_at=message.issued_at,
            expires_at=message.expires_at,
        )

    def _now(self) -> UnixTime:
        return UnixTime(int(self._wall()))


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _unknown() -> Refused:
    return Refused(
        "this message was not given to this browser, was used already, or is too old",
        remedy="Ask for a new message and sign that",
        code="message-unknown",
    )
