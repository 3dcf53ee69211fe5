"""What the complete contracts can do beside a plain dispute, each through the API."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest
from eth_account.messages import encode_typed_data

from dapp.chain.keccak import keccak
from dapp.domain import commitments
from dapp.domain.commitments import Ballot
from dapp.domain.events import COURT, FORWARDER, KEYS, REGISTRY
from dapp.domain.types import (
    NO_DIGEST,
    Address,
    BasisPoints,
    DisputeId,
    Hash32,
)
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Person, Service, View, environment, running
from tests.local_chain import Receipt
from tests.world import DAYS, ETHER, HOURS, POLICY, World

ARBITRATORS = 8
SALT = Hash32("0x" + "5a" * 32)


@pytest.fixture(scope="module")
def house(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator["House"]:
    folder = tmp_path_factory.mktemp("actions")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield House(world, service)


class House:
    """One organisation, its customer, and enough arbitrators for a first panel."""

    def __init__(self, world: World, service: Service) -> None:
        self.world, self.service = world, service
        self.shop, self.customer, self.anyone = (service.person() for _ in range(3))
        self.arbitrators = {
            one.address: one for one in (service.person() for _ in range(ARBITRATORS))
        }
        for person in self.arbitrators.values():
            service.act(person, "stake", tickets=8)
        terms = {
            "peak_mask": str(POLICY.peak_mask),
            "acknowledge_peak_seconds": POLICY.acknowledge_peak_seconds,
            "acknowledge_off_peak_seconds": POLICY.acknowledge_off_peak_seconds,
            "answer_hours": POLICY.answer_hours,
            "confirm_hours": POLICY.confirm_hours,
            "protection_hours": POLICY.protection_hours,
            "track": 0,
            "claim_cap": 16,
        }
        service.act(self.shop, "register", policy=terms)
        self.organisation = world.call(REGISTRY, "organisationCount")
        service.act(self.shop, "bond", organisation=self.organisation, amount=str(20 * ETHER))

    def order(self) -> str:
        ref = "0x" + secrets.token_hex(32)
        facts = {"organisation": self.organisation, "version": 1, "ref": ref}
        self.service.act(self.customer, "pay", **facts, amount=str(ETHER))
        orders = self.service.get("/v1/orders", customer=self.customer.address)["orders"]
        return str(next(one["key"] for one in orders if one["ref"] == ref))

    def file(self) -> int:
        self.service.act(self.customer, "file", order=self.order(), demand=8000, category=5)
        return self.newest()

    def newest(self) -> int:
        return int(self.service.get("/v1/cases")["cases"][0]["id"])

    def act(self, person: Person, action: str, complaint: int, **params: object) -> Receipt:
        return self.service.act(person, action, complaint=complaint, **params)

    def case(self, complaint: int) -> View:
        return dict(self.service.get(f"/v1/cases/{complaint}")["case"])

    def escalated(self) -> int:
        """At the court, with its seed there and the votes about to be committed."""
        complaint = self.file()
        self.act(self.shop, "offer", complaint, share=3000)
        self.act(self.customer, "escalate", complaint, offer_number=1, demand=8000)
        self.world.mine(6)
        opens = self.case(complaint)["rounds"][-1]["commit_opens"]["unix"]
        self.service.pass_time(opens - self.world.now())
        return complaint

    def panel(self, complaint: int) -> list[Person]:
        seats = self.service.get(f"/v1/cases/{complaint}/panel")["seats"]
        return [self.arbitrators[seat["owner"]] for seat in seats]

    def hidden(self, complaint: int, seat: int, vote: int) -> Hash32:
        court = Address(self.world.contracts[COURT])
        number = int(self.service.get(f"/v1/cases/{complaint}/panel")["round"])
        ballot = Ballot(self.world.chain_id, court, DisputeId(complaint), number, seat)
        return commitments.commitment(keccak, ballot, BasisPoints(vote), SALT, NO_DIGEST)

    def commit(self, person: Person, complaint: int, seat: int, vote: int) -> None:
        value = self.hidden(complaint, seat, vote)
        self.act(person, "commit", complaint, seat=seat, commitment=value)


def test_a_promise_that_is_kept(house: House) -> None:
    complaint = house.file()
    house.act(house.shop, "pledge", complaint, kind=1, due_hours=48, refund=10_000)
    shown = house.case(complaint)
    assert shown["offers"][0]["pledge"]["kind"] == "send-again"
    assert shown["turn"]["then"] == "pledge-accepted"
    house.act(house.customer, "accept", complaint, offer_number=1)
    house.act(house.shop, "deliver", complaint, digest=house.service.digest(house.shop, "Sent."))
    house.act(house.customer, "confirm-delivery", complaint)
    shown = house.case(complaint)
    assert shown["payment"]["outcome"] == "pledge-kept"
    assert shown["payment"]["to_organisation"] == str(ETHER)


def test_a_promise_that_is_not(house: House) -> None:
    complaint = house.file()
    house.act(house.shop, "pledge", complaint, kind=2, due_hours=24, refund=6000)
    house.act(house.customer, "accept", complaint, offer_number=1)
    house.act(house.shop, "deliver", complaint)
    house.act(house.customer, "reopen", complaint)
    assert house.case(complaint)["phase"] == "offered"
    broken = house.file()
    house.act(house.shop, "pledge", broken, kind=2, due_hours=24, refund=6000)
    house.act(house.customer, "accept", broken, offer_number=1)
    house.service.pass_time(25 * HOURS)
    assert house.case(broken)["phase"] == "broken"
    house.act(house.anyone, "execute", broken)
    paid = house.case(broken)["payment"]
    assert (paid["outcome"], paid["to_customer"]) == ("pledge-broken", str(6 * ETHER // 10))


def test_a_reply_is_contested_by_a_signature_that_somebody_else_sends(house: House) -> None:
    complaint = house.file()
    house.act(house.shop, "acknowledge", complaint)
    prepared = house.service.prepare(house.customer, "contest", complaint=complaint)
    data = prepared["typed_data"]
    assert (data["primaryType"], data["message"]["complaint"]) == ("Contest", str(complaint))
    signed = house.customer.account.sign_message(encode_typed_data(full_message=data))
    action = (
        prepared["transaction"]["to"],
        prepared["transaction"]["data"],
        house.customer.address,
        int(data["message"]["nonce"]),
        int(data["message"]["deadline"]),
        "0x" + signed.signature.hex(),
    )
    house.world.send(house.world.bystander, FORWARDER, "actWithSig", (action,))
    house.service.wait_for(house.world.block_number())
    shown = house.case(complaint)
    assert shown["acknowledgement"]["contested_at"] is not None
    told = house.service.get(f"/v1/cases/{complaint}/timeline")["events"]
    assert (
        next(one["actor"] for one in told if one["name"] == "Contested") == house.customer.address
    )


def test_both_sides_settle_while_the_votes_are_hidden(house: House) -> None:
    complaint = house.escalated()
    first = house.panel(complaint)[0]
    house.commit(first, complaint, 0, 5000)
    house.act(house.customer, "settle", complaint, share=6000)
    said = house.case(complaint)["settlements"]
    assert [(one["by_customer"], one["share"]) for one in said] == [(True, 6000)]
    house.act(house.shop, "settle", complaint, share=6000)
    paid = house.case(complaint)["payment"]
    assert (paid["outcome"], paid["to_customer"]) == ("settled", str(6 * ETHER // 10))


def test_a_claim_without_an_order(house: House) -> None:
    """Money sent along settles it; the deposit comes back."""
    house.service.act(
        house.customer,
        "claim",
        organisation=house.organisation,
        version=1,
        amount=str(ETHER),
        ref="0x" + secrets.token_hex(32),
        demand=5000,
        category=2,
    )
    complaint = house.newest()
    shown = house.case(complaint)
    assert shown["order"]["is_claim"] is True
    assert shown["actions"]["anyone"] == ["fund"]
    order = house.service.get(f"/v1/orders/{shown['order']['key']}")["order"]
    assert order["claim"]["deposit"] == str(ETHER * 2 // 100)
    refused = house.service.ask(house.shop, "offer", complaint=complaint, share=4000).json()
    assert refused["code"] == "not-funded"
    house.act(house.anyone, "fund", complaint, amount=str(ETHER // 2))
    house.act(house.shop, "offer", complaint, share=4000)
    house.act(house.customer, "accept", complaint, offer_number=1)
    assert house.case(complaint)["payment"]["to_customer"] == str(4 * ETHER // 10)
    house.act(house.anyone, "withdraw-funding", complaint)
    assert house.case(complaint)["funding"]["left"] == "0"


def test_a_claim_that_is_left_unanswered_goes_to_arbitrators_by_anyone(house: House) -> None:
    house.service.act(
        house.customer,
        "claim",
        organisation=house.organisation,
        version=1,
        amount=str(ETHER // 10),
        ref="0x" + secrets.token_hex(32),
        demand=5000,
        category=2,
    )
    complaint = house.newest()
    house.service.pass_time(3 * DAYS + HOURS)
    shown = house.case(complaint)
    assert (shown["turn"]["then"], shown["actions"]["anyone"][0]) == (
        "arbitration-opens",
        "escalate",
    )
    house.act(house.anyone, "escalate", complaint, offer_number=0, demand=5000)
    taken = house.case(complaint)["escalation"]
    assert (taken["payer"], taken["all_costs"]) == (house.anyone.address, True)


def test_a_voting_key_votes_for_its_owner(house: House) -> None:
    complaint = house.escalated()
    owner, key = house.panel(complaint)[1], house.service.person()
    seat = house.service.get(f"/v1/cases/{complaint}/panel")["seats"][1]
    params = {"complaint": complaint, "seat": 1, "commitment": SALT}
    assert house.service.ask(key, "commit", **params).json()["code"] == "not-your-seat"
    house.service.act(owner, "voting-key", position=seat["position"], key=key.address)
    prepared = house.service.prepare(key, "commit", **params)
    assert prepared["typed_data"]["message"] == {
        "dispute": str(complaint),
        "round": "0",
        "seat": "1",
        "commitment": SALT,
        "actor": key.address,
    }
    house.commit(key, complaint, 1, 5000)
    shown = house.case(complaint)["rounds"][-1]["seats"][1]
    assert (shown["owner"], shown["commitment"] is None) == (owner.address, False)


def test_who_tells_a_vote_too_early_loses_the_seat(house: House) -> None:
    complaint = house.escalated()
    teller = house.panel(complaint)[0]
    house.commit(teller, complaint, 0, 2500)
    house.act(house.anyone, "report-leak", complaint, seat=0, vote=2500, salt=SALT)
    seat = house.case(complaint)["rounds"][-1]["seats"][0]
    assert seat["leaked_at"] is not None
    params = {"complaint": complaint, "seat": 0, "commitment": SALT}
    assert house.service.ask(teller, "commit", **params).status_code == 409


def test_an_appeal_that_fails_costs_its_stake(house: House) -> None:
    """The first pot is too small at first; who paid into the other one is paid back."""
    complaint = house.escalated()
    for seat, person in enumerate(house.panel(complaint)):
        house.commit(person, complaint, seat, 5000)
    for seat, person in enumerate(house.panel(complaint)):
        house.act(person, "reveal", complaint, seat=seat, vote=5000, salt=SALT)
    shown = house.case(complaint)
    assert (shown["round_phase"], shown["rounds"][-1]["ruling"]) == ("appealable", 5000)
    needed = int(shown["rounds"][-1]["appeal"]["needed"])
    house.act(house.shop, "contribute", complaint, higher=False, amount=str(needed // 2))
    house.act(house.customer, "contribute", complaint, higher=True, amount="1000000")
    pots = house.case(complaint)["appeals"][0]
    assert (pots["lower"]["raised"], pots["higher"]["raised"]) == (str(needed // 2), "1000000")
    before = house.world.call(COURT, "rounds", complaint)
    house.act(house.shop, "contribute", complaint, higher=False, amount=str(ETHER))
    level = house.case(complaint)["appeals"][0]
    assert (level["is_higher"], level["lower"]["raised"]) == (False, str(needed))
    assert house.world.call(COURT, "rounds", complaint) != before
    assert house.case(complaint)["rounds"][-1]["seats_paid"] == 7
    params = {"level": 0, "higher": True, "payer": house.customer.address}
    house.act(house.anyone, "refund-contribution", complaint, **params)
    paid_back = house.case(complaint)["appeals"][0]["higher"]["contributions"][0]
    assert paid_back["refunded"] is True


def test_an_accused_operator_cannot_answer(house: House) -> None:
    complaint = house.file()
    said = commitments.accusation(keccak, Address(house.shop.address), SALT)
    house.act(house.customer, "accuse", complaint, accusation=said)
    assert house.case(complaint)["accusation"]["account"] is None
    wrong = {"account": house.anyone.address, "salt": SALT}
    refused = house.service.ask(house.customer, "name-accused", complaint=complaint, **wrong)
    assert refused.json()["code"] == "accusation-mismatch"
    house.act(house.customer, "name-accused", complaint, account=house.shop.address, salt=SALT)
    refused = house.service.ask(house.shop, "offer", complaint=complaint, share=1000)
    assert refused.json()["code"] == "accused-cannot-act"


def test_the_guardian_holds_a_payout(house: House) -> None:
    complaint = house.file()
    order = house.case(complaint)["order"]["key"]
    house.act(house.shop, "offer", complaint, share=3000)
    guardian = house.world.guardian
    body = {"actor": guardian, "order": order, "hours": 24}
    prepared = house.service.http.post("/v1/actions/freeze", json=body).json()
    transaction = {key: prepared["transaction"][key] for key in ("from", "to", "data")}
    mined = house.world.receipt(house.world.rpc("eth_sendTransaction", transaction))
    house.service.wait_for(int(mined["blockNumber"], 16))
    assert house.case(complaint)["frozen_until"] is not None
    refused = house.service.ask(house.customer, "accept", complaint=complaint, offer_number=1)
    assert refused.json()["code"] == "order-frozen"


def test_keys_and_bonds(house: House) -> None:
    key = "0x" + secrets.token_hex(32)
    house.service.act(house.customer, "encryption-key", key=key)
    assert house.world.call(KEYS, "keys", house.customer.address) == (1, key)
    house.service.act(house.customer, "encryption-key")
    shown = house.service.get(f"/v1/keys/{house.customer.address}")
    assert (shown["version"], shown["key"]) == (2, None)
    facts = {"organisation": house.organisation}
    house.service.act(house.shop, "announce-bond-withdrawal", **facts, amount=str(ETHER))
    shown = house.service.get(f"/v1/organisations/{house.organisation}")["organisation"]
    assert shown["withdrawal"]["amount"] == str(ETHER)
    refused = house.service.ask(house.shop, "withdraw-bond", **facts).json()
    assert refused["code"] == "contract-withdrawal-not-ready"


def test_what_cannot_be_signed_has_no_twin(house: House) -> None:
    complaint = house.escalated()
    assert house.service.prepare(house.anyone, "draw", complaint=complaint)["typed_data"] is None


def test_what_is_signed_is_told_in_the_readers_language(house: House) -> None:
    complaint = house.file()
    body = {"actor": house.shop.address, "complaint": complaint, "share": 4050}
    body["digest"] = "0x" + secrets.token_hex(32)
    post = house.service.http.post
    found = post("/v1/actions/offer", json=body, headers={"Accept-Language": "zh-CN"}).json()
    amount = house.case(complaint)["amount"]
    part = f"{Decimal(amount) * 4050 / 10_000 / ETHER:f}".rstrip("0").rstrip(".")
    assert found["summary"] == f"就投诉 {complaint} 提出 40.5%（{part}\u00a0ETH）"  # noqa: RUF001
    assert found["public"][0] == "您的地址"
    assert found["public"][1] == "方案"
    cost = {name: int(value) for name, value in found["cost"].items()}
    assert 50_000 < cost["gas"] < 300_000
    assert cost["gas"] < cost["fee"] <= cost["fee_at_most"] == cost["total_at_most"]
    plain = post("/v1/actions/offer", json=body).json()
    assert plain["summary"] == f"Offer 40.5% ({part}\u00a0ETH) on complaint {complaint}"
    assert plain["transaction"] == found["transaction"]
