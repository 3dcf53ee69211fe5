"""Signed complaints: taken, promised, anchored, opened, taken back; the process that anchors."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from dapp.chain.keccak import keccak
from dapp.domain import anchor_file
from dapp.domain.events import ANCHOR
from dapp.domain.merkle import Tree, root_of
from dapp.domain.types import Hash32
from dapp.errors import AnchorOff
from dapp.service.parts import Parts
from tests import contract_wallets
from tests.anchoring import (
    ALL_WAITING,
    CUSTOMER_WAITING,
    MARGIN_SECONDS,
    AnchorHouse,
    house,
    one_house,
)
from tests.api_player import Person, View, until
from tests.api_scene import is_problem
from tests.relaying import changed
from tests.sending_scene import FINAL_BLOCKS

__all__ = ["house", "one_house"]

DAY = 86_400


@pytest.mark.needs("reorgs")
def test_from_the_signature_to_the_case(house: AnchorHouse) -> None:
    orders = [house.order(), house.order()]
    first, second = (house.taken(one) for one in orders)
    waiting = house.shown(first)
    assert (waiting["status"], waiting["receipt"], waiting["batch"]) == ("waiting", None, None)
    with house.process():
        anchored = house.becomes(first, "anchored")
        house.becomes(second, "anchored")
    _is_promised(house, anchored)
    batch = anchored["batch"]
    assert (batch["sender"], batch["finality"]) == (house.sender.address, "latest")
    proof = [Hash32(one) for one in anchored["proof"]]
    assert root_of(keccak, Hash32(first), proof) == batch["root"]
    _is_the_file(house, batch)
    customer = orders[0].customer
    number = _opens(house, customer, first)
    opened = house.becomes(first, "opened")
    assert (opened["complaint"], opened["actions"]) == (number, [])
    case = house.service.get(f"/v1/cases/{number}")["case"]
    assert (case["order"]["key"], case["demand"]) == (orders[0].key, 5000)
    # From here on it runs as any other.
    house.world.knows(number, orders[0])
    house.world.offer(number, 4000)
    house.world.accept(number)
    _revokes(house, second, customer)
    assert house.becomes(second, "revoked")["revoked_at"] is not None


def _is_promised(house: AnchorHouse, shown: View) -> None:
    """By the key that sends the batches, over the leaf and its time."""
    receipt = shown["receipt"]
    message = encode_typed_data(full_message=receipt["typed_data"])
    signer = Account.recover_message(message, signature=receipt["signature"])
    said = receipt["typed_data"]["message"]
    assert signer == house.sender.address == said["sender"]
    assert (said["leaf"], said["anchor"]) == (shown["leaf"], house.world.contracts[ANCHOR])
    assert said["anchorBy"] == str(shown["anchor_by"]["unix"])


def _is_the_file(house: AnchorHouse, batch: View) -> None:
    """Anybody can make the root of it."""
    manifest = house.service.get(f"/v1/evidence/{batch['digest']}")
    assert manifest["cid"] == batch["cid"]
    (item,) = manifest["items"]
    assert (item["name"], item["stored"]) == (anchor_file.NAME, ["vault"])
    content = house.service.http.get(f"/ipfs/{item['cid']}")
    origin, complaints = anchor_file.read(keccak, content.content)
    assert origin.sender == house.sender.address
    assert Tree(keccak, [one.leaf for one in complaints]).root == batch["root"]
    assert len(complaints) == batch["leaves"]


def _opens(house: AnchorHouse, actor: str, leaf: str) -> int:
    answer = house.service.http.post(
        "/v1/actions/open-anchored", json={"actor": actor, "leaf": leaf}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["typed_data"] is None
    _sent(house, answer.json()["transaction"])
    return int(house.world.call("ComplaintDesk", "complaintCount"))


def _revokes(house: AnchorHouse, leaf: str, actor: str) -> None:
    asked = {"actor": actor, "leaf": leaf}
    answer = house.service.http.post("/v1/actions/revoke-anchored", json=asked)
    assert answer.status_code == 200, answer.text
    _sent(house, answer.json()["transaction"])


def _sent(house: AnchorHouse, transaction: View) -> None:
    call = {name: transaction[name] for name in ("from", "to", "data")}
    house.world._mined({**call, "value": "0x0"})
    house.service.wait_for(house.world.block_number())


def test_whom_the_customer_named_opens_with_its_signature(house: AnchorHouse) -> None:
    leaf = house.taken(house.order())
    with house.process():
        house.becomes(leaf, "anchored")
    # The organisation, for one, knows the signature by the batch's file.
    other = {"actor": house.world.organisation, "leaf": leaf}
    refused = house.service.http.post("/v1/actions/open-anchored", json=other)
    is_problem(refused, 409, "not-your-case")
    number = _opens(house, house.world.bystander, leaf)
    assert house.becomes(leaf, "opened")["complaint"] == number
    asked = {"actor": house.world.bystander, "leaf": leaf}
    again = house.service.http.post("/v1/actions/open-anchored", json=asked)
    is_problem(again, 409, "anchored-otherwise")
    assert f'href="/anchored/{leaf}"' in house.service.http.get(f"/c/{number}").text
    # Where only the chain is known there is no page to go to.
    house.empty()
    assert f'href="/anchored/{leaf}"' not in house.service.http.get(f"/c/{number}").text


def test_the_same_again_is_the_same(house: AnchorHouse) -> None:
    order = house.order()
    signed = house.signed(order)
    answers = [house.post(signed).json()["anchored"] for _ in range(2)]
    assert answers[0] == answers[1]
    # Another one about the order is not taken beside it.
    other = house.post(house.signed(order, 7000))
    assert (other.status_code, other.json()["anchored"]["leaf"]) == (202, answers[0]["leaf"])
    assert house.rows("SELECT count(*) FROM anchored_complaint") == [(1,)]
    with house.process():
        house.becomes(answers[0]["leaf"], "anchored")
        assert house.post(signed).json()["anchored"]["status"] == "anchored"


def test_who_waits_is_given_the_receipt(house: AnchorHouse) -> None:
    signed = house.signed(house.order())
    with house.process():
        answer = house.post(signed, wait=15)
    assert answer.json()["anchored"]["receipt"] is not None
    _is_promised(house, answer.json()["anchored"])


@pytest.mark.needs("impersonation")
def test_an_account_of_code_signs_by_its_owner(house: AnchorHouse) -> None:
    owner = Person()
    wallet = contract_wallets.wallet(house.world, owner.address)
    house.world.rpc("anvil_setBalance", wallet, hex(10**20))
    house.world.rpc("anvil_impersonateAccount", wallet)
    order = house.order(wallet)
    typed_data = house.prepared(order)["anchored"]["typed_data"]
    signature = owner.account.sign_message(encode_typed_data(full_message=typed_data)).signature
    stranger = {"typed_data": typed_data, "signature": house.sign(house.world.customer, typed_data)}
    is_problem(house.post(stranger), 422, "signature-wrong")
    taken = house.post({"typed_data": typed_data, "signature": "0x" + signature.hex()})
    leaf = taken.json()["anchored"]["leaf"]
    with house.process():
        house.becomes(leaf, "anchored")
    _opens(house, house.world.bystander, leaf)
    house.becomes(leaf, "opened")


BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("another chain", {"domain__chainId": 1}, 422, "wrong-chain"),
    ("another forwarder", {"domain__verifyingContract": "0x" + "11" * 20}, 422, "wrong-forwarder"),
    ("another anchor", {"message__anchor": "0x" + "11" * 20}, 422, "target-unknown"),
    ("another struct", {"primaryType": "File"}, 422, "typed-data-malformed"),
    ("more than it is", {"message__more": "1"}, 422, "typed-data-malformed"),
    ("no number", {"message__demand": "half"}, 422, "typed-data-malformed"),
    ("no digest", {"message__digest": "0x12"}, 422, "typed-data-malformed"),
    ("nothing is asked for", {"message__demand": "0"}, 422, "invalid-input"),
    ("too much is asked for", {"message__demand": "10001"}, 422, "invalid-input"),
    ("no such category", {"message__category": "99"}, 422, "invalid-input"),
    ("an order of nobody", {"message__ref": "0x" + "22" * 32}, 404, "order-unknown"),
    ("at once", {"message__anchorBy": "now"}, 409, "anchor-by-too-soon"),
    ("in a month", {"message__anchorBy": "month"}, 409, "anchor-by-too-late"),
    ("without saying who", {"message__demand": "4999"}, 422, "signature-wrong"),
]


@pytest.mark.parametrize(
    ("change", "status", "code"), [one[1:] for one in BAD], ids=[one[0] for one in BAD]
)
def test_what_could_not_be_opened_is_not_taken(
    house: AnchorHouse, change: dict[str, Any], status: int, code: str
) -> None:
    times = {"now": house.world.now() + 1, "month": house.world.now() + 30 * DAY}
    given = {
        name: str(times.get(value, value)) if name.endswith("By") else value
        for name, value in change.items()
    }
    is_problem(house.post(changed(house.signed(house.order()), **given)), status, code)
    assert house.rows("SELECT count(*) FROM anchored_complaint") == [(0,)]


def test_a_signature_that_is_none(house: AnchorHouse) -> None:
    signed = house.signed(house.order())
    for text, code in [("", "signature-malformed"), ("0x" + "11" * 1025, "signature-too-long")]:
        is_problem(house.post({**signed, "signature": text}), 422, code)


def test_an_order_that_is_in_dispute_or_refunded(house: AnchorHouse) -> None:
    order, other = house.order(), house.order()
    signed, refunded = house.signed(order), house.signed(other)
    house.world.file(order)
    house.refund(other)
    house.service.wait_for(house.world.block_number())
    for one in (signed, refunded):
        is_problem(house.post(one), 409, "order-not-held")


def test_what_was_taken_back_before_it_came(house: AnchorHouse) -> None:
    order = house.order()
    signed = house.signed(order)
    leaf = house.taken(order)
    _revokes(house, leaf, order.customer)
    house.rows("TRUNCATE anchored_complaint")
    is_problem(house.post(signed), 409, "anchored-revoked")


def test_a_protection_that_ends_before(house: AnchorHouse) -> None:
    order = house.order()
    signed = house.signed(order)
    until_ = house.world.now() + 30 * DAY
    snapshot = house.world.rpc("evm_snapshot")
    house.world.warp_to(until_ - 600)
    house.service.wait_for(house.world.block_number())
    prepared = house.prepared(order)["anchored"]
    assert prepared["anchor_by"]["unix"] < until_
    late = changed(signed, message__anchorBy=str(until_ + 10))
    late["signature"] = house.sign(order.customer, late["typed_data"])
    is_problem(house.post(late), 409, "protection-over")
    house.world.warp_to(until_ - MARGIN_SECONDS + 5)
    house.service.wait_for(house.world.block_number())
    assert house.prepared(order)["anchored"] is None
    house.world.rpc("evm_revert", snapshot)
    house.world.mine(5)
    until(
        lambda: house.service.get("/v1/status")["as_of_block"] == house.world.block_number(), "back"
    )


def test_nobody_fills_the_queue(house: AnchorHouse) -> None:
    leaves = [house.taken(house.order()) for _ in range(CUSTOMER_WAITING)]
    full = house.post(house.signed(house.order()))
    problem = is_problem(full, 429, "anchor-queue-full")
    assert problem["fields"]["scope"] == "customer"
    assert "retry-after" in full.headers
    for _ in range(2):
        house.taken(house.order(house.world.other_customer))
    full = house.post(house.signed(house.order(house.world.other_customer)))
    assert is_problem(full, 429, "anchor-queue-full")["fields"]["scope"] == "organisation"
    other = replace(house, organisation=house.world.register())
    for _ in range(ALL_WAITING - 6):
        other.taken(other.order(house.world.other_customer))
    full = other.post(other.signed(other.order(house.world.operator)))
    assert is_problem(full, 429, "anchor-queue-full")["fields"]["scope"] == "all"
    with house.process():
        for leaf in leaves:
            house.becomes(leaf, "anchored")
        assert house.post(house.signed(house.order())).status_code == 202


def test_lists(house: AnchorHouse) -> None:
    leaves = [house.taken(house.order()) for _ in range(3)]
    house.taken(house.order(house.world.other_customer))
    get, mine = house.service.get, {"customer": house.world.customer}
    first = get("/v1/anchored", **mine, limit=2)
    rest = get("/v1/anchored", **mine, limit=2, cursor=first["next_cursor"])
    found = [one["leaf"] for one in first["anchored"] + rest["anchored"]]
    assert (found, rest["next_cursor"]) == (leaves[::-1], None)
    assert len(get("/v1/anchored", organisation=house.organisation)["anchored"]) == 4
    assert get("/v1/anchored", status="anchored")["anchored"] == []
    is_problem(_asked(house, "/v1/anchored?status=gone"), 422, "status-unknown")
    is_problem(_asked(house, "/v1/anchored?cursor=x"), 422, "invalid-input")
    is_problem(_asked(house, "/v1/anchored/0x" + "00" * 32), 404, "anchored-unknown")
    with house.process():
        anchored = house.becomes(leaves[0], "anchored")["batch"]
    at = {"sender": anchored["sender"], "root": anchored["root"]}
    assert {one["leaf"] for one in get("/v1/anchored", **at)["anchored"]} >= {leaves[0]}
    assert get(f"/v1/batches/{at['sender']}/{at['root']}")["batch"]["held"] == anchored["leaves"]
    is_problem(_asked(house, f"/v1/batches/{at['sender']}/0x{'00' * 32}"), 404, "batch-unknown")
    is_problem(_asked(house, f"/v1/anchored?root={at['root']}"), 422, "invalid-input")
    assert {"as_of_block", "finality"} <= get("/v1/batches").keys()


def _asked(house: AnchorHouse, path: str) -> httpx.Response:
    return house.service.http.get(path)


def test_a_broken_receipt_shows(house: AnchorHouse) -> None:
    """Promised, and the process that should keep it is gone; what nobody promised only lapses."""
    promised = house.taken(house.order())

    async def work(parts: Parts) -> None:
        async with parts.sender(house.sender.address) as sender:
            await parts.anchoring.anchorer(sender, parts.evidence, parts.outbox)._promise()

    house.within(work)
    lapsing = house.taken(house.order())
    house.service.pass_time(2 * 3600)
    assert house.becomes(promised, "overdue")["receipt"] is not None
    assert house.becomes(lapsing, "lapsed")["receipt"] is None
    with house.process():
        house.becomes(house.taken(house.order()), "anchored")
    # What is too late is not anchored: it could not be opened.
    assert house.shown(promised)["batch"] is None


def test_a_reorg_takes_the_batch_back_and_it_is_anchored_again(house: AnchorHouse) -> None:
    leaf = house.taken(house.order())
    before = house.anchored_on_chain()
    snapshot = house.world.rpc("evm_snapshot")

    async def work(parts: Parts) -> None:
        async with parts.sender(house.sender.address) as sender, sender.held() as sending:
            anchorer = parts.anchoring.anchorer(sender, parts.evidence, parts.outbox)
            await anchorer.once(sending)
            house.service.wait_for(house.world.block_number())
            root = house.becomes(leaf, "anchored")["batch"]["root"]
            house.world.rpc("evm_revert", snapshot)
            house.world.rpc("evm_setAutomine", False)
            house.world.mine(3)
            shown = house.becomes(leaf, "waiting")
            assert (shown["batch"]["root"], shown["batch"]["anchored_at"]) == (root, None)
            await sending.step()
            house.world.mine()
            await sending.step()
            await anchorer.look()
            house.becomes(leaf, "anchored")
            house.world.mine(FINAL_BLOCKS)
            await sending.step()
            await anchorer.look()
            assert house.rows("SELECT is_settled FROM anchor_batch") == [(True,)]

    house.within(work)
    house.service.wait_for(house.world.block_number())
    assert house.becomes(leaf, "anchored")["batch"]["finality"] == "finalized"
    assert house.anchored_on_chain() == before + 1


def test_an_order_that_ends_closes_it(house: AnchorHouse) -> None:
    order = house.order()
    leaf = house.taken(order)
    with house.process():
        shown = house.becomes(leaf, "anchored")
    assert shown["actions"] == ["open-anchored", "revoke-anchored"]
    house.refund(order)
    house.service.wait_for(house.world.block_number())
    assert house.becomes(leaf, "closed")["actions"] == []


def test_without_it_the_service_says_so(house: AnchorHouse) -> None:
    signed = house.signed(house.order())

    async def work(parts: Parts) -> None:
        assert (await parts.anchoring.stands())["sender"] is None
        with pytest.raises(AnchorOff):
            await parts.anchoring.take(signed["typed_data"], signed["signature"], 0)

    house.within(work, anchor_address="")
