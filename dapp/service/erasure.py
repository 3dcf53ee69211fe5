"""Taking away what was submitted: envelopes, blocks, copies elsewhere. The digest stays.

First it is noted down, and refused from then on; then the blocks go. Whatever is cut off is taken
up again by `run`, in every process: each has a vault to look through.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from dapp.domain.types import Address, Hash32
from dapp.errors import DatabaseUnavailable, Forbidden, Refused, Retryable
from dapp.service import views
from dapp.service.aside import aside
from dapp.service.evidence import erased
from dapp.service.held import roots_of
from dapp.store.erasures import OPERATOR, ErasureRows, Reason
from dapp.store.erasures import Erasure as Row
from evidence import CID, EvidenceError, Manifest, Vault, digest_to_cid, parse_cid

View = dict[str, Any]

log = structlog.get_logger()

_STATUS = {Reason.PERSONAL: 410, Reason.LEGAL: 451}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database said last; replaced as a whole, read by any thread."""

    mark: tuple[int, int] = (0, 0)
    rows: Mapping[Hash32, Row] = field(default_factory=dict)
    by_hash: Mapping[bytes, tuple[Row, ...]] = field(default_factory=dict)
    """By multihash, which all CIDs of one block share."""


class Erasure:
    """Call `refresh` before anything is given out."""

    def __init__(
        self, vault: Vault, rows: ErasureRows, poll_seconds: float = 5.0, retry_seconds: float = 600
    ) -> None:
        """`poll_seconds`: how soon a process hears of what another one erased."""
        self._vault = vault
        self._rows = rows
        self._poll_seconds = poll_seconds
        self._retry_seconds = retry_seconds
        self._known = _Known()
        self._cleared: set[int] = set()
        """Numbers of erasures after which this vault holds nothing but what others pinned too."""

    def refused(self, cid: CID) -> int | None:
        """410 or 451; None for what was never erased, or is here because somebody else has it too.

        From any thread.
        """
        rows = self._known.by_hash.get(cid.multihash)
        if rows is None:
            return None
        if all(row.number in self._cleared for row in rows) and self._vault.has(cid):
            return None
        return max(_STATUS[row.reason] for row in rows)

    async def told(self, digest: Hash32) -> View | None:
        """When and why; None for what was not erased. Raises DatabaseUnavailable."""
        row = await self._rows.find(digest)
        return None if row is None else _view(row)

    async def check(self, digest: Hash32) -> None:
        """Raises Erased, DatabaseUnavailable."""
        row = await self._rows.find(digest)
        if row is not None:
            raise erased(digest, row.reason.value, erased_at=row.erased_at)

    async def erase_own(self, digest: Hash32, account: Address, manifest: Manifest) -> View:
        """An author takes back what nobody rests on. Raises Forbidden, Refused, VaultError."""
        if manifest.author.lower() != account.lower():
            raise Forbidden(
                "only its author may have it erased",
                remedy="Sign in as its author",
                code="not-the-author",
            )
        if manifest.text is not None or any(one.commitment is None for one in manifest.items):
            raise Refused(
                "part of it is public: copies may be anywhere",
                remedy="Ask whoever runs this service; what is public cannot be taken back",
                code="evidence-not-sealed",
            )
        open_case = await self._rows.open_case_with(digest, account)
        if open_case is not None:
            raise Refused(
                f"complaint {open_case} is not over and rests on it",
                remedy="Wait for its end",
                code="evidence-in-use",
                fields={"complaint": open_case},
            )
        return await self.erase(digest, Reason.PERSONAL, account)

    async def erase(self, digest: Hash32, reason: Reason, by: str = OPERATOR) -> View:
        """Whether it is here or not. Raises DatabaseUnavailable; VaultError, then it is refused
        all the same and tried again."""
        await self._rows.add(digest, reason, by, await aside(lambda: self._roots(digest)))
        await self.refresh()
        row = self._known.rows[digest]
        await self._clear(row)
        return _view(row)

    async def lift(self, digest: Hash32) -> None:
        """It was submitted again, which a personal erasure does not keep anybody from.

        Raises DatabaseUnavailable; Retryable where an erasure under way has taken it.
        """
        if await self._rows.find(digest) is None:
            return
        await self._rows.lift(digest)
        await self.refresh()
        if not self._vault.has(digest_to_cid(bytes.fromhex(digest[2:]))):
            raise Retryable("it was being erased", remedy="Submit it again", code="evidence-going")

    async def refresh(self) -> bool:
        """Hears of what others erased; whether there was something. Raises DatabaseUnavailable."""
        mark = await self._rows.mark()
        if mark == self._known.mark:
            return False
        rows = await self._rows.all()
        by_hash: dict[bytes, tuple[Row, ...]] = {}
        for row in rows:
            for root in row.roots:
                name = parse_cid(root).multihash
                by_hash[name] = (*by_hash.get(name, ()), row)
        self._known = _Known(mark, {row.digest: row for row in rows}, by_hash)
        return True

    async def clear(self) -> None:
        """Takes out of this vault what is still there. Raises DatabaseUnavailable."""
        for row in list(self._known.rows.values()):
            if row.number in self._cleared:
                continue
            try:
                await self._clear(row)
            except EvidenceError as error:
                log.error("not erased yet", digest=row.digest, code=error.code)

    async def run(self) -> None:
        """For ever; the database may go and come back."""
        last = 0.0
        while True:
            try:
                now = asyncio.get_running_loop().time()
                if await self.refresh() or now - last > self._retry_seconds:
                    last = now
                    await self.clear()
            except DatabaseUnavailable as error:
                log.warning("erasure waits for the database", code=error.code)
            except Exception:
                log.exception("erasure broke on our side")
            await asyncio.sleep(self._poll_seconds)

    async def _clear(self, row: Row) -> None:
        gone = await aside(lambda: self._remove(row))
        await self._rows.remove_replicas(gone)
        self._cleared.add(row.number)

    def _remove(self, row: Row) -> list[str]:
        """The roots that nobody else has pinned here."""
        owner = row.digest[2:]
        if owner in self._vault.owners():
            self._vault.remove(owner)
        return [root for root in row.roots if not self._vault.has(parse_cid(root))]

    def _roots(self, digest: Hash32) -> list[str]:
        """Those that are known here; the manifest's follows from the digest."""
        key = bytes.fromhex(digest[2:])
        try:
            return list(roots_of(key, self._vault.get_manifest(key)))
        except EvidenceError:
            pinned = self._vault.pins().get(key.hex(), ())
            return list(dict.fromkeys([*map(str, pinned), str(digest_to_cid(key))]))


def _view(row: Row) -> View:
    return {
        "digest": row.digest,
        "reason": row.reason.value,
        "erased_by": row.erased_by,
        "erased_at": views.time(row.erased_at),
    }
