"""The process that looks for mail and answers it."""

import asyncio
from contextlib import suppress

import structlog

from dapp.errors import InvalidInput, RedressError, Retryable
from dapp.service.mail_in.door import MailDoor
from dapp.service.mail_in.imap import Mailbox

log = structlog.get_logger()


class Postman:
    """Any number may run: the same message twice is one draft."""

    def __init__(self, door: MailDoor, mailbox: Mailbox | None) -> None:
        """Without a mailbox it only sends the answers to messages that were posted."""
        self._door = door
        self._mailbox = mailbox

    async def once(self) -> int:
        """Takes what is there and answers what is due; how many messages. Raises Retryable."""
        number = 0
        if self._mailbox is not None:
            loop = asyncio.get_running_loop()

            def take(raw: bytes | None) -> bool:
                return asyncio.run_coroutine_threadsafe(self._take(raw), loop).result()

            number = await asyncio.to_thread(self._mailbox.look, take, self._door.most_bytes)
        await self._door.answer_due()
        await self._door.tidy()
        return number

    async def run(self, seconds: float, stop: asyncio.Event) -> None:
        """Again and again, until told to stop; what is away may come back."""
        while not stop.is_set():
            try:
                await self.once()
            except Retryable as error:
                log.warning("mail waits", code=error.code)
            except Exception:
                log.exception("mail broke on our side")
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await stop.wait()

    async def _take(self, raw: bytes | None) -> bool:
        """Whether it is done with: what nobody can read is not tried for ever."""
        if raw is None:
            log.warning("message refused", code="mail-too-large")
            return True
        try:
            await self._door.take(raw)
        except InvalidInput as error:
            log.warning("message refused", code=error.code)
        except RedressError as error:
            log.warning("message waits", code=error.code)
            return False
        return True
