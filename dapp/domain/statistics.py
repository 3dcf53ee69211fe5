"""What the charts count, and where their marks begin and end."""

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """How a chart is drawn."""

    BARS = "bars"
    WEEK = "week"
    """Seven rows of 24 hours."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Values from `low` up to below `high`."""

    key: str
    label: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar or cell.

    Attributes:
        key: names the cases behind it, within its chart.
        values: one for each of the chart's columns.
    """

    key: str
    label: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Drawn between marks, such as a promise of 10 minutes.

    Attributes:
        after: how many marks are on this side of it.
    """

    after: int
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Counts to be told as JSON, as a table, or as a picture: the same numbers in each.

    Attributes:
        columns: what a mark's values are; those of bars are parts that add up.
    """

    name: str
    shape: Shape
    title: str
    description: str
    columns: tuple[str, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...] = ()

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of each column."""
        return tuple(map(sum, zip(*(mark.values for mark in self.marks), strict=True)))


_END = 2**62
DELAYS = (
    Bucket("under-1-min", "under 1 min", 0, 60),
    Bucket("1-to-5-min", "1 to 5 min", 60, 300),
    Bucket("5-to-10-min", "5 to 10 min", 300, 600),
    Bucket("10-to-30-min", "10 to 30 min", 600, 1800),
    Bucket("30-to-60-min", "30 to 60 min", 1800, 3600),
    Bucket("1-to-4-h", "1 to 4 h", 3600, 4 * 3600),
    Bucket("4-to-24-h", "4 to 24 h", 4 * 3600, 24 * 3600),
    Bucket("over-24-h", "24 h and more", 24 * 3600, _END),
)
"""Of the first answer, in seconds; 10 and 30 minutes are limits that platforms promise."""
DISTANCES = (
    Bucket("under-250", "under 2.5 %", 0, 250),
    Bucket("250-to-500", "2.5 to 5 %", 250, 500),
    Bucket("500-to-1000", "5 to 10 %", 500, 1001),
    Bucket("1000-to-2500", "10 to 25 %", 1001, 2501),
    Bucket("over-2500", "more than 25 %", 2501, _END),
)
"""Of a vote from the final ruling, in basis points; full pay up to 1 000."""


def bounds(buckets: tuple[Bucket, ...]) -> list[int]:
    """Where each but the first begins."""
    return [one.low for one in buckets[1:]]
