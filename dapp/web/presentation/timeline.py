"""The list of what happened, newest last: each event as one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dapp.domain.events import COURT, Event
from dapp.domain.trail import is_folded
from dapp.domain.types import NO_DIGEST
from dapp.web.presentation.people import ANYONE, role, role_name, short
from dapp.web.presentation.sentences import SENTENCES
from dapp.web.presentation.view import Look


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    """Block and position in it: how the page and its script name the event."""
    role: str
    who: str
    sentence: str
    at: Markup
    actor: str | None
    digest: str | None
    event: Event
    folded: bool

    @property
    def mark(self) -> str:
        """The same wherever a block puts the event: it goes by the transaction."""
        event = self.event
        return f"{event.transaction}:{event.contract}.{event.name}:{event.args.get('seat', '')}"

    @property
    def short_actor(self) -> str:
        return short(self.actor or "")


def rows(look: Look, events: Sequence[Event]) -> list[Row]:
    """What concerns people; the draw that comes with the end of a round is told by that."""
    told = {event.transaction for event in events if event.name == "RoundVoided"}
    return [
        _row(look, event)
        for event in events
        if (event.contract, event.name) in SENTENCES
        and (event.name != "RoundArmed" or event.transaction not in told)
    ]


def _row(look: Look, event: Event) -> Row:
    name = role(event, look.case)
    digest = str(event.args.get("digest") or event.args.get("reason") or NO_DIGEST)
    actor = event.args.get("actor") or event.args.get("payer")
    return Row(
        key=f"{event.block_number}-{event.log_index}",
        role=name,
        who=_who(look, event, name),
        sentence=SENTENCES[event.contract, event.name](look.t, look, event),
        at=look.t.time(event.timestamp),
        actor=None if actor is None else str(actor),
        digest=None if digest == NO_DIGEST else digest,
        event=event,
        folded=is_folded(event),
    )


def _who(look: Look, event: Event, name: str) -> str:
    if event.contract == COURT and "seat" in event.args:
        return look.t.say("Arbitrator {number}", number=event.integer("seat") + 1)
    return look.t.say("Somebody") if name == ANYONE else role_name(name, look.t)
