"""What a keeper measures of itself, for Prometheus; what it spends and has, its sender measures."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge

from dapp.service.keeping import Outcome, Verdict
from dapp.store.chores import Tally

_KEEPER = ["chain", "keeper"]
_WATCHED = Gauge("redress_keeper_watched", "Cases about which something will be due", _KEEPER)
_LEFT = Gauge("redress_keeper_left", "Steps that were due at the last look", [*_KEEPER, "outcome"])
_SENT = Counter("redress_keeper_sent", "Steps sent", [*_KEEPER, "chore"])
_DONE = Gauge("redress_keeper_done", "Steps that were mined, ever", _KEEPER)
_LOST = Gauge(
    "redress_keeper_lost", "Steps that others did before us, ever", [*_KEEPER, "reverted"]
)
_ERRORS = Counter("redress_keeper_errors", "What went wrong, by code", [*_KEEPER, "code"])


class KeeperMeters:
    """The meters of one account on one chain."""

    def __init__(self, chain: str, keeper: str) -> None:
        self._names = (chain, keeper)

    def looked(self, verdicts: Iterable[Verdict], watched: int) -> None:
        """One look at everything that was due."""
        found = list(verdicts)
        _WATCHED.labels(*self._names).set(watched)
        for outcome in Outcome:
            count = sum(one.outcome is outcome for one in found)
            _LEFT.labels(*self._names, outcome.value).set(count)
        for one in found:
            if one.outcome is Outcome.SENT:
                _SENT.labels(*self._names, one.step.chore.value).inc()

    def stands(self, tally: Tally) -> None:
        """What came of what was sent so far."""
        _DONE.labels(*self._names).set(tally.done)
        _LOST.labels(*self._names, "no").set(tally.dropped)
        _LOST.labels(*self._names, "yes").set(tally.reverted)

    def failed(self, code: str) -> None:
        _ERRORS.labels(*self._names, code).inc()
