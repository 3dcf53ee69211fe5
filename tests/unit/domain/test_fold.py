"""What events make of a case."""

import pytest

from dapp.domain import fees, rounds
from dapp.domain.case import Case
from dapp.domain.events import APPEALS, CLAIMS
from dapp.domain.parts import ComplaintState, Outcome, PledgeKind
from dapp.domain.rounds import GWEI
from dapp.domain.types import UnixTime, Wei
from tests.unit.domain import cases
from tests.unit.domain.cases import ANYONE, ARMED_AT, CUSTOMER, HOUR, OPERATOR, START


def test_the_escalation_opens_the_first_round_at_its_own_time() -> None:
    case = cases.escalated()
    taken = case.escalation
    assert taken is not None and case.round is not None
    assert (case.state, case.demand) == (ComplaintState.ESCALATED, 9000)
    assert (taken.payer, taken.cost, taken.all_costs) == (CUSTOMER, 3 * 10**16, False)
    assert int(taken.terms, 16) == cases.ROUND
    assert case.rounds == (rounds.armed(cases.ROUND),)
    assert case.round.armed_at == taken.at == ARMED_AT


def test_an_unanswered_claim_costs_the_organisation_all() -> None:
    case = cases.escalation(cases.claimed(), 0, actor=ANYONE, payer=ANYONE, demand=8000)
    assert case.is_claim and case.escalation is not None
    assert case.escalation.all_costs and case.escalation.actor == ANYONE
    offered = cases.escalation(cases.offered(0, cases.claimed()), 0)
    assert offered.escalation is not None and not offered.escalation.all_costs


def test_a_pledge_from_its_offer_to_its_reopening() -> None:
    offer = cases.pledged_offer().offer
    assert offer is not None and offer.pledge is not None and offer.stands
    assert (offer.share, offer.pledge.kind, offer.pledge.refund) == (0, PledgeKind.SEND_AGAIN, 6000)
    case = cases.pledged()
    assert (case.state, case.deadline) == (ComplaintState.PLEDGED, START + 50 * HOUR)
    assert case.pledge is not None and case.pledge.accepted_by == CUSTOMER
    case = cases.delivered()
    assert case.state is ComplaintState.DELIVERED
    assert case.pledge is not None and case.pledge.delivered_at == START + 3 * HOUR
    args = {"actor": CUSTOMER, "deadline": START + 9}
    case = cases.desk(case, "Reopened", START + 5, **args)
    assert (case.state, case.deadline) == (ComplaintState.OFFERED, START + 9)
    assert case.offer is not None and not case.offer.stands
    assert case.pledge is not None and case.pledge.reopened_at == START + 5


def test_a_contested_reply_and_an_accusation() -> None:
    case = cases.desk(cases.offered(), "Contested", START + 7, actor=CUSTOMER)
    assert case.acknowledgement is not None and case.acknowledgement.contested_at == START + 7
    said = {"actor": CUSTOMER, "accusation": "0x" + "11" * 32}
    case = cases.desk(case, "Accused", START + 8, **said)
    assert case.accusation is not None and case.accusation.account is None
    named = {"actor": CUSTOMER, "account": OPERATOR, "salt": "0x" + "22" * 32}
    case = cases.desk(case, "AccusedNamed", START + 9, **named)
    assert case.accusation is not None
    assert (case.accusation.account, case.accusation.named_at) == (OPERATOR, START + 9)
    assert case.events == 6


@pytest.mark.parametrize("outcome", Outcome)
def test_only_the_court_makes_a_ruling(outcome: Outcome) -> None:
    case = cases.executed(outcome=outcome)
    paid = case.payment
    assert paid is not None and paid.outcome is outcome
    assert (paid.record, paid.cost) == ("0x" + "ab" * 32, 3 * 10**16)
    if outcome not in (Outcome.RULED, Outcome.REFUSED):
        assert case.ruling is None
        return
    assert case.ruling is not None
    assert case.ruling.refused == (outcome is Outcome.REFUSED)
    assert (case.ruling.record, case.ruling.cost, case.ruling.at) == (
        paid.record,
        paid.cost,
        paid.at,
    )


def test_an_appeal_keeps_the_round_before_it() -> None:
    case = cases.appealed()
    first, second = case.rounds
    assert (first.appealed_at, first.ruling, first.votes) == (
        START + 30 * HOUR,
        5000,
        (3000, 5000, 7000),
    )
    assert (second.number, second.seats_paid, second.drawn_at) == (3, 7, None)
    assert case.round_number == 3


def _voided_and_appealed() -> Case:
    """A void round, one that was appealed, and a last one of four seats."""
    at = START + 300 * HOUR
    case = cases.court(
        cases.committed(1), "RoundVoided", at, record="0x" + "cd" * 32, pays=(0, -7, -8)
    )
    word = cases.round_word(voids=1, at=at, block=200)
    case = cases.court(case, "RoundArmed", at, round=word)
    case = cases.committed(case=cases.drawn((7, 8, 9), case), at=at + 30 * HOUR)
    case = cases.revealed((1, 2, 3), case, at + 31 * HOUR)
    word = cases.round_word(seats=7, appeals=1, at=at, block=300)
    case = cases.court(case, "Appealed", at, appeals=1, ruling=2, round=word)
    return cases.drawn((10, 11, 12, 13), case)


@pytest.mark.parametrize("refused", [True, False])
def test_pays_run_over_all_rounds_but_the_void_ones(refused: bool) -> None:
    facts = {"ruling": 1, "refused": refused, "pays": (1, 2, 3, 4, 5, -6, 7)}
    case = cases.court(_voided_and_appealed(), "Concluded", START, **facts)
    by_round = [[seat.pay_wei for seat in one.seats] for one in case.rounds]
    assert by_round == [
        [0, -7 * GWEI, -8 * GWEI],
        [1 * GWEI, 2 * GWEI, 3 * GWEI],
        [4 * GWEI, 5 * GWEI, -6 * GWEI, 7 * GWEI],
    ]
    assert [one.ended_at for one in case.rounds] == [None, None, START]
    assert case.rounds[0].record == "0x" + "cd" * 32


@pytest.mark.parametrize(
    ("case", "seats", "bounties"),
    [
        (cases.escalated(), 0, 0),
        (cases.escalated(word=cases.round_word(voids=1)), 0, 1),
        (cases.drawn(), 3, 1),
        (cases.court(cases.committed(2), "Leaked", 1, seat=0, reporter=ANYONE, taken=5), 2, 1),
        (cases.revealed(), 3, 1),
        (cases.appealed(), 3, 1),
        (_voided_and_appealed(), 3, 1),
    ],
)
def test_a_case_costs_what_was_paid_of_its_first_panels_money(
    case: Case, seats: int, bounties: int
) -> None:
    cost = seats * 10**16 + bounties * 7
    assert fees.spent(case.rounds, Wei(7)) == cost


def test_the_panel_drew_by_itself_or_another_did() -> None:
    assert cases.drawn().rounds[0].bounty_seat is None
    args = {"seed": "0x" + "01" * 32, "bountySeat": 2, "positions": (4, 5, 6)}
    case = cases.court(cases.escalated(), "Drawn", START, **args)
    assert case.rounds[0].bounty_seat == 2
    assert [seat.owner for seat in case.rounds[0].seats] == cases.OWNERS[4:7]


def test_a_leak_takes_the_vote() -> None:
    case = cases.court(cases.committed(2), "Leaked", START, seat=1, reporter=ANYONE, taken=5)
    seat = case.rounds[0].seats[1]
    assert (seat.leaked_at, seat.leak_reporter, seat.leak_taken_wei) == (START, ANYONE, 5 * GWEI)
    assert case.rounds[0].committed == {0}


def test_a_settlement_stands_for_its_round_alone() -> None:
    said = {"actor": OPERATOR, "byCustomer": False, "share": 6000}
    case = cases.desk(cases.escalated(), "SettlementProposed", ARMED_AT, round=0, **said)
    assert case.settlement is not None and case.settlement.share == 6000
    case = cases.court(case, "RoundArmed", ARMED_AT, round=cases.round_word(voids=1, at=ARMED_AT))
    assert case.settlement is None and len(case.settlements) == 1


def test_funding_is_the_payers_until_a_split() -> None:
    case = cases.funded(cases.funded(cases.claimed(), 30), 10, OPERATOR)
    case = cases.funded(case, 20)
    assert (case.funding.sent_by(ANYONE), case.funding.left) == (50, 60)
    args = {"complaint": 1, "toCustomer": 25, "toOrganisation": 0, "fromFunding": 25}
    case = cases.other(CLAIMS, case, "Split", START, **args)
    assert (case.funding.left, case.funding.back_down(ANYONE)) == (35, 35 * 50 // 60)
    back = {"complaint": 1, "actor": ANYONE, "to": ANYONE, "amount": 29}
    case = cases.other(CLAIMS, case, "FundingWithdrawn", START, **back)
    assert (case.funding.left, case.funding.back_down(OPERATOR)) == (6, 6)


def test_what_is_of_no_concern_changes_nothing() -> None:
    case = cases.escalated()
    assert cases.other(APPEALS, case, "BondPaid", START + 1, organisation=1, amount=1) is case
    assert cases.other("OrganisationRegistry", case, "BondLocked", START, amount=1) is case
    assert cases.court(case, "Nonsense", START) is case
    assert cases.court(cases.filed(), "Drawn", START, positions=()).rounds == ()


def test_a_frozen_order_is_frozen_for_its_complaint_from_the_start() -> None:
    frozen = cases.filed(context=cases.FROZEN_CONTEXT)
    assert frozen.frozen_until == UnixTime(START + 5)
    assert frozen.order.is_claim
