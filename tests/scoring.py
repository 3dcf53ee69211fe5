"""What docs/scorecards.md says, in plain Python: the SQL must say the same of any facts.

Facts go straight into the database here, since no chain has a thousand payers in a test.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

import psycopg

from dapp.domain.facts import AGREED, Appealed, CaseFacts
from dapp.domain.parts import Outcome
from dapp.domain.ranking import By, Sorting
from dapp.domain.scorecard import Rate, Scorecard
from dapp.domain.types import (
    NATIVE_COIN,
    Address,
    BasisPoints,
    ChainId,
    ComplaintId,
    OrganisationId,
    UnixTime,
)
from dapp.store.case_rows import COLUMNS
from dapp.store.database import connect, pool
from dapp.store.schema import migrate
from dapp.store.scores import Scores

Answer = TypeVar("Answer")

CHAIN = ChainId(31337)
NOW = 2_000_000_000
"""The last block's time."""
ETHER = 10**18
PLAIN = CaseFacts(
    complaint=ComplaintId(1),
    organisation=OrganisationId(1),
    customer=Address("0xpayer"),
    category=2,
    token=NATIVE_COIN,
    value=ETHER,
    gwei=10**9,
    filed_at=UnixTime(NOW - 10**6),
    hour=0,
    is_peak=False,
    acknowledge_by=UnixTime(NOW - 10**6 + 600),
    first_answer_seconds=60,
    operator=Address("0xoperator"),
    on_time=True,
    contested=False,
    answer_by=UnixTime(NOW - 10**6 + 72 * 3600),
    answered_at=UnixTime(NOW - 10**6 + 60),
    left_at=UnixTime(NOW - 10**6 + 100),
    pledged=False,
    pledge_due=None,
    pledge_kept=None,
    escalated=False,
    withdrawn=False,
    outcome=Outcome.ACCEPTED,
    by_silence=False,
    first_contact=True,
    ruling=None,
    lost=None,
    appealed=Appealed.NOT,
    paid_at=UnixTime(NOW - 10**6 + 100),
    stars=None,
)
"""Acknowledged after a minute and ended at once: every promise kept."""
LATE = replace(PLAIN, on_time=False, first_answer_seconds=700)
"""As `PLAIN`, but the first reply was late."""


@dataclass(frozen=True)
class Booked:
    """A database that holds some facts.

    Attributes:
        url: of the database.
    """

    url: str

    def write(self, facts: Iterable[CaseFacts], now: int = NOW) -> None:
        """Replaces what is there; complaints are numbered as they come."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DELETE FROM checkpoint")
            connection.execute("DELETE FROM case_fact")
            connection.execute(
                "INSERT INTO checkpoint (chain_id, block_number, block_hash, timestamp, indexed_at,"
                " finalized_block) VALUES (%s, 7, '', %s, 0, 0)",
                (CHAIN, now),
            )
            with connection.cursor().copy(
                f"COPY case_fact (chain_id, {', '.join(COLUMNS)}) FROM STDIN".encode()
            ) as copy:
                for number, one in enumerate(facts, 1):
                    row = {name: getattr(one, name) for name in COLUMNS}
                    numbers = {name: int(row[name]) for name in ("outcome", "appealed")}
                    copy.write_row((CHAIN, *{**row, "complaint": number, **numbers}.values()))

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """What a statement answers."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def ask(self, question: Callable[[Scores], Awaitable[Answer]]) -> Answer:
        """What the reads answer."""

        async def work() -> Answer:
            async with pool(self.url, size=2) as readers:
                return await question(Scores(readers, CHAIN))

        return asyncio.run(work())


def booked(url: str) -> Booked:
    """An empty database with our schema."""

    async def make() -> None:
        async with await connect(url) as connection:
            await migrate(connection)

    asyncio.run(make())
    return Booked(url)


def promises(one: CaseFacts, now: int = NOW) -> list[bool | None]:
    """Whether the first reply, the answer and the promise in kind were kept; None: not known."""
    until = now if one.left_at is None else one.left_at
    acknowledged = answered = None
    if one.first_answer_seconds is not None or until >= one.acknowledge_by:
        acknowledged = one.on_time
    if one.answered_at is not None or until >= one.answer_by:
        answered = one.answered_at is not None
    in_kind = one.pledge_kept
    if in_kind is None and one.pledge_due is not None and now >= one.pledge_due:
        in_kind = False
    return [acknowledged, answered, in_kind]


def every_one(one: CaseFacts, now: int = NOW) -> bool | None:
    """Whether every promise was kept; None while that is not known."""
    acknowledged, answered, in_kind = promises(one, now)
    if False in (acknowledged, answered, in_kind):
        return False
    if acknowledged is None or answered is None or (one.pledged and in_kind is None):
        return None
    return True


def weighed(
    facts: Sequence[CaseFacts], judge: Callable[[CaseFacts], bool | None]
) -> Fraction | None:
    """A share by docs/scorecards.md: each payer weighs as much as its largest case."""
    kept = known = Fraction(0)
    for payer in {one.customer for one in facts}:
        own = [one for one in facts if one.customer == payer and one.gwei]
        values = [one.gwei or 0 for one in own]
        for one, value in zip(own, values, strict=True):
            weight = Fraction(value * max(values), sum(values))
            if judge(one) is not None:
                known += weight
                kept += weight * bool(judge(one))
    return kept / known if known else None


def resolved(one: CaseFacts) -> bool | None:
    """Whether the two sides ended it themselves; None while it has not ended."""
    return None if one.outcome is Outcome.NONE else one.outcome in AGREED


def percentile(delays: Sequence[int], share: float) -> int | None:
    """By nearest rank."""
    ordered = sorted(delays)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)] if ordered else None


def random_facts(seed: int, count: int) -> list[CaseFacts]:
    """Facts of all kinds, some of which no chain would tell."""
    chance = random.Random(seed)

    def one() -> CaseFacts:
        filed_at = NOW - chance.choice([60, 1000, 10**5, 10**6, 10**7])
        replied = chance.random() < 0.8
        answered = replied and chance.random() < 0.7
        left = answered and chance.random() < 0.7
        outcome = chance.choice([one for one in Outcome if one]) if left else Outcome.NONE
        ruling = chance.randrange(10_001) if outcome is Outcome.RULED else None
        value = chance.choice([1, 10**6, 10**15, ETHER, 3 * ETHER, chance.randrange(1, 10**20)])
        pledged = answered and chance.random() < 0.2
        return replace(
            PLAIN,
            organisation=OrganisationId(chance.randint(1, 3)),
            customer=Address(f"0x{chance.randrange(20)}"),
            value=value,
            gwei=value // 10**9,
            filed_at=UnixTime(filed_at),
            hour=chance.randrange(168),
            is_peak=chance.random() < 0.4,
            acknowledge_by=UnixTime(filed_at + 600),
            first_answer_seconds=chance.randrange(10**5) if replied else None,
            operator=Address(f"0x0{chance.randrange(3)}") if replied else None,
            on_time=replied and chance.random() < 0.7,
            contested=replied and chance.random() < 0.1,
            answer_by=UnixTime(filed_at + 72 * 3600),
            answered_at=UnixTime(filed_at + 99) if answered else None,
            left_at=UnixTime(filed_at + chance.choice([300, 10**5, 10**6])) if left else None,
            pledged=pledged,
            pledge_due=UnixTime(NOW + chance.choice([-5, 0, 5])) if pledged else None,
            pledge_kept=chance.choice([None, True, False]) if pledged else None,
            outcome=outcome,
            first_contact=outcome is Outcome.ACCEPTED and chance.random() < 0.5,
            ruling=None if ruling is None else BasisPoints(ruling),
            paid_at=UnixTime(filed_at + 10**6) if left else None,
            stars=chance.choice([None, 1, 2, 3, 4, 5]) if left else None,
        )

    return [one() for _ in range(count)]


def in_order(cards: Iterable[Scorecard], sorting: Sorting) -> list[Scorecard]:
    """Those that have no such number come last; equal ones by their registration."""
    rest, known = [], []
    for card in sorted(cards, key=lambda one: one.organisation):
        value = _number_of(card, sorting.by)
        if value is None:
            rest.append(card)
        else:
            known.append((-value if sorting.is_descending else value, card))
    return [card for _, card in sorted(known, key=lambda one: one[0])] + rest


def _number_of(card: Scorecard, by: By) -> int | None:
    return {
        By.ORGANISATION: card.organisation,
        By.CASES: card.complaints,
        By.FIRST_REPLY: card.all_hours.median,
        By.ON_TIME: card.promises.acknowledged.share,
        By.ANSWERED: card.promises.answered.share,
        By.KEPT: card.headline.promises.share,
        By.LOST: Rate(card.endings.lost, card.endings.rulings).share,
        By.CONTESTED: card.promises.contested.share,
    }[by]
