"""Several requests at once, none of which outlives the others' failure."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Found = TypeVar("Found")


async def together(work: Iterable[Coroutine[Any, Any, Found]]) -> list[Found]:
    """What each gives, in order; the first error ends them all, and is raised when they have ended.

    A request that went on alone would leave its connection open behind it.
    """
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
