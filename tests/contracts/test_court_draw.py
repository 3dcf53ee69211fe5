"""ArbitrationCourt: the seed and the draw, by court.tree, against a model of its own in Python.

A seed that was missed is in Blocks.t.sol: thousands of blocks cost nothing there.
"""

import clock
import header
import pytest
from brownie import accounts, web3
from case import Case
from house import BOUNTY, ETH, FEE, TICKET_WEI, Outcome, RoundPhase
from model import panel, unpack_round
from panels import drawn, expected, stakes
from playing import rpc
from verdict import lower, verdict


def test_the_seed_comes_four_blocks_after_the_escalation(house, case):
    case.escalated()
    escalated = case.transactions[-1]
    armed = escalated.block_number
    word = escalated.events["Escalated"]["terms"]
    assert word == house.court.rounds(1)
    assert unpack_round(word).armed_block == armed
    assert unpack_round(word).armed_at == escalated.timestamp
    assert case.seed_block == armed + 4
    found = []
    for block in (armed + 3, armed + 4, armed + 5):
        clock.to_block(block)
        proof = header.of_block(min(block, armed + 4))[0]
        found.append((case.round_phase, verdict(house.court.draw, 1, proof, by=house.keeper)))
    waiting = [
        (RoundPhase.AWAITING_SEED, ("SeedPending", armed + 4, block))
        for block in (armed + 3, armed + 4)
    ]
    assert found == [*waiting, (RoundPhase.DRAWABLE, None)]


def test_only_the_blocks_own_header_proves_the_seed(house, case):
    case.escalated()
    clock.to_block(case.seed_block + 1)
    own = header.of_block(case.seed_block)[0]
    other = header.of_block(case.seed_block - 1)[0]
    want = web3.eth.get_block(case.seed_block).hash
    given = web3.eth.get_block(case.seed_block - 1).hash
    found = verdict(house.court.draw, 1, other, by=house.keeper)
    assert found == ("SeedProofMismatch", case.seed_block, bytes(want), bytes(given))
    for bent in (b"", own[:-1], own + b"\0", b"\xf8" + own[1:]):
        assert verdict(house.court.draw, 1, bent, by=house.keeper)[0] == "SeedProofMismatch"


@pytest.mark.parametrize("late", [256, 257, 300])
def test_a_late_draw_seats_the_same_panel(house, case, late):
    """The last is read from EIP-2935, the first two on either side of the 256 recent hashes."""
    case.escalated()
    clock.to_block(case.seed_block + late - 1)
    want = expected(case)
    assert drawn(case.draw()) == want


def test_draw_equals_the_model(house):
    """Panels of 3, 7 and 31 seats among positions of 1 to 4 tickets; in 31 seats owners repeat."""
    for amount, seats in ((ETH, 3), (2 * ETH, 7), (100 * ETH, 31)):
        case = Case(house, amount=amount).escalated()
        clock.to_block(case.seed_block + 1)
        want = expected(case)
        found = drawn(case.draw())
        assert found == want
        assert len(found) == seats
        owners = [int(house.court.seat(case.number, seat)[0]) for seat in range(seats)]
        assert owners == want


def test_a_second_panel_has_not_sat_before(house, case):
    """Ten of sixteen are left for three seats: that 64 tries find none of them does not happen."""
    case.escalated().vote([None] * 3)
    first = [case.owner(seat) for seat in range(3)]
    case.void()
    clock.to_block(case.seed_block + 1)
    want = expected(case, earlier=first)
    assert drawn(case.draw()) == want
    assert not {case.owner(seat) for seat in range(3)} & set(first)


def test_too_few_to_spare_those_of_the_first_panel(house):
    """Thirty-one seats take nearly every arbitrator, so the second panel is of the same ones.

    Each of its seats looks for a new one in vain first, and the lots for all of them run out.
    """
    case = Case(house, amount=100 * ETH).escalated().vote([None] * 31)
    first = [case.owner(seat) for seat in range(31)]
    case.void()
    clock.to_block(case.seed_block + 1)
    want = expected(case, earlier=first)
    assert drawn(case.draw()) == want
    assert 15 < len(want) <= 31
    assert set(want) <= set(range(16))


def test_parties_are_not_drawn(house):
    """Of those who stay all but two are the customer or operators; one became so too late.

    The court asks eight times who is excluded: with six of them it always hears of all.
    """
    registry, arbitrators = house.registry, house.arbitrators
    for account in arbitrators[:5]:
        registry.nominateOperator(1, account, 1, {"from": house.admin})
        registry.acceptOperator(1, {"from": account})
    for position in range(5, 13):
        house.court.requestExit(position, {"from": arbitrators[position]})
    registry.nominateOperator(1, arbitrators[13], 1, {"from": house.admin})
    case = Case(house, customer=arbitrators[14], amount=2 * ETH).escalated()
    registry.acceptOperator(1, {"from": arbitrators[13]})
    registry.removeOperator(1, arbitrators[0], {"from": house.admin})
    clock.to_block(case.seed_block + 1)
    want = expected(case, excluded=arbitrators[:5])

    found = drawn(case.draw())

    assert found == want
    assert set(found) <= {13, 15}
    assert case.round_phase == (RoundPhase.HAND_OVER if want else RoundPhase.DECIDABLE)


def _escalate(case) -> tuple:
    cost = case.house.desk.escalationCost(case.number, case.order)[1]
    arguments = (case.number, case.order, 1, 8000, b"\1" * 32)
    return case.house.desk.escalate, arguments, case.customer, cost


def _stake(house, owner) -> tuple:
    return house.court.stake, (8,), owner, 8 * TICKET_WEI


def _leave(house, position: int) -> tuple:
    return house.court.requestExit, (position,), house.arbitrators[position]


def _accept(house, number: int) -> tuple:
    return house.registry.acceptOperator, (1,), house.arbitrators[number]


def test_nothing_after_the_escalation_moves_a_seat(house):
    """Stakes, exits and operators of its own block, before and after it, and of later ones."""
    for number in range(8, 16):
        house.registry.nominateOperator(1, house.arbitrators[number], 1, {"from": house.admin})
    house.court.requestExit(0, {"from": house.arbitrators[0]})
    case = Case(house, amount=2 * ETH)
    case.file()
    case.offer(4000)
    before = stakes(house)
    assert before[0].exit_block is not None
    block = clock.in_one_block(
        *[_stake(house, house.keeper) for _ in range(12)],
        *[_leave(house, position) for position in range(1, 9)],
        *[_accept(house, number) for number in range(8, 12)],
        _escalate(case),
        *[_leave(house, position) for position in range(9, 14)],
        *[_accept(house, number) for number in range(12, 14)],
        _stake(house, house.keeper),
    )
    assert case.round.armed_block == block
    assert case.round.high_water == 16 + 12
    clock.in_one_block(_leave(house, 14), _accept(house, 14), _stake(house, house.keeper))
    clock.to_block(case.seed_block + 1)
    _, seed = header.of_block(case.seed_block)
    want = panel(seed, case.number, case.round, before, {str(case.customer)})
    assert expected(case) == want != []

    assert drawn(case.draw()) == want


def test_repeats_fill_the_panel_of_a_lone_arbitrator(house):
    """A seat stays empty once in 57 times; two of three, which is no panel, once in a thousand."""
    _leave_all_but(house, [7])
    case = Case(house).escalated()
    clock.to_block(case.seed_block + 1)
    want = expected(case)
    assert drawn(case.draw()) == want
    assert want in ([7, 7, 7], [7, 7], [])
    assert house.position(7)["seats"] == len(want)


def test_a_draw_asks_who_is_excluded_eight_times_at_most(house):
    """However many operators an organisation has staked, a draw stays affordable."""
    _leave_all_but(house, [])
    for _ in range(40):
        account = accounts.add()
        rpc("anvil_setBalance", str(account), hex(10 * ETH))
        house.registry.nominateOperator(1, account, 1, {"from": house.admin})
        house.registry.acceptOperator(1, {"from": account})
        house.court.stake(8, {"from": account, "value": 8 * TICKET_WEI})
    case = Case(house).escalated()
    done = case.draw()
    assert drawn(done) == []
    assert len(_calls_to(house.registry, done.txid)) <= 8


def _calls_to(contract, transaction: str) -> list[dict]:
    """The calls to a contract in a transaction, as the node traces them."""
    found, open_ = [], [rpc("debug_traceTransaction", transaction, {"tracer": "callTracer"})]
    while open_:
        call = open_.pop()
        open_ += call.get("calls", [])
        if call["to"] == lower(contract):
            found.append(call)
    return found


def test_nobody_staked_is_refused(house):
    _leave_all_but(house, [])
    case = Case(house).escalated(offer=3001, demand=9000)
    assert drawn(case.draw()) == []
    assert case.round_phase == RoundPhase.DECIDABLE
    proof = header.of_block(clock.chain[-1].number)[0]
    found = verdict(house.court.draw, 1, proof, by=house.keeper)
    assert found == ("WrongPhase", 1, RoundPhase.DECIDABLE)
    before = house.customer.balance()

    said = case.execute().events["Executed"]

    # The bounty is spent, and halved; the fees come back.
    assert (said["outcome"], said["share"], said["cost"]) == (Outcome.REFUSED, 6000, BOUNTY)
    assert said["costToCustomer"] == BOUNTY // 2
    assert house.customer.balance() - before == ETH * 6 // 10 + 3 * FEE + BOUNTY // 2


def _leave_all_but(house, staying: list[int]) -> None:
    for position, owner in enumerate(house.arbitrators):
        if position not in staying:
            house.court.requestExit(position, {"from": owner})
    clock.to_block(clock.chain[-1].number + 1)


def test_draw_reverts_out_of_its_phase(house, case):
    proof = header.of_block(clock.chain[-1].number)[0]
    found = verdict(house.court.draw, 1, proof, by=house.keeper)
    assert found == ("WrongPhase", 1, RoundPhase.NONE)
    case.escalated().draw()
    found = verdict(house.court.draw, 1, proof, by=house.keeper)
    assert found == ("WrongPhase", 1, RoundPhase.HAND_OVER)
    assert verdict(house.court.rearm, 1, by=house.keeper) == found
