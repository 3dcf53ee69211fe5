"""ComplaintDesk up to the first reply, by desk.tree: file, acknowledge, ask, inform."""

import clock
import pytest
from case import DIGEST, Case
from clock import DAY, HOUR
from house import AGREEMENT, ETH, POLICY, OrderState, Phase, acknowledge_seconds
from verdict import lower, verdict

ANSWER = 48 * HOUR
# 2026-11-23 is a Monday; 2030-01-07 too.
MONDAY = 1_893_974_400


def test_file_reverts(house, case):
    def file(demand, category, by=house.customer):
        return verdict(house.desk.file, case.order, demand, category, DIGEST, by=by)

    assert file(0, 0) == ("ShareInvalid", 0, 1, 10_000)
    assert file(10_001, 0) == ("ShareInvalid", 10_001, 1, 10_000)
    assert file(1, 7) == ("CategoryInvalid", 7, 6)
    stranger = ("NotCustomer", 1, lower(house.keeper), lower(house.customer))
    assert file(1, 0, by=house.keeper) == stranger
    assert [file(1, 0), file(10_000, 6)] == [None, None]


def test_file_counts_up_and_pins_the_policy(house):
    cases = [Case(house), Case(house)]
    house.registry.publishPolicy(
        1, (*POLICY[:3], 240, *POLICY[4:]), AGREEMENT, {"from": house.admin}
    )
    clock.to(clock.now() + 8 * DAY)
    assert house.registry.currentVersion(1) == 2

    done = [case.file(demand=7000, category=3) for case in cases]

    assert [case.number for case in cases] == [1, 2]
    assert house.desk.complaintCount() == 2
    filed = done[1].events["Filed"]
    assert filed["version"] == 1
    assert filed["policy"] == house.registry.policyOf(1, 1)
    assert filed["answerDeadline"] == done[1].timestamp + ANSWER
    assert (filed["amount"], filed["demand"], filed["category"]) == (ETH, 7000, 3)
    assert (cases[1].facts["state"], cases[1].facts["complaint"]) == (OrderState.DISPUTED, 2)


# Peak hours are Monday to Friday, 9 to 18.
EDGES = [
    (MONDAY + 9 * HOUR - 1, 600),
    (MONDAY + 9 * HOUR, 1800),
    (MONDAY + 18 * HOUR - 1, 1800),
    (MONDAY + 18 * HOUR, 600),
    (MONDAY + 4 * DAY + 17 * HOUR, 1800),
    (MONDAY + 5 * DAY + 12 * HOUR, 600),
    (MONDAY + 7 * DAY - 1, 600),
]


@pytest.mark.parametrize(("filed_at", "seconds"), EDGES)
def test_the_acknowledgement_is_due_by_the_hour_of_the_week(house, filed_at, seconds):
    assert acknowledge_seconds(filed_at) == seconds
    clock.to(filed_at - 10)
    case = Case(house)
    clock.at(filed_at)
    due = case.file().events["Filed"]["acknowledgeDeadline"]
    assert due == filed_at + seconds


def test_an_odd_limit_is_kept_to_the_minute_that_is_announced(house):
    odd = (0, 90, 119, *POLICY[3:])
    house.registry.register(odd, AGREEMENT, {"from": house.admin})
    reference = b"\6" * 32
    house.escrow.pay(2, 1, reference, {"from": house.customer, "value": 1})
    order = (2, 1, str(house.customer), "0x" + "00" * 20, reference)
    done = house.desk.file(order, 1, 0, DIGEST, {"from": house.customer})
    due = done.events["Filed"]["acknowledgeDeadline"]
    assert due == done.timestamp + 120
    clock.at(due - 1)
    said = house.desk.acknowledge(1, DIGEST, {"from": house.admin}).events["Acknowledged"]
    assert said["onTime"]


def test_only_an_operator_with_role_1_answers(house, case):
    case.file()
    for method, arguments in (("acknowledge", ()), ("ask", ()), ("offer", (1,))):
        act = getattr(house.desk, method)
        assert verdict(act, 9, *arguments, DIGEST, by=house.operator) == ("ComplaintUnknown", 9)
        for account in (house.cashier, house.customer, house.keeper):
            found = verdict(act, 1, *arguments, DIGEST, by=account)
            assert found == ("RoleMissing", 1, lower(account), 1)


@pytest.mark.parametrize("first", ["acknowledge", "ask", "offer"])
@pytest.mark.parametrize(("late", "on_time"), [(-1, True), (0, False), (1, False)])
def test_the_first_reply_is_on_time_or_late(house, case, first, late, on_time):
    due = case.file().events["Filed"]["acknowledgeDeadline"]
    clock.at(due + late)
    done = case.offer(0) if first == "offer" else getattr(case, first)()
    said = done.events["Acknowledged"]
    assert (said["onTime"], said["actor"]) == (on_time, house.operator)
    assert bytes(said["digest"]) == (DIGEST if first == "acknowledge" else bytes(32))
    again = {
        "acknowledge": ("AlreadyAcknowledged", 1),
        "ask": ("WrongPhase", 1, Phase.ASKED),
        "offer": ("WrongPhase", 1, Phase.OFFERED),
    }
    assert verdict(house.desk.acknowledge, 1, DIGEST, by=house.operator) == again[first]


def test_acknowledging_ends_with_the_answer_window(house, case):
    answer = case.file().events["Filed"]["answerDeadline"]
    found = [
        (case.phase, verdict(house.desk.acknowledge, 1, DIGEST, by=house.operator))
        for _ in clock.around(answer)
    ]
    over = (Phase.OVERDUE, ("WrongPhase", 1, Phase.OVERDUE))
    assert found == [(Phase.FILED, None), over, over]


def test_asking_stops_the_clock(house, case):
    filed = case.file()
    clock.at(filed.timestamp + 10 * HOUR)
    asked = case.ask()
    until = asked.events["InformationRequested"]["deadline"]
    assert until == asked.timestamp + 72 * HOUR
    assert case.phase == Phase.ASKED
    found = verdict(house.desk.inform, 1, DIGEST, by=house.operator)
    assert found == ("NotCustomer", 1, lower(house.operator), lower(house.customer))

    clock.at(asked.timestamp + 50 * HOUR)
    informed = case.inform()

    assert informed.events["Informed"]["answerDeadline"] == informed.timestamp + 38 * HOUR
    assert case.phase == Phase.FILED
    found = verdict(house.desk.inform, 1, DIGEST, by=house.customer)
    assert found == ("WrongPhase", 1, Phase.FILED)


def test_a_reply_leaves_at_least_a_day(house, case):
    answer = case.file().events["Filed"]["answerDeadline"]
    clock.at(answer - 1)
    case.ask()
    informed = case.inform()
    assert informed.events["Informed"]["answerDeadline"] == informed.timestamp + 24 * HOUR


def test_no_reply_lets_the_clock_go_on_by_itself(house, case):
    filed = case.file()
    clock.at(filed.timestamp + 10 * HOUR)
    until = case.ask().events["InformationRequested"]["deadline"]
    found = [
        (case.phase, verdict(house.desk.inform, 1, DIGEST, by=house.customer))
        for _ in clock.around(until)
    ]
    late = (Phase.FILED, ("WrongPhase", 1, Phase.FILED))
    assert found == [(Phase.ASKED, None), late, late]
    # 38 of 48 hours were left.
    found = [
        (case.phase, verdict(house.desk.offer, 1, 0, DIGEST, by=house.operator))
        for _ in clock.around(until + 38 * HOUR)
    ]
    over = (Phase.OVERDUE, ("WrongPhase", 1, Phase.OVERDUE))
    assert found == [(Phase.FILED, None), over, over]


def test_two_requests_at_most(house, case):
    filed = case.file()
    case.ask()
    found = verdict(house.desk.ask, 1, DIGEST, by=house.operator)
    assert found == ("WrongPhase", 1, Phase.ASKED)
    # The second one after a silence: what is left is counted from the clock that went on.
    clock.at(filed.timestamp + (72 + 20) * HOUR)
    asked = case.ask()
    informed = case.inform()
    assert abs(informed.events["Informed"]["answerDeadline"] - asked.timestamp - 28 * HOUR) < 120
    found = verdict(house.desk.ask, 1, DIGEST, by=house.operator)
    assert found == ("TooManyRequests", 1, 2)


def test_asking_ends_with_the_answer_window(house, case):
    answer = case.file().events["Filed"]["answerDeadline"]
    found = [verdict(house.desk.ask, 1, DIGEST, by=house.operator) for _ in clock.around(answer)]
    over = ("WrongPhase", 1, Phase.OVERDUE)
    assert found == [None, over, over]
