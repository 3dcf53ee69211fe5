"""What a message consists of, and how sending it can go wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from dapp.store.letters import LetterKind
from dapp.store.notice_turn import Due
from dapp.store.subscribers import Subscriber

MOST_SHOWN = 50
"""Notices that a message spells out; more are counted."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What to write.

    Attributes:
        id: the same at each try.
        site: where people reach the pages, without a slash at the end.
        confirm: a link, in a letter of kind `confirm`; else empty.
        unsubscribe: a link; empty where there is nothing to unsubscribe from.
    """

    id: UUID
    kind: LetterKind
    reader: Subscriber
    notices: Sequence[Due]
    site: str
    confirm: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A message in its reader's language.

    Attributes:
        subject: one line without control characters.
        lines: a sentence for each notice that is spelled out, in order.
    """

    subject: str
    text: str
    html: str
    lines: tuple[str, ...] = ()


Write = Callable[[Letter], Written]


class NotSent(Exception):
    """A message did not get there.

    Attributes:
        code: stable, kebab-case; holds nothing of the other side's words.
        is_final: to try it again is no use.
        is_gone: nothing is to be sent there any more.
        retry_after: seconds that the other side asks for.
    """

    def __init__(
        self, code: str, *, is_final: bool = False, is_gone: bool = False, retry_after: float = 0.0
    ) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final
        self.is_gone = is_gone
        self.retry_after = retry_after
