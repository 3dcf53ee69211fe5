"""Amounts, shares, hours and sentences in words; English where nobody asks for another language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_WEI_IN_ETHER = 10**18
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def ether(wei: int) -> str:
    """`1500000000000000000` as `1.5 ETH`, to the last wei."""
    whole, rest = divmod(abs(wei), _WEI_IN_ETHER)
    fraction = f"{rest:018d}".rstrip("0")
    return f"{'-' if wei < 0 else ''}{whole}{'.' if fraction else ''}{fraction} ETH"


def percent(basis_points: int) -> str:
    """`4050` as `40.5 %`."""
    return f"{basis_points / 100:g} %"


def hour_name(hour: int) -> str:
    """`0` as `Monday 00:00`."""
    return f"{_DAYS[hour // 24]} {hour % 24:02}:00"


def week_hours(ranges: Sequence[tuple[int, int]]) -> str:
    """Ranges within days as `Monday to Friday 08:00-20:00; Sunday 00:00-24:00 (UTC)`."""
    by_day: list[tuple[list[int], str]] = []
    for day in range(7):
        times = ", ".join(
            f"{begin % 24:02}:00-{(end - 1) % 24 + 1:02}:00"
            for begin, end in ranges
            if begin // 24 == day
        )
        if by_day and by_day[-1][1] == times:
            by_day[-1][0].append(day)
        else:
            by_day.append(([day], times))
    said = [f"{_days(days)} {times}" for days, times in by_day if times]
    return "; ".join(said) + " (UTC)" if said else "no hours"


def _days(days: Sequence[int]) -> str:
    first, last = _DAYS[days[0]], _DAYS[days[-1]]
    if len(days) == 1:
        return first
    return f"{first} to {last}" if len(days) > 2 else f"{first} and {last}"


@dataclass(frozen=True, slots=True)
class Amount:
    """Wei, for whoever words it."""

    wei: int


@dataclass(frozen=True, slots=True)
class Share:
    """Basis points, for whoever words it."""

    basis_points: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, apart from the language that it is said in.

    Attributes:
        text: in English; `{name}` stands for a value. Catalogues translate it.
    """

    text: str
    values: Mapping[str, Value]


Value: TypeAlias = int | str | Amount | Share | Sentence


def sentence(text: str, **values: Value) -> Sentence:
    """Catalogues find what stands here (`dapp.web.i18n.extract`)."""
    return Sentence(text, values)


def english(said: Sentence) -> str:
    return said.text.format(**{name: _english(value) for name, value in said.values.items()})


def _english(value: Value) -> str:
    match value:
        case Sentence():
            return english(value)
        case Amount(wei):
            return ether(wei)
        case Share(basis_points):
            return percent(basis_points)
    return str(value)
