"""One seed is one story: people act, the chain changes its mind, the node lies, the indexer falls.

Then only the truth is told; once the indexer has the head, its database must equal that of an
indexer that saw nothing else. While it runs it may stop for good only where it was lied to: outages
and reorgs are waited out.
"""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle

from dapp.domain.types import BlockNumber
from dapp.errors import Final, IndexerRunning, IntegrityBroken
from tests.faults import faults
from tests.faults.faults import Lie
from tests.faults.reader import Gate, Reader
from tests.faults.stage import Stage
from tests.indexing import Indexed
from tests.lying_node import Reply, Request

_STEPS = 7
# How many of the stories begin with an empty database, and with the whole chain to catch up with.
_FROM_NOTHING = 0.15
_TURN_SECONDS = 0.03
_SETTLE_SECONDS = 0.15
_END_SECONDS = 20.0
STEPS = {
    "act": 5,
    "mine": 2,
    "mine far": 1,
    "catch up": 4,
    "reorg": 3,
    "reorg twice": 1,
    "reorg while it is read": 2,
    "move transactions": 1,
    "same height": 1,
    "shorter chain": 1,
    "A B A": 2,
    "flap": 1,
    "finalise": 1,
    "lie": 6,
    "outage": 3,
    "stop": 1,
    "kill": 2,
    "cut the database off": 1,
    "a second indexer": 1,
}
PAST_FINALIZED = "past finalized"


class Story:
    """What one seed does.

    Args:
        without: steps, lies and outages to leave out, by name.
    """

    def __init__(self, stage: Stage, seed: int, without: Sequence[str] = ()) -> None:
        self._lots = random.Random(seed)
        self._from_nothing = self._lots.random() < _FROM_NOTHING
        stage.begin(from_nothing=self._from_nothing)
        self._stage, self._story, self._lying = stage, stage.story, stage.lying
        self._without = set(without)
        self.diary = [f"seed {seed}"]
        self._gate = Gate()
        self._lie: Lie | None = None
        self._told_before = self._told = 0
        self._was_killed = False
        self._backends: Iterator[str] | None = None
        self._lying.twist = self._twist
        self._lying.turn = self._turn

    def play(self) -> None:
        """The whole story. Raises AssertionError with the diary."""
        self._reader = self._begun()
        try:
            for _ in range(_STEPS):
                self._step()
            self._tell_the_truth()
            self._compare()
            if self._lots.random() < 0.1 and PAST_FINALIZED not in self._without:
                self._go_past_finalized()
        except AssertionError as error:
            raise AssertionError("\n  ".join([*self.diary, str(error)])) from error
        finally:
            with self._gate.opened():
                self._reader.kill()
                self._reader.join()

    # Steps

    def _step(self) -> None:
        names = [name for name in STEPS if name not in self._without]
        name = self._lots.choices(names, [STEPS[one] for one in names])[0]
        self.diary.append(name)
        self._do(name)
        self._let(self._lots.choice([0, 0, 1, 2, 3, 5, 9, 20]))
        self._supervise()

    def _do(self, name: str) -> None:
        lots, story = self._lots, self._story
        match name:
            case "act":
                self._note(story.act(lots, lots.randint(1, 4)))
            case "mine":
                story.mine(lots.randint(1, 9))
            case "mine far":
                story.mine(lots.randint(65, 90))
            case "catch up":
                self._catch_up(_SETTLE_SECONDS)
            case "finalise":
                story.finalise(BlockNumber(story.world.block_number() - lots.randint(0, 3)))
            case "lie" | "outage":
                self._choose_fault(name)
            case "stop" | "kill" | "cut the database off" | "a second indexer":
                self._disturb(name)
            case _:
                self._move(name)
        if name in ("act", "mine", "mine far", "catch up", "lie"):
            story.served.mark()

    def _move(self, name: str) -> None:
        """The chain changes its mind in one of its ways."""
        lots, story = self._lots, self._story
        if name in ("A B A", "flap"):
            self._other_branch(name)
            return
        if not story.served.marks:
            story.served.mark()
            self._note(story.act(lots, 2))
        if name == "reorg while it is read":
            self._catch_up(_SETTLE_SECONDS)
        height = story.world.block_number()
        mark = lots.randrange(len(story.served.marks))
        signed = story.transactions_after(story.served.marks[mark][1])[:40]
        self._note(f"from {height} back to {story.served.marks[mark][1]}")
        story.served.back(mark)
        match name:
            case "move transactions":
                story.mine(lots.randint(1, 3))
                story.resend(signed)
            case "same height":
                story.mine(max(1, height - story.world.block_number()))
            case "shorter chain":
                story.mine(1)
            case _:
                self._note(story.act(lots, lots.randint(0, 3)))
                story.mine(lots.choice([1, 1, 1, 2, 2, 3, 3, 4, 5, 7, 9, 70]))
        if name in ("reorg twice", "reorg while it is read"):
            self._let(0 if name == "reorg twice" else lots.randint(1, 12))
            story.served.mark()
            self._move("reorg")

    def _other_branch(self, name: str) -> None:
        """The other node takes another way, and is believed for a while."""
        lots, story = self._lots, self._story
        story.fork()
        for _ in range(2):
            self._note(story.act(lots, lots.randint(0, 3)))
            story.mine(lots.choice([1, 1, 2, 5]))
            story.swap()
        if name == "flap":
            urls = [story.served.world.url, story.other.world.url]
            self._backends = cycle(url for url in urls for _ in range(lots.randint(1, 5)))
            self._let(lots.randint(5, 40))
            self._backends = None
            return
        for _ in range(2):
            if lots.random() < 0.5:
                self._catch_up(_SETTLE_SECONDS)
            story.swap()
            self._let(lots.choice([0, 1, 2, 3, 5, 9, 20]))

    def _choose_fault(self, name: str) -> None:
        lots = self._lots
        if name == "outage":
            found = [one for one in faults.OUTAGES if one not in self._without]
            one = lots.choice(found)
            self._note(one)
            self._lying.faults += [faults.OUTAGES[one]] * (1 if one == "hang" else 2)
            return
        known = faults.lies(lots, lambda *call: self._story.world.rpc(*call))
        self._end_lie()
        self._lie = known[lots.choice([one for one in known if one not in self._without])]
        self._note(f"{self._lie.name}, {self._lie.answers} times")
        # Something to lie about.
        self._note(self._story.act(lots, 2))
        self._catch_up(_SETTLE_SECONDS)

    def _disturb(self, name: str) -> None:
        match name:
            case "cut the database off":
                self._stage.cut_off()
                return
            case "a second indexer":
                self._second_indexer()
                return
            case "kill":
                self._reader.kill()
            case _:
                self._reader.stop()
        with self._gate.opened():
            assert self._reader.join(), f"it does not end after a {name}"
        self._was_killed = name == "kill"

    def _second_indexer(self) -> None:
        """It must be refused, unless the first one has just lost its connection."""
        second = self._stage.reader(self._story.world.url)
        if not second.join(0.5):
            second.kill()
            assert second.join()
            self._note("was let in")
        elif not isinstance(second.error, IndexerRunning):
            raise AssertionError(f"a second indexer: {second.error!r}")

    # The indexer, and who starts it again

    def _begun(self, until_block: BlockNumber | None = None) -> Reader:
        self._told_before = self._all_told()
        return self._stage.reader(self._lying.url, until_block)

    def _supervise(self) -> None:
        """Start it again where it has ended, if it ended for a reason."""
        if self._reader.is_alive:
            return
        self._judge(self._reader.error)
        self._reader = self._begun()

    def _judge(self, error: BaseException | None) -> None:
        if error is None:
            return
        self.diary.append(f"  it stopped: {error!r}")
        if isinstance(error, IndexerRunning):
            # The database may not have noticed yet that the last one is gone.
            return
        lied_to = self._all_told() > self._told_before
        assert isinstance(error, Final), f"this is no way to stop: {error!r}"
        assert lied_to, f"it stopped without having been lied to: {error!r}"

    def _let(self, answers: int) -> None:
        self._gate.allow(answers, _TURN_SECONDS)

    def _catch_up(self, patience_seconds: float) -> bool:
        """Let it read until it has the head; tell whether it has."""
        head = self._story.world.header(self._story.world.block_number()).block.hash
        deadline = time.monotonic() + patience_seconds
        while time.monotonic() < deadline:
            self._gate.allow(4, _TURN_SECONDS)
            if self._stage.has_stored(head):
                return True
            self._supervise()
        return False

    # The end

    def _tell_the_truth(self) -> None:
        """Whoever runs is ended in order, and one that hears nothing but the truth comes after."""
        self.diary.append("the truth")
        self._end_lie()
        self._lying.faults.clear()
        self._story.mine(1)
        self._finish()

    def _finish(self) -> None:
        with self._gate.opened():
            self._reader.stop()
            assert self._reader.join(), "it does not end"
            self._judge(self._reader.error)
            deadline = time.monotonic() + _END_SECONDS
            while True:
                self._reader = self._begun(self._story.world.block_number())
                assert self._reader.join(), "the head is not reached"
                if not isinstance(self._reader.error, IndexerRunning):
                    break
                assert time.monotonic() < deadline
            if self._reader.error is not None:
                raise AssertionError(f"stopped by the truth: {self._reader.error!r}")

    def _compare(self) -> None:
        fresh = self._stage.fresh(from_nothing=self._from_nothing)
        assert_same(self._stage.index(), fresh)
        stored = len(fresh.log()["log"])
        assert stored == len(self._true_logs()), "the fresh index itself is wrong"

    def _true_logs(self) -> Sequence[object]:
        world = self._story.world
        which = {"fromBlock": "0x0", "toBlock": "latest"}
        found: Sequence[object] = world.rpc(
            "eth_getLogs", {**which, "address": list(world.contracts.values())}
        )
        return found

    def _go_past_finalized(self) -> None:
        """What was final goes away: it stops, keeps what it has, and goes on with the old chain."""
        lots, story = self._lots, self._story
        self.diary.append(PAST_FINALIZED)
        story.act(lots, 3)
        story.mine(3)
        story.finalise(BlockNumber(story.world.block_number() - 1))
        self._finish()
        story.mine(1)
        self._finish()
        before = (self._stage.index().log(), self._stage.index().read_model())
        height = story.world.block_number()
        story.fork()
        story.served.to_base()
        story.mine(height + 9 - story.world.block_number())
        with self._gate.opened():
            self._reader = self._begun()
            assert self._reader.join(2.0), "it follows a chain without what was final"
        error = self._reader.error
        assert isinstance(error, IntegrityBroken), f"it stopped for another reason: {error!r}"
        after = (self._stage.index().log(), self._stage.index().read_model())
        assert before == after, "it did not keep what was final"
        story.swap()
        story.mine(1)
        self._reader = self._begun()
        self._finish()
        self._compare()

    # The proxy

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._gate.turn():
            served = self._story.world.url
            self._lying.true_url = served if self._backends is None else next(self._backends)
            yield

    def _twist(self, request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getBlockByNumber" and request["params"][0] in (
            "finalized",
            "safe",
        ):
            reply = {**reply, "result": self._story.finalized_header()}
        return reply if self._lie is None else self._lie(request, reply)

    def _end_lie(self) -> None:
        if self._lie is not None:
            self._told += self._lie.told
        self._lie = None

    def _all_told(self) -> int:
        return self._told + (0 if self._lie is None else self._lie.told)

    def _note(self, what: str) -> None:
        if what:
            self.diary.append(f"  {what}")


def assert_same(index: Indexed, fresh: Indexed) -> None:
    """Fail with the first difference between two indexes, unless they are the same."""
    for ours, true in ((index.log(), fresh.log()), (index.read_model(), fresh.read_model())):
        for table, rows in true.items():
            missing = [row for row in rows if row not in set(ours[table])]
            extra = [row for row in ours[table] if row not in set(rows)]
            assert ours[table] == rows, (
                f"{table}: {len(missing)} rows missing, {len(extra)} too many,"
                f" such as {str((missing or extra or ['order'])[0])[:300]}"
            )


def play(stage: Stage, seed: int, without: Sequence[str] = ()) -> None:
    """Play one seed. Raises AssertionError, whose text is what happened."""
    Story(stage, seed, without).play()
