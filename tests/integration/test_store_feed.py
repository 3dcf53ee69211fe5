"""The log as news: whoever follows it, from wherever, ends with exactly what the chain holds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.types import BlockNumber
from dapp.store import feed as feed_module
from dapp.store.database import pool
from dapp.store.feed import START, Entry, Feed, Place
from tests.indexing import Indexed, decoder
from tests.world import World

Answer = TypeVar("Answer")
Key = tuple[int, int, str]


def read(indexed: Indexed, question: Callable[[Feed], Awaitable[Answer]]) -> Answer:
    async def work() -> Answer:
        async with Rpc(indexed.world.url) as rpc, pool(indexed.database_url, size=2) as readers:
            deployment = await connect(Node(rpc), indexed.deployments)
            return await question(Feed(readers, deployment, decoder(deployment)))

    return asyncio.run(work())


def key(entry: Entry) -> Key:
    return entry.event.block_number, entry.event.log_index, entry.event.block_hash


@dataclass
class Reader:
    """Believes what it is told, and takes back what it is told to."""

    place: Place = START
    known: list[Key] = field(default_factory=list)
    reorged: list[int] = field(default_factory=list)

    def follow(self, indexed: Indexed) -> None:
        read(indexed, self._follow)

    async def _follow(self, feed: Feed) -> None:
        while True:
            chunk = await feed.since(self.place, span=3)
            assert chunk is not None
            if chunk.void_after is not None:
                self.reorged.append(chunk.void_after)
                self.known = [one for one in self.known if one[0] <= chunk.void_after]
            for entry in chunk.entries:
                assert key(entry) not in self.known, "told twice"
                self.known.append(key(entry))
            self.place = chunk.end
            if chunk.is_whole:
                return


def stored(indexed: Indexed) -> list[Key]:
    rows = indexed.sql(
        "SELECT block_number, log_index, '0x' || encode(block_hash, 'hex') FROM log"
        " WHERE known ORDER BY block_number, log_index"
    )
    return [(number, index, own) for number, index, own in rows]  # type: ignore[misc]


def begin(world: World) -> tuple[int, int]:
    organisation = world.register()
    world.bond(organisation)
    return organisation, world.file(world.pay(organisation))


def test_all_is_told_once_and_in_order(indexed: Indexed) -> None:
    reader = Reader()
    begin(indexed.world)
    for _ in range(3):
        begin(indexed.world)
        indexed.index()
        reader.follow(indexed)
        assert reader.known == stored(indexed)
        assert reader.known == sorted(reader.known)


def test_small_reads_leave_nothing_out(indexed: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    # Several events share a block: a read may end between them.
    monkeypatch.setattr(feed_module, "MOST_EVENTS", 1)
    begin(indexed.world)
    indexed.index()
    reader = Reader()
    reader.follow(indexed)
    assert reader.known == stored(indexed)


@pytest.mark.parametrize("away", [False, True])
def test_what_was_undone_is_taken_back(indexed: Indexed, away: bool) -> None:
    world = indexed.world
    _, complaint = begin(world)
    indexed.index()
    readers = [Reader()]
    readers[0].follow(indexed)
    fork = world.block_number()
    snapshot = world.rpc("evm_snapshot")
    world.offer(complaint, 4000)
    world.mine(2)
    world.accept(complaint)
    indexed.index()
    readers.append(Reader())
    if not away:
        readers[0].follow(indexed)
    readers[1].follow(indexed)
    # The same again, another way, and then what stood before that is undone as well.
    for share in (5000, 6000):
        assert world.rpc("evm_revert", snapshot) is True
        snapshot = world.rpc("evm_snapshot")
        world.warp(60)
        world.offer(complaint, share)
        indexed.index()
    for reader in (*readers, late := Reader()):
        reader.follow(indexed)
        assert reader.known == stored(indexed)
    assert readers[1].reorged == [fork]
    assert readers[0].reorged == ([] if away else [fork])
    assert late.reorged == []


def test_of_two_reorganisations_the_deeper_one_counts(indexed: Indexed) -> None:
    world = indexed.world
    _, complaint = begin(world)
    deep, below = world.rpc("evm_snapshot"), world.block_number()
    world.acknowledge(complaint)
    shallow = world.rpc("evm_snapshot")
    world.offer(complaint, 4000)
    indexed.index()
    reader, fresh = Reader(), Reader()
    reader.follow(indexed)
    assert world.rpc("evm_revert", shallow) is True
    world.warp(60)
    world.offer(complaint, 5000)
    indexed.index()
    fresh.follow(indexed)
    assert world.rpc("evm_revert", deep) is True
    world.warp(90)
    world.offer(complaint, 6000)
    indexed.index()
    for one in (reader, fresh):
        one.follow(indexed)
        assert (one.known, one.reorged) == (stored(indexed), [below])


def test_a_branch_that_comes_back_was_never_gone_for_who_was_away(indexed: Indexed) -> None:
    world = indexed.world
    _, complaint = begin(world)
    world.acknowledge(complaint)
    indexed.index()
    reader = Reader()
    reader.follow(indexed)
    # As an index has it that went to another branch and back.
    indexed.sql(
        "INSERT INTO undone_block (chain_id, number, hash, reorg, fork) SELECT chain_id, number,"
        " hash, 1, 1 FROM block WHERE number = (SELECT max(number) FROM block)"
    )
    reader.follow(indexed)
    assert (reader.reorged, reader.known) == ([], stored(indexed))


def test_a_block_that_nobody_remembers_voids_all(indexed: Indexed) -> None:
    begin(indexed.world)
    indexed.index()
    at = indexed.world.block_number()
    reader = Reader(Place(BlockNumber(at), 0, "00" * 8), [(1, 1, "0x")])
    reader.follow(indexed)
    assert reader.reorged == [0]
    assert reader.known == stored(indexed)


def test_who_is_ahead_of_the_index_waits_for_it(indexed: Indexed) -> None:
    begin(indexed.world)
    indexed.index()
    ahead = Place(BlockNumber(indexed.world.block_number() + 5), 0, "")
    assert read(indexed, lambda feed: feed.since(ahead)) is None
    gone = Place(BlockNumber(indexed.world.block_number()), 0, "00" * 8)
    assert read(indexed, lambda feed: feed.since(START, until=gone)) is None


def test_everything_may_go(indexed: Indexed) -> None:
    world = indexed.world
    snapshot = world.rpc("evm_snapshot")
    begin(world)
    indexed.index()
    reader = Reader()
    reader.follow(indexed)
    assert reader.known
    assert world.rpc("evm_revert", snapshot) is True
    world.warp(60)
    indexed.index()
    reader.follow(indexed)
    assert reader.known == stored(indexed)
    assert len(reader.reorged) == 1


def test_each_event_says_whom_it_concerns(indexed: Indexed) -> None:
    world = indexed.world
    world.stake()
    organisation, first = begin(world)
    order = world._orders[first]
    world.offer(first, 4000)
    world.withdraw(first, 1)
    second = world.file(order)
    world.offer(second, 4000)
    world.escalate(second)
    world.draw(second)
    world.freeze(order)
    indexed.index()
    chunk = read(indexed, lambda feed: feed.since(START))
    assert chunk is not None
    told = {entry.event.name: entry.concerned for entry in chunk.entries}
    assert told["Paid"].complaints == {first, second}
    assert told["OrderFrozen"].complaints == {first, second}
    assert told["Withdrawn"].complaints == {first}
    escalated = told["Escalated"]
    assert escalated.complaints == {second}
    assert escalated.organisations == {organisation}
    assert escalated.order == order.key
    assert escalated.customers == {world.customer}
    seated = {world.seat_owner(second, seat) for seat in range(3)}
    assert escalated.arbitrators == seated
    assert told["BondDeposited"].organisations == {organisation}
    assert told["BondDeposited"].complaints == set()
    stakers = {
        one
        for entry in chunk.entries
        if entry.event.name == "Staked"
        for one in entry.concerned.arbitrators
    }
    assert seated <= stakers
