"""Blocking work beside the event loop that does not keep the process from ending."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Answer = TypeVar("Answer")


async def aside(work: Callable[[], Answer]) -> Answer:
    """What `work` gives or raises, from a thread of its own.

    Who is cancelled does not wait for it, and nor does the interpreter at its end: a node that
    hangs must not hold up a shutdown. So `work` may be cut off anywhere.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Answer] = loop.create_future()

    def tell(error: BaseException | None, answer: Answer | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(answer)  # type: ignore[arg-type]

    def run() -> None:
        error, answer = None, None
        try:
            answer = work()
        except BaseException as caught:
            error = caught
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, error, answer)

    threading.Thread(target=run, name="aside", daemon=True).start()
    return await done
