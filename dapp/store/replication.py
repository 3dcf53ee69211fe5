"""Which evidence is held where, and who is at work on it. All times are the database's clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg_pool import AsyncConnectionPool

from dapp.domain.types import ChainId, UnixTime
from dapp.store.database import database_errors

Row = tuple[Any, ...]


class State(StrEnum):
    """Of one DAG at one target, as far as this side knows."""

    PENDING = "pending"
    PINNED = "pinned"
    FAILED = "failed"
    """The target was asked and refused, or the bytes here are not what they were."""
    REMOVING = "removing"
    """Erased here; the target is to let go of it."""
    ERASED = "erased"
    """The target has let go of it. Noted for good, so that nobody sends it again."""


LET_GO = (State.REMOVING, State.ERASED)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours until its lease ends.

    Attributes:
        number: what `renew` and `settle` prove with that nobody has taken it since.
        tries: with this one, since it was last found pinned.
        reference: what the target calls it.
    """

    root: str
    target: str
    number: int
    state: State
    tries: int
    reference: str | None


@dataclass(frozen=True, slots=True)
class Replica:
    root: str
    target: str
    state: State
    since: UnixTime


@dataclass(frozen=True, slots=True)
class TargetState:
    """Attributes: unreachable_since: None while it answers."""

    target: str
    unreachable_since: UnixTime | None
    error_code: str | None


# Sorted, so that two who note down the same rows do not wait for each other in a circle.
_ENQUEUE = """
INSERT INTO replication (chain_id, root, target)
SELECT %(chain)s, root, target
FROM unnest(%(roots)s::text[]) AS r (root) CROSS JOIN unnest(%(targets)s::text[]) AS t (target)
ORDER BY root, target
ON CONFLICT DO NOTHING
"""

_AGAIN = """
UPDATE replication SET
    state = 'pending', since = now(), tries = 0, claims = claims + 1, next_try_at = now(),
    updated_at = now()
WHERE chain_id = %(chain)s AND root = ANY(%(roots)s) AND state IN ('removing', 'erased')
"""

_LET_GO = """
SELECT DISTINCT root FROM replication
WHERE chain_id = %(chain)s AND state IN ('removing', 'erased')
"""

_CLAIM = """
UPDATE replication SET
    tries = tries + 1,
    claims = claims + 1,
    next_try_at = now() + make_interval(secs => %(lease)s),
    updated_at = now()
WHERE (chain_id, root, target) = (
    SELECT r.chain_id, r.root, r.target FROM replication r
    WHERE r.chain_id = %(chain)s AND r.target = %(target)s AND r.next_try_at <= now()
        AND NOT EXISTS (
            SELECT FROM replication_target t
            WHERE t.chain_id = r.chain_id AND t.target = r.target
                AND (t.unreachable_since IS NOT NULL OR t.paused_until > now()))
    ORDER BY (r.state NOT IN ('pending', 'removing')), r.next_try_at
    LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING root, target, claims, state, tries, reference
"""

_MINE = """
WHERE chain_id = %(chain)s AND root = %(root)s AND target = %(target)s AND claims = %(number)s
"""

_RENEW = (
    """
UPDATE replication SET
    next_try_at = now() + make_interval(secs => %(lease)s), updated_at = now()
"""
    + _MINE
)

_SETTLE = (
    """
UPDATE replication SET
    state = %(state)s,
    since = CASE WHEN state = %(state)s THEN since ELSE now() END,
    tries = CASE
        WHEN %(state)s IN ('pinned', 'erased') AND %(error)s::text IS NULL THEN 0 ELSE tries
    END,
    next_try_at = now() + make_interval(secs => %(again)s),
    reference = %(reference)s,
    error_code = %(error)s,
    updated_at = now()
"""
    + _MINE
)

# Whoever changes the row asks the target; the others are told nothing.
_PROBE = """
INSERT INTO replication_target (chain_id, target, next_probe_at)
VALUES (%(chain)s, %(target)s, now() + make_interval(secs => %(again)s))
ON CONFLICT (chain_id, target) DO UPDATE SET next_probe_at = EXCLUDED.next_probe_at
    WHERE replication_target.next_probe_at <= now()
RETURNING target
"""

_ANSWERS = """
INSERT INTO replication_target (chain_id, target) VALUES (%(chain)s, %(target)s)
ON CONFLICT (chain_id, target) DO UPDATE SET
    unreachable_since = NULL,
    tries = CASE WHEN %(served)s THEN 0 ELSE replication_target.tries END,
    error_code = CASE WHEN %(served)s THEN NULL ELSE replication_target.error_code END,
    updated_at = now()
    WHERE replication_target.unreachable_since IS NOT NULL OR replication_target.tries > 0
"""

_FAILS = """
INSERT INTO replication_target AS t (chain_id, target, unreachable_since, tries, error_code)
VALUES (%(chain)s, %(target)s, CASE WHEN %(unreachable)s THEN now() END, 1, %(error)s)
ON CONFLICT (chain_id, target) DO UPDATE SET
    unreachable_since = CASE
        WHEN %(unreachable)s THEN coalesce(t.unreachable_since, now())
    END,
    tries = t.tries + 1,
    error_code = %(error)s,
    updated_at = now()
RETURNING tries
"""

_PAUSE = """
UPDATE replication_target SET
    paused_until = now() + make_interval(secs => %(seconds)s),
    next_probe_at = now() + make_interval(secs => %(seconds)s)
WHERE chain_id = %(chain)s AND target = %(target)s
"""

_REPLICAS = """
SELECT root, target, state, extract(epoch FROM since)::bigint FROM replication
WHERE chain_id = %(chain)s AND root = ANY(%(roots)s) ORDER BY root, target
"""

_TARGETS = """
SELECT target, extract(epoch FROM unreachable_since)::bigint, error_code FROM replication_target
WHERE chain_id = %(chain)s ORDER BY target
"""

_COUNTS = """
SELECT target, state, count(*) FROM replication WHERE chain_id = %(chain)s
GROUP BY target, state ORDER BY target, state
"""


class Replication:
    """The rows of one chain's service. Every call raises DatabaseUnavailable."""

    def __init__(self, pool: AsyncConnectionPool, chain_id: ChainId) -> None:
        self._pool = pool
        self._chain_id = chain_id

    async def enqueue(self, roots: Iterable[str], targets: Sequence[str]) -> None:
        """Notes down what is to be held at each target; what is noted already stays as it is."""
        await self._run(_ENQUEUE, roots=sorted(set(roots)), targets=list(targets))

    async def let_go(self) -> set[str]:
        """What targets were or are to be asked to let go of."""
        return {root for (root,) in await self._run(_LET_GO)}

    async def again(self, roots: Iterable[str]) -> None:
        """What was let go of is to be held after all: somebody has submitted it since."""
        await self._run(_AGAIN, roots=sorted(set(roots)))

    async def claim(self, target: str, lease_seconds: float) -> Claim | None:
        """A row that is due, for us alone; None where there is none or the target rests."""
        rows = await self._run(_CLAIM, target=target, lease=lease_seconds)
        if not rows:
            return None
        root, name, number, state, tries, reference = rows[0]
        return Claim(root, name, number, State(state), tries, reference)

    async def renew(self, claim: Claim, lease_seconds: float) -> bool:
        """Whether it is still ours, for as long again."""
        return bool(await self._mine(_RENEW, claim, lease=lease_seconds))

    async def settle(
        self,
        claim: Claim,
        state: State,
        again_seconds: float,
        reference: str | None,
        error_code: str | None = None,
    ) -> bool:
        """Gives it back as it is now, to be looked at again; False where it was not ours."""
        return bool(
            await self._mine(
                _SETTLE,
                claim,
                state=state.value,
                again=again_seconds,
                reference=reference,
                error=error_code,
            )
        )

    async def may_probe(self, target: str, again_seconds: float) -> bool:
        """Whether it is on us to see if the target answers; nobody else is told so for a while."""
        return bool(await self._run(_PROBE, target=target, again=again_seconds))

    async def answers(self, target: str, *, served: bool) -> None:
        """The target is there; `served`: it has done what it was asked for as well."""
        await self._run(_ANSWERS, target=target, served=served)

    async def fails(self, target: str, error_code: str, *, unreachable: bool) -> int:
        """It did not; how often that was so since it last did."""
        rows = await self._run(_FAILS, target=target, error=error_code, unreachable=unreachable)
        return int(rows[0][0])

    async def pause(self, target: str, seconds: float) -> None:
        """Nobody asks anything of the target for so long."""
        await self._run(_PAUSE, target=target, seconds=seconds)

    async def replicas(self, roots: Iterable[str]) -> list[Replica]:
        """All that is known of these, by root and target."""
        rows = await self._run(_REPLICAS, roots=sorted(set(roots)))
        return [Replica(root, name, State(state), UnixTime(at)) for root, name, state, at in rows]

    async def targets(self) -> dict[str, TargetState]:
        """Those that were ever asked for anything, by name."""
        rows = await self._run(_TARGETS)
        return {
            name: TargetState(name, None if at is None else UnixTime(at), code)
            for name, at, code in rows
        }

    async def counts(self) -> dict[tuple[str, State], int]:
        """How many rows each target has in each state."""
        rows = await self._run(_COUNTS)
        return {(target, State(state)): number for target, state, number in rows}

    async def _mine(self, statement: str, claim: Claim, **values: Any) -> int:
        key = {"root": claim.root, "target": claim.target, "number": claim.number}
        return len(await self._run(statement + " RETURNING root", **key, **values))

    async def _run(self, statement: str, **values: Any) -> list[Row]:
        parameters = {"chain": self._chain_id, **values}
        async with database_errors(), self._pool.connection() as connection:
            found = await connection.execute(statement.encode(), parameters)
            return await found.fetchall() if found.description else []
