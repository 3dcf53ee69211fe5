"""One seed is one story: people act, the chain changes its mind, the node lies, the indexer falls.

Then only the truth is told; once the indexer has the head, its database must equal that of an
indexer that saw nothing else. While it runs it may stop for good only where it was lied to: outages
and reorgs are waited out.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle

from dapp.domain.types import BlockNumber
from dapp.errors import IndexerRunning, IntegrityBroken
from tests.faults import faults
from tests.faults.sameness import assert_same
from tests.faults.stage import Stage
from tests.faults.supervised import Supervised

_STEPS = 5
# How many of the stories begin with an empty database, and with the whole chain to catch up with.
_FROM_NOTHING = 0.15
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


class _Told:
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
        self._diary = [f"seed {seed}"]

    def play(self) -> None:
        """The whole story. Raises AssertionError with the diary."""
        self._indexer = Supervised(self._stage, self._diary)
        try:
            with self._noted():
                self._tell()
        finally:
            with self._noted():
                self._indexer.end()

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """What fails is in the diary, behind what failed before it."""
        try:
            yield
        except AssertionError as error:
            self._diary.append(str(error))
            raise AssertionError("\n  ".join(self._diary)) from error

    def _tell(self) -> None:
        for _ in range(_STEPS):
            self._step()
        self._tell_the_truth()
        self._compare()
        if self._lots.random() < 0.1 and PAST_FINALIZED not in self._without:
            self._go_past_finalized()

    # Steps

    def _step(self) -> None:
        names = [name for name in STEPS if name not in self._without]
        name = self._lots.choices(names, [STEPS[one] for one in names])[0]
        self._diary.append(name)
        self._do(name)
        self._indexer.let(self._lots.choice([0, 0, 1, 2, 3, 5, 9, 20]))
        self._indexer.supervise()

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
                self._indexer.catch_up()
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
            self._indexer.catch_up()
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
                story.mine(lots.choice([1, 1, 2, 2, 3, 4, 7]))
        if name in ("reorg twice", "reorg while it is read"):
            self._indexer.let(0 if name == "reorg twice" else lots.randint(1, 12))
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
            self._indexer.backends = cycle(url for url in urls for _ in range(lots.randint(1, 5)))
            self._indexer.let(lots.randint(5, 40))
            self._indexer.backends = None
            return
        for _ in range(2):
            if lots.random() < 0.5:
                self._indexer.catch_up()
            story.swap()
            self._indexer.let(lots.choice([0, 1, 2, 3, 5, 9, 20]))

    def _choose_fault(self, name: str) -> None:
        lots = self._lots
        if name == "outage":
            found = [one for one in faults.OUTAGES if one not in self._without]
            one = lots.choice(found)
            self._note(one)
            self._lying.faults += [faults.OUTAGES[one]] * (1 if one == "hang" else 2)
            return
        known = faults.lies(lots, lambda *call: self._story.world.rpc(*call))
        lie = known[lots.choice([one for one in known if one not in self._without])]
        self._indexer.lie(lie)
        self._note(f"{lie.name}, {lie.answers} times")
        # Something to lie about.
        self._note(self._story.act(lots, 2))
        self._indexer.catch_up()

    def _disturb(self, name: str) -> None:
        match name:
            case "cut the database off":
                self._stage.cut_off()
            case "a second indexer":
                self._second_indexer()
            case "kill":
                self._indexer.kill()
            case _:
                self._indexer.stop()

    def _second_indexer(self) -> None:
        """It must be refused, unless the first one has just lost its connection."""
        second = self._stage.reader(self._story.world.url)
        if not second.join(0.5):
            second.kill()
            assert second.join()
            self._note("was let in")
        elif not isinstance(second.error, IndexerRunning):
            raise AssertionError(f"a second indexer: {second.error!r}")

    # The end

    def _tell_the_truth(self) -> None:
        """Whoever runs is ended in order, and one that hears nothing but the truth comes after."""
        self._diary.append("the truth")
        self._indexer.lie(None)
        self._lying.faults.clear()
        self._story.mine(1)
        self._indexer.finish()

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
        self._diary.append(PAST_FINALIZED)
        story.act(lots, 3)
        story.mine(3)
        story.finalise(BlockNumber(story.world.block_number() - 1))
        self._indexer.finish()
        story.mine(1)
        self._indexer.finish()
        before = (self._stage.index().log(), self._stage.index().read_model())
        height = story.world.block_number()
        story.fork()
        story.served.to_base()
        story.mine(height + 9 - story.world.block_number())
        error = self._indexer.refusal()
        assert isinstance(error, IntegrityBroken), (
            f"it should refuse a chain without what was final: {error!r}"
        )
        after = (self._stage.index().log(), self._stage.index().read_model())
        assert before == after, "it did not keep what was final"
        story.swap()
        story.mine(1)
        self._indexer.finish()
        self._compare()

    def _note(self, what: str) -> None:
        if what:
            self._diary.append(f"  {what}")


def play(stage: Stage, seed: int, without: Sequence[str] = ()) -> None:
    """Play one seed. Raises AssertionError, whose text is what happened."""
    _Told(stage, seed, without).play()
