"""Hidden votes opened by the relay, for whoever tells what opens them."""

from typing import Any

from dapp.domain.commitments import Secret
from dapp.domain.types import NO_DIGEST, ZERO_HASH
from tests.api_player import View, until
from tests.api_scene import is_problem
from tests.relaying import RelayHouse, house, one_house

__all__ = ["house", "one_house"]

ARBITRATORS = 6
VOTES = (4500, 5000, 6000)


def voted(house: RelayHouse, seats: int = 3) -> int:
    """A complaint on which so many of three arbitrators have voted."""
    world = house.world
    organisation = world.register()
    world.bond(organisation)
    if not house.service.get("/v1/arbitrators")["positions"]:
        world.stake(ARBITRATORS)
    complaint = world.file(world.pay(organisation))
    world.offer(complaint, 4000)
    world.escalate(complaint)
    world.draw(complaint)
    world.wait_for_commits(complaint)
    for seat in range(seats):
        world.commit(complaint, seat, VOTES[seat])
    house.service.wait_for(world.block_number())
    return complaint


def told(house: RelayHouse, complaint: int, seat: int, **changed: Any) -> View:
    secret: Secret = house.world.secret(complaint, seat)
    found = {"complaint": complaint, "seat": seat, "vote": secret.vote, "salt": secret.salt}
    return {**found, "reason": secret.reason, **changed}


def post(house: RelayHouse, body: View) -> Any:
    return house.service.http.post("/v1/relay/openings", json=body)


def test_a_vote_is_opened_without_its_arbitrator(house: RelayHouse) -> None:
    complaint = voted(house)
    body = told(house, complaint, 1)
    taken = post(house, body)
    assert (taken.status_code, taken.json()["status"]) == (202, "queued")
    assert post(house, body).json()["id"] == taken.json()["id"]
    with house.process():
        until(lambda: post(house, body).json()["status"] == "mined", "the vote is opened")
    house.service.wait_for(house.world.block_number())
    seats = house.service.get(f"/v1/cases/{complaint}")["case"]["rounds"][-1]["seats"]
    assert [one["vote"] for one in seats] == [None, VOTES[1], None]
    assert house.rows("SELECT count(*) FROM outgoing") == [(1,)]
    ((spent, scopes),) = house.rows("SELECT min(spent) > 0, count(*) FROM relay_budget")
    assert (spent, scopes) == (True, 3)


def test_nothing_is_opened_before_its_time(house: RelayHouse) -> None:
    complaint = voted(house, seats=1)
    is_problem(post(house, told(house, complaint, 0)), 409, "action-not-available")
    assert house.rows("SELECT count(*) FROM outgoing") == [(0,)]


def test_what_opens_no_vote_costs_nothing(house: RelayHouse) -> None:
    complaint = voted(house)
    for changed in ({"vote": 1}, {"salt": ZERO_HASH}, {"reason": "0x" + "11" * 32}):
        is_problem(post(house, told(house, complaint, 0, **changed)), 422, "opening-wrong")
    is_problem(post(house, {**told(house, complaint, 0), "seat": 7}), 422, "seat-unknown")
    is_problem(post(house, told(house, complaint, 0, vote=10_001)), 422, "invalid-request")
    is_problem(post(house, told(house, complaint, 0, salt="0x1")), 422, "invalid-input")
    missing = {**told(house, complaint, 0), "complaint": 10**9}
    is_problem(post(house, missing), 404, "complaint-unknown")
    assert house.rows("SELECT count(*) FROM outgoing") == [(0,)]
    assert house.rows("SELECT count(*) FROM relay_budget") == [(0,)]


def test_a_vote_that_is_open_is_not_opened_again(house: RelayHouse) -> None:
    complaint = voted(house)
    house.world.reveal(complaint, 2)
    house.service.wait_for(house.world.block_number())
    is_problem(post(house, told(house, complaint, 2)), 409, "vote-open")
    assert house.world.secret(complaint, 2).reason == NO_DIGEST


def test_the_duties_of_an_arbitrator(house: RelayHouse) -> None:
    complaint = voted(house, seats=2)
    world = house.world
    tasks: dict[int, str] = {}
    for seat in range(3):
        owner = world.seat_owner(complaint, seat)
        found = house.service.get(f"/v1/arbitrators/{owner}/duties")["duties"]
        tasks |= {one["seat"]: one["task"] for one in found if one["complaint"] == complaint}
    assert tasks == {0: "wait", 1: "wait", 2: "vote"}
    world.wait_for_reveals(complaint)
    house.service.wait_for(world.block_number())
    owner = world.seat_owner(complaint, 0)
    found = house.service.get(f"/v1/arbitrators/{owner}/duties")["duties"]
    (due,) = [one for one in found if one["complaint"] == complaint]
    assert (due["task"], due["round"]) == ("open", 0)
    assert due["commitment"] is not None
