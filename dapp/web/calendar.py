"""Somebody's deadlines as calendars read them (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from dapp.domain.types import ChainId, UnixTime
from dapp.service.messages.agenda import Entry
from dapp.web.i18n import Language
from dapp.web.presentation.names import deadline_name


def calendar(
    t: Language, entries: Iterable[Entry], chain_id: ChainId, site: str, now: UnixTime
) -> bytes:
    """The feed; an entry keeps its UID while its deadline moves."""
    feed = Calendar()
    feed.add("prodid", "-//Redress//Deadlines//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", "Redress")
    for entry in entries:
        feed.add_component(_event(t, entry, chain_id, site, now))
    return bytes(feed.to_ical())


def _event(t: Language, entry: Entry, chain_id: ChainId, site: str, now: UnixTime) -> Event:
    one, case = entry.deadline, entry.complaint
    host = site.partition("://")[2].replace(":", "-")
    found = Event()
    found.add("uid", f"{chain_id}-{case}-{one.name}-{one.turn}@{host}")
    found.add("sequence", entry.sequence)
    found.add("dtstamp", _utc(now))
    found.add("dtstart", _utc(one.until))
    found.add("summary", deadline_name(one.name, case, t))
    found.add("url", f"{site}/c/{case}")
    found.add("description", f"{site}/c/{case}")
    found.add("transp", "TRANSPARENT")
    return found


def _utc(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
