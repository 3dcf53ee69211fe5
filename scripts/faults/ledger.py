"""What the service has acknowledged to people, and how each looks whether it is still there."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

Check = Callable[[], Iterable[str]]
"""Names what is not as it was acknowledged; asked when all is quiet again."""


@dataclass
class Ledger:
    """Filled by the people of a run, each in a thread.

    Attributes:
        acknowledged: how many writes of each kind the service has said yes to.
        lost: by kind, what is not there.
        twice: by kind, what is there more than once though it was promised to be there once.
        answers: how often each status came; where none came, the kind of failure.
        longest_wait: in seconds, until somebody who asked again and again was answered.
        wrong: answers that nobody should get, whatever is being killed.
        broken: what stopped one of the people: lost, or a mistake of the run itself.
        open: closes everybody's connections.
        turn: whose complaint it is that has just got the next number.
    """

    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: dict[str, Check] = field(default_factory=dict)
    twice: dict[str, Check] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    longest_wait: float = 0.0
    wrong: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    open: ExitStack = field(default_factory=ExitStack)
    turn: threading.Lock = field(default_factory=threading.Lock)
