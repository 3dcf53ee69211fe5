"""ComplaintDesk: contested replies, and complaints about a person, by desk.tree."""

import clock
import pytest
from case import DIGEST, Case, accusation
from house import ETH, Phase
from panels import drawn, expected
from verdict import lower, verdict

SALT = b"\x77" * 32


def _accuse(case, account) -> None:
    customer = {"from": case.customer}
    case.house.desk.accuse(case.number, accusation(account, SALT), customer)
    case.house.desk.nameAccused(case.number, account, SALT, customer)


def test_contest(house, case):
    case.file()
    contest, me = house.desk.contest, house.customer
    stranger = ("NotCustomer", 1, lower(house.keeper), lower(me))
    assert verdict(contest, 1, by=house.keeper) == stranger
    assert verdict(contest, 1, by=me) == ("NothingToContest", 1)
    case.acknowledge()
    said = contest(1, {"from": me}).events["Contested"]
    assert said == {"complaint": 1, "actor": me}
    assert verdict(contest, 1, by=me) == ("NothingToContest", 1)


@pytest.mark.parametrize("method", ["contest", "accuse", "nameAccused"])
def test_only_before_any_escalation(house, case, method):
    """Each in Filed, Asked and Offered; not where the organisation is late, nor afterwards."""
    me, desk = house.customer, house.desk
    arguments = {
        "contest": (1,),
        "accuse": (1, accusation(house.keeper, SALT)),
        "nameAccused": (1, house.keeper, SALT),
    }[method]
    case.file()
    case.acknowledge()
    if method == "nameAccused":
        desk.accuse(1, accusation(house.keeper, SALT), {"from": me})

    def found():
        return verdict(getattr(desk, method), *arguments, by=me)

    answer = case.events("Filed")[0]["answerDeadline"]
    clock.to(answer - 60)
    assert found() is None
    case.ask()
    assert found() is None
    case.offer(1000)
    lapses = case.events("Offered")[0]["deadline"]
    clock.to(lapses - 10)
    assert found() is None
    case.escalate(9000)
    assert found() == ("WrongPhase", 1, Phase.ESCALATED)


@pytest.mark.parametrize("offered", [False, True])
def test_not_where_somebody_is_late(house, case, offered):
    filed = case.file()
    case.acknowledge()
    deadline = filed.events["Filed"]["answerDeadline"]
    if offered:
        deadline = case.offer(1000).events["Offered"]["deadline"]
    over = ("WrongPhase", 1, Phase.LAPSED if offered else Phase.OVERDUE)
    accuse, contest, me = house.desk.accuse, house.desk.contest, house.customer
    found = [
        (verdict(accuse, 1, bytes(32), by=me), verdict(contest, 1, by=me))
        for _ in clock.around(deadline)
    ]
    assert found == [(None, None), (over, over), (over, over)]


def test_who_is_accused_is_named_by_what_was_hashed(house, case):
    case.file()
    desk, me = house.desk, house.customer
    named = (1, house.operator, SALT)
    assert verdict(desk.nameAccused, *named, by=me) == ("AccusationMismatch", 1)
    desk.accuse(1, accusation(house.operator, SALT), {"from": me})
    assert verdict(desk.accuse, 1, bytes(32), by=me) == ("AlreadyAccusing", 1)
    stranger = ("NotCustomer", 1, lower(house.keeper), lower(me))
    assert verdict(desk.accuse, 1, bytes(32), by=house.keeper) == stranger
    assert verdict(desk.nameAccused, *named, by=house.keeper) == stranger
    for wrong in ((1, house.admin, SALT), (1, house.operator, bytes(32))):
        assert verdict(desk.nameAccused, *wrong, by=me) == ("AccusationMismatch", 1)
    # An accusation alone keeps nobody from anything.
    assert verdict(desk.offer, 1, 0, DIGEST, by=house.operator) is None
    said = desk.nameAccused(*named, {"from": me}).events["AccusedNamed"]
    assert (said["account"], bytes(said["salt"])) == (house.operator, SALT)


def test_the_accused_does_nothing_more_in_the_complaint(house, case):
    case.file()
    _accuse(case, house.operator)
    refused = ("AccusedCannotAct", 1, lower(house.operator))
    for method, arguments in (
        ("acknowledge", (1, DIGEST)),
        ("ask", (1, DIGEST)),
        ("offer", (1, 0, DIGEST)),
        ("pledge", (1, 1, 48, 100, DIGEST)),
        ("deliver", (1, DIGEST)),
        ("submitEvidence", (1, DIGEST)),
        ("rate", (1, 1, DIGEST)),
        ("settle", (1, case.order, 0, 5000)),
    ):
        assert verdict(getattr(house.desk, method), *arguments, by=house.operator) == refused
    # Another operator answers, and in other complaints so does the accused.
    assert verdict(house.desk.offer, 1, 0, DIGEST, by=house.admin) is None
    other = Case(house)
    other.file()
    assert verdict(house.desk.offer, 2, 0, DIGEST, by=house.operator) is None


def test_the_accused_is_not_drawn(house):
    """Few arbitrators are left, and the one with most tickets of them is accused."""
    for position, owner in enumerate(house.arbitrators[:12]):
        house.court.requestExit(position, {"from": owner})
    accused = house.arbitrators[15]
    clock.to_block(clock.chain[-1].number + 1)
    case = Case(house, amount=2 * ETH)
    case.file()
    _accuse(case, accused)
    case.offer(4000)
    case.escalate(8000)
    assert house.desk.exclusions(1, [accused, house.arbitrators[14], house.customer], 1) == 0b101
    clock.to_block(case.seed_block + 1)
    want = expected(case, excluded=[accused])
    assert 15 not in want
    assert drawn(case.draw()) == want
