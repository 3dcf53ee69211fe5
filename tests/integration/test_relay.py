"""Signed actions, from the wallet to the block, by a relay that is a process of its own."""

import asyncio
import time
from typing import Any

import pytest

from dapp.chain import encode
from dapp.domain.events import FORWARDER
from dapp.errors import BudgetExhausted, RelayOff
from dapp.service.parts import Parts
from dapp.service.relay import DAY_SECONDS
from tests import contract_wallets
from tests.api_player import Person, View
from tests.api_scene import is_problem
from tests.relaying import RelayHouse, changed, house, key, one_house, sign
from tests.sending_scene import FINAL_BLOCKS

__all__ = ["house", "one_house"]

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.mark.needs("reorgs")
def test_many_signers_in_one_transaction(house: RelayHouse) -> None:
    people = [Person() for _ in range(4)]
    before = house.count()
    ids = [house.taken(house.signed(person)) for person in people]
    assert {house.status(id_) for id_ in ids} == {"queued"}
    with house.process():
        shown = [house.becomes(id_, "mined") for id_ in ids]
    assert house.count() == before + 1
    assert len({one["transaction"] for one in shown}) == 1
    assert all(house.has_key(person.address) for person in people)
    assert {one["is_final"] for one in shown} == {False}
    assert {one["block_number"] for one in shown} == {house.world.block_number()}


def test_the_same_action_is_taken_once(house: RelayHouse) -> None:
    person = Person()
    signed = house.signed(person)
    first = house.taken(signed)
    assert house.taken(signed) == first
    with house.process():
        house.becomes(first, "mined")
        assert house.taken(signed) == first
    assert house.rows("SELECT count(*) FROM relay_action") == [(1,)]


def test_an_account_of_code_signs_by_its_owner(house: RelayHouse) -> None:
    owner = Person()
    wallet = contract_wallets.wallet(house.world, owner.address)
    signed = house.signed(owner, actor=wallet)
    stranger = {**signed, "signature": sign(Person(), signed["typed_data"])}
    is_problem(house.post(stranger), 422, "signature-wrong")
    with house.process():
        house.becomes(house.taken(signed), "mined")
    assert house.has_key(wallet)


def test_a_bad_one_sinks_no_other(house: RelayHouse) -> None:
    """Its signer takes the nonce back in the very block of the batch."""
    good, bad = Person(), house.service.person()
    signed = house.signed(bad)
    ids = [house.taken(house.signed(good)), house.taken(signed)]
    house.world.rpc("evm_setAutomine", False)
    with house.process():
        for id_ in ids:
            house.becomes(id_, "sent")
        _cancel(house, bad, int(signed["typed_data"]["message"]["nonce"]))
        house.world.mine()
        house.becomes(ids[0], "mined")
        failed = house.becomes(ids[1], "failed")
    assert failed["reason"]["code"] == "contract-nonce-used"
    assert failed["transaction"] is not None
    assert (house.has_key(good.address), house.has_key(bad.address)) == (True, False)


def test_what_became_useless_while_it_waited_is_not_sent(house: RelayHouse) -> None:
    person = house.service.person()
    signed = house.signed(person)
    id_ = house.taken(signed)
    _cancel(house, person, int(signed["typed_data"]["message"]["nonce"]))
    before = house.count()
    with house.process():
        failed = house.becomes(id_, "failed")
    assert (failed["reason"]["code"], failed["transaction"]) == ("contract-nonce-used", None)
    assert (house.count(), failed["is_final"]) == (before, True)
    assert house.rows("SELECT DISTINCT spent::text FROM relay_budget") == [("0",)]


@pytest.mark.needs("reorgs")
def test_a_reorg_takes_it_back_and_it_is_sent_again(house: RelayHouse) -> None:
    person = Person()
    id_ = house.taken(house.signed(person))
    before = house.world.rpc("evm_snapshot")

    async def work(parts: Parts) -> None:
        async with parts.sender(house.sender.address) as sender, sender.held() as sending:
            relayer = parts.relay.relayer(sender)
            for _ in range(2):
                await relayer.once()
                await sending.step()
                await sending.step()
            await relayer.once()
            assert house.status(id_) == "mined"
            house.world.rpc("evm_revert", before)
            house.world.rpc("evm_setAutomine", False)
            house.world.mine(2)
            await sending.step()
            assert house.status(id_) == "sent"
            house.world.mine()
            await sending.step()
            assert house.status(id_) == "sent"  # until it is read from the new block
            await relayer.once()
            assert house.status(id_) == "mined"
            house.world.mine(FINAL_BLOCKS)
            await sending.step()
            await relayer.once()
            assert house.shown(id_)["is_final"] is True

    house.within(work)
    assert house.has_key(person.address)


def test_what_it_cost_is_charged_and_the_rest_is_given_back(house: RelayHouse) -> None:
    _within_one_day()
    people = [Person(), Person()]
    ids = [house.taken(house.signed(person)) for person in people]
    ((reserved,),) = house.rows("SELECT spent FROM relay_budget WHERE scope = 'all'")
    with house.process():
        for id_ in ids:
            house.becomes(id_, "mined")
    ((spent,),) = house.rows("SELECT spent FROM relay_budget WHERE scope = 'all'")
    ((paid,),) = house.rows("SELECT paid FROM outgoing")
    assert 0 <= paid - spent < len(people)
    assert 0 < spent < reserved
    ((by_signer,),) = house.rows("SELECT sum(spent) FROM relay_budget WHERE scope = 'signer'")
    assert by_signer == spent


def test_a_budget_is_for_a_day_and_outlives_the_process(house: RelayHouse) -> None:
    _within_one_day()
    person = Person()
    first, second = house.signed(person), house.signed(person)
    other = house.signed(Person())

    async def once(parts: Parts) -> None:
        cost = await _take(parts, first)
        assert cost > 0

    house.within(once)
    ((cost,),) = house.rows("SELECT charged FROM relay_action")

    async def again(parts: Parts) -> None:
        with pytest.raises(BudgetExhausted) as refused:
            await _take(parts, second)
        assert refused.value.code == "budget-exhausted"
        assert refused.value.fields["scope"] == "signer"
        assert 0 < int(str(refused.value.fields["retry_after_seconds"])) <= 86_400
        await _take(parts, other)
        assert (await parts.relay.take(first["typed_data"], first["signature"]))["id"]

    house.within(again, relay_signer_day_wei=int(cost) * 3 // 2)

    async def all_together(parts: Parts) -> None:
        with pytest.raises(BudgetExhausted) as refused:
            await _take(parts, house_signed)
        assert refused.value.fields["scope"] == "all"

    house_signed = house.signed(Person())
    house.within(all_together, relay_day_wei=int(cost) * 5 // 2)
    assert house.rows("SELECT count(*) FROM relay_action") == [(2,)]


def test_of_many_at_once_only_as_many_are_taken_as_there_is_money_for(house: RelayHouse) -> None:
    _within_one_day()
    signed = [house.signed(Person()) for _ in range(6)]

    async def probe(parts: Parts) -> None:
        await _take(parts, signed[0])

    house.within(probe)
    ((cost,),) = house.rows("SELECT charged FROM relay_action")

    async def work(parts: Parts) -> None:
        takes = [_take(parts, one) for one in signed[1:]]
        found = await asyncio.gather(*takes, return_exceptions=True)
        refused = [one for one in found if isinstance(one, BudgetExhausted)]
        assert (len(found), len(refused)) == (5, 3)

    house.within(work, relay_day_wei=int(cost) * 7 // 2)
    assert house.rows("SELECT count(*) FROM relay_action") == [(3,)]


@pytest.mark.needs("signing")
def test_a_signer_of_its_own(house: RelayHouse) -> None:
    """Anvil signs for its unlocked accounts as such a program does."""
    person = Person()
    address = house.world.accounts[7]

    async def work(parts: Parts) -> None:
        taken = await parts.relay.take(signed["typed_data"], signed["signature"])
        async with parts.sender(address) as sender, sender.held() as sending:
            relayer = parts.relay.relayer(sender)
            await relayer.once()
            await sending.step()
            await sending.step()
            await relayer.once()
        assert house.status(taken["id"]) == "mined"

    signed = house.signed(person)
    changes = {"relay_address": address, "sender_keystore": None, "signer_url": house.world.url}
    house.within(work, **changes)
    assert house.has_key(person.address)


def test_an_organisation_has_a_budget(house: RelayHouse) -> None:
    _within_one_day()
    world = house.world
    organisation = world.register()
    complaints = [world.file(world.pay(organisation)) for _ in range(2)]
    house.service.wait_for(world.block_number())
    signed = []
    for complaint in complaints:
        values = {"actor": world.organisation, "complaint": complaint}
        answer = house.service.http.post("/v1/actions/acknowledge", json=values).json()
        signature = world.rpc("eth_signTypedData_v4", world.organisation, answer["typed_data"])
        signed.append({**answer, "signature": signature})

    async def first(parts: Parts) -> None:
        await _take(parts, signed[0])

    house.within(first)
    rows = house.rows("SELECT subject, spent FROM relay_budget WHERE scope = 'organisation'")
    assert [subject for subject, _ in rows] == [str(organisation)]

    async def second(parts: Parts) -> None:
        with pytest.raises(BudgetExhausted) as refused:
            await _take(parts, signed[1])
        assert refused.value.fields["scope"] == "organisation"

    house.within(second, relay_organisation_day_wei=int(rows[0][1]) * 3 // 2)


def test_without_a_relay_it_says_so(house: RelayHouse) -> None:
    signed = house.signed(Person())

    async def work(parts: Parts) -> None:
        with pytest.raises(RelayOff) as refused:
            await _take(parts, signed)
        assert refused.value.code == "relay-off"
        assert "from your own wallet" in str(refused.value)

    house.within(work, relay_address="")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"domain__chainId": 1}, 422, "wrong-chain"),
        ({"domain__verifyingContract": "0x" + "12" * 20}, 422, "wrong-forwarder"),
        ({"domain__name": "Other"}, 422, "wrong-forwarder"),
        ({"message__target": "0x" + "12" * 20}, 422, "target-unknown"),
        ({"primaryType": "Draw"}, 422, "action-not-signable"),
        ({"primaryType": None}, 422, "action-not-signable"),
        ({"primaryType": "Commit"}, 422, "vote-not-relayed"),
        ({"message__extra": "1"}, 422, "typed-data-malformed"),
        ({"message__nonce": "-1"}, 422, "typed-data-malformed"),
        ({"message__nonce": str(1 << 256)}, 422, "typed-data-malformed"),
        ({"message__nonce": 1.5}, 422, "typed-data-malformed"),
        ({"message__key": "0x12"}, 422, "invalid-input"),
        ({"message__key": 7}, 422, "typed-data-malformed"),
        ({"message": []}, 422, "typed-data-malformed"),
        ({"domain": None}, 422, "typed-data-malformed"),
        ({"message__version": "99"}, 422, "signature-wrong"),
        ({"message__actor": "0x" + "12" * 20}, 422, "signature-wrong"),
        ({"message__deadline": "1"}, 409, "signature-expired"),
        ({"message__deadline": str(1 << 200)}, 409, "deadline-too-far"),
    ],
)
def test_typed_data_that_is_not_ours(
    house: RelayHouse, change: dict[str, Any], status: int, code: str
) -> None:
    signed = changed(house.signed(Person()), **change)
    is_problem(house.post(signed), status, code)
    assert house.rows("SELECT count(*) FROM relay_action") == [(0,)]


@pytest.mark.parametrize(
    ("twist", "code"),
    [
        (lambda good: good[:-1], "signature-wrong"),
        (lambda good: _compact(good), "signature-wrong"),
        (lambda good: _high_s(good), "signature-wrong"),
        (lambda good: bytes(65), "signature-wrong"),
        (lambda good: bytes(64) + b"\x1b", "signature-wrong"),
        (lambda good: good[:64] + bytes([good[64] - 27]), "signature-wrong"),
        (lambda good: good[:64] + b"\x1d", "signature-wrong"),
        (lambda good: good + b"\x00", "signature-wrong"),
        (lambda good: b"", "signature-malformed"),
    ],
)
def test_signatures_that_are_none(house: RelayHouse, twist: Any, code: str) -> None:
    signed = house.signed(Person())
    twisted = twist(bytes.fromhex(signed["signature"][2:]))
    is_problem(house.post({**signed, "signature": "0x" + twisted.hex()}), 422, code)
    assert house.rows("SELECT count(*) FROM relay_action") == [(0,)]
    house.taken(signed)


def test_somebody_elses_signature_and_bodies_that_are_none(house: RelayHouse) -> None:
    signed = house.signed(Person())
    stranger = {**signed, "signature": sign(Person(), signed["typed_data"])}
    is_problem(house.post(stranger), 422, "signature-wrong")
    is_problem(house.post({**signed, "signature": "0xzz"}), 422, "signature-malformed")
    is_problem(house.post({"signature": "0x00"}), 422, "invalid-request")
    is_problem(house.post({**signed, "signature": "0x" + "00" * 20_000}), 422, "invalid-request")
    huge = {**signed, "typed_data": {"message": "x" * 70_000}}
    is_problem(house.post(huge), 413, "body-too-large")
    is_problem(house.service.http.get("/v1/relay/0x12"), 422, "invalid-input")
    is_problem(house.service.http.get("/v1/relay/0x" + "12" * 32), 404, "relay-unknown")


def test_one_nonce_is_for_one_action(house: RelayHouse) -> None:
    """Neither with one that waits nor with one that was done; both were signed in earnest."""
    person = Person()
    first = house.signed(person)
    nonce = first["typed_data"]["message"]["nonce"]
    second = changed(first, message__key=key(), message__nonce=nonce)
    second["signature"] = sign(person, second["typed_data"])
    id_ = house.taken(first)
    is_problem(house.post(second), 409, "nonce-used")
    with house.process():
        house.becomes(id_, "mined")
    house.empty()
    is_problem(house.post(second), 409, "nonce-used")
    is_problem(house.post(first), 409, "nonce-used")


def test_what_the_contracts_refuse_is_told_in_their_words(house: RelayHouse) -> None:
    person = Person()
    signed = changed(house.signed(person), message__version="0")
    signed["signature"] = sign(person, signed["typed_data"])
    found = house.post(signed)
    assert found.status_code == 409, found.text
    assert found.json()["code"].startswith("contract-")


def _within_one_day() -> None:
    """Waits past midnight (UTC) where that is near: the next day has a budget of its own."""
    left = DAY_SECONDS - time.time() % DAY_SECONDS
    if left < 120:
        time.sleep(left + 1)


async def _take(parts: Parts, signed: View) -> int:
    await parts.relay.take(signed["typed_data"], signed["signature"])
    return await parts.relay.rows.spent("all", "", int(time.time()) // DAY_SECONDS)


def _cancel(house: RelayHouse, person: Person, nonce: int) -> None:
    """Sent with a tip that gets it to the block's front."""
    data = encode.calldata(FORWARDER, "cancelNonces", (nonce >> 8, 1 << (nonce & 255)))
    fields: dict[str, Any] = {
        "to": house.world.contracts[FORWARDER],
        "data": data,
        "value": 0,
        "chainId": house.world.chain_id,
        "nonce": int(house.world.rpc("eth_getTransactionCount", person.address, "pending"), 16),
        "gas": 200_000,
        "maxFeePerGas": 100 * 10**9,
        "maxPriorityFeePerGas": 50 * 10**9,
    }
    signed = person.account.sign_transaction(fields)
    house.world.rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())


def _compact(good: bytes) -> bytes:
    """EIP-2098."""
    parity = (good[64] - 27) << 255
    return good[:32] + (int.from_bytes(good[32:64], "big") | parity).to_bytes(32, "big")


def _high_s(good: bytes) -> bytes:
    high = _ORDER - int.from_bytes(good[32:64], "big")
    return good[:32] + high.to_bytes(32, "big") + bytes([55 - good[64]])
