"""Checks single records of a bundle: a case, or an organisation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dapp.audit import slots
from dapp.audit.anchored_check import check_anchored
from dapp.audit.case import Difference, differences_in, fold_case
from dapp.audit.court_check import check_court
from dapp.audit.deadlines import windows
from dapp.audit.events import EventReader, word_text
from dapp.audit.evidence import Blocks, digests_of
from dapp.audit.format import RecordedEvent
from dapp.audit.order_check import check_order, is_of_fund
from dapp.audit.outside_check import check_appeals, check_outside
from dapp.audit.verdict import VERIFIED, Entry, refuse
from dapp.audit.words import Words
from dapp.chain.keccak import keccak
from dapp.domain import organisation, trail
from dapp.domain.case import Case
from dapp.domain.events import APPEALS, COURT, DESK, OUTSIDE, REGISTRY, Event
from dapp.domain.types import ComplaintId, Hash32, OrganisationId, UnixTime
from dapp.errors import RedressError, Unproven

# What folds raise where events do not follow from each other (see `dapp.store.records`), and what
# arithmetic and enumerations say to numbers that no contract gives.
_NONSENSE = (
    RedressError,
    ArithmeticError,
    AssertionError,
    LookupError,
    StopIteration,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a case: the entry, and the filing where the trail has proven it."""

    entry: Entry
    filed: Event | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A case, and the events that tell it; `now` is the trusted block's time."""

    case: Case
    events: tuple[Event, ...]
    now: UnixTime


Heard = Callable[[Story], None]


class RecordChecker:
    """Checks records at one trusted block.

    Args:
        now: that block's time.
        heard: told of each case whose trail is proven, whatever else does not hold.
    """

    def __init__(
        self, reader: EventReader, words: Words, blocks: Blocks, now: UnixTime, heard: Heard
    ) -> None:
        self._reader, self._words, self._blocks, self._now = reader, words, blocks, now
        self._heard = heard

    def case(self, recorded: Sequence[RecordedEvent], number: int) -> Checked:
        """A case; whatever does not hold is in the entry."""
        known: dict[str, Any] = {}
        filed: list[Event] = []
        try:
            self._case(recorded, number, known, filed)
        except Unproven as error:
            refused = Entry("complaint", number, error.code, error.message, **known)
            return Checked(refused, *filed)
        return Checked(_with_evidence(Entry("complaint", number, VERIFIED, **known)), *filed)

    def organisation(self, recorded: Sequence[RecordedEvent], number: int) -> Entry:
        """An organisation; whatever does not hold is in the entry."""
        known: dict[str, Any] = {}
        try:
            word = self.organisation_word(number)
            events = self._reader.of_organisation(recorded, number)
            _check_trail(events, word)
            known["trail"] = word
            _make_sense(lambda: _fold_organisation(events))
            known["evidence"] = self._blocks.check(digests_of(events))
        except Unproven as error:
            return Entry("organisation", number, error.code, error.message, **known)
        return _with_evidence(Entry("organisation", number, VERIFIED, **known))

    def complaint_word(self, number: int) -> Hash32:
        """A complaint's trail at the trusted block. Raises Unproven."""
        slot = slots.complaint_trail(ComplaintId(number))
        return word_text(self._words.read(DESK, slot))

    def organisation_word(self, number: int) -> Hash32:
        """An organisation's trail at the trusted block. Raises Unproven."""
        slot = slots.registry_trail(OrganisationId(number))
        return word_text(self._words.read(REGISTRY, slot))

    def _case(
        self,
        recorded: Sequence[RecordedEvent],
        number: int,
        known: dict[str, Any],
        filed: list[Event],
    ) -> None:
        """Fills in what becomes known step by step. Raises Unproven."""
        word = self.complaint_word(number)
        events = [event for event, _ in self._reader.of_case(recorded, number)]
        desk = [event for event in events if event.contract == DESK]
        _check_trail(desk, word)
        known["trail"] = word
        filed.append(desk[0])
        _make_sense(lambda: self._story(events, word, known))
        known["evidence"] = self._blocks.check(digests_of(events))

    def _story(self, events: Sequence[Event], word: Hash32, known: dict[str, Any]) -> None:
        case = fold_case(events, keccak)
        self._heard(Story(case, tuple(events), self._now))
        taken = case.escalation
        known["pending"] = taken is not None and not taken.is_outside and case.payment is None
        self._check_order(case, events)
        known["anchored"] = check_anchored(case, events)
        self._check_dispute(case, events)
        for one in differences_in(case, events, word, keccak):
            raise refuse(_CODES.get(one.what, "ruling-differs"), _said(one))
        known["deadlines"] = windows(case, self._now)
        known["votes"] = tuple(one.votes for one in case.rounds if one.votes)
        known["outcome"] = _outcome(case)

    def _check_order(self, case: Case, events: Sequence[Event]) -> None:
        fund = [event for event in events if is_of_fund(event)]
        filed = next(event for event in events if event.name == "Filed")
        desk = self._reader.addresses[DESK]
        check_order(fund, filed, case.payment, case.withdrawn_at, desk, keccak)

    def _check_dispute(self, case: Case, events: Sequence[Event]) -> None:
        found = {
            name: [event for event in events if event.contract == name]
            for name in (COURT, OUTSIDE, APPEALS)
        }
        is_outside = case.escalation is not None and case.escalation.is_outside
        is_house = case.escalation is not None and not is_outside
        if (found[OUTSIDE] and not is_outside) or (
            (found[COURT] or found[APPEALS]) and not is_house
        ):
            raise refuse("court-differs", "arbitrators acted who did not have the case")
        if is_house:
            court = self._reader.addresses[COURT]
            check_court(case, found[COURT], self._words, court, keccak)
            check_appeals(case)
        elif is_outside:
            check_outside(case, found[OUTSIDE], keccak)


_CODES = {
    "trail": "trail-differs",
    "order-trail": "order-differs",
    "order-trail-paid": "order-differs",
    "order-split": "order-differs",
    "court-record": "court-differs",
}


def _check_trail(events: Sequence[Event], word: Hash32) -> None:
    """Whether these are all events of their subject, as they were."""
    folded: Hash32 | None = None
    for event in events:
        if not trail.is_folded(event):
            raise refuse("event-misplaced", f"no trail folds {event.contract}.{event.name}")
        folded = trail.fold_event(keccak, folded, event)
    if folded != word:
        raise refuse("trail-differs", "the events do not give the trail at the trusted block")


def _fold_organisation(events: Sequence[Event]) -> None:
    found = None
    for event in events:
        found = organisation.apply(found, event, keccak)
    assert found is not None


def _make_sense(check: Any) -> None:
    try:
        check()
    except Unproven:
        raise
    except _NONSENSE as error:
        said = f"the events tell no story that there can be: {type(error).__name__}"
        raise refuse("record-senseless", said) from error


def _with_evidence(entry: Entry) -> Entry:
    """The entry of a record that holds, as far as its evidence does."""
    evidence = entry.evidence
    code = "evidence-differs" if evidence.differs else "evidence-missing"
    if not (evidence.differs or evidence.missing):
        return entry
    from dataclasses import replace

    return replace(entry, verdict=code, message="not all of the evidence is there as it was")


def _said(one: Difference) -> str:
    return f"{one.what} is {one.found}, and by the events {one.expected}"


def _outcome(case: Case) -> dict[str, Any] | None:
    paid = case.payment
    if paid is None:
        return None
    return {
        "outcome": paid.outcome.name.lower().replace("_", "-"),
        "share": paid.share,
        "to_customer": str(paid.to_customer),
        "to_organisation": str(paid.to_organisation),
        "cost": str(paid.cost),
        "cost_to_customer": str(paid.cost_to_customer),
        "from_bond": str(paid.from_bond),
    }
