"""ComplaintDesk: promises in kind, by desk.tree, from the promise to the money."""

import clock
import pytest
from case import DIGEST, Case
from clock import DAY, HOUR
from house import ETH, OrderState, Outcome, Phase
from verdict import lower, verdict


@pytest.fixture
def filed(case) -> Case:
    case.file(demand=7000)
    return case


@pytest.fixture
def pledged(filed) -> Case:
    """Offered to send again within 48 hours, else 60 %."""
    filed.pledge(6000)
    return filed


@pytest.fixture
def accepted(pledged) -> Case:
    pledged.accept()
    return pledged


@pytest.fixture
def delivered(accepted) -> Case:
    accepted.deliver()
    return accepted


def _pledge(house, kind=1, due_hours=48, refund=6000, by=None):
    arguments = (1, kind, due_hours, refund, DIGEST)
    return verdict(house.desk.pledge, *arguments, by=by or house.operator)


def test_pledge_reverts(house, filed):
    assert _pledge(house, kind=0) == ("PledgeInvalid", 0, 2)
    assert _pledge(house, kind=3) == ("PledgeInvalid", 3, 2)
    assert _pledge(house, due_hours=23) == ("DueInvalid", 23, 24, 1440)
    assert _pledge(house, due_hours=1441) == ("DueInvalid", 1441, 24, 1440)
    assert _pledge(house, refund=0) == ("ShareInvalid", 0, 1, 10_000)
    assert _pledge(house, refund=10_001) == ("ShareInvalid", 10_001, 1, 10_000)
    assert _pledge(house, by=house.cashier) == ("RoleMissing", 1, lower(house.cashier), 1)
    assert _pledge(house, kind=2, due_hours=24, refund=1) is None
    assert _pledge(house, due_hours=1440, refund=10_000) is None


def test_a_pledge_is_the_first_offer_or_none(house, filed):
    filed.offer(0)
    assert _pledge(house) == ("PledgeTooLate", 1)
    assert verdict(house.desk.offer, 1, 500, DIGEST, by=house.operator) is None


def test_a_pledge_may_be_made_while_the_customer_is_asked_and_counts_as_a_reply(house, filed):
    filed.ask()
    done = filed.pledge(6000)
    said = done.events["PledgeOffered"]
    assert (said["number"], said["kind"], said["dueHours"], said["refund"]) == (1, 1, 48, 6000)
    assert said["deadline"] == done.timestamp + 7 * DAY
    assert filed.phase == Phase.OFFERED


def test_pledging_ends_with_the_answer_window(house, filed):
    answer = filed.events("Filed")[0]["answerDeadline"]
    over = ("WrongPhase", 1, Phase.OVERDUE)
    assert [_pledge(house) for _ in clock.around(answer)] == [None, over, over]


def test_money_may_be_offered_instead_of_a_pledge(house, pledged):
    pledged.offer(5000)
    assert verdict(house.desk.accept, 1, pledged.order, 1, by=house.customer) == (
        "OfferChanged", 1, 1, 2,
    )  # fmt: skip
    pledged.accept(2)
    assert pledged.events("Executed")[0]["outcome"] == Outcome.ACCEPTED
    assert pledged.events("Executed")[0]["share"] == 5000


def test_an_accepted_pledge_has_its_deadline(house, pledged):
    done = pledged.accept()
    said = done.events["PledgeAccepted"]
    assert (said["actor"], said["refund"]) == (house.customer, 6000)
    assert said["deadline"] == done.timestamp + 48 * HOUR
    assert pledged.phase == Phase.PLEDGED
    assert pledged.facts["state"] == OrderState.DISPUTED
    for method, arguments, by in (
        ("offer", (1, 9000, DIGEST), house.operator),
        ("pledge", (1, 1, 48, 7000, DIGEST), house.operator),
        ("accept", (1, pledged.order, 1), house.customer),
        ("withdraw", (1, pledged.order, 1), house.customer),
        ("escalate", (1, pledged.order, 1, 9000, DIGEST), house.customer),
        ("reopen", (1, DIGEST), house.customer),
        ("confirmDelivery", (1, pledged.order), house.customer),
        ("execute", (1, pledged.order), house.keeper),
    ):
        expected = ("WrongPhase", 1, Phase.PLEDGED)
        if method == "pledge":
            expected = ("PledgeTooLate", 1)
        assert verdict(getattr(house.desk, method), *arguments, by=by) == expected
    assert verdict(house.desk.submitEvidence, 1, DIGEST, by=house.customer) is None


def test_silence_accepts_a_pledge(house, pledged):
    clock.to(pledged.events("PledgeOffered")[0]["deadline"])
    assert pledged.phase == Phase.LAPSED
    done = pledged.execute()
    said = done.events["PledgeAccepted"]
    assert (said["actor"], said["deadline"]) == (house.keeper, done.timestamp + 48 * HOUR)
    assert pledged.phase == Phase.PLEDGED


def test_a_pledge_can_be_refused(house, pledged):
    """By going to the court: in kind, the organisation's number is 0."""
    pledged.escalate(1)
    said = pledged.events("Escalated")[0]
    assert (said["demand"], said["offer"]) == (1, 0)


def test_a_pledge_that_is_not_delivered_is_broken(house, accepted):
    due = accepted.events("PledgeAccepted")[0]["deadline"]
    deliver, execute = house.desk.deliver, house.desk.execute
    found = []
    for _ in clock.around(due):
        delivering = verdict(deliver, 1, DIGEST, by=house.operator)
        executing = verdict(execute, 1, accepted.order, by=house.keeper)
        found.append((accepted.phase, delivering, executing))
    late = (Phase.BROKEN, ("WrongPhase", 1, Phase.BROKEN), None)
    assert found == [(Phase.PLEDGED, None, ("WrongPhase", 1, Phase.PLEDGED)), late, late]
    before = house.customer.balance()

    said = accepted.execute().events["Executed"]

    assert (said["outcome"], said["share"]) == (Outcome.PLEDGE_BROKEN, 6000)
    assert (said["cost"], said["costToCustomer"]) == (0, 0)
    assert house.customer.balance() - before == ETH * 6 // 10
    assert (accepted.phase, accepted.facts["state"]) == (Phase.PAID, OrderState.SPLIT)


def test_only_an_operator_delivers_and_only_once(house, accepted):
    found = verdict(house.desk.deliver, 1, DIGEST, by=house.customer)
    assert found == ("RoleMissing", 1, lower(house.customer), 1)
    done = accepted.deliver()
    assert done.events["Delivered"]["deadline"] == done.timestamp + 7 * DAY
    found = verdict(house.desk.deliver, 1, DIGEST, by=house.operator)
    assert found == ("WrongPhase", 1, Phase.DELIVERED)


def test_every_reply_to_a_delivery_ends_with_its_window(house, delivered):
    deadline = delivered.events("Delivered")[0]["deadline"]
    desk, order, me = house.desk, delivered.order, house.customer
    for when in clock.around(deadline):
        before = when < deadline
        over = None if before else ("WrongPhase", 1, Phase.KEPT)
        assert delivered.phase == (Phase.DELIVERED if before else Phase.KEPT)
        assert verdict(desk.reopen, 1, DIGEST, by=me) == over
        assert verdict(desk.confirmDelivery, 1, order, by=me) == over
        executed = verdict(desk.execute, 1, order, by=house.keeper)
        assert executed == (("WrongPhase", 1, Phase.DELIVERED) if before else None)
        evidence = verdict(desk.submitEvidence, 1, DIGEST, by=me)
        assert evidence == (None if before else ("EvidenceClosed", 1))

    said = delivered.execute().events["Executed"]

    assert (said["outcome"], said["share"]) == (Outcome.PLEDGE_KEPT, 0)
    assert (said["toCustomer"], said["toOrganisation"]) == (0, ETH)


def test_the_customer_confirms_a_delivery(house, delivered):
    desk, order = house.desk, delivered.order
    stranger = ("NotCustomer", 1, lower(house.keeper), lower(house.customer))
    assert verdict(desk.confirmDelivery, 1, order, by=house.keeper) == stranger
    assert verdict(desk.reopen, 1, DIGEST, by=house.keeper) == stranger
    done = desk.confirmDelivery(1, order, {"from": house.customer})
    assert done.events["Executed"]["outcome"] == Outcome.PLEDGE_KEPT
    assert done.events["Executed"]["actor"] == house.customer
    assert delivered.phase == Phase.PAID
    assert verdict(desk.confirm, 1, by=house.customer) is None


def test_a_reopened_complaint_goes_on(house, delivered):
    """The organisation may offer money or nothing more; the customer may go to the court."""
    done = house.desk.reopen(1, DIGEST, {"from": house.customer})
    assert done.events["Reopened"]["deadline"] == done.timestamp + 7 * DAY
    assert delivered.phase == Phase.OFFERED
    # What was promised is no offer any more.
    found = verdict(house.desk.accept, 1, delivered.order, 1, by=house.customer)
    assert found == ("NothingOffered", 1)
    assert _pledge(house) == ("PledgeTooLate", 1)
    delivered.offer(500)
    delivered.escalate(9000, offer_number=2)
    assert delivered.phase == Phase.ESCALATED


def test_silence_after_reopening_withdraws(house, delivered):
    done = house.desk.reopen(1, DIGEST, {"from": house.customer})
    clock.to(done.timestamp + 7 * DAY)
    delivered.execute()
    assert (delivered.phase, delivered.facts["state"]) == (Phase.WITHDRAWN, OrderState.HELD)
