"""What the one process may do whose turn it is to find and tell what there is to tell."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from dapp.domain.deployment import Deployment
from dapp.domain.events import Event, RawLog
from dapp.domain.notices import CORRECTED, Kind, Notice
from dapp.domain.types import Address, BlockNumber, ComplaintId, UnixTime
from dapp.store import rows
from dapp.store.database import Connection
from dapp.store.event_log import EventLog
from dapp.store.letters import POST, LetterKind
from dapp.store.subjects import COMPLAINT, subjects_of
from dapp.store.subscribers import Channel, Subscriber, channel, subscriber
from dapp.store.views import Head

Row = tuple[Any, ...]

_BLOCKS_AT_ONCE = 2_000
_MOST_NOTICES = 500
"""In one letter."""
_LOOK_BACK_BLOCKS = 256
"""How deep a reorg is looked for, where the node does not say what is final."""

SET_CURSOR = """
INSERT INTO notice_cursor (chain_id, block_number, block_hash)
VALUES (%(chain)s, %(number)s, %(hash)s)
ON CONFLICT (chain_id) DO UPDATE SET
    block_number = EXCLUDED.block_number, block_hash = EXCLUDED.block_hash
"""
_BLOCK_HASH = "SELECT hash FROM block WHERE chain_id = %(chain)s AND number = %(number)s"
# A notice of a block that is gone: its case may have no event left above the fork.
_NOTICED = """
SELECT DISTINCT complaint FROM notice
WHERE chain_id = %(chain)s AND block_number > %(number)s AND complaint IS NOT NULL
"""
_UNPLANNED = """
UPDATE subscriber SET planned = true WHERE (chain_id, account) IN (
    SELECT chain_id, account FROM subscriber WHERE chain_id = %(chain)s AND NOT planned
    LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING account
"""
_SUBSCRIBERS = """
SELECT account, language, time_zone, quiet_starts, quiet_ends, kinds, lead_seconds, since
FROM subscriber WHERE chain_id = %(chain)s AND account = ANY(%(accounts)s)
"""
_CHANNELS = """
SELECT id, account, kind, target, state, secret_version, former_until, failing_since, error_code,
    made_at
FROM channel WHERE chain_id = %(chain)s AND account = ANY(%(accounts)s) AND state = 'active'
"""
_TOLD = """
SELECT account, key, kind FROM notice
WHERE chain_id = %(chain)s AND complaint = %(complaint)s AND told_at IS NOT NULL
    AND kind = ANY(%(kinds)s) AND key NOT LIKE '%%/taken-back/%%'
"""
_DROP = """
DELETE FROM notice n WHERE n.chain_id = %(chain)s AND n.complaint = %(complaint)s
    AND n.told_at IS NULL AND NOT EXISTS (
        SELECT FROM unnest(%(accounts)s::text[], %(keys)s::text[]) w (account, key)
        WHERE w.account = n.account AND w.key = n.key)
"""
# What waits may be due at another time now; what was told stays as it was told. A correction
# waits from when the fault was first seen.
PLAN = """
INSERT INTO notice (
    chain_id, account, key, complaint, kind, block_number, at, due_at, until, facts)
VALUES (
    %(chain)s, %(account)s, %(key)s, %(complaint)s, %(kind)s, %(block)s, %(at)s, %(due)s,
    %(until)s, %(facts)s)
ON CONFLICT (chain_id, account, key) DO UPDATE SET
    block_number = EXCLUDED.block_number,
    due_at = CASE
        WHEN notice.told_at IS NULL AND notice.kind <> 'correction' THEN EXCLUDED.due_at
        ELSE notice.due_at
    END,
    facts = CASE WHEN notice.told_at IS NULL THEN EXCLUDED.facts ELSE notice.facts END
"""
_DUE = """
SELECT number, block_number, account, key, complaint, kind, at, due_at, until, facts::text
FROM notice WHERE chain_id = %(chain)s AND told_at IS NULL AND due_at <= %(now)s
ORDER BY due_at, number LIMIT %(limit)s FOR UPDATE
"""
_TELL = """
UPDATE notice SET told_at = %(wall)s WHERE chain_id = %(chain)s AND number = ANY(%(numbers)s)
"""
# Should it come to be true once more, it is told once more.
_TAKE_BACK = """
UPDATE notice SET key = key || '/taken-back/' || number
WHERE chain_id = %(chain)s AND account = %(account)s AND key = ANY(%(keys)s)
"""

_WAITING = """
SELECT id FROM letter
WHERE chain_id = %(chain)s AND channel = %(channel)s AND state = 'pending' AND kind = 'notices'
    AND tries = 0 AND cardinality(notices) < %(most)s
ORDER BY made_at DESC, id LIMIT %(limit)s
"""
# It may have been taken since it was found: then it is not added to.
_APPEND = """
UPDATE letter SET notices = notices || %(notices)s, next_try_at = LEAST(next_try_at, %(at)s)
WHERE chain_id = %(chain)s AND id = %(id)s AND state = 'pending' AND tries = 0
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that is to be told now; its case was read up to the block."""

    number: int
    block: BlockNumber
    notice: Notice


class Turn:
    """What the one process whose turn it is may do, in one transaction."""

    def __init__(
        self,
        connection: Connection,
        deployment: Deployment,
        decode: Callable[[RawLog], Event | None],
        cursor: tuple[BlockNumber, bytes],
    ) -> None:
        self._connection = connection
        self._chain_id = deployment.chain_id
        contracts = {one.name: one.address for one in deployment.contracts}
        self._log = EventLog(connection, self._chain_id, contracts)
        self._decode = decode
        self._number, self._hash = cursor

    async def touched(self, head: Head) -> tuple[set[ComplaintId], bool]:
        """The complaints that changed since the last turn, and whether that is all up to the head.

        Notices are made of them before the turn ends: the next one goes on from here.
        """
        first, found = self._number + 1, set[ComplaintId]()
        if not await self._stands():
            deepest = max(
                head.finalized_block, min(self._number, head.block_number) - _LOOK_BACK_BLOCKS
            )
            first = max(0, min(deepest, head.block_number)) + 1
            gone = await self._fetch(_NOTICED, number=first - 1)
            found = {ComplaintId(number) for (number,) in gone}
        last = min(head.block_number, first + _BLOCKS_AT_ONCE - 1)
        logs = await self._log.logs_of(BlockNumber(first), BlockNumber(last))
        events = [event for log in logs if (event := self._decode(log)) is not None]
        named = {subject for event in events for subject in subjects_of(event)}
        about = await rows.resolve(self._connection, self._chain_id, named)
        found |= {ComplaintId(int(one.key)) for one in about if one.kind == COMPLAINT}
        await self._move(BlockNumber(last))
        return found, last == head.block_number

    async def unplanned(self) -> list[Address]:
        """Whose cases are to be gone through, because they have said what they want since."""
        return [Address(account) for (account,) in await self._fetch(_UNPLANNED)]

    async def subscribers(self, accounts: Iterable[Address]) -> dict[Address, Subscriber]:
        """Those of the accounts who want anything."""
        found = await self._fetch(_SUBSCRIBERS, accounts=list(accounts))
        return {one.account: one for one in map(subscriber, found)}

    async def channels(self, accounts: Iterable[Address]) -> list[Channel]:
        """Over which the accounts can be told something."""
        return [channel(row) for row in await self._fetch(_CHANNELS, accounts=list(accounts))]

    async def told(self, complaint: ComplaintId) -> list[tuple[Address, str, Kind]]:
        """Account, key and kind of what was told and would be corrected."""
        kinds = [str(kind) for kind in CORRECTED]
        found = await self._fetch(_TOLD, complaint=complaint, kinds=kinds)
        return [(Address(account), key, Kind(kind)) for account, key, kind in found]

    async def plan(
        self, complaint: ComplaintId, wanted: Sequence[Notice], block: BlockNumber
    ) -> None:
        """What waits to be told of a complaint is this, and nothing else."""
        accounts, keys = [one.account for one in wanted], [one.key for one in wanted]
        await self._fetch(_DROP, complaint=complaint, accounts=accounts, keys=keys)
        for one in wanted:
            await self.add(one, block)

    async def add(self, one: Notice, block: BlockNumber) -> None:
        """One more; if it was told before, it is not told again."""
        await self._fetch(PLAN, **planned(one, block))

    async def due(self, now: UnixTime, limit: int) -> list[Due]:
        """What is to be told at `now`, the first first."""
        return [due_of(row) for row in await self._fetch(_DUE, now=now, limit=limit)]

    async def tell(self, numbers: Sequence[int], wall: float) -> None:
        """They have been told, by our own clock."""
        await self._fetch(_TELL, numbers=list(numbers), wall=wall)

    async def take_back(self, account: Address, keys: Sequence[str]) -> None:
        """What was told under the keys is over and done with."""
        await self._fetch(_TAKE_BACK, account=account, keys=list(keys))

    async def post(self, over: Channel, number: int, at: float, now: float, most: int) -> None:
        """Puts a notice into a letter that goes not before `at`; `now` is our own clock.

        If `most` letters of the channel wait already it is added to the last of them.
        """
        values = {"channel": over.id, "notices": [number], "at": at}
        waiting = await self._fetch(_WAITING, channel=over.id, most=_MOST_NOTICES, limit=most)
        if len(waiting) >= most:
            latest = waiting[0][0]
            if await self._fetch(_APPEND, **values, id=latest):
                return
        await self._fetch(POST, **values, id=uuid4(), kind=LetterKind.NOTICES, now=now)

    async def _stands(self) -> bool:
        """Whether the block of the last turn is still on the chain."""
        found = await self._fetch(_BLOCK_HASH, number=self._number)
        return bool(found) and bytes(found[0][0]) == self._hash

    async def _move(self, number: BlockNumber) -> None:
        found = await self._fetch(_BLOCK_HASH, number=number)
        if found:
            own = bytes(found[0][0])
            await self._fetch(SET_CURSOR, number=number, hash=own)
            self._number, self._hash = number, own

    async def _fetch(self, statement: str, **values: Any) -> list[Row]:
        parameters = {"chain": self._chain_id, **values}
        found = await self._connection.execute(statement.encode(), parameters)
        return await found.fetchall() if found.description else []


def due_of(row: Row) -> Due:
    """Columns: number, block_number, account, key, complaint, kind, at, due_at, until, facts."""
    number, block, account, key, complaint, kind, at, due_at, until, facts = row
    return Due(
        number,
        BlockNumber(block),
        Notice(
            key=key,
            kind=Kind(kind),
            account=Address(account),
            at=UnixTime(at),
            due_at=UnixTime(due_at),
            complaint=None if complaint is None else ComplaintId(complaint),
            until=None if until is None else UnixTime(until),
            facts=json.loads(facts),
        ),
    )


def planned(one: Notice, block: BlockNumber) -> dict[str, Any]:
    """The values of `PLAN`, but for the chain."""
    return {
        "account": one.account,
        "key": one.key,
        "complaint": one.complaint,
        "kind": one.kind,
        "block": block,
        "at": one.at,
        "due": one.due_at,
        "until": one.until,
        "facts": json.dumps(dict(one.facts)),
    }
