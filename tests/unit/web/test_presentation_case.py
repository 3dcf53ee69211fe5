"""Money, votes, the timeline and its picture."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dapp.domain.case import Case
from dapp.domain.events import APPEALS, CLAIMS, DESK, Event, Value
from dapp.domain.events import COURT as COURT_CONTRACT
from dapp.domain.types import ZERO_HASH, BlockNumber, ChainId, UnixTime, Wei
from dapp.web.i18n import LANGUAGES
from dapp.web.presentation.lanes import WIDTH, picture
from dapp.web.presentation.money import money
from dapp.web.presentation.timeline import rows
from dapp.web.presentation.votes import panels
from tests.unit.web.looks import (
    COURT,
    CUSTOMER,
    DAY,
    FILED,
    FILED_AT,
    HOUR,
    OFFERED,
    OPERATOR,
    PAID,
    PAID_AT,
    hearing,
    look,
)

ARTIFACTS = Path(__file__).parents[3] / "dapp" / "chain" / "artifacts"
# Another event of the same transaction tells it, it is an echo, or it concerns no case.
NOT_TOLD = {
    DESK: set(),
    COURT_CONTRACT: {
        "Appealed",
        "Concluded",
        "TrackSet",
        "Staked",
        "ExitRequested",
        "Unstaked",
        "RewardsWithdrawn",
        "VotingKeySet",
    },
    APPEALS: {"FeesReturned", "BondPaid"},
    CLAIMS: {"Split"},
}


def event(name: str, at: int, place: int, **args: Value) -> Event:
    return of(DESK, name, {"actor": CUSTOMER, "digest": ZERO_HASH, **args}, at, place)


def of(contract: str, name: str, args: Mapping[str, Value], at: int, place: int) -> Event:
    return Event(
        chain_id=ChainId(31337),
        contract=contract,
        address=COURT,
        name=name,
        args=args,
        words=b"\0" * 32,
        topic0=ZERO_HASH,
        block_number=BlockNumber(100 + place),
        block_hash=ZERO_HASH,
        timestamp=UnixTime(at),
        transaction=ZERO_HASH,
        transaction_index=0,
        log_index=place,
    )


STORY = [
    event("Filed", FILED_AT, 0, demand=8000),
    event("Acknowledged", FILED_AT + 60, 1, actor=OPERATOR, onTime=True),
    event("Offered", FILED_AT + 2 * HOUR, 2, actor=OPERATOR, share=4000),
]


def test_money_before_and_after_the_ruling() -> None:
    before = money(look(OFFERED, 3 * HOUR))
    assert [line.label for line in before.lines] == ["Asked", "Offered"]
    assert [line.share for line in before.lines] == ["80%", "40%"]
    assert before.decided_percent is None
    after = money(look(PAID, 60 * HOUR))
    assert after.decided_percent == 55
    amounts = {line.label: line.amount.replace("\u00a0", " ") for line in after.lines}
    assert amounts["Paid to the customer"] == "0.55 ETH"
    assert amounts["Cost of arbitration"] == "0.03 ETH"


def test_what_came_from_the_bond_is_counted_as_paid() -> None:
    assert PAID.payment is not None
    paid = replace(PAID, payment=replace(PAID.payment, from_bond=Wei(10**16)))
    amounts = {line.label: line.amount for line in money(look(paid, 60 * HOUR)).lines}
    assert amounts["Paid to the customer"].startswith("0.56")


def test_the_tally_is_hidden_until_voting_ends() -> None:
    def tally(case: Case, after: int) -> str:
        return panels(look(case, after))[0].tally

    assert "when voting is over" in tally(hearing(1), 28 * HOUR)
    assert "when voting is over" in tally(hearing(3, (5500, 6000)), 28 * HOUR)
    assert "55%" not in tally(hearing(3, (5500, 6000)), 28 * HOUR)
    assert tally(hearing(3, (5500, 6000, 4800)), 28 * HOUR) == "The middle of the votes: 55%."
    assert tally(PAID, 60 * HOUR) == "The middle of the votes: 55%."
    assert "decides nothing" in tally(hearing(2, (5500,)), 20 * DAY)


def test_a_vote_is_hidden_until_it_is_opened() -> None:
    tiles = panels(look(hearing(2, (5500,)), 28 * HOUR))[0].tiles
    assert [tile.kind for tile in tiles] == ["opened", "committed", "waiting"]
    assert [tile.percent for tile in tiles] == [55, None, None]


def test_who_kept_silent_is_told_when_it_is_over() -> None:
    tiles = panels(look(hearing(2, (5500,)), 20 * DAY))[0].tiles
    assert [tile.kind for tile in tiles] == ["opened", "silent", "silent"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("contract", NOT_TOLD)
def test_every_event_about_a_case_has_a_sentence(contract: str, language: str) -> None:
    abi = json.loads((ARTIFACTS / f"I{contract}.json").read_text())["abi"]
    kinds = [entry for entry in abi if entry["type"] == "event"]
    told = {one["name"]: _told(contract, one, language) for one in kinds}
    assert {name for name, sentence in told.items() if not sentence} == NOT_TOLD[contract]


def _told(contract: str, kind: dict[str, Any], language: str) -> str:
    values: dict[str, Value] = {one["name"]: _example(one["type"]) for one in kind["inputs"]}
    one = of(contract, kind["name"], values, FILED_AT, 0)
    found = rows(look(FILED, HOUR, language), [one])
    return found[0].sentence if found else ""


def _example(kind: str) -> Value:
    if kind.endswith("[]"):
        return (1, 2)
    if kind == "bool":
        return True
    if kind == "address":
        return CUSTOMER
    return ZERO_HASH if kind == "bytes32" else 1


def test_dots_bear_the_numbers_of_the_list_and_keep_apart() -> None:
    here = look(OFFERED, 3 * HOUR)
    told = rows(here, STORY)
    drawn = picture(here, told)
    assert [dot.number for dot in drawn.dots] == [1, 2, 3]
    assert [dot.lane for dot in drawn.dots] == [0, 1, 1]
    places = [dot.x for dot in drawn.dots]
    assert all(later - sooner >= 20 for sooner, later in pairwise(places))


def test_bands_stay_in_the_picture_and_start_at_their_event() -> None:
    here = look(OFFERED, 3 * HOUR)
    drawn = picture(here, rows(here, STORY))
    bands = {band.kind: band for band in drawn.bands}
    assert bands["promise"].x == bands["answer"].x == drawn.dots[0].x
    assert bands["reply"].x == drawn.dots[2].x
    assert all(band.x >= 0 and band.x + band.width <= WIDTH for band in drawn.bands)


def test_the_present_is_marked_while_the_case_is_open() -> None:
    here = look(OFFERED, 3 * HOUR)
    now = picture(here, rows(here, STORY)).now_x
    assert now is not None
    assert now > picture(here, rows(here, STORY)).dots[2].x
    closed = look(PAID, PAID_AT - FILED_AT + HOUR)
    assert picture(closed, rows(closed, STORY)).now_x is None


def test_a_case_without_events_has_a_picture() -> None:
    assert picture(look(FILED, HOUR), []).dots == ()
