"""The tables of docs/trust.md are what the formulas give."""

import pytest

from scripts.toolchain.paths import ROOT
from tests.simulation.capture import Court, Crowd, binomial, majority, nobody, panels
from tests.simulation.terms import PANELS
from tests.simulation.test_dilution import diluted, empty, holes_for


def percent(chance: float) -> str:
    """Two digits, as the page writes it."""
    if chance < 1e-5:
        return "< 0.001 %"
    if chance > 0.99:
        return "> 99 %"
    return f"{100 * chance:.0f} %" if chance >= 0.1 else f"{100 * chance:.2g} %"


def row(*cells: str) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def _page() -> str:
    return (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("share", [10, 20, 33])
def test_the_page_tells_how_likely_capture_is(share: int) -> None:
    many = [binomial(share / 100, seats) for seats in PANELS]
    twice = [1 - (1 - chance) ** 2 for chance in many]
    small = Court(Crowd(8 * share, 1, 1), Crowd(100 - share, 1, 8))
    among = [majority(panels(small, seats)) for seats in PANELS]
    page = _page()
    for what, chances in (("many", many), ("many, two draws", twice), ("small among 8s", among)):
        assert row(f"{share} %", what, *map(percent, chances)) in page


@pytest.mark.parametrize("hit", [0.1, 0.05, 0.02, 0.01, 0.0054])
def test_the_page_tells_what_dilution_does(hit: float) -> None:
    court = diluted(hit)
    full = [
        sum(chance for (filled, _), chance in panels(court, seats).items() if filled == seats)
        for seats in (3, 31)
    ]
    cells = [empty(hit), *full, nobody(panels(court, 31))]
    places = [f"{holes_for(hit, 800) - 100:,}", f"{holes_for(hit, 16) - 16:,}"]
    line = row(f"{100 * hit:g} %", *map(percent, cells), *places).replace(",", " ")
    assert line in _page()
