"""What a seat asks of its arbitrator, in each phase of its round."""

from dataclasses import replace

import pytest

from dapp.domain.duties import Duty, Task, duty
from dapp.domain.phases import RoundPhase, round_phase
from dapp.domain.types import BlockNumber, UnixTime
from tests.unit.web.looks import ARMED, ARMED_AT, DAY, HOUR, hearing

BLOCK = BlockNumber(40)


def found(committed: int, votes: tuple[int, ...], hours: int, number: int = 0) -> Duty | None:
    current = hearing(committed, votes).rounds[-1]
    now = UnixTime(ARMED_AT + hours * HOUR)
    return duty(current, round_phase(current, now, BLOCK), number, now)


@pytest.mark.parametrize(
    ("committed", "votes", "hours", "task"),
    [
        (0, (), 1, Task.READ),
        (0, (), 25, Task.VOTE),
        (1, (), 25, Task.WAIT),
        (1, (), 73, Task.OPEN),
        (3, (), 25, Task.OPEN),
        (2, (5000,), 73, None),
        (0, (), 73, None),
        (3, (5000, 5000, 5000), 74, None),
    ],
)
def test_each_phase(committed: int, votes: tuple[int, ...], hours: int, task: Task | None) -> None:
    due = found(committed, votes, hours)
    assert (due and due.task) == task


def test_a_vote_is_given_and_opened_in_the_windows_of_the_round() -> None:
    vote, wait = found(0, (), 25), found(1, (), 25)
    assert vote == Duty(Task.VOTE, ARMED.commit_opens, ARMED.commit_ends)
    assert wait == Duty(Task.WAIT, ARMED.commit_ends, ARMED.reveal_ends)


def test_a_panel_that_is_foreseen_reads_then_votes() -> None:
    current = replace(ARMED)
    tasks = []
    for seconds in (HOUR, DAY):
        now = UnixTime(ARMED_AT + seconds)
        due = duty(current, RoundPhase.DRAWABLE, 2, now)
        assert due is not None
        tasks.append(due.task)
    assert tasks == [Task.READ, Task.VOTE]


def test_a_vote_that_leaked_asks_nothing_more() -> None:
    current = hearing(1).rounds[-1]
    first = replace(current.seats[0], leaked_at=UnixTime(ARMED_AT))
    current = replace(current, seats=(first, *current.seats[1:]))
    assert duty(current, RoundPhase.REVEAL, 0, UnixTime(ARMED_AT + 80 * HOUR)) is None


def test_what_is_due_comes_before_what_comes_next() -> None:
    late, soon = UnixTime(ARMED_AT + 9 * DAY), UnixTime(ARMED_AT + DAY)
    due = Duty(Task.OPEN, soon, late)
    wait, read = Duty(Task.WAIT, late, late), Duty(Task.READ, soon, late)
    assert sorted([wait, read, due], key=lambda one: one.rank) == [due, read, wait]
