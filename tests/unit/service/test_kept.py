"""What is kept is given out only while it is true."""

from dataclasses import replace
from sys import getsizeof
from typing import Any

import pytest

from dapp.domain.types import BlockNumber, ChainId, ComplaintId, Hash32, UnixTime
from dapp.service.kept import Held, Kept
from dapp.store.news import Change
from dapp.store.views import Head

ONE, TWO = ComplaintId(1), ComplaintId(2)
KEY, OTHER = ("/v1/cases/1", b""), ("/v1/cases", b"state=filed")


class Wall:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def head(number: int, branch: str = "a", **more: int) -> Head:
    return Head(
        ChainId(1),
        BlockNumber(number),
        Hash32(f"0x{branch * 60}{number:04}"),
        UnixTime(5000),
        1000.0 + number,
        BlockNumber(more.get("finalized", 0)),
        safe_block=BlockNumber(more.get("safe", 0)),
    )


def news(of: Head, *complaints: ComplaintId) -> Change:
    return Change(of.block_number, frozenset(complaints), of.block_hash)


def held(complaint: ComplaintId | None = None, **more: Any) -> Held:
    base = Held(b'{"a":1' + (b"}" if complaint is None else b""), b'"x"', UnixTime(5000))
    return replace(base, complaint=complaint, **more)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def kept(wall: Wall) -> Kept:
    found = Kept(wall, 10**6)
    found.begin(head(7))
    found.keep(KEY, held(ONE), head(7))
    found.keep(OTHER, held(), head(7))
    return found


def moved(kept: Kept, to: Head, *complaints: ComplaintId) -> None:
    kept.heard(news(to, *complaints))
    kept.observe(to)


def test_nothing_is_kept_while_nobody_listens(wall: Wall) -> None:
    kept = Kept(wall, 10**6)
    kept.observe(head(7))
    kept.keep(KEY, held(ONE), head(7))
    assert kept.find(KEY) is None


def test_a_case_stays_until_it_changes_and_a_list_until_the_next_block(kept: Kept) -> None:
    assert kept.find(OTHER) is not None
    moved(kept, head(8), TWO)
    found = kept.find(KEY)
    assert found is not None and found[1].head.block_number == 8
    assert kept.find(OTHER) is None
    moved(kept, head(9), ONE)
    assert kept.find(KEY) is None


def test_unnamed_changes_are_all(kept: Kept) -> None:
    kept.heard(Change(BlockNumber(8), None, head(8).block_hash))
    kept.observe(head(8))
    assert kept.find(KEY) is None


def test_between_a_block_and_its_news_nothing_is_given_out(kept: Kept) -> None:
    kept.observe(head(8))
    assert kept.find(KEY) is None
    kept.keep(OTHER, held(), head(8))
    assert kept.find(OTHER) is None, "there may be news of it under way"
    kept.heard(news(head(8), TWO))
    assert kept.find(KEY) is not None
    # The other way round: the news are first, and no head is known yet.
    kept.heard(news(head(9), TWO))
    assert kept.find(KEY) is None
    kept.observe(head(9))
    assert kept.find(KEY) is not None


def test_an_older_head_that_comes_late_counts_for_nothing(kept: Kept) -> None:
    moved(kept, head(8), TWO)
    kept.observe(head(7))
    assert kept.find(KEY) is not None


def test_another_branch_at_the_same_height_is_another_head(kept: Kept) -> None:
    other = replace(head(7, "b"), indexed_at=1100.0)
    kept.observe(other)
    assert kept.find(KEY) is None
    kept.keep(OTHER, held(), head(7))
    kept.heard(news(other))
    assert kept.find(KEY) is not None
    assert kept.find(OTHER) is None


def test_what_was_read_before_the_news_is_not_kept_after(kept: Kept) -> None:
    moved(kept, head(8), ONE)
    kept.keep(KEY, held(ONE), head(7))
    assert kept.find(KEY) is None


def test_the_clock_ends_an_answer(kept: Kept, wall: Wall) -> None:
    kept.keep(KEY, held(ONE, until=UnixTime(5010)), head(7))
    wall.at = 1007 + 9.9
    assert kept.find(KEY) is not None
    wall.at = 1007 + 10
    assert kept.find(KEY) is None


def test_an_answer_tells_of_no_time_before_its_own(kept: Kept) -> None:
    kept.keep(KEY, held(ONE, since=UnixTime(5001)), head(7))
    assert kept.find(KEY) is None


def test_finality_ends_an_answer_that_tells_of_it(kept: Kept) -> None:
    about = held(ONE, changed_at=BlockNumber(6), finality="latest")
    kept.keep(KEY, about, head(7))
    assert kept.find(KEY) is not None
    final = head(7, finalized=6, safe=6)
    kept.observe(final)
    assert kept.find(KEY) is None
    assert kept.find(OTHER) is None, "what it says of the head is no longer so"


def test_news_that_stop_and_begin_again_begin_with_nothing(kept: Kept) -> None:
    kept.begin(head(7))
    assert kept.find(KEY) is None


def test_the_oldest_goes_where_there_is_no_room(wall: Wall) -> None:
    keys = [(f"/v1/cases/{number}", b"") for number in range(4)]
    kept = Kept(wall, most_bytes=2 * 3 * (held().size + sum(map(getsizeof, keys[0]))))
    kept.begin(head(7))
    for key in keys[:3]:
        kept.keep(key, held(ONE), head(7))
    assert kept.find(keys[0]) is not None
    kept.keep(keys[3], held(ONE), head(7))
    assert kept.find(keys[1]) is None, "asked for longest ago"
    assert all(kept.find(keys[number]) for number in (0, 2, 3))
    kept.keep(keys[1], held(body=b"x" * 10_000), head(7))
    assert kept.find(keys[1]) is None, "larger than all the room there is"


def test_what_was_asked_takes_room_as_well(wall: Wall) -> None:
    kept = Kept(wall, most_bytes=2 * 100_000)
    kept.begin(head(7))
    keys = [("/v1/cases/1", b"x=%02d" % number + b"x" * 40_000) for number in range(5)]
    for key in keys:
        kept.keep(key, held(ONE), head(7))
    assert [key for key in keys if kept.find(key) is not None] == keys[-2:]


def test_lists_do_not_drive_out_what_lasts_longer(wall: Wall) -> None:
    lists = [("/v1/cases", b"cursor=%02d" % number) for number in range(100)]
    room = held().size + sum(map(getsizeof, lists[0]))
    kept = Kept(wall, most_bytes=2 * 16 * room)
    kept.begin(head(7))
    kept.keep(KEY, held(ONE), head(7))
    for which in lists:
        kept.keep(which, held(), head(7))
        assert kept.find(lists[0]) is not None, "asked for again and again"
    assert kept.find(KEY) is not None
    assert [which for which in lists if kept.find(which)] == [lists[0], lists[99]]


def long(number: int) -> Held:
    text = "".join(f'"the same words in all {part}":"{number * part}",' for part in range(100))
    return held(ComplaintId(number), body=f"{{{text}".encode())


def test_answers_about_cases_are_packed_before_any_is_dropped(wall: Wall) -> None:
    kept = Kept(wall, most_bytes=2 * 5 * long(1).size)
    kept.begin(head(7))
    keys = [(f"/v1/cases/{number}", b"") for number in range(12)]
    for number, key in enumerate(keys):
        kept.keep(key, long(number), head(7))
    found = [kept.find(key) for key in keys]
    assert all(one is not None and one[0].text == long(n).body for n, one in enumerate(found))
    assert found[0] is not None and found[0][0].size < long(0).size
    assert found[11] is not None and found[11][0] == long(11)
    moved(kept, head(8), ComplaintId(0), ComplaintId(11))
    assert [kept.find(key) is None for key in keys] == [True, *[False] * 10, True]
    for number in range(100, 200):
        kept.keep((f"/v1/cases/{number}", b""), long(number), head(8))
    assert kept.find(keys[5]) is None, "where all are packed, the oldest go"
    kept.clear()
    kept.begin(head(8))
    kept.keep(keys[0], long(0), head(8))
    assert kept.find(keys[0]) is not None


def test_news_drop_every_answer_about_a_case(kept: Kept) -> None:
    part = ("/v1/cases/1/offers", b"")
    kept.keep(part, held(ONE), head(7))
    kept.keep(part, held(ONE), head(7))
    moved(kept, head(8), ONE)
    assert kept.find(KEY) is None and kept.find(part) is None
    kept.keep(part, held(ONE), head(8))
    assert kept.find(part) is not None
