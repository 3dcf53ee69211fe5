"""What the API refuses to prepare, it refuses with a code, in words and with a remedy."""

import secrets
from typing import Any

import pytest

from tests import api_scene
from tests.api_scene import NOBODY, NOTHING, Scene, is_problem
from tests.world import ETHER

scene = api_scene.scene

REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("acknowledge", {"actor": "@customer", "complaint": "@filed"}, 409, "not-your-case"),
    ("offer", {"actor": "@bystander", "complaint": "@filed", "share": 1}, 409, "not-your-case"),
    ("withdraw", {"actor": "@shop", "complaint": "@filed"}, 409, "not-your-case"),
    ("rate", {"actor": "@bystander", "complaint": "@accepted", "stars": 5}, 409, "not-your-case"),
    ("inform", {"actor": "@customer", "complaint": "@filed"}, 409, "action-not-available"),
    ("confirm", {"actor": "@customer", "complaint": "@offered"}, 409, "action-not-available"),
    ("execute", {"actor": "@bystander", "complaint": "@filed"}, 409, "action-not-available"),
    ("draw", {"actor": "@bystander", "complaint": "@voting"}, 409, "action-not-available"),
    (
        "rate",
        {"actor": "@customer", "complaint": "@accepted", "stars": 5},
        409,
        "action-not-available",
    ),
    (
        "offer",
        {"actor": "@shop", "complaint": "@filed", "share": 10_001},
        422,
        "invalid-input",
    ),
    ("offer", {"actor": "@shop", "complaint": "@offered", "share": 4300}, 422, "invalid-input"),
    (
        "offer",
        {"actor": "@shop", "complaint": "@filed", "share": -1},
        422,
        "parameter-invalid",
    ),
    (
        "offer",
        {"actor": "@shop", "complaint": "@filed", "share": 12.5},
        422,
        "parameter-invalid",
    ),
    (
        "offer",
        {"actor": "@shop", "complaint": "@filed", "share": True},
        422,
        "parameter-invalid",
    ),
    (
        "accept",
        {"actor": "@customer", "complaint": "@offered", "offer_number": 2},
        409,
        "offer-changed",
    ),
    ("accept", {"actor": "@customer", "complaint": "@offered"}, 422, "parameter-missing"),
    (
        "escalate",
        {"actor": "@customer", "complaint": "@offered", "offer_number": 1, "demand": 4000},
        422,
        "invalid-input",
    ),
    (
        "commit",
        {"actor": "@unseated", "complaint": "@voting", "seat": 0, "commitment": NOTHING},
        409,
        "not-your-seat",
    ),
    (
        "commit",
        {"actor": "@seated", "complaint": "@voting", "seat": 1, "commitment": NOTHING},
        409,
        "not-your-seat",
    ),
    (
        "commit",
        {"actor": "@seated", "complaint": "@voting", "seat": 3, "commitment": NOTHING},
        422,
        "seat-unknown",
    ),
    (
        "reveal",
        {"actor": "@seated", "complaint": "@voting", "seat": 0, "vote": 1, "salt": NOTHING},
        409,
        "action-not-available",
    ),
    ("evidence", {"actor": "@customer", "complaint": "@filed"}, 422, "invalid-input"),
    ("acknowledge", {"actor": "@shop", "complaint": 999}, 404, "complaint-unknown"),
    ("acknowledge", {"actor": "@shop", "complaint": 0}, 422, "parameter-invalid"),
    ("acknowledge", {"actor": "@shop", "complaint": 10**30}, 422, "parameter-invalid"),
    ("acknowledge", {"actor": "@shop"}, 422, "parameter-missing"),
    ("acknowledge", {"complaint": "@filed"}, 422, "parameter-missing"),
    ("acknowledge", {"actor": 7, "complaint": "@filed"}, 422, "parameter-invalid"),
    ("acknowledge", {"actor": "0x12", "complaint": "@filed"}, 422, "invalid-input"),
    (
        "acknowledge",
        {"actor": NOBODY.replace("dEaD", "DeaD"), "complaint": "@filed"},
        422,
        "address-checksum",
    ),
    (
        "acknowledge",
        {"actor": "@shop", "complaint": "@filed", "digest": "0x1"},
        422,
        "invalid-input",
    ),
    (
        "acknowledge",
        {"actor": "@shop", "complaint": "@filed", "surprise": 1},
        422,
        "parameter-unknown",
    ),
    ("release", {"actor": "@customer", "order": NOTHING}, 404, "order-unknown"),
    ("release", {"actor": "@bystander", "order": "@held"}, 409, "contract-protection-not-over"),
    ("refund", {"actor": "@customer", "order": "@held"}, 409, "contract-role-missing"),
    (
        "file",
        {"actor": "@bystander", "order": "@held", "demand": 1, "category": 2},
        409,
        "contract-not-customer",
    ),
    (
        "file",
        {"actor": "@customer", "order": "@held", "demand": 0, "category": 2},
        422,
        "invalid-input",
    ),
    (
        "file",
        {"actor": "@customer", "order": "@held", "demand": 1, "category": 7},
        422,
        "invalid-input",
    ),
    (
        "pay",
        {
            "actor": "@customer",
            "organisation": "@organisation",
            "version": 2,
            "ref": NOTHING,
            "amount": "1",
        },
        409,
        "contract-version-not-current",
    ),
    (
        "pay",
        {
            "actor": "@customer",
            "organisation": 77,
            "version": 1,
            "ref": NOTHING,
            "amount": "1",
        },
        404,
        "organisation-unknown",
    ),
    (
        "pay",
        {
            "actor": NOBODY,
            "organisation": "@organisation",
            "version": 1,
            "ref": NOTHING,
            "amount": str(10_000_000 * ETHER),
        },
        409,
        "insufficient-funds",
    ),
    ("register", {"actor": "@shop", "policy": 7}, 422, "parameter-invalid"),
    ("register", {"actor": "@shop", "policy": {"peak_mask": "1"}}, 422, "parameter-missing"),
    (
        "register",
        {
            "actor": "@shop",
            "policy": {
                "peak_mask": "1",
                "acknowledge_peak_seconds": 60,
                "acknowledge_off_peak_seconds": 60,
                "answer_hours": 1,
                "confirm_hours": 48,
                "protection_hours": 48,
                "track": 0,
                "claim_cap": 0,
            },
        },
        422,
        "invalid-input",
    ),
    (
        "nominate",
        {"actor": "@bystander", "organisation": 1, "account": "@customer", "roles": 1},
        409,
        "contract-role-missing",
    ),
    ("accept-role", {"actor": "@bystander", "organisation": 1}, 409, "contract-not-nominated"),
    ("stake", {"actor": "@bystander", "tickets": 9}, 422, "invalid-input"),
    ("exit", {"actor": "@bystander", "position": 0}, 409, "contract-not-owner"),
    (
        "withdraw-credit",
        {"actor": "@bystander", "contract": "ComplaintDesk"},
        422,
        "invalid-input",
    ),
    (
        "withdraw-credit",
        {"actor": "@bystander", "contract": "OrderEscrow"},
        409,
        "contract-nothing-to-withdraw",
    ),
    (
        "commit",
        {"actor": "@seated", "complaint": "@filed", "seat": 0, "commitment": NOTHING},
        409,
        "not-your-case",
    ),
    (
        "withdraw",
        {"actor": "@customer", "complaint": "@offered", "offer_number": 0},
        409,
        "offer-changed",
    ),
    ("contest", {"actor": "@customer", "complaint": "@filed"}, 409, "action-not-available"),
    ("pledge", {"actor": "@bystander", "complaint": "@filed"}, 409, "not-your-case"),
    ("deliver", {"actor": "@shop", "complaint": "@filed"}, 409, "action-not-available"),
    ("reopen", {"actor": "@shop", "complaint": "@filed"}, 409, "not-your-case"),
    (
        "confirm-delivery",
        {"actor": "@customer", "complaint": "@filed"},
        409,
        "action-not-available",
    ),
    ("settle", {"actor": "@bystander", "complaint": "@voting", "share": 1}, 409, "not-your-case"),
    (
        "settle",
        {"actor": "@customer", "complaint": "@voting", "share": 10_001},
        422,
        "invalid-input",
    ),
    (
        "contribute",
        {"actor": "@customer", "complaint": "@voting", "higher": True, "amount": "1"},
        409,
        "action-not-available",
    ),
    (
        "withdraw-share",
        {"actor": "@customer", "complaint": "@voting", "level": 0, "higher": True},
        409,
        "action-not-available",
    ),
    (
        "fund",
        {"actor": "@customer", "complaint": "@filed", "amount": "1"},
        409,
        "action-not-available",
    ),
    (
        "name-accused",
        {"actor": "@customer", "complaint": "@filed"},
        409,
        "action-not-available",
    ),
    (
        "claim",
        {
            "actor": "@customer",
            "organisation": "@organisation",
            "version": 1,
            "amount": str(ETHER),
            "ref": NOTHING,
            "demand": 1,
            "category": 2,
        },
        409,
        "claim-too-large",
    ),
    ("freeze", {"actor": "@shop", "order": "@held", "hours": 1}, 409, "contract-only-guardian"),
    ("freeze", {"actor": "@shop", "order": "@held", "hours": 999}, 422, "invalid-input"),
    ("voting-key", {"actor": "@shop", "position": 0}, 409, "contract-not-owner"),
    ("voting-key", {"actor": "@shop", "position": 9999}, 422, "position-unknown"),
    ("bribe", {"actor": "@customer"}, 404, "action-unknown"),
]


@pytest.mark.parametrize(("action", "params", "status", "code"), REFUSED)
def test_an_action_is_refused_in_words(
    scene: Scene, action: str, params: dict[str, Any], status: int, code: str
) -> None:
    body = {name: named(scene, value) for name, value in params.items()}
    response = scene.service.http.post(f"/v1/actions/{action}", json=body)
    problem = is_problem(response, status, code)
    assert problem["remedy"] or status == 422 or code.startswith("contract-")


def named(scene: Scene, value: object) -> object:
    if isinstance(value, str) and value.startswith("@"):
        return scene.names[value[1:]]
    return value


def test_what_is_refused_before_its_time_says_whose_turn_it_is(scene: Scene) -> None:
    body = {"actor": scene.names["customer"], "complaint": scene.names["filed"]}
    problem = scene.service.http.post("/v1/actions/inform", json=body).json()
    assert "organisation" in problem["remedy"]
    assert "acknowledge" in problem["remedy"]


def test_the_server_is_still_well_after_all_that(scene: Scene) -> None:
    assert scene.service.http.get("/healthz").json() == {"status": "ok"}
    assert scene.service.http.get("/readyz").json()["ready"] is True


def test_one_seat_cannot_be_told_from_its_commitment(scene: Scene) -> None:
    """What `commit` prepares holds the commitment and nothing of the vote."""
    commitment = "0x" + secrets.token_hex(32)
    body = {
        "actor": scene.names["seated"],
        "complaint": scene.names["voting"],
        "seat": 0,
        "commitment": commitment,
    }
    prepared = scene.service.http.post("/v1/actions/commit", json=body).json()
    assert commitment[2:] in prepared["transaction"]["data"]
    assert prepared["public"] == ["your address", "that you voted; not how"]
