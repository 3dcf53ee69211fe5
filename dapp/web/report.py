"""A verdict as a page to read, print and hand to counsel: one file, with nothing to load."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup, escape

from dapp.audit.deadlines import PROMISES
from dapp.audit.records import Story
from dapp.audit.verdict import VERIFIED, Entry, Verdict, Window
from dapp.domain.events import Event
from dapp.domain.types import BlockNumber, Hash32, UnixTime
from dapp.web.i18n import Language
from dapp.web.pages.render import render
from dapp.web.presentation.lanes import Picture, picture
from dapp.web.presentation.money import Money, money
from dapp.web.presentation.timeline import Row, rows
from dapp.web.presentation.view import Look
from dapp.web.presentation.votes import Panel, panels
from dapp.web.verify_words import verify_words

MOST_CASES = 200
"""A history of thousands is a table, and no page to read."""

_STATES = {VERIFIED: "verified", "evidence-missing": "missing", "unknown": "unknown"}
_STATIC = Path(__file__).parent / "static"
_STYLES = ("built/pico.css", "built/redress.css", "built/verify-style.css")


@dataclass(frozen=True, slots=True)
class Told:
    """A case as the case page tells it."""

    rows: Sequence[Row]
    picture: Picture
    money: Money
    votes: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Section:
    """One entry; `told` is None of an organisation, and of a case that is not proven so far."""

    entry: Entry
    state: str
    """In a few words."""
    why: str
    """A sentence on what does not hold."""
    anchored: Markup
    """A sentence; empty where the case was filed at the desk."""
    windows: Sequence[tuple[str, str, str]]
    told: Told | None


def report(verdict: Verdict, stories: Sequence[Story], t: Language) -> str:
    """HTML. `stories` are those that the verifier told of."""
    words = verify_words(t)
    by_number = {int(story.case.id): story for story in stories}
    sections = [
        Section(
            entry,
            words[f"state-{_STATES.get(entry.verdict, 'refused')}"],
            _why(entry, words),
            _anchored(entry, words, t),
            [
                (words[f"promise-{one.what}"], t.time(one.deadline), _kept(one, t))
                for one in entry.deadlines
            ],
            _told(by_number[entry.number], t)
            if entry.kind == "complaint" and entry.number in by_number
            else None,
        )
        for entry in verdict.entries
    ]
    style = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _STYLES)
    return render(
        t,
        "report.html",
        verdict=verdict,
        why=_why(verdict, words),
        sections=sections,
        style=Markup(style),  # noqa: S704 (ours)
    )


def _why(found: Verdict | Entry, words: Mapping[str, str]) -> str:
    """The verifier's own words, which are English, where a code has no sentence."""
    return words.get(f"code-{found.verdict}") or found.message or found.verdict


def _anchored(entry: Entry, words: Mapping[str, str], t: Language) -> Markup:
    found = entry.anchored
    if found is None:
        return Markup()
    at, until = t.time(found.at), t.time(found.protected_until)
    return escape(words["anchored"]).format(at=at, sender=found.sender, until=until)


def _told(story: Story, t: Language) -> Told:
    look = Look(story.case, story.now, BlockNumber(0), t)
    placed = sorted(_placed(story.events), key=lambda pair: pair[0].timestamp)
    proven = [is_proven for _, is_proven in placed]
    # Where an event stands in its block is not in a bundle, nor which transaction made it: those of
    # one time count as one.
    events = [
        replace(event, transaction=Hash32(f"0x{event.timestamp:064x}"), log_index=place)
        for place, (event, _) in enumerate(placed)
    ]
    unknown = t.html("at a time that is not proven")
    listed = [
        row if proven[row.event.log_index] else replace(row, at=unknown)
        for row in rows(look, events)
    ]
    return Told(listed, picture(look, listed), money(look), panels(look))


def _placed(events: Sequence[Event]) -> Iterator[tuple[Event, bool]]:
    """Each with a time, and whether that is proven: else the last one before it that is."""
    last = UnixTime(0)
    for event in events:
        if event.timestamp:
            last = event.timestamp
        yield replace(event, timestamp=last), bool(event.timestamp)


def _kept(window: Window, t: Language) -> str:
    if window.kept is None:
        return t.say("open, or overtaken")
    if window.kept:
        return t.say("kept")
    if window.what not in PROMISES:
        return t.say("let pass")
    return t.say("broken, by {time}", time=t.duration(window.late_seconds or 0))
