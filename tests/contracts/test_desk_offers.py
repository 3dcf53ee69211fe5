"""ComplaintDesk between the parties, by desk.tree: from the offer to the rating."""

import clock
import pytest
from case import DIGEST, Case
from clock import DAY, HOUR
from house import ETH, NOBODY, OrderState, Outcome, Phase, price
from refusing import call_back
from verdict import lower, verdict


def _offer(house, share):
    return verdict(house.desk.offer, 1, share, DIGEST, by=house.operator)


def test_each_offer_is_500_above_the_last(house, case):
    case.file()
    assert _offer(house, 10_001) == ("ShareInvalid", 10_001, 0, 10_000)
    case.offer(0)
    assert _offer(house, 499) == ("ShareInvalid", 499, 500, 10_000)
    case.offer(500)
    assert _offer(house, 999) == ("ShareInvalid", 999, 1000, 10_000)
    case.offer(9500)
    assert _offer(house, 10_001) == ("ShareInvalid", 10_001, 10_000, 10_000)
    offered = case.offer(10_000)
    said = offered.events["Offered"]
    assert (said["number"], said["share"]) == (4, 10_000)
    assert said["deadline"] == offered.timestamp + 7 * DAY


def test_four_offers_at_most(house, case):
    case.file()
    for share in (0, 500, 1000, 1500):
        case.offer(share)
    assert _offer(house, 2000) == ("TooManyOffers", 1, 4)


def test_an_offer_may_be_made_while_the_customer_is_asked(house, case):
    case.file()
    case.ask()
    case.offer(100)
    assert case.phase == Phase.OFFERED


@pytest.mark.parametrize(("share", "by_silence"), [(3000, True), (0, False)])
def test_every_reply_to_an_offer_ends_with_its_window(house, case, share, by_silence):
    case.file()
    deadline = case.offer(share).events["Offered"]["deadline"]
    desk, order, me = house.desk, case.order, house.customer
    lapsed = ("WrongPhase", 1, Phase.LAPSED)
    for when in clock.around(deadline):
        before = when < deadline
        open_ = None if before else lapsed
        cash = open_ or (None if share else ("NothingOffered", 1))
        assert verdict(desk.accept, 1, order, 1, by=me) == cash
        assert verdict(desk.withdraw, 1, order, 1, by=me) == open_
        escalated = verdict(desk.escalate, 1, order, 1, 9000, DIGEST, by=me)
        assert escalated == (open_ or ("ValueInvalid", price(3), 0))
        assert _offer(house, 8000) == open_
        evidence = verdict(desk.submitEvidence, 1, DIGEST, by=me)
        assert evidence == (None if before else ("EvidenceClosed", 1))
        executed = verdict(desk.execute, 1, order, by=house.keeper)
        assert executed == (("WrongPhase", 1, Phase.OFFERED) if before else None)

    done = case.execute()

    if by_silence:
        assert done.events["Executed"]["outcome"] == Outcome.ACCEPTED_BY_SILENCE
        assert (case.phase, case.facts["state"]) == (Phase.PAID, OrderState.SPLIT)
    else:
        assert done.events["Withdrawn"]["actor"] == house.keeper
        assert (case.phase, case.facts["state"]) == (Phase.WITHDRAWN, OrderState.HELD)


def test_accept_reverts(house, case):
    desk, me = house.desk, house.customer
    assert verdict(desk.accept, 1, case.order, 1, by=me) == ("ComplaintUnknown", 1)
    case.file()
    assert verdict(desk.accept, 1, case.order, 0, by=me) == ("WrongPhase", 1, Phase.FILED)
    case.offer(100)
    case.offer(600)
    stranger = ("NotCustomer", 1, lower(house.keeper), lower(me))
    assert verdict(desk.accept, 1, case.order, 2, by=house.keeper) == stranger
    assert verdict(desk.accept, 1, case.order, 1, by=me) == ("OfferChanged", 1, 1, 2)
    other = Case(house)
    found = verdict(desk.accept, 1, other.order, 2, by=me)
    assert found == ("OrderOfAnotherComplaint", bytes(other.key), 1, 0)


def test_an_accepted_offer_is_paid_at_once(house):
    case = Case(house, amount=ETH + 7)
    case.file()
    case.offer(4000)
    before = house.customer.balance()

    done = case.accept()

    customers = (ETH + 7) * 4000 // 10_000
    assert house.customer.balance() - before == customers
    assert house.escrow.organisationBalance(1, NOBODY) == ETH + 7 - customers
    said = done.events["Executed"]
    assert (said["outcome"], said["share"]) == (Outcome.ACCEPTED, 4000)
    assert (said["toCustomer"], said["toOrganisation"]) == (customers, ETH + 7 - customers)
    assert (said["costToCustomer"], said["fromBond"]) == (0, 0)
    assert said["confirmDeadline"] == done.timestamp + 72 * HOUR


def test_silence_pays_the_claim_as_filed(house, case):
    answer = case.file(demand=7500).events["Filed"]["answerDeadline"]
    found = [
        verdict(house.desk.execute, 1, case.order, by=house.keeper) for _ in clock.around(answer)
    ]
    assert found == [("WrongPhase", 1, Phase.FILED), None, None]
    assert verdict(house.desk.withdraw, 1, case.order, 0, by=house.customer) == (
        "WrongPhase", 1, Phase.OVERDUE,
    )  # fmt: skip

    said = case.execute().events["Executed"]

    assert (said["outcome"], said["share"]) == (Outcome.DEFAULTED, 7500)
    assert said["toCustomer"] == ETH * 3 // 4
    again = verdict(house.desk.execute, 1, case.order, by=house.keeper)
    assert again == ("WrongPhase", 1, Phase.PAID)
    assert verdict(house.desk.execute, 2, case.order, by=house.keeper) == ("ComplaintUnknown", 2)


def test_withdraw(house, case):
    case.file()
    found = verdict(house.desk.withdraw, 1, case.order, 0, by=house.keeper)
    assert found == ("NotCustomer", 1, lower(house.keeper), lower(house.customer))
    case.ask()
    case.withdraw()
    assert (case.phase, case.facts["state"]) == (Phase.WITHDRAWN, OrderState.HELD)
    case.file()
    assert case.number == 2


def test_confirming_ends_with_its_window(house, case):
    case.file()
    case.offer(4000)
    found = verdict(house.desk.confirm, 1, by=house.customer)
    assert found == ("WrongPhase", 1, Phase.OFFERED)
    case.accept()
    found = verdict(house.desk.confirm, 1, by=house.keeper)
    assert found == ("NotCustomer", 1, lower(house.keeper), lower(house.customer))
    found = [
        (case.phase, verdict(house.desk.confirm, 1, by=house.customer))
        for _ in clock.around(clock.now() + 72 * HOUR)
    ]
    over = (Phase.CLOSED, ("WrongPhase", 1, Phase.CLOSED))
    assert found == [(Phase.PAID, None), over, over]


def test_each_side_rates_once(house, case):
    case.file()
    for share in (0, 1000, 2000, 4000):
        case.offer(share)
    case.accept(4)

    def rate(by, stars=5):
        return verdict(house.desk.rate, 1, stars, DIGEST, by=by)

    assert rate(house.customer, 0) == ("StarsInvalid", 0)
    assert rate(house.customer, 6) == ("StarsInvalid", 6)
    assert rate(house.keeper) == rate(house.keeper, 1) == ("NotParty", 1, lower(house.keeper))
    assert rate(house.cashier) == ("NotParty", 1, lower(house.cashier))
    assert rate(house.customer) == ("WrongPhase", 1, Phase.PAID)
    house.desk.confirm(1, {"from": house.customer})
    for account, by_customer in ((house.customer, True), (house.operator, False)):
        said = house.desk.rate(1, 4, DIGEST, {"from": account}).events["Rated"]
        assert (said["byCustomer"], said["stars"]) == (by_customer, 4)
        assert rate(account) == ("AlreadyRated", 1, lower(account))
    assert rate(house.admin) == ("AlreadyRated", 1, lower(house.admin))


def test_a_closed_case_may_still_be_rated(house, case):
    case.file()
    case.offer(4000)
    case.accept()
    clock.to(clock.now() + 72 * HOUR)
    assert verdict(house.desk.rate, 1, 1, bytes(32), by=house.customer) is None


def test_nothing_slips_in_before_executed(house, case):
    """A customer with code of its own confirms and rates from within the payment."""
    case.file()
    case.offer(4000)
    confirm = bytes.fromhex(house.desk.confirm.encode_input(1)[2:])
    before = house.customer.balance()
    clock.to(clock.now() + 7 * DAY)
    with call_back(house.customer, house.desk, confirm):
        done = case.execute()
    assert house.customer.balance() - before == ETH * 4 // 10
    assert "Confirmed" not in done.events
    assert case.phase == Phase.PAID


def test_evidence(house, case):
    case.file()

    def submit(by, digest=DIGEST):
        return verdict(house.desk.submitEvidence, 1, digest, by=by)

    assert submit(house.customer, bytes(32)) == ("DigestMissing",)
    assert submit(house.keeper) == ("NotParty", 1, lower(house.keeper))
    for number in range(32):
        done = house.desk.submitEvidence(1, number + 1, {"from": house.customer})
    assert submit(house.customer) == ("TooMuchEvidence", 1, 32)
    digest = bytes(range(0x60, 0x80))
    done = house.desk.submitEvidence(1, digest, {"from": house.operator})
    assert not done.events["EvidenceSubmitted"]["byCustomer"]
    echo = done.events["Evidence"]
    assert echo["_evidence"] == "/ipfs/f01551220" + digest.hex()
    assert (echo["_arbitrator"], echo["_evidenceGroupID"]) == (house.court, 1)
    case.withdraw()
    assert submit(house.operator) == ("EvidenceClosed", 1)
