"""One whole dispute through the API: prepare, sign, send, read back."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dapp.chain.keccak import keccak
from dapp.domain import commitments, trail
from dapp.domain.commitments import Ballot
from dapp.domain.events import COURT, DESK, ESCROW
from dapp.domain.types import (
    ZERO_HASH,
    Address,
    BasisPoints,
    Digest,
    DisputeId,
    Hash32,
    UnixTime,
    raw,
)
from scripts.toolchain.anvil import Anvil
from tests.api_player import Person, Service, View, environment, running
from tests.world import DAYS, ETHER, HOURS, OFFICE_HOURS, World

POLICY = {
    "peak_mask": str(OFFICE_HOURS),
    "acknowledge_peak_seconds": 1800,
    "acknowledge_off_peak_seconds": 600,
    "answer_hours": 72,
    "confirm_hours": 48,
    "protection_hours": 336,
    "track": 0,
    "claim_cap": 16,
}
VOTES = (5000, 5500, 7000)
BOUNTY_WEI = 5 * 10**14
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
RECORDING = bytes(3 * 1024 * 1024)


@pytest.fixture
def service(fresh_anvil: Anvil, database_url: str, tmp_path: Path) -> Iterator[Service]:
    folder = tmp_path / "deployments"
    env = environment(fresh_anvil.url, database_url, folder, tmp_path / "data")
    with (
        closing(World.deployed(fresh_anvil.url, folder)) as world,
        running(world, env, tmp_path) as service,
    ):
        yield service


def test_a_whole_dispute(service: Service) -> None:
    shop, customer, anyone = (service.person() for _ in range(3))
    arbitrators = {one.address: one for one in (service.person() for _ in range(5))}
    organisation = open_for_business(service, shop)
    for arbitrator in arbitrators.values():
        service.act(arbitrator, "stake", tickets=2)
    order = pay(service, customer, organisation)
    complaint, digest = complain(service, customer, order)
    talk(service, shop, customer, complaint)
    escalate(service, customer, complaint)
    vote(service, arbitrators, complaint)
    end(service, shop, customer, anyone, complaint)
    check_record(service, complaint, order)
    check_evidence(service, complaint, digest)
    check_people(service, organisation, customer, arbitrators, complaint)


def open_for_business(service: Service, shop: Person) -> int:
    agreement = service.digest(shop, "We answer within 72 hours.")
    service.act(shop, "register", policy=POLICY, agreement=agreement)
    found = service.get("/v1/organisations")["organisations"][-1]
    assert found["registered_by"] == shop.address
    assert found["policies"][0]["agreement"] == agreement
    assert found["policies"][0]["peak_mask"] == POLICY["peak_mask"]
    organisation = int(found["id"])
    operator = service.person()
    service.act(shop, "nominate", organisation=organisation, account=operator.address, roles=1)
    service.act(operator, "accept-role", organisation=organisation)
    service.act(shop, "bond", organisation=organisation, amount=str(ETHER))
    shown = service.get(f"/v1/organisations/{organisation}")["organisation"]
    assert shown["bond"]["free"] == str(ETHER)
    assert {one["account"]: one["roles"] for one in shown["operators"]} == {
        shop.address: 7,
        operator.address: 1,
    }
    return organisation


def pay(service: Service, customer: Person, organisation: int) -> str:
    ref = "0x" + secrets.token_hex(32)
    service.act(customer, "pay", organisation=organisation, version=1, ref=ref, amount=str(ETHER))
    orders = service.get("/v1/orders", customer=customer.address)["orders"]
    assert [(one["ref"], one["amount"], one["state"]) for one in orders] == [
        (ref, str(ETHER), "held")
    ]
    return str(orders[0]["key"])


def complain(service: Service, customer: Person, order: str) -> tuple[int, str]:
    files = [
        ("files", ("screenshot.png", PNG, "image/png")),
        ("files", ("talk.txt", b"A: broken\nB: sorry\n", "text/plain")),
        ("files", ("unboxing.bin", RECORDING, "application/octet-stream")),
    ]
    digest = service.digest(
        customer,
        "The lamp came broken.",
        data={"order": order, "kind": ["file", "transcript", "file"]},
        files=files,
    )
    service.act(customer, "file", order=order, demand=8000, category=2, digest=digest)
    listed = service.get("/v1/cases", customer=customer.address, state="filed")["cases"]
    assert len(listed) == 1
    assert service.get(f"/v1/orders/{order}")["order"]["complaint"] == listed[0]["id"]
    return int(listed[0]["id"]), digest


def talk(service: Service, shop: Person, customer: Person, complaint: int) -> None:
    assert case(service, complaint)["turn"]["who"] == "organisation"
    service.act(shop, "acknowledge", complaint=complaint, digest=service.digest(shop, "Hello."))
    assert case(service, complaint)["acknowledgement"]["on_time"] is True
    service.act(shop, "ask", complaint=complaint, digest=service.digest(shop, "The switch?"))
    assert case(service, complaint)["phase"] == "asked"
    service.pass_time(2 * HOURS)
    service.act(customer, "inform", complaint=complaint)
    service.pass_time(3 * HOURS)
    service.act(shop, "offer", complaint=complaint, share=4000)
    shown = case(service, complaint)
    assert [(one["number"], one["share"]) for one in shown["offers"]] == [(1, 4000)]
    assert shown["actions"]["customer"][:2] == ["accept", "escalate"]


def escalate(service: Service, customer: Person, complaint: int) -> None:
    prepared = service.prepare(
        customer, "escalate", complaint=complaint, offer_number=1, demand=8000
    )
    assert int(prepared["transaction"]["value"]) == 3 * ETHER // 100 + BOUNTY_WEI
    assert prepared["typed_data"]["primaryType"] == "Escalate"
    service.send(customer, prepared["transaction"])
    service.chain.mine(5)
    service.wait_for(service.chain.block_number())
    shown = case(service, complaint)
    assert (shown["round_phase"], shown["rounds"][-1]["seats"]) == ("drawable", [])
    evidence = service.digest(customer, "One more picture.")
    service.act(customer, "evidence", complaint=complaint, digest=evidence)


def vote(service: Service, arbitrators: dict[str, Person], complaint: int) -> None:
    """The first vote seats the panel. One seat commits twice: a reveal needs what lies around."""
    current = case(service, complaint)["rounds"][-1]
    service.pass_time(current["commit_opens"]["unix"] - service.chain.now())
    panel = service.get(f"/v1/cases/{complaint}/panel")
    assert (panel["drawn"], panel["round"]) == (False, 0)
    seats = [(seat["number"], arbitrators[seat["owner"]]) for seat in panel["seats"]]
    ballots = {number: (secrets.token_hex(32), VOTES[number]) for number, _ in seats}
    for number, person in [seats[0], *seats]:
        salt, share = ballots[number]
        value = commitment(service, complaint, number, share, salt)
        service.act(person, "commit", complaint=complaint, seat=number, commitment=value)
    drawn = service.get(f"/v1/cases/{complaint}/panel")
    assert (drawn["drawn"], drawn["seats"]) == (True, panel["seats"])
    for number, person in seats:
        salt, share = ballots[number]
        service.act(
            person, "reveal", complaint=complaint, seat=number, vote=share, salt="0x" + salt
        )
    shown = case(service, complaint)
    assert [seat["vote"] for seat in shown["rounds"][-1]["seats"]] == list(VOTES)
    assert (shown["round_phase"], shown["rounds"][-1]["ruling"]) == ("appealable", 5500)
    service.pass_time(shown["rounds"][-1]["appeal_ends"]["unix"] - service.chain.now())
    assert case(service, complaint)["round_phase"] == "decidable"


def commitment(service: Service, complaint: int, seat: int, share: int, salt: str) -> str:
    deployed = service.get("/v1/deployments")
    court = Address(deployed["contracts"][COURT]["address"])
    ballot = Ballot(service.chain.chain_id, court, DisputeId(complaint), 0, seat)
    none = Digest("0x" + "00" * 32)
    return commitments.commitment(keccak, ballot, BasisPoints(share), Hash32("0x" + salt), none)


def end(service: Service, shop: Person, customer: Person, anyone: Person, complaint: int) -> None:
    service.act(anyone, "execute", complaint=complaint)
    shown = case(service, complaint)
    assert shown["ruling"]["share"] == 5500
    assert shown["payment"]["outcome"] == "ruled"
    assert int(shown["payment"]["to_customer"]) >= ETHER * 55 // 100
    service.act(customer, "confirm", complaint=complaint)
    service.act(customer, "rate", complaint=complaint, stars=4)
    service.act(shop, "rate", complaint=complaint, stars=5)
    shown = case(service, complaint)
    assert shown["phase"] == "confirmed"
    assert [(one["by_customer"], one["stars"]) for one in shown["ratings"]] == [
        (True, 4),
        (False, 5),
    ]


def check_record(service: Service, complaint: int, order: str) -> None:
    """What the API says folds to the words on chain."""
    found = service.get(f"/v1/cases/{complaint}/timeline")
    assert found["as_of_block"] >= found["events"][-1]["block"]
    folded = fold(service, found["events"], DESK, complaint)
    assert folded == service.chain.call(DESK, "trail", complaint)
    assert folded == case(service, complaint)["trail"]
    told = {one["name"]: one["args"].get("orderTrail") for one in found["events"]}
    assert fold(service, found["events"], ESCROW, int(order, 16)) == told["Filed"]
    assert told["Executed"] == ZERO_HASH
    places = [(one["block"], one["log_index"]) for one in found["events"]]
    assert places == sorted(places)
    assert sum(one["name"] == "Committed" for one in found["events"]) == 4


def fold(service: Service, events: list[View], contract: str, subject: int) -> str:
    address = service.chain.contracts[contract]
    word = trail.genesis(keccak, service.chain.chain_id, address, subject)
    for one in events:
        if one["contract"] == contract and one["folded"]:
            word = trail.fold(
                keccak,
                word,
                one["topic0"],
                raw(one["words"]),
                one["actor"],
                UnixTime(one["timestamp"]["unix"]),
            )
    return word


def check_evidence(service: Service, complaint: int, digest: str) -> None:
    shown = case(service, complaint)
    assert shown["evidence"][0]["digest"] == digest
    manifest = service.get(f"/v1/evidence/{digest}")
    assert hashlib.sha256(content(service, manifest["cid"])).hexdigest() == digest[2:]
    sizes = {item["name"]: item["size"] for item in manifest["items"]}
    assert sizes["unboxing.bin"] == len(RECORDING)
    by_name = {item["name"]: item["cid"] for item in manifest["items"]}
    assert content(service, by_name["screenshot.png"]) == PNG
    assert content(service, by_name["unboxing.bin"]) == RECORDING


def content(service: Service, cid: str) -> bytes:
    response = service.http.get(f"/ipfs/{cid}")
    assert response.status_code == 200
    assert response.headers["content-security-policy"].startswith("sandbox")
    assert response.headers["content-disposition"] == "attachment"
    return response.content


def check_people(
    service: Service,
    organisation: int,
    customer: Person,
    arbitrators: dict[str, Person],
    complaint: int,
) -> None:
    shown = service.get(f"/v1/organisations/{organisation}")["organisation"]
    assert (shown["complaints"], shown["open_complaints"]) == (1, 0)
    order = service.get("/v1/orders", organisation=organisation)["orders"][0]
    assert (order["state"], order["customer"]) == ("split", customer.address)
    drawn = [seat for one in arbitrators for seat in service.get(f"/v1/arbitrators/{one}")["seats"]]
    assert sorted(seat["vote"] for seat in drawn) == list(VOTES)
    assert {seat["complaint"] for seat in drawn} == {complaint}
    stakes = service.get("/v1/arbitrators")["positions"]
    assert {one["owner"] for one in stakes} == set(arbitrators)


def case(service: Service, complaint: int) -> View:
    found = service.get(f"/v1/cases/{complaint}")
    assert found["finality"] in ("latest", "finalized")
    return dict(found["case"])


def test_silence_is_executed_by_anyone(service: Service) -> None:
    shop, customer, anyone = (service.person() for _ in range(3))
    organisation = open_for_business(service, shop)
    order = pay(service, customer, organisation)
    complaint, _ = complain(service, customer, order)
    service.pass_time(3 * DAYS + HOURS)
    shown = case(service, complaint)
    assert (shown["phase"], shown["actions"]["anyone"]) == ("overdue", ["execute"])
    service.act(anyone, "execute", complaint=complaint)
    assert case(service, complaint)["payment"]["outcome"] == "defaulted"
