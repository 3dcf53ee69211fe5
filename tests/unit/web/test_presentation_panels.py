"""What each person can do: one thing first, the same as the rules say."""

from pathlib import Path

import pytest

from dapp.domain.rules import Action, Role, available
from dapp.web.i18n import load
from dapp.web.presentation.panels import RolePanel, action_names, may, panels
from tests.unit.web.looks import (
    ALL_LOOKS,
    ARBITRATORS,
    COURT,
    CUSTOMER,
    DESK,
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
    "drawable": {"any": "draw"},
    "missed": {"any": "rearm"},
    "insufficient": {"any": "void"},
    "decidable": {"any": "execute"},
    "paid": {"customer": "confirm"},
    "confirmed": {"customer": "rate", "operator": "rate"},
    "withdrawn": {},
    "hand-over": {},
}
NAMES = {CUSTOMER.lower(): "customer", OPERATOR.lower(): "operator", "any": "any"}


def found(name: str) -> list[RolePanel]:
    case, after, block = ALL_LOOKS[name]
    return panels(look(case, after, block=block), ORGANISATION, COURT, DESK)


@pytest.mark.parametrize("name", FIRST)
def test_each_role_has_one_thing_to_do_first(name: str) -> None:
    first = {NAMES[panel.accounts]: panel.primary for panel in found(name) if panel.primary}
    assert first == FIRST[name]


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
        allowed = set(available(case, role, here.now, here.next_block))
        own = allowed - everyone if role is not Role.ANYONE else allowed
        assert {*panel.others, *filter(None, [panel.primary])} == own


def test_a_seat_that_may_vote_has_a_panel_of_its_own() -> None:
    seats = [panel for panel in found("commit") if panel.seat]
    assert [panel.accounts for panel in seats] == [one.lower() for one in ARBITRATORS]
    assert {panel.primary for panel in seats} == {"commit"}
    assert [panel.seat.committed for panel in seats if panel.seat] == [True, False, False]


def test_only_sealed_votes_can_be_opened() -> None:
    seats = [panel.seat for panel in found("reveal") if panel.seat]
    assert [seat.number for seat in seats] == [1, 2]
    assert seats[0].data["commitment"] == hearing(3).rounds[0].seats[1].commitment


def test_a_seat_names_all_that_its_commitment_binds() -> None:
    panel = next(panel for panel in found("commit") if panel.seat)
    assert panel.seat is not None
    assert set(panel.seat.data) >= {"chain", "court", "desk", "dispute", "round", "seat"}


def test_every_action_has_a_name_and_a_form() -> None:
    assert set(action_names(load("en"))) == set(Action)
    templates = Path(__file__).parents[3] / "dapp" / "web" / "templates" / "parts"
    forms = (templates / "actions.html").read_text()
    for action in Action:
        assert f"macro {action}(" in forms


def test_without_a_wallet_it_is_told_in_words() -> None:
    case, after, block = ALL_LOOKS["offered"]
    lines = {line.who: line.what for line in may(look(case, after, block=block))}
    assert "Accept the offer" in lines["Customer"]
    assert lines["Arbitrators"] == "nothing now"
