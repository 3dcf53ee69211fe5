"""What the sending of messages measures of itself, for Prometheus."""

from prometheus_client import Counter, Gauge

from dapp.store.letters import Waiting

_PENDING = Gauge("redress_messages_pending", "Messages that wait to be sent")
_DEAD = Gauge("redress_messages_dead", "Messages that were given up, in the last 30 days")
_OLDEST = Gauge("redress_messages_oldest_seconds", "How long the oldest message has waited")
_TRIES = Counter(
    "redress_messages_tries", "Attempts to send, by channel and outcome", ["channel", "outcome"]
)


def show(waiting: Waiting, now: float) -> None:
    """How much there is to do."""
    _PENDING.set(waiting.pending)
    _DEAD.set(waiting.dead)
    _OLDEST.set(0.0 if waiting.oldest_at is None else max(0.0, now - waiting.oldest_at))


def tried(channel: str, code: str | None) -> None:
    """An attempt and its outcome; None for one that went well."""
    _TRIES.labels(channel, code or "sent").inc()
