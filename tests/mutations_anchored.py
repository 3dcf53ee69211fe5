"""Anchored complaints as no desk would have told them, under a block of our own."""

from collections.abc import Callable, Iterator

from dapp.audit.verdict import VERIFIED
from dapp.domain.events import DESK
from tests.bundle_masses import ANSWER_HOUR, CUSTOMER, START, Masses, Told
from tests.mutation import Mutation

HOUR, DAY = 3600, 86_400
PROTECTED = START + 2 * HOUR
"""Until then."""
_POLICY = ANSWER_HOUR | 2 << 232
_STRANGER = b"\x57" * 20

Change = Callable[[list[Told]], object]


class Anchored(Masses):
    """One case: paid, filed as anchored, acknowledged.

    Args:
        at: when it was anchored.
        filed: when it was opened.
        change: of the desk's events, after they are made.
        said: when `FiledAnchored` was; with the filing if not given.
    """

    def __init__(
        self,
        at: int,
        filed: int,
        change: Change = lambda events: None,
        *,
        said: int | None = None,
        actor: bytes = CUSTOMER,
    ) -> None:
        super().__init__(1, 0)
        self._at, self._filed, self._change = at, filed, change
        self._said, self._actor = filed if said is None else said, actor

    def told(self, number: int) -> Iterator[Told]:
        """The case."""
        paid = self.paid(number)
        terms = (_STRANGER, b"\x11" * 32, b"\x22" * 32, self._at)
        events = [
            self.filed(number, paid, self._filed, _POLICY),
            self.event(DESK, "FiledAnchored", self._said, number, self._actor, *terms),
            self.event(DESK, "Acknowledged", self._said, number, CUSTOMER, True, bytes(32)),
        ]
        self._change(events)
        yield paid
        yield from events


def mutations() -> Iterator[Mutation]:
    last = PROTECTED + 3 * DAY - 1
    bad = {
        "before-the-payment": Anchored(START - 1, START + HOUR),
        "after-the-protection": Anchored(PROTECTED, PROTECTED + HOUR),
        "after-the-filing": Anchored(START + HOUR + 1, START + HOUR),
        "opened-after-the-grace": Anchored(START, last + 1),
        "at-another-time": Anchored(START, START + HOUR, said=START + HOUR + 1),
        "by-another": Anchored(START, START + HOUR, actor=_STRANGER),
        "twice": Anchored(START, START + HOUR, lambda events: events.insert(1, events[1])),
        "first": Anchored(START, START + HOUR, lambda events: events.insert(0, events.pop(1))),
        "not-at-once": Anchored(START, START + HOUR, lambda events: events.append(events.pop(1))),
    }
    good = {
        "first-second": Anchored(START, START),
        "last-second": Anchored(PROTECTED - 1, last),
    }
    for name, made in good.items():
        bundle, block = made.bundle()
        yield Mutation(f"anchored-{name}", bundle.zipped(), block, VERIFIED)
    for name, made in bad.items():
        bundle, block = made.bundle()
        yield Mutation(f"anchored-{name}", bundle.zipped(), block, "record-senseless")
    alone = Anchored(START, START + HOUR, lambda events: events.__delitem__(slice(0, None, 2)))
    bundle, block = alone.bundle()
    yield Mutation("anchored-alone", bundle.zipped(), block, "trail-differs")
