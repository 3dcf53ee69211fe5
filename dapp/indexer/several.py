"""Several indexes in one process: what ails one does not stop the others."""

import asyncio
from collections.abc import Sequence

import structlog

from dapp.domain.types import BlockNumber
from dapp.errors import RedressError
from dapp.indexer.loop import Indexer, Progress

_log = structlog.get_logger("indexer")


async def run(
    indexers: Sequence[Indexer],
    progress: Progress,
    until_block: BlockNumber | None = None,
    *,
    standby: bool = False,
) -> None:
    """Run all of them until each has ended.

    Raises:
        RedressError: what ended the first of those that could not go on; each was said at once.
    """

    async def one(indexer: Indexer) -> RedressError | None:
        # Each task has variables of its own: every line of its log names what it is about.
        structlog.contextvars.bind_contextvars(deployment=indexer.name)
        try:
            await indexer.run(until_block, progress, standby=standby)
        except RedressError as error:
            if len(indexers) > 1:  # the only one's error is said by whoever waits for it
                _log.error("stopped", code=error.code, reason=error.message)
            return error
        return None

    failures = await asyncio.gather(*map(one, indexers))
    for failure in failures:
        if failure is not None:
            raise failure
