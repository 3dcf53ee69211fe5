"""Finds what there is to tell, and puts what is due into letters. One process at a time does."""

from dapp.domain.notices import ALWAYS, CORRECTED, Kind, Notice, correction, notices, true_keys
from dapp.domain.quiet import over_at
from dapp.domain.types import Address, ComplaintId, UnixTime
from dapp.service.clock import Clock, Moment, Wall
from dapp.service.messages.agenda import Cases
from dapp.store.notice_turn import Due, Turn
from dapp.store.notices import NoticeRows
from dapp.store.queries import Queries
from dapp.store.subscribers import Channel, ChannelKind, Subscriber

MAX_AGE_SECONDS = 7 * 86_400
"""What is older by the chain's clock is history, and not told: after a long pause, say."""
GRACE_SECONDS = 60
"""A reorg often brings the same back: so long a correction waits for that."""

_MOST_AT_ONCE = 500
_MOST_WAITING = {ChannelKind.WEBHOOK: 20, ChannelKind.EMAIL: 1, ChannelKind.CHAT: 1}
"""Letters of a channel that wait apart; what comes beyond them is put together in the last."""


class Planner:
    """Every method raises Retryable."""

    def __init__(self, rows: NoticeRows, queries: Queries, clock: Clock, wall: Wall) -> None:
        self._rows = rows
        self._queries = queries
        self._clock = clock
        self._wall = wall

    async def step(self) -> bool:
        """A part of what there is to do; whether there is more, or somebody else is at it."""
        moment = await self._clock.moment()
        async with self._rows.turn(moment.head) as turn:
            if turn is None:
                return False
            cases = Cases(self._queries)
            touched, is_all = await turn.touched(moment.head)
            for account in await turn.unplanned():
                touched |= {case.id async for case in cases.open_of(account)}
            for complaint in sorted(touched):
                await self._plan(turn, cases, complaint, moment)
            if not is_all:
                return True
            return await self._tell(turn, moment)

    async def next_seconds(self) -> float | None:
        """Until there is something to tell, as far as is known now."""
        due = await self._rows.next_due()
        if due is None:
            return None
        moment = await self._clock.moment()
        return max(0.0, float(due - moment.now))

    async def _plan(self, turn: Turn, cases: Cases, complaint: ComplaintId, moment: Moment) -> None:
        case = await cases.find(complaint)
        wanted, truth = [], set[str]()
        if case is not None:
            operators = await cases.answering(case)
            truth = true_keys(case, operators)
            seated = [seat.owner for one in case.rounds for seat in one.seats if seat.owner]
            people = await turn.subscribers({case.customer, *operators, *seated})
            leads = {one.account: one.lead_seconds for one in people.values()}
            found = notices(case, operators, leads, moment.now, moment.next_block)
            wanted = [one for one in found if _is_news(one, people[one.account], moment.now)]
        at = UnixTime(moment.now + GRACE_SECONDS)
        wanted += [
            correction(complaint, account, key, kind, at)
            for account, key, kind in await turn.told(complaint)
            if key not in truth
        ]
        await turn.plan(complaint, wanted, moment.head.block_number)

    async def _tell(self, turn: Turn, moment: Moment) -> bool:
        due = await turn.due(moment.now, _MOST_AT_ONCE)
        accounts = {one.notice.account for one in due}
        people = await turn.subscribers(accounts) if due else {}
        over: dict[Address, list[Channel]] = {}
        for channel in await turn.channels(accounts) if due else []:
            over.setdefault(channel.account, []).append(channel)
        for one in due:
            account = one.notice.account
            if account in people and _is_wanted(one.notice, people[account], moment.now):
                for channel in over.get(account, []):
                    await self._post(turn, one, people[account], channel, moment)
            if one.notice.kind is Kind.CORRECTION:
                keys = [str(one.notice.facts["key"]), one.notice.key]
                await turn.take_back(account, keys)
        await turn.tell([one.number for one in due], self._wall())
        return len(due) == _MOST_AT_ONCE

    async def _post(
        self, turn: Turn, due: Due, reader: Subscriber, channel: Channel, moment: Moment
    ) -> None:
        if due.notice.facts.get("channel") == str(channel.id):
            return  # it is the one that does not work
        now = self._wall()
        at = now
        if channel.kind is not ChannelKind.WEBHOOK:
            over = over_at(reader.quiet, reader.time_zone, now)
            until = due.notice.until
            # Better at night than too late.
            at = over if until is None or moment.now + (over - now) < until else now
        await turn.post(channel, due.number, at, now, _MOST_WAITING[channel.kind])


def _is_news(one: Notice, reader: Subscriber, now: UnixTime) -> bool:
    """Whether it is not history to the reader, nor too late."""
    if one.until is not None and one.until <= now:
        return one.kind in CORRECTED
    return one.at >= reader.since and one.at > now - MAX_AGE_SECONDS


def _is_wanted(one: Notice, reader: Subscriber, now: UnixTime) -> bool:
    """As the reader wants it now, which may be other than when it was planned."""
    if one.until is not None and one.until <= now:
        return False
    return one.kind in ALWAYS or reader.kinds is None or one.kind in reader.kinds
