"""An indexer in a process of its own that kills itself, by SIGKILL, at one of its commits."""

import asyncio
import os
import signal
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from psycopg import AsyncTransaction

from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.types import BlockNumber
from dapp.indexer.loop import Indexer
from tests.patience import PATIENCE_SECONDS

# Its children are forked from a process that has imported everything already.
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def index(
    node_url: str, database_url: str, folder: Path, until: BlockNumber, commit: int, *, before: bool
) -> bool:
    """Index up to a block; tell whether it was killed on the way.

    Args:
        commit: at which it dies, counted from 1.
        before: it dies before the commit, else right after.
    """
    child = _CONTEXT.Process(
        target=_live, args=(node_url, database_url, folder, until, commit, before)
    )
    child.start()
    child.join(PATIENCE_SECONDS)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def _live(
    node_url: str, database_url: str, folder: Path, until: BlockNumber, commit: int, before: bool
) -> None:
    _die_at(commit, before)
    asyncio.run(_index(node_url, database_url, folder, until))


async def _index(node_url: str, database_url: str, folder: Path, until: BlockNumber) -> None:
    async with Rpc(node_url) as rpc:
        deployment = await connect(Node(rpc), folder)
        indexer = Indexer(
            [Node(rpc)], deployment, database_url, poll_seconds=0.005, patience_seconds=0.05
        )
        await indexer.run(until)


def _die_at(commit: int, before: bool) -> None:
    done = AsyncTransaction.__aexit__
    seen = 0

    async def leave(transaction: AsyncTransaction, kind: Any, error: Any, trace: Any) -> bool:
        nonlocal seen
        seen += kind is None
        if kind is None and seen == commit and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = await done(transaction, kind, error, trace)
        if kind is None and seen == commit:
            os.kill(os.getpid(), signal.SIGKILL)
        return bool(result)

    AsyncTransaction.__aexit__ = leave  # type: ignore[assignment, method-assign]
