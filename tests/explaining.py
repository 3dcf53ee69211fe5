"""Queries whose every statement is explained before it is run."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor
from psycopg_pool import AsyncConnectionPool

from dapp.chain.deployment import connect
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.store import reader
from dapp.store.past import Past
from dapp.store.queries import Queries
from tests.indexing import decoder


@dataclass(frozen=True)
class Explained:
    """A statement as PostgreSQL plans it; analysed, also how long it took."""

    statement: str
    told: dict[str, Any]

    @property
    def plan(self) -> dict[str, Any]:
        return dict(self.told["Plan"])


@dataclass
class Plans:
    """What was explained.

    Attributes:
        analyse: each is run for it, and timed.
    """

    analyse: bool = False
    found: list[Explained] = field(default_factory=list)

    def explain(self, statement: str) -> str | None:
        """What to ask first; None of what has no plan."""
        if not statement.lstrip().upper().startswith("SELECT"):
            return None
        return f"EXPLAIN ({'ANALYZE, ' if self.analyse else ''}FORMAT JSON) {statement}"

    def hear(self, statement: str, row: Any) -> None:
        told = row[0] if isinstance(row[0], list) else json.loads(row[0])
        self.found.append(Explained(statement, told[0]))


_PLANS: ContextVar[Plans] = ContextVar("plans")


class Explaining(AsyncConnection[tuple[Any, ...]]):
    """Has each statement explained before it is run."""

    async def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if (explain := _PLANS.get().explain(text)) is not None:
            options_ = {key: value for key, value in options.items() if key == "binary"}
            told = await super().execute(explain.encode(), params, prepare=False, **options_)
            _PLANS.get().hear(text, await told.fetchone())
        return await super().execute(query, params, **options)


class _ExplainingRaw(AsyncRawCursor[tuple[Any, ...]]):
    """The same, of statements with numbered values."""

    async def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        text = query.decode()
        if (explain := _PLANS.get().explain(text)) is not None:
            await super().execute(explain.encode(), params, **options)
            _PLANS.get().hear(text, await self.fetchone())
        return await super().execute(query, params, **options)


@contextmanager
def explained(plans: Plans) -> Iterator[None]:
    """Statements of `Explaining` connections go to `plans`."""
    token, raw = _PLANS.set(plans), AsyncRawCursor
    setattr(reader, raw.__name__, _ExplainingRaw)
    try:
        yield
    finally:
        setattr(reader, raw.__name__, raw)
        _PLANS.reset(token)


@asynccontextmanager
async def asking(
    database_url: str, node_url: str, deployments: Path, plans: Plans
) -> AsyncIterator[tuple[Queries, Past]]:
    pool: Any = AsyncConnectionPool(
        database_url,
        min_size=1,
        open=False,
        connection_class=Explaining,
        kwargs={"autocommit": True},
    )
    with explained(plans):
        async with Rpc(node_url) as rpc, pool:
            deployment = await connect(Node(rpc), deployments)
            decode = decoder(deployment)
            queries = Queries(pool, deployment, decode)
            yield queries, Past(queries, decode, keccak)
