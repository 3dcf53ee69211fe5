"""What was submitted and named by no event goes again; what one names for good stays for good.

The index says what is named. While it is behind or halted nothing goes, nor while a reorg could
still bring the event back: that begins the wait anew.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from prometheus_client import Counter, Gauge

from dapp.domain.types import BlockNumber, Hash32
from dapp.errors import DatabaseUnavailable
from dapp.service.aside import aside
from dapp.store.erasures import ErasureRows
from dapp.store.references import Reached, References
from evidence import EvidenceError, Uploads, Vault, Waiting

log = structlog.get_logger()

_AT_ONCE = 2_000
"""Submissions judged and removed together: the vault is locked meanwhile."""

_WAITING = Gauge("redress_evidence_waiting", "Submissions that no final event names")
_WAITING_BYTES = Gauge("redress_evidence_waiting_bytes", "What these take")
_UPLOADS = Gauge("redress_uploads", "Files that come by parts and were not submitted yet")
_UPLOADS_BYTES = Gauge("redress_uploads_bytes", "What came of them")
_KEPT = Counter("redress_evidence_kept", "Submissions that a final event came to name")
_GIVEN_UP = Counter("redress_evidence_given_up", "Submissions removed since no event named them")
_FREED = Counter("redress_evidence_given_up_bytes", "What that made free")
_EXPIRED = Counter("redress_uploads_expired", "Files by parts that were given up")


@dataclass(frozen=True, slots=True)
class Swept:
    """Attributes:
    kept: submissions that a final event names, and that wait no longer.
    given_up: those removed; `freed` bytes came free.
    waiting: those left; `waiting_bytes` is what they take.
    expired: uploads by parts that were removed.
    """

    kept: int = 0
    given_up: int = 0
    freed: int = 0
    waiting: int = 0
    waiting_bytes: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class _Judged:
    """By owner."""

    final: list[str]
    named: list[str]
    doomed: dict[str, Waiting]


class Sweep:
    """Any number of processes may sweep one vault."""

    def __init__(
        self,
        vault: Vault,
        uploads: Uploads,
        references: References,
        replicas: ErasureRows,
        realm: str,
        wait_seconds: int,
        clock: Callable[[], float],
        pause_seconds: float = 600.0,
    ) -> None:
        """`clock` gives Unix seconds."""
        self._vault = vault
        self._uploads = uploads
        self._references = references
        self._replicas = replicas
        self._realm = realm
        self._wait_seconds = wait_seconds
        self._clock = clock
        self._pause_seconds = pause_seconds

    async def run(self) -> None:
        """For ever; the database and the disk may go and come back."""
        while True:
            try:
                await self.once()
            except DatabaseUnavailable as error:
                log.warning("the sweep waits for the database", code=error.code)
            except EvidenceError as error:
                log.error("not swept", code=error.code, reason=error.message)
            except Exception:
                log.exception("the sweep broke on our side")
            await asyncio.sleep(self._pause_seconds)

    async def once(self) -> Swept:
        """Raises DatabaseUnavailable, EvidenceError; what was done until then is done."""
        expired = await aside(self._uploads.sweep)
        _EXPIRED.inc(expired)
        waiting = await aside(self._vault.waiting)
        ours = [(owner, one) for owner, one in waiting.items() if one.realm == self._realm]
        kept = given_up = freed = 0
        for start in range(0, len(ours), _AT_ONCE):
            batch = dict(ours[start : start + _AT_ONCE])
            reached, found = await self._references.first([_digest(owner) for owner in batch])
            judged = self._judge(batch, reached, found)
            freed += await self._settle(judged)
            kept, given_up = kept + len(judged.final), given_up + len(judged.doomed)
        _KEPT.inc(kept)
        _GIVEN_UP.inc(given_up)
        _FREED.inc(freed)
        left = await self._count()
        return Swept(kept, given_up, freed, *left, expired)

    def _judge(
        self,
        waiting: Mapping[str, Waiting],
        reached: Reached | None,
        found: Mapping[Hash32, BlockNumber],
    ) -> _Judged:
        judged = _Judged([], [], {})
        for owner, one in waiting.items():
            first = found.get(_digest(owner))
            ends = one.since + self._wait_seconds
            if first is not None and reached is not None and first <= reached.finalized:
                judged.final.append(owner)
            elif first is not None:
                judged.named.append(owner)
            # By the chain as well: a transaction sent in time may be in a block not indexed yet.
            elif reached is not None and min(self._clock(), reached.timestamp) >= ends:
                judged.doomed[owner] = one
        return judged

    async def _settle(self, judged: _Judged) -> int:
        """The bytes that came free."""
        now = int(self._clock())

        def work() -> tuple[int, list[str]]:
            for owner in judged.final:
                self._vault.keep(owner)
            for owner in judged.named:
                self._vault.wait_anew(owner, now)
            removed = self._vault.give_up(judged.doomed)
            return removed.bytes, [str(cid) for cid in removed.roots if not self._vault.has(cid)]

        freed, gone = await aside(work)
        if gone:
            await self._replicas.remove_replicas(gone)
        return freed

    async def _count(self) -> tuple[int, int]:
        left = await aside(self._vault.waiting)
        uploads = await aside(self._uploads.all)
        total = sum(one.bytes for one in left.values())
        _WAITING.set(len(left))
        _WAITING_BYTES.set(total)
        _UPLOADS.set(len(uploads))
        _UPLOADS_BYTES.set(sum(one.offset for one in uploads))
        return len(left), total


def _digest(owner: str) -> Hash32:
    return Hash32("0x" + owner)
