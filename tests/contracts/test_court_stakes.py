"""ArbitrationCourt: stakes, by court.tree; and the places that only the desk may use."""

import clock
import pytest
from case import Case
from house import FEE, FEE_GWEI, LOCK_GWEI, TICKET_WEI, TICKETS, RoundPhase, build, price
from model import GWEI
from playing import rpc
from verdict import lower, verdict


def test_stake_reverts(house):
    def stake(tickets, value):
        return verdict(house.court.stake, tickets, by=house.keeper, value=value)

    assert stake(0, 0) == ("TicketsInvalid", 0, 8)
    assert stake(9, 9 * TICKET_WEI) == ("TicketsInvalid", 9, 8)
    for value in (TICKET_WEI, 2 * TICKET_WEI - 1, 2 * TICKET_WEI + 1):
        assert stake(2, value) == ("ValueInvalid", 2 * TICKET_WEI, value)
    assert stake(8, 8 * TICKET_WEI) is None


def test_stake_takes_the_next_place(house):
    done = house.court.stake(5, {"from": house.keeper, "value": 5 * TICKET_WEI})
    assert done.return_value == 16
    assert house.position(16) == {
        "owner": int(house.keeper.address, 16),
        "tickets": 5,
        "exiting": 0,
        "seats": 0,
        "since": done.block_number,
        "balance": 5 * TICKET_WEI // GWEI,
    }
    assert house.court.balance() == (sum(TICKETS) + 5) * TICKET_WEI


def test_the_places_end(house):
    """2^24 - 1 of them: the mark is written where the stakes have put it, in a word with others."""
    court, mark = house.court.address, 16 << 8
    slots = [hex(i) for i in range(16) if _stored(court, hex(i)) & (1 << 72) - 1 == mark]
    assert len(slots) == 1
    word = _stored(court, slots[0]) ^ mark | ((1 << 24) - 1) << 8
    rpc("anvil_setStorageAt", court, slots[0], f"0x{word:064x}")
    found = verdict(house.court.stake, 1, by=house.keeper, value=TICKET_WEI)
    assert found == ("PositionsFull", (1 << 24) - 1)


def _stored(contract: str, slot: str) -> int:
    return int(rpc("eth_getStorageAt", contract, slot, "latest"), 16)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("requestExit", ()),
        ("unstake", ("0x" + "11" * 20,)),
        ("withdrawRewards", ("0x" + "11" * 20,)),
        ("setVotingKey", (1, "0x" + "11" * 20)),
    ],
)
def test_only_the_owner_moves_a_stake(house, method, arguments):
    act, me = getattr(house.court, method), house.keeper
    owner = lower(house.arbitrators[3])
    assert verdict(act, 3, *arguments, by=me) == ("NotOwner", 3, lower(me), owner)
    assert verdict(act, 99, *arguments, by=me) == ("NotOwner", 99, lower(me), "0x" + "00" * 20)


def test_an_exit_is_asked_for_once(house):
    court, me = house.court, house.arbitrators[3]
    never = (1 << 256) - 1
    now = clock.chain[-1].number
    assert verdict(court.unstake, 3, me, by=me) == ("CannotUnstake", 3, 0, never, now)

    block = court.requestExit(3, {"from": me}).block_number

    assert house.position(3)["exiting"] == 1
    assert court.exitBlock(3) == block
    assert verdict(court.requestExit, 3, by=me) == ("AlreadyExiting", 3)
    # What follows 8 200 blocks later is in Blocks.t.sol: there they cost nothing.
    found = verdict(court.unstake, 3, me, by=me)
    assert found == ("CannotUnstake", 3, 0, block + 8200, block)


def test_rewards_can_be_taken_and_the_stake_cannot(house, case):
    court = house.court
    case.escalated().decided([5000, 5100, 5200])
    owners = [(court.seat(1, seat)[0], case.owner(seat)) for seat in range(3)]
    for position, owner in owners:
        assert verdict(court.withdrawRewards, position, owner, by=owner) == ("NoRewards", position)
    case.execute()
    position, owner = owners[1]
    before = house.keeper.balance()
    court.withdrawRewards(position, house.keeper, {"from": owner})
    assert house.keeper.balance() - before == FEE
    assert house.position(position)["balance"] * GWEI == TICKETS[position] * TICKET_WEI
    refused = verdict(court.withdrawRewards, position, owner, by=owner)
    assert refused == ("NoRewards", position)
    last, owner = owners[2]
    refused = verdict(court.withdrawRewards, last, court.address, by=owner)
    assert refused == ("TransferFailed", lower(court), FEE)


def test_a_penalty_below_half_of_the_stake_asks_the_position_out(house):
    """Single tickets of four locks: two no-shows leave half, the third less."""
    # In a house of three a panel is always full; the fixture undoes this one too.
    house = build(stakes=[1, 1, 1])
    losses = dict.fromkeys(range(3), 0)
    exits: list[int] = []
    for _ in range(3):
        case = Case(house).escalated()
        while case.round_phase != RoundPhase.DECIDABLE:
            case.vote([None])
            panel = case.panel
            done = case.void()
            for position in panel:
                losses[position] += LOCK_GWEI
            if "ExitRequested" in done.events:
                exits += [int(event["position"]) for event in done.events["ExitRequested"]]
            expected = [p for p, lost in losses.items() if lost > 2 * LOCK_GWEI]
            assert sorted(exits) == sorted(expected)
            if exits:
                return
        case.execute()
    pytest.fail("nobody lost three locks")


def test_only_the_desk_opens_and_concludes(house, case):
    case.escalated()
    for account in (house.admin, house.customer):
        found = verdict(house.court.acceptCase, 9, 0, 0, 1, by=account, value=3 * FEE)
        assert found == ("OnlyDesk", lower(account))
        for method, arguments in (("concludeCase", (1, account)), ("settleCase", (1, 0, account))):
            found = verdict(getattr(house.court, method), *arguments, by=account)
            assert found == ("OnlyDesk", lower(account))


@pytest.mark.parametrize(
    ("base", "seats"),
    # majority x lock + seats x fee >= base / 5
    [(0, 3), (1_150, 3), (1_151, 5), (1_750, 5), (1_751, 7), (2_351, 15), (4_751, 31), (10**9, 31)],
)
def test_the_panel_grows_with_the_amount(house, base, seats):
    milli = LOCK_GWEI * GWEI // 100
    assert (LOCK_GWEI, FEE_GWEI) == (100_000_000, 10_000_000)
    found = house.court.quote(0, base * milli)
    assert [int(value) for value in found] == [seats, price(seats)]
    assert [int(v) for v in house.court.quote(7, base * milli)] == [seats, price(seats)]
