"""What happens on a chain is told once, to whom it concerns; what is taken back is corrected."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from dapp.bootstrap.parts import build
from dapp.domain.types import Address
from dapp.service.parts import Parts
from dapp.settings import Settings
from dapp.store.subscribers import ChannelKind
from dapp.web.calendar import calendar
from dapp.web.i18n import load
from tests.indexing import Indexed
from tests.messaging import DAY, Receiver
from tests.world import HOURS

SITE = "https://redress.example"


@dataclass
class Street:
    """A chain with people who are told what happens on it."""

    indexed: Indexed
    receiver: Receiver
    folder: Path

    def at_work(self, work: Callable[[Parts], Awaitable[Any]]) -> Any:
        settings = Settings(
            node_url=self.indexed.world.url,
            database_url=self.indexed.database_url,
            deployments_dir=self.indexed.deployments,
            data_dir=self.folder,
            messages_local=True,
        )

        async def session() -> Any:
            async with build(settings) as parts:
                return await work(parts)

        return asyncio.run(session())

    def tell(self, *people: Address) -> None:
        """Index, and give each of these a webhook of their own."""
        self.indexed.index()

        async def work(parts: Parts) -> None:
            await parts.messenger.once()
            for one in people:
                url = self.receiver.url + "/" + one
                await parts.preferences.add_channel(one, ChannelKind.WEBHOOK, url)
            await parts.messenger.once()

        self.at_work(work)
        self.receiver.posts.clear()

    def hear(self) -> list[tuple[str, str]]:
        """Index, send, and take what has come: to whom, and what."""
        self.indexed.index()
        self.at_work(lambda parts: parts.messenger.once())
        posts = [(post.path.rpartition("/")[2], post.body) for post in self.receiver.posts]
        self.receiver.posts.clear()
        return [
            (to, one["type"].removeprefix("case."))
            for to, body in posts
            for one in _messages(json.loads(body))
        ]


def _messages(said: dict[str, Any]) -> list[dict[str, Any]]:
    return said["data"]["messages"] if said["type"] == "digest" else [said]


@pytest.fixture
def street(indexed: Indexed, tmp_path: Path) -> Iterator[Street]:
    with Receiver() as receiver:
        yield Street(indexed, receiver, tmp_path / "data")


def test_a_dispute_is_told_as_it_goes(street: Street) -> None:
    world = street.indexed.world
    shop = world.register()
    world.bond(shop)
    world.stake(5)
    customer, operator = world.customer, world.organisation
    street.tell(customer, operator, *world.arbitrators)
    case = world.file(world.pay(shop))
    assert street.hear() == [(operator, "new-complaint")]
    world.acknowledge(case)
    world.warp(60)
    world.ask(case)
    assert sorted(street.hear()) == sorted([(customer, "acknowledged"), (customer, "info-asked")])
    world.inform(case)
    world.offer(case, 4000)
    assert street.hear() == [(customer, "offer")]
    world.escalate(case)
    assert street.hear() == [(operator, "escalated")]
    world.draw(case)
    panel = {world.seat_owner(case, seat) for seat in range(3)}
    assert sorted(street.hear()) == sorted((one, "drawn") for one in panel)
    world.warp(24 * HOURS + 60)
    assert sorted(street.hear()) == sorted((one, "voting-opens") for one in panel)
    world.vote(case, [5000, 5000, 5000])
    heard = Counter(street.hear())
    everybody = {customer, operator, *panel}
    assert heard.total() == len(heard)
    assert {to for to, kind in heard if kind == "ruling"} == everybody
    world.execute(case)
    heard = Counter(street.hear())
    assert heard[customer, "money-paid"] == heard[operator, "money-paid"] == 1
    assert street.hear() == []


def test_history_is_not_told_and_its_deadlines_are(street: Street) -> None:
    world = street.indexed.world
    shop = world.register()
    case = world.file(world.pay(shop))
    world.acknowledge(case)
    world.offer(case, 4000)
    world.mine(2)
    street.tell(world.customer)
    assert street.hear() == []
    deadline = street.indexed.ask(lambda queries: queries.case(case))  # type: ignore[arg-type]
    assert deadline is not None
    world.warp_to(deadline.deadline - DAY - 60)
    assert street.hear() == []
    world.warp_to(deadline.deadline - DAY + 60)
    assert street.hear() == [(world.customer, "deadline-near")]
    assert street.hear() == []


def test_a_promise_that_is_about_to_break_is_told_to_those_who_gave_it(street: Street) -> None:
    world = street.indexed.world
    shop = world.register()
    street.tell(world.customer, world.organisation)
    case = world.file(world.pay(shop))
    street.hear()
    world.acknowledge(case)
    street.hear()
    found = street.indexed.ask(lambda queries: queries.case(case))  # type: ignore[arg-type]
    assert found is not None
    world.warp_to(found.answer_deadline - DAY + 5)
    assert street.hear() == [(world.organisation, "breach-near")]
    world.ask(case)
    world.inform(case)
    street.hear()
    moved = street.indexed.ask(lambda queries: queries.case(case))  # type: ignore[arg-type]
    assert moved is not None
    assert moved.answer_deadline != found.answer_deadline
    world.warp_to(moved.answer_deadline - HOURS)
    assert street.hear() == [(world.organisation, "breach-near")]


@pytest.mark.needs("reorgs")
def test_what_a_reorg_brings_back_is_not_told_twice(street: Street) -> None:
    world = street.indexed.world
    shop = world.register()
    street.tell(world.customer, world.organisation)
    case = world.file(world.pay(shop))
    street.hear()
    snapshot = world.rpc("evm_snapshot")
    world.offer(case, 4000)
    assert (world.customer, "offer") in street.hear()
    assert world.rpc("evm_revert", snapshot) is True
    world.mine(2)
    assert street.hear() == []
    world.offer(case, 4000)
    assert street.hear() == []
    snapshot = world.rpc("evm_snapshot")
    world.offer(case, 5000)
    assert street.hear() == [(world.customer, "offer")]
    assert world.rpc("evm_revert", snapshot) is True
    world.mine(2)
    world.offer(case, 6000)  # another one in its place is news
    assert street.hear() == [(world.customer, "offer")]


@pytest.mark.needs("reorgs")
def test_a_payment_that_a_reorg_takes_back_is_corrected(street: Street) -> None:
    world = street.indexed.world
    shop = world.register()
    street.tell(world.customer)
    case = world.file(world.pay(shop))
    world.offer(case, 4000)
    street.hear()
    snapshot = world.rpc("evm_snapshot")
    world.accept(case)
    assert street.hear() == [(world.customer, "money-paid")]
    assert world.rpc("evm_revert", snapshot) is True
    snapshot = world.rpc("evm_snapshot")
    world.mine(3)
    assert street.hear() == []  # it may come back yet
    world.accept(case)
    world.warp(120)
    assert street.hear() == []  # and does
    assert world.rpc("evm_revert", snapshot) is True
    world.mine(5)
    assert street.hear() == []
    world.warp(120)
    assert street.hear() == [(world.customer, "correction")]
    world.accept(case)
    assert street.hear() == [(world.customer, "money-paid")]
    assert street.hear() == []


def test_a_rebuilt_index_tells_nothing_again(street: Street) -> None:
    world = street.indexed.world
    shop = world.register()
    street.tell(world.customer, world.organisation)
    case = world.file(world.pay(shop))
    world.offer(case, 4000)
    assert len(street.hear()) == 2
    street.indexed.rebuild()
    street.indexed.sql("DELETE FROM notice_cursor")
    assert street.hear() == []


def test_a_calendar_has_the_deadlines_and_follows_them(street: Street) -> None:
    world = street.indexed.world
    shop = world.register()
    case = world.file(world.pay(shop))
    street.tell()

    async def work(parts: Parts) -> dict[str, Any]:
        entries, moment = await parts.agenda.of(world.organisation)
        chain = parts.deployment.chain_id
        feed = calendar(load("zh-Hans"), entries, chain, SITE, moment.now)
        assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
        found = Calendar.from_ical(feed).walk("VEVENT")
        return {str(one["uid"]): one for one in found}

    first = street.at_work(work)
    assert len(first) == 2
    (answer,) = (uid for uid in first if "-answer-" in uid)
    found = street.indexed.ask(lambda queries: queries.case(case))  # type: ignore[arg-type]
    assert found is not None
    assert first[answer]["dtstart"].dt.timestamp() == found.answer_deadline
    assert str(first[answer]["dtstart"].dt.tzinfo) == "UTC"
    assert str(first[answer]["url"]) == f"{SITE}/c/{case}"
    assert str(first[answer]["summary"]) == f"案件 {case}：答复投诉"  # noqa: RUF001
    world.acknowledge(case)
    world.ask(case)
    world.warp(HOURS)
    world.inform(case)
    street.indexed.index()
    later = street.at_work(work)
    assert list(later) == [answer]
    assert later[answer]["dtstart"].dt > first[answer]["dtstart"].dt
    assert int(later[answer]["sequence"]) > int(first[answer]["sequence"])
