"""How a command that runs for long ends in order."""

import asyncio
import signal


def stopping() -> asyncio.Event:
    """Is set when the process is told to end (SIGTERM, SIGINT); of the running loop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
