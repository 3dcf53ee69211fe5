"""What each person can do: one thing first, the same as the rules say."""

from dataclasses import replace
from pathlib import Path

import pytest

from dapp.domain.appeals import AppealLevel, Contribution, Pot
from dapp.domain.rules import Action, Role, available
from dapp.domain.types import UnixTime, Wei
from dapp.web.i18n import load
from dapp.web.presentation.appealbox import appeal_box
from dapp.web.presentation.panels import Contracts, RolePanel, action_names, may, panels
from tests.unit.web.looks import (
    ALL_LOOKS,
    ARBITRATORS,
    COURT,
    CUSTOMER,
    DESK,
    ETHER,
    FILED_AT,
    OPERATOR,
    ORGANISATION,
    hearing,
    look,
)

FIRST = {
    "filed": {"operator": "acknowledge"},
    "acknowledged": {"operator": "offer"},
    "asked": {"customer": "inform"},
    "overdue": {"any": "execute"},
    "offered": {"customer": "accept"},
    "rejected": {"customer": "escalate"},
    "offer lapsed": {"any": "execute"},
    "claim overdue": {"any": "escalate"},
    "promise": {"customer": "accept"},
    "promise lapsed": {"any": "execute"},
    "promised": {"operator": "deliver"},
    "promise broken": {"any": "execute"},
    "delivered": {"customer": "confirm-delivery"},
    "promise kept": {"any": "execute"},
    "reopened": {"customer": "escalate"},
    "reopened lapsed": {"any": "execute"},
    "drawable": {"any": "draw"},
    "missed": {"any": "rearm"},
    "insufficient": {"any": "void"},
    "appealable": {"any": "contribute"},
    "decidable": {"any": "execute"},
    "outside": {},
    "outside ruled": {"any": "execute"},
    "paid": {"customer": "confirm"},
    "confirmed": {"customer": "rate", "operator": "rate"},
    "withdrawn": {},
    "hand-over": {},
}
WITHOUT_FORM = {
    Action.ACCUSE,
    Action.NAME_ACCUSED,
    Action.REPORT_LEAK,
    Action.COMMIT_DRAWING,
}
NAMES = {CUSTOMER.lower(): "customer", OPERATOR.lower(): "operator", "any": "any"}


def found(name: str) -> list[RolePanel]:
    case, after, block = ALL_LOOKS[name]
    return panels(look(case, after, block=block), ORGANISATION, Contracts(COURT, DESK))


@pytest.mark.parametrize("name", FIRST)
def test_each_role_has_one_thing_to_do_first(name: str) -> None:
    first = {NAMES[panel.accounts]: panel.primary for panel in found(name) if panel.primary}
    assert first == FIRST[name]


@pytest.mark.parametrize("name", ALL_LOOKS)
def test_nobody_has_two_things_to_do_first_and_it_stands_first(name: str) -> None:
    shown = found(name)
    for account in [CUSTOMER.lower(), OPERATOR.lower(), *map(str.lower, ARBITRATORS), "any"]:
        own = [panel for panel in shown if {"any", account} & set(panel.accounts.split())]
        primary = [panel.primary for panel in own if panel.primary]
        assert len(primary) <= 1, account
        assert [panel.primary for panel in own][: len(primary)] == primary, account


@pytest.mark.parametrize("name", ALL_LOOKS)
def test_panels_offer_what_the_rules_allow_and_nothing_else(name: str) -> None:
    case, after, block = ALL_LOOKS[name]
    here = look(case, after, block=block)
    everyone = set(available(case, Role.ANYONE, here.now, here.next_block))
    for panel in found(name):
        if panel.seat is not None:
            continue
        role = {CUSTOMER.lower(): Role.CUSTOMER, OPERATOR.lower(): Role.ORGANISATION}.get(
            panel.accounts, Role.ANYONE
        )
        allowed = set(available(case, role, here.now, here.next_block)) - WITHOUT_FORM
        own = allowed - everyone if role is not Role.ANYONE else allowed
        assert {*panel.others, *filter(None, [panel.primary])} == own


def test_a_seat_that_may_vote_has_a_panel_of_its_own() -> None:
    seats = [panel for panel in found("commit") if panel.seat]
    assert [panel.accounts for panel in seats] == [one.lower() for one in ARBITRATORS]
    # Whoever has voted may do so again, but need not.
    assert [panel.primary for panel in seats] == [None, "commit", "commit"]
    assert [panel.others for panel in seats] == [("commit",), (), ()]
    assert "You have voted." in seats[0].waiting
    assert [panel.seat.committed for panel in seats if panel.seat] == [True, False, False]


def test_only_sealed_votes_can_be_opened() -> None:
    seats = [panel.seat for panel in found("reveal") if panel.seat]
    assert [seat.number for seat in seats] == [1, 2]
    assert seats[0].data["commitment"] == hearing(3).rounds[0].seats[1].commitment


def test_a_seat_names_all_that_its_commitment_binds() -> None:
    panel = next(panel for panel in found("commit") if panel.seat)
    assert panel.seat is not None
    assert set(panel.seat.data) >= {"chain", "court", "desk", "dispute", "round", "seat"}


def test_whoever_will_be_on_the_panel_can_vote_before_it_is_drawn() -> None:
    case, after, block = ALL_LOOKS["drawable late"]
    foreseen = hearing().rounds[0].seats
    here = look(case, after, block=block)
    seats = [
        panel
        for panel in panels(here, ORGANISATION, Contracts(COURT, DESK), foreseen)
        if panel.seat
    ]
    assert [panel.accounts for panel in seats] == [one.lower() for one in ARBITRATORS]
    assert {panel.primary for panel in seats} == {"commit"}
    shown = panels(here, ORGANISATION, Contracts(COURT, DESK), foreseen)
    # Voting seats the panel: it comes before what anyone may do.
    assert [panel.primary for panel in shown][:4] == ["commit"] * 3 + ["draw"]


def test_contributors_take_out_what_came_back() -> None:
    payer = Contribution(CUSTOMER, Wei(300))
    level = AppealLevel(
        higher=Pot(Wei(300), Wei(100), (payer,)), is_higher=True, resolved_at=UnixTime(FILED_AT)
    )
    case, after, block = ALL_LOOKS["paid"]
    here = look(replace(case, appeals=(level,)), after, block=block)
    shown = panels(here, ORGANISATION, Contracts(COURT, DESK))
    (one,) = [panel for panel in shown if panel.primary == "withdraw-share"]
    assert one.accounts == CUSTOMER.lower()
    assert [(share.level, share.higher) for share in one.shares] == [(0, "true")]


def test_an_appeal_can_be_paid_for_in_both_directions() -> None:
    case, after, block = ALL_LOOKS["appealable"]
    box = appeal_box(look(case, after, block=block), Wei(ETHER // 100))
    assert box.seats == "7 arbitrators"
    # Seven fees and the bounty, and half as much again.
    assert [(pot.higher, pot.missing_ether) for pot in box.pots] == [
        ("true", "0.12"),
        ("false", "0.12"),
    ]
    assert box.refunds == ()


def test_every_action_has_a_name_and_a_form() -> None:
    formed = set(Action) - WITHOUT_FORM
    assert set(action_names(load("en"))) == formed
    templates = Path(__file__).parents[3] / "dapp" / "web" / "templates" / "parts"
    forms = (templates / "actions.html").read_text()
    for action in formed:
        assert f"macro {action.replace('-', '_')}(" in forms


def test_without_a_wallet_it_is_told_in_words() -> None:
    case, after, block = ALL_LOOKS["offered"]
    lines = {line.who: line.what for line in may(look(case, after, block=block))}
    assert "Accept the offer" in lines["Customer"]
    assert lines["Arbitrators"] == "nothing now"
