"""What one session of an index reads and writes with; ended by the first outage, and made anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import structlog

from dapp.chain import bloom
from dapp.chain.decode import Decoder
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.errors import IndexerRunning
from dapp.indexer.follow import Follower
from dapp.indexer.prove import Prover
from dapp.store.database import Connection, connect, lock
from dapp.store.projection import Projection
from dapp.store.schema import migrate

_log = structlog.get_logger("indexer")
_PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Writer:
    """What one session writes with."""

    connection: Connection
    projection: Projection
    follower: Follower


@asynccontextmanager
async def opened(
    node: Node, deployment: Deployment, decode: Decoder, database_url: str
) -> AsyncIterator[Writer]:
    """A connection to the database, and what reads the node for it. Raises RedressError."""
    connection = await connect(database_url)
    follower: Follower | None = None
    try:
        await migrate(connection)
        contracts = {one.name: one.address for one in deployment.contracts}
        projection = Projection(connection, deployment.chain_id, contracts, decode, keccak)
        prover = Prover(node, list(contracts.values()), bloom.Filter(decode.topics()))
        follower = Follower(node, prover, projection.log, deployment.deployed_at_block)
        yield Writer(connection, projection, follower)
    finally:
        if follower is not None:
            await follower.forget()
        await connection.close()


@asynccontextmanager
async def locked(
    session: AbstractAsyncContextManager[Writer], deployment: Deployment
) -> AsyncIterator[Writer]:
    """The session that does all the writing. Raises IndexerRunning where there is another."""
    async with session as writer:
        if not await lock(writer.connection, deployment.chain_id):
            raise IndexerRunning(
                f"another process indexes {deployment.name} into this database",
                remedy="Stop it first, or stand by for its end (redress index run --standby)",
            )
        yield writer


@asynccontextmanager
async def awaited(
    session: AbstractAsyncContextManager[Writer], deployment: Deployment, stopping: asyncio.Event
) -> AsyncIterator[Writer | None]:
    """As `locked`, once no other process has it; None where it is told to stop before.

    The lock belongs to the connection that writes: who has lost one has lost the other.
    """
    async with session as writer:
        turn = asyncio.ensure_future(_turn(writer, deployment))
        told = asyncio.ensure_future(stopping.wait())
        try:
            await asyncio.wait((turn, told), return_when=asyncio.FIRST_COMPLETED)
            if turn.done():
                await turn
            yield writer if turn.done() else None
        finally:
            turn.cancel()
            told.cancel()
            await asyncio.gather(turn, told, return_exceptions=True)


async def _turn(writer: Writer, deployment: Deployment) -> None:
    if await lock(writer.connection, deployment.chain_id):
        return
    _log.info("standing by", reason=f"another process indexes {deployment.name}")
    while not await lock(writer.connection, deployment.chain_id, _PATIENCE_SECONDS):
        pass
    _log.warning("taking over", reason="the process that indexed has ended")
