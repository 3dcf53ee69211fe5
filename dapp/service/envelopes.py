"""Key envelopes by account: put, fetched, and who has one. To this service they are noise.

The right to put one is that of the manifest's author, and of whoever has one already. Who has
just submitted a manifest holds a token for it, and needs no session to put its first ones.
"""

import base64
import binascii
import io
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import structlog
from anyio import to_thread

from dapp.domain.types import Address, ComplaintId, Hash32
from dapp.errors import EnvelopesFull, Forbidden, InvalidInput, NotFound, Refused
from dapp.service import inputs, views
from dapp.service.clock import Wall
from dapp.service.erasure import Erasure
from dapp.service.evidence import Evidence
from dapp.service.messages.keys import MessageKeys
from dapp.store.envelopes import CLERK, MOST, EnvelopeRows, NewEnvelope, Stored, Unopened
from evidence import Manifest, parse
from evidence.envelope import MAX_SEALED_BYTES
from evidence.seal import MAX_RECIPIENTS, check_sealed

View = dict[str, Any]

log = structlog.get_logger()

TOKEN_SECONDS = 3600
MAX_BASE64_CHARS = (MAX_SEALED_BYTES + 2) // 3 * 4


class Envelopes:
    """Every method raises DatabaseUnavailable, and Erased of what was erased."""

    def __init__(
        self,
        rows: EnvelopeRows,
        evidence: Evidence,
        erasure: Erasure,
        clerk: str | None,
        keys: MessageKeys,
        wall: Wall,
    ) -> None:
        """`clerk` is the clerk's `age1…`, where there is one; `keys` signs tokens."""
        self._rows = rows
        self._evidence = evidence
        self._erasure = erasure
        self._clerk = clerk
        self._keys = keys
        self._wall = wall

    async def put(
        self, digest: Hash32, account: Address, recipients: Sequence[str], envelope: str
    ) -> View:
        """Keeps an envelope for those named: accounts, or `clerk`.

        Raises InvalidInput, SealedInvalid; Forbidden, Refused, EnvelopesFull, NotFound.
        """
        named, body = self._recipients(recipients), decoded(envelope)
        is_author = is_by(await self.manifest(digest), account)
        if not is_author and not await self._rows.has(digest, account):
            raise _not_a_reader()
        await self.store(NewEnvelope(digest, named, account, is_author, body))
        return {"recipients": list(named)}

    def token(self, digest: Hash32) -> str | None:
        """For whoever submits a manifest that is certain to be new; None where no key can be had.

        It counts for an hour: as the author's word, for envelopes of that digest alone.
        """
        until = int(self._wall()) + TOKEN_SECONDS
        try:
            return self._keys.link(_purpose(digest), uuid4(), until)
        except Refused as error:
            log.warning("authors must sign in", code=error.code)
            return None

    async def put_with_token(
        self, digest: Hash32, token: str, recipients: Sequence[str], envelope: str
    ) -> View:
        """As `put`, by whoever submitted the manifest. Raises as it."""
        if self._keys.channel_of(_purpose(digest), token, self._wall()) is None:
            raise Forbidden(
                "this token is not for this digest, or is too old",
                remedy="Sign in as its author",
                code="envelope-token-wrong",
            )
        author = inputs.address((await self.manifest(digest)).author, "author")
        return await self.put(digest, author, recipients, envelope)

    async def store(self, new: NewEnvelope) -> None:
        """Whoever asks has the right to. Raises Refused, EnvelopesFull."""
        outcome = await self._rows.put(new)
        if outcome == "erased":
            await self._erasure.check(new.digest)
        if outcome == "too-many":
            raise Refused(
                f"there are as many envelopes of {new.digest} as are kept, {MOST} at most",
                remedy="Have its author seal one to all who may read",
                code="envelopes-too-many",
            )
        if outcome == "full":
            raise EnvelopesFull("there is no room for more key envelopes", remedy="Try another day")

    async def find(self, digest: Hash32, account: str, skip: int = 0) -> Stored:
        """The envelope for an account that is to be tried first, or after `skip` others.

        Raises NotFound.
        """
        await self._erasure.check(digest)
        found = await self._rows.find(digest, account, skip)
        if found is None:
            raise NotFound(
                f"no envelope of {digest} names {account}",
                remedy="Ask its author to seal one to your key",
                code="envelope-none",
            )
        return found

    async def readers(self, digest: Hash32, account: Address) -> View:
        """For whom there are envelopes; told to them and to the author. Raises Forbidden."""
        await self._erasure.check(digest)
        found = await self._rows.readers([digest])
        named = {one.account for one in found}
        if account not in named and not is_by(await self.manifest(digest), account):
            raise _not_a_reader()
        readers = [
            {"account": one.account, "sealed_at": views.time(one.sealed_at)}
            for one in sorted(found, key=lambda one: (one.sealed_at, one.account))
        ]
        return {"readers": readers}

    async def unopened(self, complaint: ComplaintId) -> View:
        """What arbitrators said that they can't open."""
        found = await self._rows.unopened(complaint)
        return {"complaint": complaint, "unopened": [unopened_view(one) for one in found]}

    async def manifest(self, digest: Hash32) -> Manifest:
        """With something sealed in it. Raises NotFound, Refused, EvidenceError."""
        await self._erasure.check(digest)
        found = parse(await to_thread.run_sync(self._evidence.manifest, digest))
        if found.recipient is None:
            raise Refused(
                f"nothing in {digest} is sealed", code="evidence-not-sealed", remedy="Just read it"
            )
        return found

    def _recipients(self, named: Sequence[str]) -> list[str]:
        if not 1 <= len(named) <= MAX_RECIPIENTS:
            raise _recipients_invalid(f"an envelope is for 1 to {MAX_RECIPIENTS}")
        if CLERK in named and self._clerk is None:
            raise _recipients_invalid("this service has no clerk")
        found = [one if one == CLERK else inputs.address(one, "recipients") for one in named]
        return list(dict.fromkeys(found))


def _purpose(digest: Hash32) -> str:
    return f"envelope {digest}"


def is_by(manifest: Manifest, account: Address) -> bool:
    return manifest.author.lower() == account.lower()


def unopened_view(one: Unopened) -> View:
    return {
        "digest": one.digest,
        "account": one.account,
        "round": one.round,
        "reason": one.reason,
        "stated_at": views.time(one.stated_at),
        "stands": one.stands,
    }


def decoded(text: str) -> bytes:
    """An envelope's bytes. Raises InvalidInput; SealedInvalid for what is not age."""
    if len(text) > MAX_BASE64_CHARS:
        raise InvalidInput(
            f"an envelope has at most {MAX_SEALED_BYTES} bytes",
            code="envelope-too-large",
            fields={"field": "envelope"},
        )
    try:
        body = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(
            "the envelope is not base64",
            remedy="Use the alphabet with + and /, padded, without line breaks",
            code="base64-invalid",
            fields={"field": "envelope"},
        ) from error
    check_sealed(io.BytesIO(body))
    return body


def _recipients_invalid(why: str) -> InvalidInput:
    return InvalidInput(why, code="recipients-invalid", fields={"field": "recipients"})


def _not_a_reader() -> Forbidden:
    return Forbidden(
        "this account neither wrote it nor has an envelope of it",
        remedy="Sign in as somebody who can read it",
        code="not-a-reader",
    )
