"""What a sender of transactions measures of itself, for Prometheus."""

from collections.abc import Mapping

from prometheus_client import Counter, Gauge

from dapp.domain.types import Wei
from dapp.store.outgoing import Status

_SENDER = ["chain", "sender"]
_BALANCE = Gauge("redress_sender_balance_wei", "What the account has for gas", _SENDER)
_QUEUE = Gauge("redress_sender_queue", "Transactions that are not final", [*_SENDER, "status"])
_SPENT = Counter("redress_sender_spent_wei", "Paid for gas of what was mined", _SENDER)
_SIGNED = Counter("redress_sender_signed", "Transactions signed, replacements too", _SENDER)
_REPLACED = Counter("redress_sender_replaced", "Stuck transactions sent with more fees", _SENDER)
_DROPPED = Counter("redress_sender_dropped", "Mined transactions that a reorg dropped", _SENDER)
_ERRORS = Counter("redress_sender_errors", "What went wrong, by code", [*_SENDER, "code"])


class SenderMeters:
    """The meters of one account on one chain."""

    def __init__(self, chain: str, sender: str) -> None:
        self._names = (chain, sender)

    def stands(self, balance: Wei, counts: Mapping[Status, int]) -> None:
        """What it has, and what waits."""
        _BALANCE.labels(*self._names).set(balance)
        for status in Status:
            _QUEUE.labels(*self._names, status.value).set(counts.get(status, 0))

    def signed(self, *, again: bool) -> None:
        _SIGNED.labels(*self._names).inc()
        if again:
            _REPLACED.labels(*self._names).inc()

    def mined(self, paid: Wei) -> None:
        _SPENT.labels(*self._names).inc(paid)

    def dropped(self) -> None:
        _DROPPED.labels(*self._names).inc()

    def failed(self, code: str) -> None:
        _ERRORS.labels(*self._names, code).inc()
