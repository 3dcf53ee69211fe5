"""A row of a list is given out only while it is true."""

from dataclasses import replace
from random import Random

import msgspec
import pytest

from dapp.domain.parts import Category, ComplaintState
from dapp.domain.types import ComplaintId, Hash32, OrganisationId, UnixTime
from dapp.service.clock import Moment
from dapp.service.kept_facts import Facts
from dapp.service.kept_rows import KeptRows, Row
from dapp.store.news import Change
from dapp.store.views import CaseFilter
from tests.unit.service.test_kept import head, news

ONE, TWO = ComplaintId(1), ComplaintId(2)
NOW = UnixTime(5000)


def facts(state: ComplaintState, organisation: int) -> Facts:
    return int(state) * len(Category) + Category.ORDER, OrganisationId(organisation)


ROW = Row(msgspec.Raw(b'{"id":1}'), facts(ComplaintState.FILED, 1), NOW, UnixTime(6000))


def at(number: int, now: int = NOW) -> Moment:
    return Moment(head(number), UnixTime(now))


@pytest.fixture
def rows() -> KeptRows:
    found = KeptRows(10**5)
    found.begin(head(7).block_hash)
    found.keep(ONE, ROW, at(7))
    found.keep(TWO, ROW, at(7))
    return found


def test_a_row_stays_until_its_case_changes(rows: KeptRows) -> None:
    rows.heard(news(head(8), TWO))
    assert rows.find([ONE, TWO], at(8)) == {ONE: ROW}


def test_none_is_given_out_for_another_block_than_the_news_are_of(rows: KeptRows) -> None:
    assert rows.find([ONE], at(8)) == {}
    rows.keep(ComplaintId(3), ROW, at(8))
    rows.heard(news(head(8)))
    assert rows.find([ONE, ComplaintId(3)], at(8)) == {ONE: ROW}
    assert rows.find([ONE], at(7)) == {}


def test_the_clock_ends_a_row(rows: KeptRows) -> None:
    assert rows.find([ONE], at(7, 5999)) == {ONE: ROW}
    assert rows.find([ONE], at(7, 6000)) == {}
    assert rows.find([ONE], at(7, 4999)) == {}, "the chain's clock was set back"


def test_a_row_that_waits_for_blocks_goes_with_the_next(rows: KeptRows) -> None:
    waiting = replace(ROW, only_at=head(7).block_hash)
    rows.keep(ONE, waiting, at(7))
    assert rows.find([ONE], at(7)) == {ONE: waiting}
    rows.heard(news(head(8)))
    assert rows.find([ONE], at(8)) == {}


def test_news_of_more_than_can_be_named_leave_nothing(rows: KeptRows) -> None:
    rows.heard(Change(head(8).block_number, None, head(8).block_hash))
    assert rows.find([ONE, TWO], at(8)) == {}


def test_nothing_is_kept_while_nobody_listens(rows: KeptRows) -> None:
    rows.clear()
    rows.keep(ONE, ROW, at(7))
    assert rows.find([ONE], at(7)) == {}


def test_the_oldest_go_where_there_is_no_room() -> None:
    rows = KeptRows(3 * ROW.size)
    rows.begin(Hash32(head(7).block_hash))
    numbers = [ComplaintId(number) for number in range(1, 6)]
    for number in numbers:
        rows.keep(number, ROW, at(7))
    assert list(rows.find(numbers, at(7))) == numbers[2:]
    rows.keep(numbers[4], ROW, at(7))
    assert list(rows.find(numbers, at(7))) == numbers[2:], "the same again takes no more room"
    rows.keep(numbers[0], replace(ROW, body=msgspec.Raw(b"x" * 5000)), at(7))
    assert numbers[0] not in rows.find(numbers, at(7)), "larger than all the room there is"


def some(count: int) -> KeptRows:
    """Numbers from 1; every third is paid, every fifth of another organisation."""
    rows = KeptRows(10**7)
    rows.begin(head(7).block_hash)
    for number in range(1, count + 1):
        state = ComplaintState.FILED if number % 3 else ComplaintState.PAID
        told = facts(state, 1 if number % 5 else 2)
        rows.keep(ComplaintId(number), replace(ROW, facts=told), at(7))
    return rows


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        (CaseFilter(), [29, 28, 27, 26]),
        (CaseFilter(states=frozenset({ComplaintState.PAID})), [27, 24, 21, 18]),
        (CaseFilter(organisation=OrganisationId(2)), [25, 20, 15, 10]),
        (
            CaseFilter(frozenset({ComplaintState.PAID}), organisation=OrganisationId(2)),
            [15],
        ),
        (CaseFilter(categories=frozenset({Category.SECURITY})), []),
        (CaseFilter(organisation=OrganisationId(3)), []),
    ],
)
def test_a_page_is_what_fits_below_a_number(which: CaseFilter, numbers: list[int]) -> None:
    found = some(40).below(30, which, 4, at(7))
    assert found is not None
    assert list(found) == numbers


def test_a_page_is_not_given_out_where_one_on_the_way_is_not_kept() -> None:
    rows = some(40)
    rows.heard(news(head(8), ComplaintId(25)))
    assert rows.below(30, CaseFilter(), 4, at(8)) is not None
    assert rows.below(30, CaseFilter(), 5, at(8)) is None
    paid = CaseFilter(states=frozenset({ComplaintState.PAID}))
    assert rows.below(30, paid, 4, at(8)) is None, "it may be paid by now"
    assert rows.below(30, CaseFilter(), 4, at(7)) is None
    assert rows.below(45, CaseFilter(), 1, at(8)) is None, "nobody knows whether there are more"


def test_a_page_is_not_given_out_where_one_of_it_is_out_of_date() -> None:
    rows = some(40)
    rows.keep(ComplaintId(27), replace(ROW, until=UnixTime(5500)), at(7))
    assert rows.below(30, CaseFilter(), 4, at(7, 5499)) is not None
    assert rows.below(30, CaseFilter(), 4, at(7, 5500)) is None
    assert rows.below(30, CaseFilter(), 2, at(7, 5500)) is not None


def test_pages_of_many_rows_are_what_looking_at_each_gives() -> None:
    rows, lot = KeptRows(10**8), Random(5)
    rows.begin(head(7).block_hash)
    told = {}
    for number in lot.sample(range(1, 3001), 3000):
        told[number] = facts(lot.choice(list(ComplaintState)), lot.randint(1, 9))
        rows.keep(ComplaintId(number), replace(ROW, facts=told[number]), at(7))
    changed = facts(ComplaintState.PAID, 3)
    for number in lot.sample(range(1, 3001), 300):
        told[number] = changed
        rows.keep(ComplaintId(number), replace(ROW, facts=changed), at(7))
    for _ in range(300):
        state, about, below = (
            lot.choice(list(ComplaintState)),
            lot.randint(1, 10),
            lot.randint(1, 3000),
        )
        which = CaseFilter(
            frozenset({state}) if lot.random() < 0.5 else frozenset(),
            OrganisationId(about) if lot.random() < 0.5 else None,
        )
        fitting = [
            number
            for number in range(below - 1, 0, -1)
            if not which.states or told[number][0] == facts(state, about)[0]
            if which.organisation is None or told[number][1] == about
        ]
        found = rows.below(below, which, 20, at(7))
        assert found is not None
        assert list(found) == fitting[:20]


def test_a_page_far_apart_is_left_to_the_database() -> None:
    rows = KeptRows(10**9)
    rows.begin(head(7).block_hash)
    for number in range(1, 70_000):
        rows.keep(ComplaintId(number), ROW, at(7))
    none = CaseFilter(organisation=OrganisationId(3))
    assert rows.below(69_999, none, 1, at(7)) is None
    assert rows.below(60_000, none, 1, at(7)) == {}
    assert rows.below(69_999, CaseFilter(), 1, at(7)) == {69_998: ROW}
