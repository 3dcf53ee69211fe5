"""What is signed is what was asked for: every action, by the contracts' own ABIs."""

from typing import Any

import pytest

from dapp.chain import encode
from dapp.chain.keccak import keccak
from dapp.domain.anchoring import leaf_of_call
from dapp.domain.deployment import DeployedContract, Deployment
from dapp.domain.events import ANCHOR, COURT, DESK, ESCROW, FORWARDER, KEYS
from dapp.domain.signing import Place
from dapp.domain.types import (
    NO_ACCOUNT,
    ZERO_HASH,
    Address,
    BlockNumber,
    ChainId,
    Hash32,
    Wei,
)
from dapp.errors import Refused
from dapp.service.agreed import Agreed, Asked, agree
from dapp.service.forms import CONTRACT, FORMS
from dapp.service.prepare import PLANS

ME = Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
THIEF = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
SALT = "0x" + "ab" * 32
NAMES = sorted({form.contract for forms in FORMS.values() for form in forms} - {CONTRACT})
DEPLOYMENT = Deployment(
    chain_id=ChainId(31337),
    genesis_hash=Hash32(ZERO_HASH),
    deployed_at_block=BlockNumber(1),
    contracts=tuple(
        DeployedContract(name, Address(f"0x{place:040x}"), ZERO_HASH, ZERO_HASH)
        for place, name in enumerate([*NAMES, FORWARDER], 1)
    ),
    source_hash="",
    ticket_wei=Wei(100),
    draw_bounty_wei=Wei(1),
    tracks=(),
)


def prepared(contract: str, function: str, args: tuple[Any, ...], value: int = 0) -> dict[str, Any]:
    return {
        "from": ME,
        "to": DEPLOYMENT.address_of(contract),
        "data": "0x" + encode.calldata(contract, function, args).hex(),
        "value": str(value),
        "chainId": 31337,
    }


def check(action: str, params: dict[str, Any], transaction: dict[str, Any]) -> Agreed:
    return agree(Asked(action, ME, params), transaction, DEPLOYMENT)


def refuse(action: str, params: dict[str, Any], transaction: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        check(action, params, transaction)
    assert refused.value.code == "prepared-otherwise"
    return refused.value.message


def test_every_action_that_can_be_prepared_can_be_checked() -> None:
    assert set(FORMS) == set(PLANS)


@pytest.mark.parametrize("action", FORMS)
def test_each_form_fits_its_function(action: str) -> None:
    for form in FORMS[action]:
        contract = COURT if form.contract == CONTRACT else form.contract
        entry = encode.function(contract, form.function)
        assert len(form.args) == len(entry["inputs"])
        assert (entry["stateMutability"] == "payable") == (form.value is not None)


def test_numbers_may_be_texts_and_hex_may_be_of_any_case() -> None:
    call = prepared(DESK, "offer", (7, 4000, SALT))
    found = check("offer", {"complaint": "7", "share": 4000, "digest": SALT.upper()}, call)
    assert found.call.words() == f"ComplaintDesk.offer(complaint 7, share 4000, digest {SALT})"


def test_what_was_left_out_is_nothing() -> None:
    asked = {"complaint": 7, "share": 4000}
    check("offer", asked, prepared(DESK, "offer", (7, 4000, ZERO_HASH)))
    refuse("offer", asked, prepared(DESK, "offer", (7, 4000, SALT)))


def test_money_goes_to_whoever_was_named() -> None:
    check("unstake", {"position": 3}, prepared(COURT, "unstake", (3, ME)))
    refuse("unstake", {"position": 3}, prepared(COURT, "unstake", (3, THIEF)))
    check("unstake", {"position": 3, "to": THIEF}, prepared(COURT, "unstake", (3, THIEF)))
    coin = (1, NO_ACCOUNT, ME)
    check("withdraw-organisation", {"organisation": 1},
          prepared(ESCROW, "withdrawOrganisation", coin))  # fmt: skip
    refuse("withdraw-organisation", {"organisation": 1},
           prepared(ESCROW, "withdrawOrganisation", (1, THIEF, ME)))  # fmt: skip


def test_a_credit_is_of_the_contract_that_was_named() -> None:
    call = prepared(ESCROW, "withdrawTo", (ME,))
    check("withdraw-credit", {"contract": ESCROW}, call)
    refuse("withdraw-credit", {"contract": COURT}, call)


def test_a_signed_complaint_is_known_by_its_leaf() -> None:
    terms, said = (1, 1, ME, NO_ACCOUNT, SALT), (5000, 2, SALT, ME, 1_900_000_000)
    place = Place(DEPLOYMENT.chain_id, DEPLOYMENT.address_of(FORWARDER))
    leaf = leaf_of_call(keccak, place, DEPLOYMENT.address_of(ANCHOR), (*terms, *said))
    opened = prepared(ANCHOR, "open", ((terms, *said), THIEF, [SALT], "0x11"))
    assert check("open-anchored", {"leaf": leaf}, opened).to == DEPLOYMENT.address_of(ANCHOR)
    check(
        "revoke-anchored",
        {"leaf": leaf.upper().replace("X", "x")},
        prepared(ANCHOR, "revoke", ((terms, *said),)),
    )
    more = prepared(ANCHOR, "revoke", ((terms, 9000, *said[1:]),))
    assert "another signed complaint" in refuse("revoke-anchored", {"leaf": leaf}, more)


def test_a_direction_is_no_number() -> None:
    asked = {"complaint": 7, "higher": True, "amount": "5"}
    check("contribute", asked, prepared("AppealFund", "contribute", (7, True), 5))
    refuse("contribute", asked, prepared("AppealFund", "contribute", (7, False), 5))
    refuse("contribute", asked, prepared("AppealFund", "contribute", (7, True), 6))


def test_a_stake_costs_its_tickets() -> None:
    check("stake", {"tickets": 2}, prepared(COURT, "stake", (2,), 200))
    refuse("stake", {"tickets": 2}, prepared(COURT, "stake", (2,), 300))


def test_an_opening_is_word_for_word() -> None:
    asked = {"complaint": 7, "seat": 1, "vote": 5000, "salt": SALT}
    honest = (1, SALT, ZERO_HASH, 5000, 99, ((2, SALT),))
    check("reveal", asked, prepared(COURT, "reveal", (7, honest)))
    for place, other in ((0, 2), (1, ZERO_HASH), (2, SALT), (3, 5001)):
        forged = (*honest[:place], other, *honest[place + 1 :])
        refuse("reveal", asked, prepared(COURT, "reveal", (7, forged)))


def test_a_commitment_may_seat_the_panel() -> None:
    asked = {"complaint": 7, "seat": 1, "commitment": SALT}
    check("commit", asked, prepared(COURT, "commitDrawing", (7, b"header", 1, SALT)))
    refuse("commit", asked, prepared(COURT, "commitDrawing", (7, b"header", 1, ZERO_HASH)))


def test_a_version_leaves_room_for_the_next() -> None:
    asked = {"key": SALT}
    check("encryption-key", asked, prepared(KEYS, "setKey", (2, SALT)))
    assert "version" in refuse("encryption-key", asked, prepared(KEYS, "setKey", (2**64 - 1, SALT)))


def test_a_policy_is_compared_field_by_field() -> None:
    names = ("peak_mask", "acknowledge_peak_seconds", "acknowledge_off_peak_seconds",
             "answer_hours", "confirm_hours", "protection_hours", "track", "claim_cap")  # fmt: skip
    terms = (1 << 100, 60, 60, 48, 24, 24, 0, 16)
    asked = {"policy": dict(zip(names, map(str, terms), strict=True))}
    function = ("OrganisationRegistry", "register")
    check("register", asked, prepared(*function, (terms, ZERO_HASH)))
    for place in range(len(terms)):
        other = (*terms[:place], terms[place] + 1, *terms[place + 1 :])
        refuse("register", asked, prepared(*function, (other, ZERO_HASH)))


def test_what_was_never_said_is_not_signed() -> None:
    """A service may answer where it should have refused."""
    refuse("stake", {}, prepared(COURT, "stake", (2,), 200))
    refuse("stake", {"tickets": "many"}, prepared(COURT, "stake", (2,), 200))
    refuse("offer", {}, prepared(DESK, "offer", (7, 4000, ZERO_HASH)))
    refuse("withdraw-credit", {"contract": "Purse"}, prepared(ESCROW, "withdrawTo", (ME,)))
    refuse("withdraw-credit", {}, prepared(ESCROW, "withdrawTo", (ME,)))
    terms = ((1, 60, 60, 48, 24, 24, 0, 16), ZERO_HASH)
    policies: tuple[object, ...] = (None, 5, {})
    for policy in policies:
        refuse("register", {"policy": policy}, prepared("OrganisationRegistry", "register", terms))


def acknowledged(complaint: int, digest: str = SALT) -> str:
    return "0x" + encode.calldata(DESK, "acknowledge", (complaint, digest)).hex()


def test_many_acknowledgements_are_each_what_was_asked_for() -> None:
    asked = {"complaints": [7, 9], "digest": SALT}
    both = prepared(DESK, "multicall", ((acknowledged(7), acknowledged(9)),))
    assert check("acknowledge-many", asked, both).words() == (
        f"ComplaintDesk.acknowledge(complaint 7, digest {SALT}); "
        f"ComplaintDesk.acknowledge(complaint 9, digest {SALT})"
    )
    offer = "0x" + encode.calldata(DESK, "offer", (9, 10_000, SALT)).hex()
    for calls in (
        (acknowledged(7),),
        (acknowledged(9), acknowledged(7)),
        (acknowledged(7), acknowledged(9), acknowledged(11)),
        (acknowledged(7), acknowledged(9, ZERO_HASH)),
        (acknowledged(7), offer),
        (acknowledged(7), "0x12345678"),
    ):
        refuse("acknowledge-many", asked, prepared(DESK, "multicall", (calls,)))
    refuse("acknowledge-many", {"digest": SALT}, both)
    refuse("acknowledge", {"complaint": 7, "digest": SALT}, both)
