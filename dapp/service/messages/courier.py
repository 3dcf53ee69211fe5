"""Gets letters over their channels, at least once, by any number of processes."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from dapp.domain.notices import Kind, Notice
from dapp.domain.types import Address, UnixTime
from dapp.errors import Retryable
from dapp.service.clock import Wall
from dapp.service.messages import meters
from dapp.service.messages.chat import Chat
from dapp.service.messages.keys import MessageKeys
from dapp.service.messages.mail import Mail
from dapp.service.messages.payload import payload
from dapp.service.messages.sending import Letter, NotSent, Write
from dapp.service.messages.webhooks import Webhooks
from dapp.store.letters import Claim, LetterKind, LetterRows
from dapp.store.notices import NoticeRows
from dapp.store.queries import Queries
from dapp.store.subscribers import ChannelKind, SubscriberRows

log = structlog.get_logger()

CONFIRM_SECONDS = 3 * 86_400
"""How long the link is good that confirms an e-mail address."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Times are in seconds.

    Attributes:
        retry: after the first failure; each further one makes it three times as long, up to
            `max_retry`, less a random part.
        lease: how long a letter is ours without a sign of life; longer than any attempt.
        most_tries: until a letter is given up; `most_test_tries` for tests and confirmations.
        give_up: how long a webhook may fail until nothing is sent to it any more.
        rest: between two messages to a person; what comes meanwhile comes together.
        keep: how long what was sent or given up is remembered.
    """

    retry: float = 10.0
    max_retry: float = 6 * 3600.0
    lease: float = 60.0
    most_tries: int = 16
    most_test_tries: int = 4
    give_up: float = 3 * 86_400.0
    rest: float = 300.0
    keep: float = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Doors:
    """Through which letters go; `mail` is None where no server is named."""

    webhooks: Webhooks
    mail: Mail | None
    chat: Chat


class Courier:
    """Every method raises Retryable.

    Args:
        letters, notices, people, queries: the rows.
        keys: opens targets, signs links.
        doors: through which letters go.
        write: in the reader's language.
        site: where people reach the pages.
        wall: our clock.
        told: hears the outcome of each attempt: the channel's kind, and a code or None.
    """

    def __init__(
        self,
        letters: LetterRows,
        notices: NoticeRows,
        people: SubscriberRows,
        queries: Queries,
        keys: MessageKeys,
        doors: Doors,
        write: Write,
        site: str,
        wall: Wall,
        pace: Pace | None = None,
        chance: Callable[[], float] = random.random,
        told: Callable[[str, str | None], None] = meters.tried,
    ) -> None:
        self._letters = letters
        self._notices = notices
        self._people = people
        self._queries = queries
        self._keys = keys
        self._doors = doors
        self._write = write
        self._site = site
        self._wall = wall
        self._pace = pace or Pace()
        self._chance = chance
        self._told = told

    async def send_due(self, at_once: int = 1) -> int:
        """All that is due, some letters at once; how many attempts that took."""
        return sum(await asyncio.gather(*(self._send_some() for _ in range(at_once))))

    async def tidy(self) -> None:
        """Gives up what is for channels that are off, and forgets what is long over."""
        now = self._wall()
        await self._letters.bury(now)
        await self._letters.sweep(now - self._pace.keep)
        await self._notices.sweep(now - self._pace.keep)

    async def _send_some(self) -> int:
        done = 0
        while claim := await self._letters.claim(self._wall(), self._pace.lease):
            await self._attempt(claim)
            done += 1
        return done

    async def _attempt(self, claim: Claim) -> None:
        kind = claim.channel.kind
        try:
            await self._send(claim)
        except NotSent as failure:
            self._told(kind, failure.code)
            await self._failed(claim, failure)
        except Retryable:
            raise
        except Exception:
            # One letter that breaks us must not hold up the others for ever.
            log.exception("a message broke on our side", letter=str(claim.id))
            self._told(kind, "internal-error")
            await self._failed(claim, NotSent("internal-error"))
        else:
            self._told(kind, None)
            rest = 0.0 if kind is ChannelKind.WEBHOOK else self._pace.rest
            rest = 0.0 if claim.kind is not LetterKind.NOTICES else rest
            await self._letters.sent(claim, self._wall(), rest)

    async def _send(self, claim: Claim) -> None:
        channel = claim.channel
        target = None if channel.target is None else self._keys.open(channel.target)
        reader = await self._people.find(channel.account)
        if target is None or reader is None:
            raise NotSent("target-unreadable", is_final=True)
        purpose = "refuse" if claim.kind is LetterKind.CONFIRM else "unsubscribe"
        link = partial(self._keys.link, channel=channel.id)
        until = int(claim.made_at) + CONFIRM_SECONDS
        letter = Letter(
            id=claim.id,
            kind=claim.kind,
            reader=reader,
            notices=await self._notices.notices(claim.notices),
            site=self._site,
            confirm=f"{self._site}/messages/confirm?link={link('confirm', until=until)}",
            unsubscribe=f"{self._site}/messages/{purpose}?link={link(purpose)}",
        )
        await self._through(claim, letter, target)

    async def _through(self, claim: Claim, letter: Letter, target: str) -> None:
        written = self._write(letter)
        if claim.channel.kind is ChannelKind.EMAIL:
            if self._doors.mail is None:
                raise NotSent("smtp-unset")
            await self._doors.mail.send(target, letter, written, claim.made_at)
        elif claim.channel.kind is ChannelKind.CHAT:
            await self._doors.chat.send(target, written.subject, written.text)
        else:
            now = self._wall()
            head = await self._queries.head()
            body = payload(letter, written, claim.made_at, head, self._letters.chain_id)
            await self._doors.webhooks.send(target, claim.id, body, self._secrets(claim, now), now)

    def _secrets(self, claim: Claim, now: float) -> list[str]:
        """The newest first; the one before it for a while as well."""
        channel = claim.channel
        versions = [channel.secret_version]
        if now < channel.former_until:
            versions.append(channel.secret_version - 1)
        return [self._keys.webhook_secret(channel.id, version) for version in versions]

    async def _failed(self, claim: Claim, failure: NotSent) -> None:
        now, pace = self._wall(), self._pace
        is_short = claim.kind is not LetterKind.NOTICES
        most = pace.most_test_tries if is_short else pace.most_tries
        is_dead = failure.is_final or claim.tries >= most
        again = max(self._delay(claim.tries), failure.retry_after)
        again_at = None if is_dead else now + again
        since = await self._letters.failed(claim, now, failure.code, again_at)
        log.warning(
            "a message did not get there",
            letter=str(claim.id),
            channel=claim.channel.kind,
            code=failure.code,
            tries=claim.tries,
            given_up=is_dead,
        )
        is_off = failure.is_gone or (since is not None and now - since >= pace.give_up)
        if is_off and claim.channel.kind is ChannelKind.WEBHOOK:
            await self._disable(claim, failure.code, now)

    async def _disable(self, claim: Claim, code: str, now: float) -> None:
        """Its owner hears of it over the other channels."""
        channel = claim.channel
        if await self._letters.disable(channel.id, code):
            facts = {"channel": str(channel.id), "code": code}
            key = f"channel/{channel.id}/{int(now)}"
            account, at = Address(channel.account), UnixTime(0)
            notice = Notice(
                key, Kind.CHANNEL_DISABLED, account, UnixTime(int(now)), at, None, None, facts
            )
            await self._notices.add(notice)

    def _delay(self, tries: int) -> float:
        longest = min(self._pace.max_retry, self._pace.retry * 3.0 ** min(tries - 1, 30))
        return longest * (0.5 + 0.5 * self._chance())
