"""Which complaints are to be looked at next."""

from dapp.domain.agenda import Agenda
from dapp.domain.chores import When
from dapp.domain.types import BlockNumber, ComplaintId, UnixTime


def noted(*entries: tuple[int, int | None, int | None]) -> Agenda:
    agenda = Agenda()
    for number, at, block in entries:
        when = When(
            None if at is None else UnixTime(at), None if block is None else BlockNumber(block)
        )
        agenda.note(ComplaintId(number), when)
    return agenda


def take(agenda: Agenda, now: int, block: int, most: int = 10) -> list[int]:
    return [int(one) for one in agenda.take(UnixTime(now), BlockNumber(block), most)]


def test_what_is_due_is_taken_once_and_blocks_come_first() -> None:
    agenda = noted((1, 50, None), (2, 40, None), (3, 90, 7), (4, None, 8), (5, 60, None))
    assert agenda.next_time() == 40
    assert take(agenda, 50, 7) == [3, 2, 1]
    assert take(agenda, 50, 7) == []
    assert agenda.next_time() == 60
    assert take(agenda, 60, 8) == [4, 5]
    assert (len(agenda), agenda.next_time()) == (0, None)


def test_the_last_word_about_a_complaint_counts() -> None:
    agenda = noted((1, 50, None), (1, 80, None), (2, 50, 5), (2, 50, None), (3, 10, None))
    agenda.note(ComplaintId(3), When())
    assert take(agenda, 50, 100) == [2]
    assert take(agenda, 79, 100) == []
    assert take(agenda, 80, 100) == [1]


def test_as_many_are_taken_as_wanted() -> None:
    agenda = noted(*((number, 1, None) for number in range(1, 6)))
    assert take(agenda, 1, 0, most=2) == [1, 2]
    assert take(agenda, 1, 0, most=9) == [3, 4, 5]


def test_noting_the_same_again_and_again_keeps_it_small() -> None:
    agenda = noted((1, 5, None))
    for _ in range(100):
        agenda.note(ComplaintId(1), When(UnixTime(5)))
    assert take(agenda, 5, 0) == [1]
    assert take(agenda, 5, 0) == []
