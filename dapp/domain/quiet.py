"""Hours in which somebody is not to be disturbed, by the clocks where they are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes of the local day; from the first to before the second, over midnight as well.

    The two differ.
    """

    starts: int
    ends: int

    def holds(self, minute: int) -> bool:
        """Whether a minute of the local day is in them."""
        if self.starts < self.ends:
            return self.starts <= minute < self.ends
        return minute >= self.starts or minute < self.ends


def over_at(quiet: QuietHours | None, zone: str, now: float) -> float:
    """When the quiet hours that `now` is in are over; `now` itself where it is in none.

    Args:
        quiet: None for somebody who has none.
        zone: a name of the tz database.
        now: Unix seconds.
    """
    if quiet is None:
        return now
    place = ZoneInfo(zone)
    local = datetime.fromtimestamp(now, UTC).astimezone(place)
    if not quiet.holds(local.hour * 60 + local.minute):
        return now
    midnight = datetime(local.year, local.month, local.day)  # noqa: DTZ001 (a wall clock's)
    ends = [
        end
        for days in (0, 1)
        for end in _moments(midnight + timedelta(days=days, minutes=quiet.ends), place)
    ]
    return min(end for end in ends if end > now)


def _moments(wall: datetime, place: ZoneInfo) -> list[float]:
    """When the clocks of a place show that: twice where they are set back, and where they leave it
    out, as long after that as it would have been.
    """
    first, second = (wall.replace(tzinfo=place, fold=fold).timestamp() for fold in (0, 1))
    return [first, second] if second > first else [first]


@cache
def zones() -> frozenset[str]:
    """The names that the tz database has."""
    return frozenset(available_timezones())
