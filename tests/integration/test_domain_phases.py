"""The domain's clocks beside the contracts', a second before, at and after every deadline."""

from collections.abc import Callable, Iterator

import pytest

from dapp.domain import sla
from dapp.domain.case import Case
from dapp.domain.phases import Phase, RoundPhase, phase, round_phase
from dapp.domain.types import BlockNumber, UnixTime
from scripts.toolchain.anvil import Anvil
from tests import folding
from tests.world import HOURS, World

Step = Callable[[World, int], object]


@pytest.fixture
def world(fresh_anvil: Anvil) -> Iterator[World]:
    with World.deployed(fresh_anvil.url) as made:
        yield made


def _stands(world: World, complaint: int, case: Case) -> tuple[Phase, RoundPhase]:
    """Where it stands, by the domain; checked against the contracts at the same block."""
    head = world.header(world.block_number()).block
    ours = phase(case, head.timestamp), round_phase(case.round, head.timestamp, head.number)
    theirs = (
        world.call("ComplaintDesk", "phase", complaint, block=head.hash),
        world.call("ArbitrationCourt", "phase", complaint, block=head.hash),
    )
    assert tuple(map(int, ours)) == theirs, (ours, theirs)
    return ours


def _around(world: World, complaint: int, deadline: int | None) -> list[tuple[Phase, RoundPhase]]:
    """Where it stands one second before a deadline, at it and after it."""
    assert deadline is not None
    case = folding.case(world, complaint)
    found = []
    for second in (deadline - 1, deadline, deadline + 1):
        world.warp_to(second)
        found.append(_stands(world, complaint, case))
    return found


@pytest.mark.parametrize(
    ("steps", "before", "after"),
    [
        ([], Phase.FILED, Phase.OVERDUE),
        ([World.ask], Phase.ASKED, Phase.FILED),
        ([World.ask, World.inform], Phase.FILED, Phase.OVERDUE),
        ([lambda w, c: w.offer(c, 0)], Phase.OFFERED, Phase.LAPSED),
        ([lambda w, c: w.offer(c, 500), World.accept], Phase.PAID, Phase.CLOSED),
    ],
)
def test_deadlines_of_the_desk(
    world: World, steps: list[Step], before: Phase, after: Phase
) -> None:
    complaint = world.file(world.pay(world.register()))
    world.warp(HOURS + 7)
    for step in steps:
        step(world, complaint)
    case = folding.case(world, complaint)
    assert [found[0] for found in _around(world, complaint, case.deadline)] == [
        before,
        after,
        after,
    ]


@pytest.mark.parametrize("asked_after_hours", [1, 30, 60, 71])
def test_an_unanswered_question_only_stops_the_clock(world: World, asked_after_hours: int) -> None:
    complaint = world.file(world.pay(world.register()))
    world.warp(asked_after_hours * HOURS + 11)
    world.ask(complaint)
    case = folding.case(world, complaint)
    found = _around(world, complaint, case.answer_deadline)
    assert [stage for stage, _ in found] == [Phase.FILED, Phase.OVERDUE, Phase.OVERDUE]


def _escalated(world: World) -> int:
    world.stake(6)
    complaint = world.file(world.pay(world.register()))
    world.offer(complaint, 1000)
    world.escalate(complaint)
    return complaint


@pytest.mark.needs("block_overrides")
def test_the_seeds_blocks(world: World) -> None:
    complaint = _escalated(world)
    current = folding.case(world, complaint).round
    assert current is not None
    seed = current.armed_at_block + 4
    now = world.now()
    found = []
    for number in (seed - 1, seed, seed + 1, seed + 8190, seed + 8191, seed + 8192):
        ours = round_phase(current, now, BlockNumber(number))
        theirs = world.call("ArbitrationCourt", "phase", complaint, as_if={"number": hex(number)})
        assert ours == theirs
        found.append(ours)
    waiting, open_, missed = RoundPhase.AWAITING_SEED, RoundPhase.DRAWABLE, RoundPhase.MISSED
    assert found == [waiting, waiting, open_, open_, open_, missed]


@pytest.mark.parametrize(
    ("committed", "revealed"),
    [(committed, revealed) for committed in range(4) for revealed in range(committed + 1)],
)
def test_the_windows_of_a_vote(world: World, committed: int, revealed: int) -> None:
    complaint = _escalated(world)
    world.draw(complaint)
    assert folding.case(world, complaint).round is not None

    def round_deadline(name: str) -> int:
        current = folding.case(world, complaint).round
        deadline: int = getattr(current, name)
        return deadline

    opens = _around(world, complaint, round_deadline("commit_opens"))
    assert [hearing for _, hearing in opens] == [
        RoundPhase.HAND_OVER,
        RoundPhase.COMMIT,
        RoundPhase.COMMIT,
    ]
    for seat in range(committed):
        world.commit(complaint, seat, 4000 + seat)
    ends = _around(world, complaint, round_deadline("commit_ends"))
    early = RoundPhase.REVEAL if committed == 3 else RoundPhase.COMMIT
    then = RoundPhase.REVEAL if committed else RoundPhase.INSUFFICIENT
    assert [hearing for _, hearing in ends] == [early, then, then]
    for seat in range(revealed):
        world.reveal(complaint, seat)
    ended = _around(world, complaint, round_deadline("reveal_ends"))
    counted = RoundPhase.APPEALABLE if revealed >= 2 else RoundPhase.INSUFFICIENT
    assert [hearing for _, hearing in ended[1:]] == [counted, counted]
    final = _around(world, complaint, round_deadline("appeal_ends"))
    end = RoundPhase.DECIDABLE if revealed >= 2 else RoundPhase.INSUFFICIENT
    assert [hearing for _, hearing in final] == [counted, end, end]


def test_concluded_and_refused(world: World) -> None:
    complaint = _escalated(world)
    world.draw(complaint)
    world.vote(complaint, [5000, 5000, 5000])
    world.execute(complaint)
    case = folding.case(world, complaint)
    assert _stands(world, complaint, case) == (Phase.PAID, RoundPhase.NONE)


def test_acknowledgement_deadlines_through_the_week(world: World) -> None:
    organisation = world.register()
    monday = (world.now() // (7 * 24 * HOURS) + 2) * 7 * 24 * HOURS - 3 * 24 * HOURS
    for hour in (0, 7, 8, 19, 20, 33, 111, 112, 128, 167):
        order = world.pay(organisation)
        world.at(monday + hour * HOURS + 5)
        case = folding.case(world, world.file(order))
        assert case.filed_at == monday + hour * HOURS + 5
        deadline = sla.acknowledge_deadline(case.policy, case.filed_at)
        assert case.acknowledge_deadline == deadline
        assert case.answer_deadline == sla.answer_deadline(case.policy, case.filed_at)
        promised = sla.acknowledge_seconds(case.policy, case.filed_at)
        assert promised == (1800 if hour % 24 in range(8, 20) and hour < 120 else 600)
        assert BlockNumber(0) <= UnixTime(deadline - case.filed_at) - promised < 60
