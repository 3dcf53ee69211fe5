"""What people say about the messages they want: everything here is private to one account."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dapp.domain.notices import ALWAYS, Kind
from dapp.domain.quiet import QuietHours, zones
from dapp.domain.types import Address
from dapp.errors import InvalidInput, NotFound
from dapp.service.clock import Clock
from dapp.service.messages.channels import Channels
from dapp.store.subscribers import ChannelKind, Subscriber, SubscriberRows

View = dict[str, Any]

MIN_LEAD_SECONDS, DEFAULT_LEAD_SECONDS, MAX_LEAD_SECONDS = 600, 86_400, 14 * 86_400
KINDS = tuple(kind for kind in Kind if kind not in ALWAYS)
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants; `quiet` as times of the day such as 22:00; `kinds` None for all."""

    language: str
    time_zone: str
    quiet: tuple[str, str] | None
    kinds: Sequence[str] | None
    lead_seconds: int


class Preferences:
    """Every method raises DatabaseUnavailable.

    Args:
        people: the rows.
        channels: where messages go.
        clock: the chain's, which must have a block before somebody can want anything.
        languages: that messages can be had in; the first one is the default.
    """

    def __init__(
        self, people: SubscriberRows, channels: Channels, clock: Clock, languages: Collection[str]
    ) -> None:
        self._people = people
        self._channels = channels
        self._clock = clock
        self._languages = tuple(languages)

    async def show(self, account: Address) -> View:
        """What the account wants; the defaults where it never said."""
        found = await self._people.find(account) or await self._default(account)
        quiet, kinds = found.quiet, found.kinds
        hours = None if quiet is None else {"from": _clock(quiet.starts), "to": _clock(quiet.ends)}
        return {
            "account": account,
            "language": found.language,
            "time_zone": found.time_zone,
            "quiet_hours": hours,
            "kinds": None if kinds is None else [kind for kind in KINDS if kind in kinds],
            "lead_seconds": found.lead_seconds,
            "calendar": await self._people.has_calendar(account),
            "channels": await self._channels.list(account),
            "languages": list(self._languages),
            "all_kinds": list(KINDS),
        }

    async def change(self, account: Address, wish: Wish) -> View:
        """Raises InvalidInput."""
        if wish.language not in self._languages:
            raise _invalid("language", f"use one of {', '.join(self._languages)}")
        if wish.time_zone not in zones():
            raise _invalid("time_zone", "use a name of the tz database, such as Asia/Shanghai")
        if not MIN_LEAD_SECONDS <= wish.lead_seconds <= MAX_LEAD_SECONDS:
            raise _invalid("lead_seconds", f"use {MIN_LEAD_SECONDS} to {MAX_LEAD_SECONDS}")
        unknown = set(wish.kinds or ()) - set(KINDS)
        if unknown:
            raise _invalid("kinds", f"use any of {', '.join(KINDS)}")
        default = await self._default(account)
        await self._people.put(
            Subscriber(
                account=account,
                language=wish.language,
                time_zone=wish.time_zone,
                quiet=None if wish.quiet is None else _quiet(*wish.quiet),
                kinds=None if wish.kinds is None else frozenset(wish.kinds),
                lead_seconds=wish.lead_seconds,
                since=default.since,
            )
        )
        return await self.show(account)

    async def add_channel(self, account: Address, kind: ChannelKind, target: str) -> View:
        """As `Channels.add`; from now on there is something to tell the account."""
        if await self._people.find(account) is None:
            await self._people.put(await self._default(account))
        return await self._channels.add(account, kind, target)

    async def new_calendar(self, account: Address) -> str:
        """What opens the account's calendar from now on, and is shown this once."""
        if await self._people.find(account) is None:
            await self._people.put(await self._default(account))
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        await self._people.set_calendar(account, _digest(token))
        return token

    async def drop_calendar(self, account: Address) -> None:
        """Nothing opens it any more."""
        await self._people.set_calendar(account, None)

    async def of_calendar(self, token: str) -> Subscriber:
        """Whose calendar the token opens. Raises NotFound."""
        found = await self._people.of_calendar(_digest(token))
        if found is None:
            raise NotFound(
                "nothing opens with this token",
                remedy="Make a new address of the calendar",
                code="calendar-unknown",
            )
        return found

    async def _default(self, account: Address) -> Subscriber:
        # The head's own time: that of the next block may be less than what our clock makes of it.
        since = (await self._clock.moment()).head.timestamp
        lead = DEFAULT_LEAD_SECONDS
        return Subscriber(account, self._languages[0], "UTC", None, None, lead, since)


def _quiet(starts: str, ends: str) -> QuietHours:
    """Raises InvalidInput."""
    found = QuietHours(_minute(starts), _minute(ends))
    if found.starts == found.ends:
        raise _invalid("quiet_hours", "leave some hours of the day")
    return found


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    is_time = len(text) == 5 and (hours + minutes).isascii() and (hours + minutes).isdecimal()
    if not is_time or len(hours) != 2 or int(hours) > 23 or int(minutes) > 59:
        raise _invalid("quiet_hours", "give times of the day such as 22:00")
    return int(hours) * 60 + int(minutes)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _invalid(field: str, way: str) -> InvalidInput:
    remedy = way[0].upper() + way[1:]
    return InvalidInput(f"{field} is not one we know", remedy=remedy, fields={"field": field})
