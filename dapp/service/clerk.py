"""The clerk: hands the key of what was sealed to it on to parties and panel, as they come.

It is trusted with secrets and with nothing else: what it passes on opens only what the author
bound, which every reader checks. It has a key and no account; it runs beside vault and database.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from dapp.domain.types import Hash32
from dapp.errors import NotFound, RedressError, Refused, Retryable
from dapp.service.aside import aside
from dapp.service.envelopes import Envelopes
from dapp.service.evidence import Evidence
from dapp.service.sealing import Missing, Sealed, Sealing
from dapp.store.envelopes import CLERK, MOST, NewEnvelope
from evidence import Envelope, open_envelope, recipient_of, seal_envelope, sealed_items
from evidence.errors import EvidenceError
from evidence.seal import MAX_RECIPIENTS

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Round:
    """Attributes: sealed: accounts that were given a key; failed: submissions that could not be."""

    sealed: int = 0
    failed: int = 0

    def __add__(self, other: "Round") -> "Round":
        return Round(self.sealed + other.sealed, self.failed + other.failed)


class Clerk:
    """Opening holds Python's lock: give it a process of its own."""

    def __init__(
        self,
        sealing: Sealing,
        envelopes: Envelopes,
        evidence: Evidence,
        identity: str,
        recipient: str | None,
    ) -> None:
        """`recipient` is what authors are told to seal to. Raises Refused if it is another key."""
        if recipient_of(identity) != recipient:
            raise Refused(
                "this key is not the one that authors are told to seal to",
                remedy=f"Set REDRESS_CLERK_RECIPIENT={recipient_of(identity)}",
                code="clerk-key-mismatch",
            )
        self._sealing = sealing
        self._envelopes = envelopes
        self._evidence = evidence
        self._identity = identity
        self._useless: set[bytes] = set()
        """SHA-256 of envelopes that opened nothing, so that each is tried once."""

    async def run(self, poll_seconds: float, stop: asyncio.Event) -> None:
        """Until told to stop; node and database may go and come back."""
        while not stop.is_set():
            try:
                done = await self.once()
                if done.sealed or done.failed:
                    log.info("clerk's round", sealed=done.sealed, failed=done.failed)
            except Retryable as error:
                log.warning("the clerk waits", code=error.code)
            try:
                async with asyncio.timeout(poll_seconds):
                    await stop.wait()
            except TimeoutError:
                pass

    async def once(self) -> Round:
        """Every open case with something for the clerk. Raises Retryable."""
        done = Round()
        for complaint in await self._sealing.cases_of_clerk():
            try:
                todo = await self._sealing.todo(complaint)
            except NotFound:
                continue  # the chain has gone another way since
            for one in todo.sealed:
                done += await self._serve(one)
        return done

    async def _serve(self, one: Sealed) -> Round:
        """What goes wrong with one submission must not stop the others."""
        wanted = [each for each in one.missing if each.account in one.clerk_may_serve]
        if CLERK not in one.readers or not wanted:
            return Round()
        try:
            return await self._seal(one.digest, wanted[:MAX_RECIPIENTS])
        except Retryable:
            raise
        except (RedressError, EvidenceError) as error:
            log.warning("the clerk could not seal", digest=one.digest, code=error.code)
            return Round(failed=1)

    async def _seal(self, digest: Hash32, wanted: Sequence[Missing]) -> Round:
        manifest = await aside(lambda: self._evidence.manifest(digest))
        opened = await self._open(digest, manifest)
        if opened is None:
            return Round(failed=1)
        recipients = [one.recipient for one in wanted if one.recipient is not None]
        body = await aside(lambda: seal_envelope(opened, recipients))
        accounts = [one.account for one in wanted]
        await self._envelopes.store(NewEnvelope(digest, accounts, CLERK, True, body))
        return Round(sealed=len(accounts))

    async def _open(self, digest: Hash32, manifest: bytes) -> Envelope | None:
        """The first that opens and tells what the author bound."""
        for skip in range(MOST):
            try:
                found = await self._envelopes.find(digest, CLERK, skip)
            except NotFound:
                return None
            name = hashlib.sha256(found.body).digest()
            if name in self._useless:
                continue
            try:
                return await aside(partial(self._checked, manifest, found.body))
            except EvidenceError as error:
                log.warning("an envelope for the clerk is no use", digest=digest, code=error.code)
                self._useless.add(name)
        return None

    def _checked(self, manifest: bytes, body: bytes) -> Envelope:
        opened = open_envelope(body, self._identity)
        sealed_items(manifest, opened)
        return opened
