"""What is said of a transaction, by what the use case found."""

from typing import Any

import pytest

from dapp.domain.articles import Diagnosis
from dapp.web.i18n import LANGUAGES, load
from dapp.web.pages.looking import name_in
from dapp.web.presentation.diagnosis import told

EN = load("en")
HASH = "0x" + "ab" * 32
ORDER = "0x" + "cd" * 32
FACTS = {"from": "0x1", "to": "0x2", "nonce": 7, "value": str(10**17), "gas": 21_000}
RESEND = {
    "nonce": 7,
    "max_fee_per_gas": str(2_500_000_000),
    "max_priority_fee_per_gas": str(1_000_000_000),
}


def found(status: str, **more: Any) -> dict[str, Any]:
    return {
        "chain": "eip155:31337",
        "hash": HASH,
        "status": status,
        "node": None,
        "events": [],
        **more,
    }


def pending(*codes: str, resend: Any = RESEND) -> dict[str, Any]:
    reasons = [{"code": code, "detail": "in English"} for code in codes]
    waiting = {"reasons": reasons, "base_fee": "2000000000", "ahead": 2, "resend": resend}
    return found("pending", **FACTS, waiting=waiting)


def failed(code: str, *, is_ours: bool = True, detail: str = "so it is") -> dict[str, Any]:
    failure = {"code": code, "detail": detail, "fields": {}, "is_ours": is_ours}
    return found("failed", **FACTS, block=3, cost=str(21 * 10**12), failure=failure)


def test_one_that_nobody_knows_is_told_from_a_node_that_is_away() -> None:
    unknown = told(found("unknown"), EN)
    assert "Nobody on this chain knows" in unknown.headline
    assert any("eip155:31337" in way for way in unknown.ways)
    away = told(found("unknown", node={"code": "node-unavailable", "detail": "…"}), EN)
    assert "cannot be asked" in away.headline
    assert len(away.ways) == 1
    assert unknown.diagnosis is away.diagnosis is Diagnosis.UNKNOWN


def test_one_that_waits_says_for_what_and_what_to_pay() -> None:
    shown = told(pending("nonce-gap", "fee-too-low"), EN)
    assert shown.reasons[0].startswith("2 earlier transactions")
    assert "2 gwei" in shown.reasons[1]
    assert "2.5 gwei of which 1 gwei" in shown.ways[-1]
    assert shown.diagnosis is Diagnosis.NONCE_GAP
    assert told(pending("tip-too-low"), EN).diagnosis is Diagnosis.PENDING_LOW_FEE
    assert told(pending("funds-too-low"), EN).ways == ("Add money to the account that sent it.",)


def test_one_whose_turn_will_come_is_left_alone() -> None:
    shown = told(pending(), EN)
    assert shown.reasons == ()
    assert shown.ways == ("Wait a little, then look again. Nothing is wrong with it.",)
    assert shown.diagnosis is Diagnosis.PENDING


def test_one_that_was_replaced_never_will_be() -> None:
    shown = told(pending("replaced", resend=None), EN)
    assert "never be carried out" in shown.headline
    assert shown.diagnosis is Diagnosis.UNKNOWN


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("out-of-gas", "It ran out of gas."),
        ("overtaken", "Something that came just before it in the same block spoilt it."),
        ("reason-unknown", "Why cannot be found out any more."),
        ("contract-protection-over", "The time for complaints about this order is over."),
        ("contract-something-else", "The contract refused it. It says: so it is"),
    ],
)
def test_one_that_failed_says_why(code: str, reason: str) -> None:
    shown = told(failed(code), EN)
    assert shown.reasons == (reason,)
    assert shown.diagnosis is Diagnosis.FAILED
    assert ("Fee", "0.000021\u00a0ETH") in shown.facts


def test_what_another_s_contract_refused_is_theirs_to_explain() -> None:
    assert "not one of ours" in told(failed("overtaken", is_ours=False), EN).ways[-1]
    assert not any("not one of ours" in way for way in told(failed("overtaken"), EN).ways)


def test_one_that_was_carried_out_names_orders_and_cases_once() -> None:
    events = [
        {"links": [f"/v1/orders/{ORDER}", "/v1/organisations/1"]},
        {"links": ["/v1/cases/4", f"/v1/orders/{ORDER}"]},
    ]
    shown = told(found("confirmed", **FACTS, block=3, indexed=True, events=events), EN)
    assert (shown.orders, shown.cases, shown.reasons) == ((ORDER,), (4,), ())


def test_one_that_did_nothing_here_says_so_unless_its_block_is_still_to_be_read() -> None:
    assert "paid no order" in told(found("confirmed", block=3, indexed=True), EN).reasons[0]
    late = told(found("confirmed", block=9, indexed=False), EN)
    assert late.reasons == ()
    assert "not read its block yet" in late.ways[0]


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_it_is_said_in_the_reader_s_language(tag: str) -> None:
    t = load(tag)
    every = [
        found("unknown"),
        found("unknown", node={}),
        pending("nonce-gap", "fee-too-low"),
        pending("replaced", resend=None),
        failed("out-of-gas", is_ours=False),
        found("confirmed", indexed=True),
    ]
    for one in every:
        shown, english = told(one, t), told(one, EN)
        said = (shown.headline, *shown.reasons, *shown.ways)
        assert not set(said) & {english.headline, *english.reasons, *english.ways}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (HASH, HASH),
        (HASH.upper().replace("0X", "0x"), HASH),
        (f" https://explorer.example/tx/{HASH}?a=1#logs", HASH),
        (f"{HASH}, or was it {ORDER}", HASH),
        (HASH + "0", ""),
        (HASH[:-1], ""),
        ("0x" + "zz" * 32, ""),
        ("", ""),
        ("x" * 400 + HASH, ""),
    ],
)
def test_a_hash_is_found_in_whatever_was_pasted(text: str, name: str) -> None:
    assert name_in(text) == name
