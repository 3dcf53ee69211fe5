"""What the API refuses, it refuses with a code, in words, with a remedy, and never by breaking."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.anvil import running as running_anvil
from scripts.toolchain.postgres import Postgres
from tests.api_player import Service, environment, running
from tests.world import ETHER, HOURS, World

MAX_UPLOAD_BYTES = 512 * 1024
NOBODY = "0x000000000000000000000000000000000000dEaD"
NOTHING = "0x" + "00" * 31 + "01"


@dataclass(frozen=True)
class Scene:
    """Cases in several phases, and who is who in them."""

    service: Service
    names: dict[str, object]


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("refusals")
    with (
        running_anvil() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        names = play(world)
        env = environment(node.url, url, folder / "deployments", folder / "data")
        env["REDRESS_MAX_UPLOAD_BYTES"] = str(MAX_UPLOAD_BYTES)
        with running(world, env, folder) as service:
            yield Scene(service, names)


def play(world: World) -> dict[str, object]:
    organisation = world.register()
    world.bond(organisation)
    world.stake()
    voting = world.file(world.pay(organisation))
    world.offer(voting, 4000)
    world.escalate(voting)
    world.draw(voting)
    world.warp(24 * HOURS + 60)
    filed = world.file(world.pay(organisation))
    offered = world.file(world.pay(organisation))
    world.offer(offered, 4000)
    accepted = world.file(world.pay(organisation))
    world.offer(accepted, 4000)
    world.accept(accepted)
    held = world.pay(organisation)
    seated = {world.seat_owner(voting, seat) for seat in range(3)}
    return {
        "organisation": organisation,
        "shop": world.organisation,
        "customer": world.customer,
        "bystander": world.bystander,
        "seated": world.seat_owner(voting, 0),
        "unseated": next(one for one in world.arbitrators if one not in seated),
        "voting": voting,
        "filed": filed,
        "offered": offered,
        "accepted": accepted,
        "held": held.key,
    }


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
        "not-your-case",
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


def is_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = dict(response.json())
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert problem["status"] == status
    assert problem["type"].endswith(code)
    assert len(problem["detail"]) > 5
    return {"remedy": None, **problem}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/cases/999", 404, "complaint-unknown"),
        ("/v1/cases/999/timeline", 404, "complaint-unknown"),
        ("/v1/cases/0", 422, "invalid-request"),
        ("/v1/cases/one", 422, "invalid-request"),
        (f"/v1/cases/{10**30}", 422, "invalid-request"),
        ("/v1/cases?limit=0", 422, "invalid-request"),
        ("/v1/cases?cursor=%00nonsense", 422, "invalid-input"),
        ("/v1/cases?state=lost", 422, "invalid-input"),
        ("/v1/cases?customer=0x12", 422, "invalid-input"),
        ("/v1/organisations/77", 404, "organisation-unknown"),
        ("/v1/organisations?cursor=-1", 422, "invalid-input"),
        ("/v1/orders?cursor=x", 422, "invalid-input"),
        (f"/v1/orders/{NOTHING}", 404, "order-unknown"),
        ("/v1/orders/abc", 422, "invalid-input"),
        ("/v1/arbitrators/abc", 422, "invalid-input"),
        ("/v1/arbitrators?cursor=x", 422, "invalid-input"),
        (f"/v1/evidence/{NOTHING}", 404, "evidence-not-here"),
        ("/v1/evidence/abc", 422, "invalid-input"),
        ("/ipfs/abc", 400, "cid-invalid"),
        (
            "/ipfs/bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            404,
            "evidence-not-here",
        ),
        ("/v1/nothing", 404, "unknown-route"),
        ("/v1/actions/file", 405, "method-not-allowed"),
    ],
)
def test_a_read_is_refused_in_words(scene: Scene, path: str, status: int, code: str) -> None:
    is_problem(scene.service.http.get(path), status, code)


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{nope", "application/json", 400, "json-invalid"),
        (b"[1, 2]", "application/json", 422, "invalid-request"),
        (b'"text"', "application/json", 422, "invalid-request"),
        (b"", "application/json", 422, "invalid-request"),
        (b"\xff\xfe", "application/json", 400, "json-invalid"),
        (b"a=b", "application/x-www-form-urlencoded", 422, "invalid-request"),
        (b" " * 300_000, "application/json", 413, "body-too-large"),
        (b"[" * 100_000, "application/json", 400, "bad-request"),
    ],
)
def test_a_body_is_refused_in_words(
    scene: Scene, content: bytes, kind: str, status: int, code: str
) -> None:
    headers = {"content-type": kind}
    response = scene.service.http.post("/v1/actions/offer", content=content, headers=headers)
    is_problem(response, status, code)


AUTHOR = {"author": NOBODY}


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"data": AUTHOR}, 422, "evidence-empty"),
        ({"data": {"text": "hello"}}, 422, "invalid-request"),
        ({"data": {"author": "me", "text": "hello"}}, 422, "invalid-input"),
        ({"data": {**AUTHOR, "text": "a", "complaint": "0"}}, 422, "invalid-request"),
        ({"data": {**AUTHOR, "text": "a", "order": "0x1"}}, 422, "invalid-input"),
        ({"data": {**AUTHOR, "text": "a" * 10_001}}, 422, "manifest-field-invalid"),
        ({"data": {**AUTHOR, "text": "a\x00b"}}, 422, "manifest-field-invalid"),
        (
            {"data": {**AUTHOR, "kind": "rumour"}, "files": {"files": ("a", b"a")}},
            422,
            "evidence-kind-unknown",
        ),
        (
            {"data": AUTHOR, "files": {"files": ("gnp.\u202eexe", b"a")}},
            422,
            "manifest-name-unsafe",
        ),
        (
            {"data": AUTHOR, "files": {"files": ("a", b"a" * (MAX_UPLOAD_BYTES + 1))}},
            413,
            "body-too-large",
        ),
        (
            {"data": AUTHOR, "files": [("files", ("a", b"a")) for _ in range(33)]},
            422,
            "evidence-too-many-files",
        ),
        (
            {"data": AUTHOR, "files": [("files", ("a", b"a")) for _ in range(200)]},
            400,
            "bad-request",
        ),
    ],
)
def test_evidence_is_refused_in_words(
    scene: Scene, form: dict[str, Any], status: int, code: str
) -> None:
    is_problem(scene.service.http.post("/v1/evidence", **form), status, code)


def test_a_broken_upload_is_refused(scene: Scene) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = scene.service.http.post("/v1/evidence", content=b"--y\r\n", headers=headers)
    assert response.status_code in (400, 422)
    is_problem(response, response.status_code, response.json()["code"])


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
