"""Several indexers at once: one writes, the others stand by, whatever becomes of the first."""

import asyncio
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dapp.domain.types import ChainId
from dapp.store.database import connect, lock
from scripts.toolchain import process
from tests.api_player import environment, redress, until
from tests.faults.sameness import assert_same
from tests.faults.stage import Stage
from tests.patience import PATIENCE_SECONDS


@dataclass(frozen=True)
class Member:
    """One indexer of several, and the port of its meters."""

    child: subprocess.Popen[bytes]
    port: int

    def leads(self) -> bool | None:
        """None while it does not say."""
        try:
            said = httpx.get(f"http://127.0.0.1:{self.port}/metrics").text
        except httpx.TransportError:
            return None
        for line in said.splitlines():
            if line.startswith("redress_index_leads{"):
                return line.endswith(" 1.0")
        return None


@contextmanager
def _members(stage: Stage, folder: Path, count: int) -> Iterator[list[Member]]:
    """The first leads; the others came later, one after the other."""
    env = environment(stage.story.world.url, stage.index_url, stage.folder, folder)
    env["REDRESS_POLL_SECONDS"] = "0.005"
    found: list[Member] = []
    with ExitStack() as stack:
        for number in range(count):
            env["REDRESS_METRICS_PORT"] = str(process.free_port())
            log = folder / f"index-{number}.log"
            child = stack.enter_context(redress(log, env, "index", "run", "--standby"))
            one = Member(child, int(env["REDRESS_METRICS_PORT"]))
            leads = number == 0
            until(lambda one=one, leads=leads: one.leads() is leads, f"member {number}")  # type: ignore[misc]
            if not leads:
                until(lambda log=log: "standing by" in log.read_text(), "it says so")  # type: ignore[misc]
            found.append(one)
        yield found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
def test_the_next_one_goes_on(stage: Stage, tmp_path: Path, how: signal.Signals) -> None:
    """While the chain goes on and back; nothing is lost, nothing is there twice."""
    lots = random.Random(int(how))
    stage.begin(from_nothing=True)
    story = stage.story
    with _members(stage, tmp_path, 3) as members:
        while members:
            _live(stage, lots)
            head = story.world.header(story.world.block_number()).block.hash
            until(lambda head=head: stage.has_stored(head), "the head is stored")  # type: ignore[misc]
            assert all(one.child.poll() is None for one in members)
            gone = _leader(members)
            members.remove(gone)
            gone.child.send_signal(how)
            assert gone.child.wait(PATIENCE_SECONDS) == (-how if how is signal.SIGKILL else 0)
    assert_same(stage.index(), stage.fresh(from_nothing=True))


def test_who_stands_by_ends_when_told(stage: Stage, tmp_path: Path) -> None:
    """At once, and in order: though all it does is wait."""
    stage.begin(from_nothing=True)
    with _members(stage, tmp_path, 2) as (leader, other):
        other.child.send_signal(signal.SIGTERM)
        assert other.child.wait(PATIENCE_SECONDS) == 0
        until(lambda: leader.leads() is True, "it leads")


def test_a_leader_that_is_cut_off_stands_by_in_its_turn(stage: Stage, tmp_path: Path) -> None:
    """The database ends its connection, and with it the lock: it is not the writer any more."""
    stage.begin(from_nothing=True)
    with _members(stage, tmp_path, 2) as (leader, other):
        stage.index_rows.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        until(lambda: other.leads() is True, "the other one leads")
        until(lambda: leader.leads() is False, "the first one does not")
        _live(stage, random.Random(2))
        head = stage.story.world.header(stage.story.world.block_number()).block.hash
        until(lambda: stage.has_stored(head), "the head is stored")
        assert leader.child.poll() is None
    assert_same(stage.index(), stage.fresh(from_nothing=True))


def _leader(members: list[Member]) -> Member:
    """Whichever it is: whoever leads lets go when the node keeps it waiting; another goes on."""
    found: list[Member] = []

    def one_leads() -> bool:
        found[:] = [one for one in members if one.leads()]
        return len(found) == 1

    until(one_leads, "one of them leads")
    return found[0]


def _live(stage: Stage, lots: random.Random) -> None:
    story = stage.story
    for _ in range(6):
        story.served.mark()
        story.act(lots, 2)
        if lots.random() < 0.3:
            story.served.back(-1)
            story.mine(1)
        time.sleep(0.02)


def test_to_wait_is_given_up_now_and_then(database_url: str) -> None:
    """A statement that waits keeps every table from being vacuumed; the lock is not half taken."""

    async def work() -> None:
        first, second = await connect(database_url), await connect(database_url)
        async with first, second:
            assert await lock(first, ChainId(1))
            assert not await lock(second, ChainId(1), 1)
            held = await first.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND backend_xmin IS NOT NULL",
                (second.info.backend_pid,),
            )
            assert await held.fetchone() == (0,)
            await first.close()
            assert await lock(second, ChainId(1), 10)
            patience = await second.execute("SHOW lock_timeout")
            assert await patience.fetchone() == ("0",)

    asyncio.run(work())
