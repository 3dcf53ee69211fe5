"""An organisation's open cases as its desk lists them."""

from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.deadlines import Deadline
from dapp.domain.urgency import is_late, next_due, owes_first_reply
from dapp.service.queues import Queue
from dapp.store.desk_queue import SOON_SECONDS
from dapp.web.i18n import Language
from dapp.web.presentation.names import category_name
from dapp.web.presentation.people import short
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A case as a row.

    Attributes:
        kind: `soon`, `ours`, `theirs` or `over`, for the style sheet.
        left: how long, in words; `percent` the part of the window that is left.
        is_late: a first reply is owed, and its time over.
        can_acknowledge: so it can be chosen.
        operator: who gave the first reply; empty while nobody has.
    """

    id: int
    kind: str
    what: str
    left: str
    until: Markup | None
    percent: int
    is_late: bool
    can_acknowledge: bool
    amount: str
    category: str
    age: str
    operator: str
    short_operator: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """
    Attributes:
        said: what there is to do, in a sentence.
        first: place of the first line, from 1.
    """

    lines: tuple[QueueLine, ...]
    said: str
    ours: int
    found: int
    first: int
    is_filtered: bool


def queue_page(found: Queue, first: int, t: Language) -> QueuePage:
    counts, moment = found.counts, found.moment
    looks = [Look(one.case, moment.now, moment.next_block, t) for one in found.rows]
    return QueuePage(
        lines=tuple(map(queue_line, looks)),
        said=_said(found, t),
        ours=counts.ours,
        found=counts.found,
        first=first + 1,
        is_filtered=counts.found != counts.open,
    )


def queue_line(look: Look) -> QueueLine:
    case, t, now = look.case, look.t, look.now
    due = next_due(case, now, look.next_block)
    said = case.acknowledgement
    operator = said.actor if said else ""
    return QueueLine(
        id=case.id,
        kind=_kind(due, now),
        what=_what(due, t),
        left=t.say("{time} left", time=t.duration(due.until - now)) if due else t.say("time is up"),
        until=t.time(due.until, now) if due else None,
        percent=_percent(due, now),
        is_late=is_late(case, now),
        can_acknowledge=owes_first_reply(case, now),
        amount=look.amount(case.amount),
        category=category_name(case.category, t),
        age=t.duration(max(0, now - case.filed_at)),
        operator=operator,
        short_operator=short(operator) if operator else "",
    )


def _kind(due: Deadline | None, now: int) -> str:
    if due is None:
        return "over"
    if not due.is_promise:
        return "theirs"
    return "soon" if due.until - now < SOON_SECONDS else "ours"


def _what(due: Deadline | None, t: Language) -> str:
    words = {
        "acknowledge": t.say("First reply"),
        "answer": t.say("Answer"),
        "deliver": t.say("Keep the promise"),
        "inform": t.say("The customer may reply"),
        "decide": t.say("The customer may decide"),
        "confirm-delivery": t.say("The customer may confirm"),
    }
    return words[due.name] if due else t.say("Anyone may end it")


def _percent(due: Deadline | None, now: int) -> int:
    """Rounded up: what is left is not nothing."""
    if due is None:
        return 0
    whole = max(1, due.until - due.opens)
    return min(100, -(-100 * (due.until - now) // whole))


def _said(found: Queue, t: Language) -> str:
    counts = found.counts
    if not counts.ours:
        return t.say("Nothing is waiting for you.")
    waiting = t.count("{number} case waits for you.", "{number} cases wait for you.", counts.ours)
    if not counts.soon:
        return waiting
    soon = t.count(
        "{number} of them is due within 10 minutes.",
        "{number} of them are due within 10 minutes.",
        counts.soon,
    )
    return f"{waiting} {soon}"
