"""BondClaims: claims without an order, through the desk, by claims.tree."""

import clock
import pytest
from case import DIGEST, Case, Claim
from clock import DAY
from house import AGREEMENT, BOND, CAP, CLAIM, ETH, POLICY, Outcome, Phase, price
from refusing import refuse_money
from verdict import lower, verdict

# A claim's state (interfaces/IBondClaims.sol).
OPEN, WITHDRAWN, SPLIT = 2, 3, 4


@pytest.fixture
def claim(house) -> Claim:
    claim = Claim(house)
    claim.file()
    return claim


def _claim(house, amount=CLAIM, version=1, value=None, ref=b"\x01" * 32, demand=5000):
    value = house.claims.depositFor(amount) if value is None else value
    arguments = (1, version, amount, ref, demand, 2, DIGEST)
    return verdict(house.claims.claim, *arguments, by=house.customer, value=value)


def _state(house, claim) -> int:
    return int(house.claims.claims(claim.key)[3])


def test_claim_reverts(house):
    assert _claim(house, amount=0, value=0) == ("AmountInvalid", 0)
    assert _claim(house, version=2) == ("VersionNotCurrent", 1, 2, 1)
    assert _claim(house, amount=CLAIM + 1) == ("ClaimTooLarge", 1, CLAIM + 1, CLAIM)
    due = -(-CLAIM * 2 // 100)
    for value in (0, due - 1, due + 1):
        assert _claim(house, value=value) == ("DepositInvalid", value, due)
    assert _claim(house, demand=0) == ("ShareInvalid", 0, 1, 10_000)
    assert _claim(house) is None
    assert house.claims.depositFor(1) == house.claims.depositFor(50) == 1
    assert house.claims.depositFor(51) == 2


def test_the_cap_is_the_policys(house):
    """Of a large bond it limits a claim; without a cap there are none."""
    house.registry.depositBond(1, {"from": house.admin, "value": 20 * ETH})
    assert _claim(house, amount=CAP + 1) == ("ClaimTooLarge", 1, CAP + 1, CAP)
    assert _claim(house, amount=CAP) is None
    house.registry.publishPolicy(1, (*POLICY[:7], 0), AGREEMENT, {"from": house.admin})
    clock.to(clock.now() + 7 * DAY)
    assert _claim(house, amount=1, version=2) == ("ClaimTooLarge", 1, 1, 0)


def test_claims_leave_something_for_the_next(house, claim):
    """A tenth of what is free beyond a tenth of the bond, which stays for costs."""
    free = BOND * 9 // 10 - CLAIM
    for _ in range(5):
        most = free // 10
        assert house.claims.limit(1)[1] == most
        Claim(house, amount=most).file()
        free -= most
        assert house.bond == (BOND, BOND * 9 // 10 - free)


def test_a_claim_is_filed_once_and_here(house, claim):
    found = _claim(house, amount=1, ref=claim.order[4])
    assert found == ("ClaimExists", bytes(claim.key))
    found = verdict(house.desk.file, claim.order, 5000, 2, DIGEST, by=house.customer)
    assert found[0] == "OrderNotHeld"
    for account in (house.customer, house.admin):
        found = verdict(house.desk.fileClaim, claim.order, 5000, 2, DIGEST, by=account)
        assert found == ("OnlyClaims", lower(account))
    desk = house.desk.address
    found = verdict(house.claims.open, claim.order, 9, by=desk)
    assert found == ("ClaimNotFiling", bytes(claim.key), OPEN)


def test_what_a_claim_is(house, claim):
    filed, claimed = claim.events("Filed")[0], claim.events("Claimed")[0]
    assert (filed["amount"], filed["orderKey"]) == (claim.amount, claim.key)
    assert (claimed["actor"], claimed["payer"]) == (house.customer, house.customer)
    assert house.bond == (BOND, claim.amount)
    assert house.claims.balance() == claim.deposit
    assert _state(house, claim) == OPEN
    assert house.claims.claimOf(1) == claim.key
    assert filed["orderTrail"] == house.claims.claimTrail(claim.order)
    assert claim.phase == Phase.FILED


def test_only_the_desk_moves_a_claim(house, claim):
    other = Claim(house, amount=1)
    for account in (house.customer, house.admin):
        for method, arguments in (
            ("open", ()),
            ("close", ()),
            ("divide", (5000, 0)),
            ("splitFunded", (5000,)),
        ):
            found = verdict(getattr(house.claims, method), claim.order, 1, *arguments, by=account)
            assert found == ("OnlyDesk", lower(account))
    found = verdict(house.claims.valueOf, other.order, 1, by=house.keeper)
    assert (found[0], *found[2:]) == ("ClaimOfAnotherComplaint", 1, 0)
    found = verdict(house.desk.withdraw, 1, other.order, 0, by=house.customer)
    assert (found[0], *found[2:]) == ("ClaimOfAnotherComplaint", 1, 0)


def test_withdrawing_a_claim_undoes_it(house, claim):
    before = house.customer.balance()
    claim.withdraw()
    assert house.bond == (BOND, 0)
    assert house.customer.balance() - before == claim.deposit
    assert _state(house, claim) == WITHDRAWN
    assert house.claims.balance() == 0
    # The reference is used.
    assert _claim(house, amount=1, ref=claim.order[4]) == ("ClaimExists", bytes(claim.key))


def test_a_claim_that_nobody_answered_may_be_withdrawn(house, claim):
    """Else it would hold the bond until somebody pays for a hearing; an order's is executed."""
    answer = claim.events("Filed")[0]["answerDeadline"]
    withdraw = house.desk.withdraw
    found = [verdict(withdraw, 1, claim.order, 0, by=house.customer) for _ in clock.around(answer)]
    assert found == [None] * 3
    claim.withdraw()
    assert house.bond == (BOND, 0)


def test_an_offer_on_a_claim_is_paid_with_money_sent_along(house, claim):
    offer, by = house.desk.offer, house.operator
    needed = claim.amount * 3000 // 10_000
    assert verdict(offer, 1, 3000, DIGEST, by=by) == ("OfferNotFunded", 1, 3000)
    pledge = verdict(house.desk.pledge, 1, 1, 48, 3000, DIGEST, by=by)
    assert pledge == ("OfferNotFunded", 1, 3000)
    claim.fund(needed - 1)
    assert verdict(offer, 1, 3000, DIGEST, by=by) == ("OfferNotFunded", 1, 3000)
    claim.fund(1)
    claim.offer(3000)
    assert verdict(offer, 1, 3500, DIGEST, by=by) == ("OfferNotFunded", 1, 3500)
    withdraw = house.claims.withdrawFunding
    assert verdict(withdraw, 1, house.admin, by=house.admin) == ("FundingBound", 1)
    before = house.customer.balance()

    done = claim.accept()

    said = done.events["Executed"]
    assert (said["outcome"], said["toCustomer"]) == (Outcome.ACCEPTED, needed)
    split = done.events["Split"]
    assert (split["fromFunding"], split["depositBack"]) == (needed, claim.deposit)
    assert house.customer.balance() - before == needed + claim.deposit
    assert house.bond == (BOND, 0)
    assert _state(house, claim) == SPLIT
    assert house.claims.balance() == 0


def test_fund_reverts(house, claim):
    fund = house.claims.fund
    assert verdict(fund, 1, by=house.admin) == ("AmountInvalid", 0)
    assert verdict(fund, 2, by=house.admin, value=1) == ("ClaimNotOpen", 2)
    order = Case(house)
    order.file()
    assert verdict(fund, order.number, by=house.admin, value=1) == ("ClaimNotOpen", 2)
    claim.withdraw()
    assert verdict(fund, 1, by=house.admin, value=1) == ("ClaimNotOpen", 1)


def test_money_sent_along_stays_its_payers(house, claim):
    claims, one, two = house.claims, house.admin, house.keeper
    withdraw = claims.withdrawFunding
    assert verdict(withdraw, 1, one, by=one) == ("NothingToWithdraw", lower(one))
    part = claim.amount // 10
    claim.fund(part, by=one)
    claim.fund(2 * part, by=two)
    assert verdict(withdraw, 1, one, by=one) is None
    claim.offer(1000)
    for account in (one, two):
        assert verdict(withdraw, 1, account, by=account) == ("FundingBound", 1)
    claim.accept()
    # A third of it is spent; each gets its part of what is left.
    assert [int(v) for v in claims.funding(1)] == [3 * part, 2 * part]
    refused = verdict(withdraw, 1, claims.address, by=one)
    assert refused == ("TransferFailed", lower(claims), 2 * part // 3)
    for account, back in ((one, 2 * part // 3), (two, 2 * part - 2 * part // 3)):
        before = house.customer.balance()
        withdraw(1, house.customer, {"from": account})
        assert house.customer.balance() - before == back
    assert claims.balance() == 0


def test_money_sent_along_is_free_in_arbitration(house, claim):
    claim.fund(claim.amount // 10)
    claim.offer(1000)
    claim.escalate(9000)
    assert verdict(house.claims.withdrawFunding, 1, house.admin, by=house.admin) is None


@pytest.mark.parametrize("ruling", [0, 2500, 5000, 10_000])
def test_a_ruling_is_paid_by_the_bond(house, claim, ruling):
    """The deposit comes back by twice the ruling; what it loses is the bond's."""
    claim.offer(0)
    customer = house.customer.balance()
    claim.escalate(10_000)
    claim.decided([ruling] * 3)
    bond = house.bond[0]

    done = claim.execute()

    said, split = done.events["Executed"], done.events["Split"]
    award, owed = claim.amount * ruling // 10_000, price(3) * ruling // 10_000
    back = min(2 * ruling, 10_000) * claim.deposit // 10_000
    assert (said["outcome"], said["share"]) == (Outcome.RULED, ruling)
    assert (split["toCustomer"], split["costPaid"]) == (award + owed, owed)
    assert (split["fromFunding"], split["depositBack"]) == (0, back)
    assert house.customer.balance() - customer == award + owed + back - price(3)
    assert bond - house.bond[0] == award + owed - (claim.deposit - back)
    assert house.bond[1] == house.claims.balance() == 0
    assert _state(house, claim) == SPLIT


def test_silence_on_an_offer_pays_it_and_a_broken_pledge_as_well(house):
    offered, pledged = Claim(house), Claim(house, amount=CLAIM // 2)
    for claim in (offered, pledged):
        claim.file()
        claim.fund(claim.amount)
    offered.offer(6000)
    pledged.pledge(7000, due_hours=24)
    pledged.accept()
    clock.to(clock.now() + 7 * DAY)
    for claim, outcome, share in (
        (offered, Outcome.ACCEPTED_BY_SILENCE, 6000),
        (pledged, Outcome.PLEDGE_BROKEN, 7000),
    ):
        said = claim.execute().events["Executed"]
        assert (said["outcome"], said["share"]) == (outcome, share)
    assert house.bond == (BOND, 0)


def test_who_refuses_money_is_credited(house, claim):
    claim.offer(0)
    claim.escalate(10_000)
    claim.decided([10_000] * 3)
    with refuse_money(house.customer):
        claim.execute()
    assert house.claims.credits(house.customer) == claim.deposit
    assert house.registry.credits(house.customer) == claim.amount + price(3)


def test_a_pause_stops_no_claim(house):
    for contract in (house.registry, house.escrow, house.court):
        contract.setPaused(True, {"from": house.guardian})
    assert _claim(house) is None
    claim = Claim(house)
    claim.file()
    clock.to(claim.events("Filed")[0]["answerDeadline"])
    claim.escalate(10_000, offer_number=0, by=house.keeper)
    claim.decided([2500] * 3).execute()
    assert claim.phase == Phase.PAID
