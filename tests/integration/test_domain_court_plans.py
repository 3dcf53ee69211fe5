"""Planned disputes at a real court: every word, window, panel, price and pay as computed.

Desk and appeal fund are played by accounts of the test's own, so that the court can be brought to
any round with any price; draws, votes and endings are the deployed court's.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import fees, intents, median, phases, record
from dapp.domain.events import APPEALS, COURT, DESK
from dapp.domain.phases import RoundPhase
from dapp.domain.rounds import LEAKED, Round
from dapp.domain.types import hash32
from tests import chains, hearings
from tests.hearings import Dispute, House

SEED = 5
ARBITRATORS = 36
TENTH = 10**17
# Who never commits, who commits and never reveals, whose vote is told before its time.
ABSENT, SILENT, TOLD = "absent", "silent", "told"

Choice = int | str
Panel = Callable[[random.Random, int], list[Choice]]


@dataclass(frozen=True)
class Play:
    """One round: how its panel is drawn, what each seat does, and what comes of it."""

    draws: str
    votes: Panel
    then: str


def everybody(*special: Choice) -> Panel:
    """Random votes; the special seats are a minority, at random places."""

    def votes(lots: random.Random, seats: int) -> list[Choice]:
        chosen: list[Choice] = [lots.randint(0, 10_000) for _ in range(seats)]
        few = special[: (seats - 1) // 2]
        chosen[: len(few)] = few
        lots.shuffle(chosen)
        return chosen

    return votes


def exactly(*choices: Choice) -> Panel:
    """What each seat does."""
    return lambda _, seats: list((choices * seats)[:seats])


PLANS: dict[str, tuple[int, Sequence[Play]]] = {
    "all vote": (TENTH, [Play("apart", everybody(), "end")]),
    "one is absent": (TENTH, [Play("committing", everybody(ABSENT), "end")]),
    "an appeal": (
        TENTH,
        [
            Play("committing", everybody(SILENT), "appeal"),
            Play("apart", everybody(TOLD, SILENT, ABSENT), "end"),
        ],
    ),
    "three appeals": (
        TENTH,
        [
            Play("apart", everybody(), "appeal"),
            Play("committing", everybody(SILENT), "appeal"),
            Play("committing", everybody(TOLD, TOLD, SILENT, ABSENT, SILENT), "appeal"),
            Play("apart", everybody(), "end"),
        ],
    ),
    "a void round": (
        TENTH,
        [
            Play("apart", exactly(SILENT, 5000, ABSENT), "void"),
            Play("committing", everybody(), "end"),
        ],
    ),
    "two void rounds": (
        TENTH,
        [
            Play("apart", exactly(ABSENT, TOLD, 5000), "void"),
            Play("committing", exactly(ABSENT, SILENT, SILENT), "void"),
        ],
    ),
    "a void appeal": (
        TENTH,
        [
            Play("apart", everybody(), "appeal"),
            Play("apart", exactly(SILENT, SILENT, SILENT, SILENT, 1, 2, 3), "void"),
            Play("apart", everybody(), "end"),
        ],
    ),
    "an appeal that comes to nothing": (
        TENTH,
        [
            Play("apart", everybody(), "appeal"),
            Play("apart", exactly(SILENT), "void"),
            Play("committing", exactly(SILENT), "void"),
        ],
    ),
    "settled at once": (TENTH, [Play("committing", exactly(1, 2, ABSENT), "settle")]),
    "settled in an appeal": (
        TENTH,
        [
            Play("apart", everybody(), "appeal"),
            Play("apart", everybody(TOLD, ABSENT), "settle"),
        ],
    ),
    "the largest panel": (100 * 10**18, [Play("apart", everybody(ABSENT, TOLD, SILENT), "end")]),
}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """One court for all plans."""
    with (
        chains.running() as node,
        hearings.played(node.url, ARBITRATORS, random.Random(SEED)) as made,
    ):
        yield made


@pytest.mark.needs("code")
@pytest.mark.parametrize("name", PLANS)
def test_a_planned_dispute_is_as_computed(house: House, name: str) -> None:
    base, plays = PLANS[name]
    number = list(PLANS).index(name) + 1
    lots = random.Random(SEED * 100 + number)
    dispute = Dispute(house, number, base)
    for play in plays:
        votes = _draw(dispute, play, lots)
        if play.then == "settle":
            break
        _reveal(dispute, votes)
        _go_on(dispute, play.then)
    _end(dispute, plays[-1].then == "settle")


def _draw(dispute: Dispute, play: Play, lots: random.Random) -> list[Choice]:
    """The panel as computed, and its hidden votes; one seat replaces its own."""
    chain, current = dispute.chain, dispute.current
    assert dispute.check() in (RoundPhase.AWAITING_SEED, RoundPhase.DRAWABLE)
    chain.mine(6)
    assert dispute.check() is RoundPhase.DRAWABLE
    seed = chain.header(phases.seed_block(current))
    expected = dispute.panel(seed.mix_hash)
    votes = play.votes(lots, len(expected))
    if play.draws == "apart":
        dispute.house.do(intents.draw(dispute.case, seed.encoded))
        assert dispute.check() is RoundPhase.HAND_OVER
    chain.warp_to(current.commit_opens)
    for seat, choice in enumerate(votes):
        if choice != ABSENT:
            owner = dispute.house.stakes[expected[seat]].owner
            vote = choice if isinstance(choice, int) else 4321
            first = dispute.hide(seat, vote)
            if dispute.current.drawn_at is None:
                drawing = intents.commit_drawing(dispute.case, seed.encoded, seat, first)
                dispute.house.do(drawing, owner)
                again = dispute.hide(seat, vote)
                dispute.house.do(intents.commit(dispute.case, seat, again), owner)
            else:
                dispute.house.do(intents.commit(dispute.case, seat, first), owner)
    dispute.check()
    assert tuple(seat.position for seat in dispute.current.seats) == expected
    for seat, choice in enumerate(votes):
        if choice == TOLD:
            dispute.house.do(intents.report_leak(dispute.case, dispute.opening(seat)))
    dispute.check()
    return votes


def _reveal(dispute: Dispute, votes: Sequence[Choice]) -> None:
    """One vote by itself, the others at once."""
    if dispute.check() is RoundPhase.COMMIT:
        dispute.chain.warp_to(dispute.current.commit_ends)
    todo = [seat for seat, choice in enumerate(votes) if isinstance(choice, int)]
    if not todo or dispute.check() is not RoundPhase.REVEAL:
        return
    dispute.house.do(intents.reveal(dispute.case, dispute.opening(todo[0])))
    dispute.check()
    if todo[1:]:
        prefix, links = dispute.links(todo)
        dispute.house.do(intents.reveal_batch(dispute.case, prefix, links))


def _go_on(dispute: Dispute, then: str) -> None:
    if dispute.check() is RoundPhase.REVEAL:
        dispute.chain.warp_to(dispute.current.reveal_ends)
    if then == "void":
        _void(dispute)
    elif then == "appeal":
        _appeal(dispute)
    else:
        if dispute.check() is RoundPhase.APPEALABLE:
            dispute.chain.warp_to(dispute.current.appeal_ends)
        assert dispute.check() is RoundPhase.DECIDABLE


def _void(dispute: Dispute) -> None:
    assert dispute.check() is RoundPhase.INSUFFICIENT
    dispute.house.do(intents.void(dispute.case))
    dispute.check()
    *past, _ = dispute.rounds()
    pays = fees.void_pays(_votes(past[-1]), past[-1].terms)
    assert [seat.pay_wei for seat in past[-1].seats] == pays
    assert past[-1].record == record.chain(keccak, past)


def _appeal(dispute: Dispute) -> None:
    assert dispute.check() is RoundPhase.APPEALABLE
    cost = fees.appeal_cost(dispute.current, dispute.house.bounty)
    assert dispute.chain.call(COURT, "appealCost", dispute.number) == cost
    fund = dispute.chain.contracts[APPEALS]
    dispute.chain.send(fund, COURT, "appeal", (dispute.number, fund), cost)
    dispute.check()


def _end(dispute: Dispute, settled: bool) -> None:
    dispute.check()
    chain, rounds = dispute.chain, dispute.rounds()
    desk, payer = chain.contracts[DESK], chain.accounts[0]
    args = (dispute.number, rounds[-1].number, payer) if settled else (dispute.number, payer)
    function = "settleCase" if settled else "concludeCase"
    end = chain.call(COURT, function, *args, sender=desk)
    ruling, refused, bound, cost = end
    chain.send(desk, COURT, function, args)
    assert dispute.check() is RoundPhase.NONE
    assert hash32(bound) == record.chain(keccak, rounds)
    assert cost == fees.spent(rounds, dispute.house.bounty)
    ended = [one for one in dispute.rounds() if one.voided_at is None]
    panels = [_votes(one) for one in ended if one.seats]
    if settled:
        pays = fees.settled_pays(panels, rounds[-1].terms)
    else:
        pays = fees.final_pays(panels, rounds[-1].terms) if panels else []
    assert [seat.pay_wei for one in ended for seat in one.seats] == pays
    ruled = [one for one in panels if not settled or one is not panels[-1]]
    assert refused == (settled or not panels)
    if ruled and not settled:
        revealed = [vote for vote in ruled[-1] if vote is not None and vote != LEAKED]
        assert ruling == median.ruling(revealed)


def _votes(one: Round) -> list[int | None]:
    return [LEAKED if seat.leaked_at is not None else seat.vote for seat in one.seats]
