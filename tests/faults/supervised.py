"""An indexer under test, whoever starts it again, and the proxy that it takes for the node."""

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from dapp.domain.types import BlockNumber
from dapp.errors import Final, IndexerRunning
from tests.faults.faults import Lie
from tests.faults.reader import Gate
from tests.faults.stage import Stage
from tests.lying_node import Reply, Request
from tests.patience import PATIENCE_SECONDS

_TURN_SECONDS = 0.03
_SETTLE_SECONDS = 0.15


class Supervised:
    """Runs from the start; ended by `end`.

    Attributes:
        backends: the node for each answer in turn, in place of the served one.
    """

    def __init__(self, stage: Stage, diary: list[str]) -> None:
        self._stage, self._diary = stage, diary
        self._gate = Gate()
        self._lie: Lie | None = None
        self._told_before = self._told = 0
        self.backends: Iterator[str] | None = None
        stage.lying.twist = self._twist
        stage.lying.turn = self._turn
        self._begin()

    def lie(self, lie: Lie | None) -> None:
        """From now on this is what the node lies about."""
        self._told = self._all_told()
        self._lie = lie

    def let(self, answers: int) -> None:
        """Let it have so many answers, if it asks."""
        self._gate.allow(answers, _TURN_SECONDS)

    def catch_up(self) -> None:
        """Let it read until it has the head, or for a while."""
        world = self._stage.story.world
        head = world.header(world.block_number()).block.hash
        deadline = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < deadline and not self._stage.has_stored(head):
            self.let(4)
            self.supervise()

    def supervise(self) -> None:
        """Start it again where it has ended, if it ended for a reason."""
        if not self._reader.is_alive:
            self._judge(self._reader.error)
            self._begin()

    def stop(self) -> None:
        """Ask it to end."""
        self._reader.stop()
        self._join()

    def kill(self) -> None:
        """Break it off."""
        self._reader.kill()
        self._join()

    def finish(self) -> None:
        """End it in order; another one reads up to the head."""
        self.stop()
        self._judge(self._reader.error)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._begin(self._stage.story.world.block_number())
            self._join("the head is not reached")
            if not isinstance(self._reader.error, IndexerRunning):
                break
            assert time.monotonic() < deadline, "the lock is never free"
        error = self._reader.error
        assert error is None, f"stopped by the truth: {error!r}"

    def refusal(self) -> BaseException | None:
        """What stops another one, which nobody lies to; None if it goes on."""
        self._begin()
        with self._gate.opened():
            self._reader.join()
        # Asked for, and so no reason to complain of it later.
        error, self._reader.error = self._reader.error, None
        return error

    def end(self) -> None:
        """Whatever it does."""
        self.kill()

    def _join(self, otherwise: str = "it does not end") -> None:
        with self._gate.opened():
            assert self._reader.join(), f"{otherwise}; it is in {self._reader.where()}"

    def _begin(self, until_block: BlockNumber | None = None) -> None:
        self._told_before = self._all_told()
        self._reader = self._stage.reader(self._stage.lying.url, until_block)

    def _judge(self, error: BaseException | None) -> None:
        if error is None:
            return
        where = traceback.extract_tb(error.__traceback__)[-1]
        self._diary.append(f"  it stopped in {where.name}: {error!r}")
        if isinstance(error, IndexerRunning):
            # The database may not have noticed yet that the last one is gone.
            return
        assert isinstance(error, Final), f"this is no way to stop: {error!r}"
        lied_to = self._all_told() > self._told_before
        assert lied_to, f"it stopped without having been lied to: {error!r}"

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._gate.turn():
            served = self._stage.story.world.url
            self._stage.lying.true_url = served if self.backends is None else next(self.backends)
            yield

    def _twist(self, request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getBlockByNumber" and request["params"][0] in _FINAL:
            reply = {**reply, "result": self._stage.story.finalized_header()}
        return reply if self._lie is None else self._lie(request, reply)

    def _all_told(self) -> int:
        return self._told + (0 if self._lie is None else self._lie.told)


# What the story says of them counts: anvil itself has them so many blocks behind the head.
_FINAL = ("finalized", "safe")
