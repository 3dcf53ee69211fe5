"""Each purpose is sent once: through restarts, reorgs, stuck pools and a node that goes away."""

import asyncio
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from dapp.chain.keccak import checksummed
from dapp.chain.rpc import Rpc
from dapp.chain.signer import KeystoreSigner, RemoteSigner
from dapp.domain.types import Wei, raw
from dapp.errors import RedressError, SenderRunning
from dapp.service.sender import Sender
from dapp.service.sending import MOST_IN_FLIGHT, Sending
from dapp.store.outgoing import Status
from tests.lying_node import Reply, Request, lying_node
from tests.patience import PATIENCE_SECONDS
from tests.sending_scene import (
    ETHER,
    FINAL_BLOCKS,
    GWEI,
    TERMS,
    TO,
    Yard,
    becomes,
    keystore,
    status,
    yard,
)

__all__ = ["yard"]

ONE = Wei(1)
MARK = b"\xde\xad\xbe\xef" * 4


async def mined(sending: Sending, sender: Sender, *purposes: str) -> None:
    """Steps until they are: the node shows a receipt a moment after it took the transaction."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        await sending.step()
        if {await status(sender, one) for one in purposes} == {Status.MINED}:
            return
        assert time.monotonic() < deadline, f"{purposes} are not mined"
        await asyncio.sleep(0.02)


@pytest.mark.needs("reorgs")
def test_what_is_sent_is_mined_and_then_final(yard: Yard) -> None:
    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"", ONE)
        await sender.enqueue("b", TO, b"", ONE)
        async with sender.held() as sending:
            await sending.step()
            assert await status(sender, "a") is Status.SENT
            await mined(sending, sender, "a", "b")
            found = await sender.find("a")
            assert found is not None
            assert (found.status, found.is_settled, found.nonce) == (Status.MINED, False, 0)
            assert found.paid and found.block
            yard.anvil.mine(FINAL_BLOCKS)
            await sending.step()
            final = await sender.find("b")
            assert final is not None and final.is_settled

    yard.run(work)
    assert (yard.count(), yard.held()) == (2, 2)


def test_one_purpose_is_sent_once(yard: Yard) -> None:
    async def work(sender: Sender) -> None:
        first = await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            for _ in range(3):
                again = await sender.enqueue("a", TO, b"", Wei(5))
                assert (again.number, again.value) == (first.number, 1)
                await sending.step()

    yard.run(work)
    assert (yard.count(), yard.held()) == (1, 1)


@pytest.mark.needs("reorgs")
def test_a_reorg_that_drops_it_makes_the_same_bytes_go_out_again(yard: Yard) -> None:
    async def work(sender: Sender) -> None:
        before = yard.anvil.snapshot()
        await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            await mined(sending, sender, "a")
            first = await sender.find("a")
            yard.anvil.revert(before)
            assert yard.held() == 0
            yard.anvil.mine(3)
            await mined(sending, sender, "a")
            second = await sender.find("a")
        assert first is not None and second is not None
        assert first.hash == second.hash and first.block != second.block
        assert second.status is Status.MINED

    yard.run(work)
    assert (yard.count(), yard.held()) == (1, 1)
    assert len(yard.rows("SELECT 1 FROM outgoing_attempt")) == 1


@pytest.mark.needs("reorgs")
def test_between_a_reorg_and_its_next_block_it_is_only_sent(yard: Yard) -> None:
    async def work(sender: Sender) -> None:
        before = yard.anvil.snapshot()
        await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            await mined(sending, sender, "a")
            yard.anvil.revert(before)
            yard.anvil.rpc("evm_setAutomine", False)
            await sending.step()
        found = await sender.find("a")
        assert found is not None
        assert (found.status, found.hash, found.block, found.paid) == (Status.SENT, *[None] * 3)

    yard.run(work)


@pytest.mark.needs("reorgs")
def test_a_reorg_between_two_looks_moves_it_to_another_block(yard: Yard) -> None:
    async def work(sender: Sender) -> None:
        before = yard.anvil.snapshot()
        await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            await mined(sending, sender, "a")
            first = await sender.find("a")
            yard.anvil.revert(before)
            yard.anvil.mine(2)
            ((raw_,),) = yard.rows("SELECT encode(raw, 'hex') FROM outgoing_attempt")
            yard.anvil.receipt(yard.anvil.rpc("eth_sendRawTransaction", "0x" + raw_))
            await sending.step()
            second = await sender.find("a")
        assert first is not None and second is not None and first.block and second.block
        assert second.status is Status.MINED
        assert (second.block - first.block, second.hash) == (2, first.hash)

    yard.run(work)


def test_a_node_that_does_not_show_a_receipt_at_first(yard: Yard) -> None:
    """Its nonce is used, for good: that alone does not mean that somebody else did."""
    hidden: list[Request] = []

    def twist(asked: Request, reply: Reply) -> Reply:
        if asked["method"] != "eth_getTransactionReceipt" or len(hidden) == 1:
            return reply
        hidden.append(asked)
        return {**reply, "result": None}

    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            await sending.step()
            yard.anvil.mine(FINAL_BLOCKS)
            lying.twist = twist
            for _ in range(3):
                await sending.step()
        assert await status(sender, "a") is Status.MINED

    with lying_node(yard.anvil.url) as lying:
        yard.through(lying.url).run(work)
    assert (len(hidden), yard.count(), yard.held()) == (1, 1, 1)


@pytest.mark.needs("base_fee")
def test_a_stuck_one_goes_out_with_higher_fees_and_the_same_nonce(yard: Yard) -> None:
    yard.anvil.rpc("evm_setAutomine", False)

    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"", ONE)
        await sender.enqueue("b", TO, b"", ONE)
        async with sender.held() as sending:
            await sending.step()
            yard.anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(20 * GWEI))
            yard.anvil.rpc("evm_mine")
            assert yard.count() == 0
            for _ in range(3):
                await sending.step()
                yard.anvil.rpc("evm_mine")
            await sending.step()
        assert await status(sender, "a") is await status(sender, "b") is Status.MINED

    yard.run(work, replace(TERMS, stuck_seconds=0.0))
    assert (yard.count(), yard.held()) == (2, 2)
    rows = yard.rows(
        "SELECT nonce, count(*), max(max_fee) / min(max_fee) FROM outgoing_attempt GROUP BY 1"
    )
    assert {nonce for nonce, _, _ in rows} == {0, 1}
    assert any(attempts > 1 and ratio >= 1.125 for _, attempts, ratio in rows)


def test_fees_are_raised_up_to_a_limit(yard: Yard) -> None:
    yard.anvil.rpc("evm_setAutomine", False)

    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            for _ in range(9):
                await sending.step()
            found = await sender.find("a")
            assert found is not None
            assert (found.status, found.error_code) == (Status.SENT, "fees-too-high")
            yard.anvil.rpc("evm_mine")
            await sending.step()
            assert await status(sender, "a") is Status.MINED

    yard.run(work, replace(TERMS, stuck_seconds=0.0, most_fee=Wei(3 * GWEI)))
    fees = yard.rows("SELECT max_fee, priority_fee FROM outgoing_attempt ORDER BY max_fee")
    assert len(fees) > 1 and fees[-1][0] <= 3 * GWEI
    for before, after in pairwise(fees):
        assert all(new * 8 >= old * 9 for old, new in zip(before, after, strict=True))


def test_dear_gas_is_waited_out(yard: Yard) -> None:
    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            await sending.step()
        found = await sender.find("a")
        assert found is not None
        assert (found.status, found.error_code) == (Status.QUEUED, "fees-too-high")

    yard.run(work, replace(TERMS, most_fee=Wei(100)))
    assert yard.rows("SELECT 1 FROM outgoing_attempt") == []


@pytest.mark.needs("any_balance")
def test_a_poor_sender_says_so_and_goes_on_when_it_has_money(yard: Yard) -> None:
    yard.anvil.rpc("anvil_setBalance", yard.address, hex(1000))

    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            await sending.step()
            found = await sender.find("a")
            assert found is not None
            assert (found.status, found.error_code) == (Status.QUEUED, "balance-too-low")
            assert "Send money to it" in str(found.error_text)
            yard.anvil.rpc("anvil_setBalance", yard.address, hex(ETHER))
            await mined(sending, sender, "a")
        found = await sender.find("a")
        assert found is not None
        assert (found.status, found.error_code) == (Status.MINED, None)

    yard.run(work)


@pytest.mark.needs("code")
def test_what_would_revert_is_not_sent(yard: Yard) -> None:
    # PUSH0 PUSH0 REVERT
    yard.anvil.rpc("anvil_setCode", TO, "0x5f5ffd")

    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"\x01")
        await sender.enqueue("b", yard.address, b"")
        async with sender.held() as sending:
            await mined(sending, sender, "b")
        found = await sender.find("a")
        assert found is not None
        assert (found.status, found.nonce, found.is_settled) == (Status.FAILED, None, True)
        assert found.error_code == "contract-reverted"
        assert await status(sender, "b") is Status.MINED

    yard.run(work)
    assert yard.count() == 1


@pytest.mark.needs("code", "reorgs")
def test_what_reverts_in_its_block_failed(yard: Yard) -> None:
    yard.anvil.rpc("evm_setAutomine", False)

    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"", ONE, 60_000)
        async with sender.held() as sending:
            await sending.step()
            yard.anvil.rpc("anvil_setCode", TO, "0x5f5ffd")
            yard.anvil.rpc("evm_mine")
            await sending.step()
            found = await sender.find("a")
            assert found is not None
            assert (found.status, found.error_code) == (Status.FAILED, "contract-reverted")
            assert not found.is_settled
            yard.anvil.mine(FINAL_BLOCKS)
            await sending.step()
            settled = await sender.find("a")
            assert settled is not None and settled.is_settled

    yard.run(work)


@pytest.mark.needs("dropping", "reorgs")
def test_a_nonce_that_somebody_else_used_is_replaced_only_when_that_is_final(yard: Yard) -> None:
    yard.anvil.rpc("evm_setAutomine", False)

    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, b"", ONE)
        async with sender.held() as sending:
            await sending.step()
            ours = yard.rows("SELECT encode(hash, 'hex') FROM outgoing_attempt")[0][0]
            yard.anvil.rpc("anvil_dropTransaction", "0x" + ours)
            foreign = yard.account.sign_transaction(
                {
                    "type": 2, "chainId": 31_337, "nonce": 0, "to": yard.address, "value": 0,
                    "gas": 21_000, "maxFeePerGas": 9 * GWEI, "maxPriorityFeePerGas": GWEI,
                }
            )  # fmt: skip
            yard.anvil.rpc("eth_sendRawTransaction", "0x" + foreign.raw_transaction.hex())
            yard.anvil.rpc("evm_mine")
            for _ in range(3):
                await sending.step()
            found = await sender.find("a")
            assert found is not None and (found.status, found.nonce) == (Status.SENT, 0)
            yard.anvil.mine(FINAL_BLOCKS)
            await sending.step()
            yard.anvil.rpc("evm_mine")
            await sending.step()
        found = await sender.find("a")
        assert found is not None and (found.status, found.nonce) == (Status.MINED, 1)

    yard.run(work)
    assert yard.held() == 1


def test_only_one_process_sends_from_an_account_and_another_takes_over(yard: Yard) -> None:
    async def work(sender: Sender) -> None:
        stop = asyncio.Event()
        async with yard.sender() as other:
            async with sender.held():
                with pytest.raises(SenderRunning) as refused:
                    async with other.held():
                        pass
                assert refused.value.code == "sender-running"
                waiting = asyncio.create_task(other.run(stop))
                await other.enqueue("a", TO, b"", ONE)
                await asyncio.sleep(0.2)
                assert await status(sender, "a") is Status.QUEUED
            await becomes(sender, "a", Status.MINED)
            stop.set()
            await waiting

    yard.run(work)


@pytest.mark.needs("signing")
def test_a_signer_of_its_own_over_json_rpc(yard: Yard) -> None:
    """Anvil signs for its unlocked accounts as such a program does."""

    async def work() -> None:
        async with Rpc(yard.anvil.url) as rpc:
            first = (await rpc.call(list[str], "eth_accounts"))[0]
            unlocked = RemoteSigner(rpc, checksummed(raw(first)))
            async with yard.sender(signer=unlocked) as sender:
                await sender.enqueue("a", TO, b"\x01\x02", ONE)
                async with sender.held() as sending:
                    await mined(sending, sender, "a")

    asyncio.run(work())
    assert yard.held() == 1


def test_keystores(yard: Yard, tmp_path: Path) -> None:
    file = keystore(tmp_path, yard.account, "open sesame")
    signer = asyncio.run(KeystoreSigner.from_file(file, "open sesame"))
    assert signer.address == yard.address
    for path, password in [(file, "wrong"), (tmp_path / "none", ""), (Path(__file__), "")]:
        with pytest.raises(RedressError) as refused:
            asyncio.run(KeystoreSigner.from_file(path, password))
        assert refused.value.code == "signer-unusable"


@pytest.mark.needs("queueing")
def test_bytes_that_no_node_takes_give_their_nonce_back(yard: Yard) -> None:
    """Such as those of a fee above the node's own cap: all that come after them would wait."""

    def heard(body: bytes) -> bytes:
        is_dear = b"eth_sendRawTransaction" in body and MARK.hex().encode() in body
        return body.replace(b"eth_sendRaw", b"eth_refuseRaw") if is_dear else body

    async def work(sender: Sender) -> None:
        await sender.enqueue("a", TO, MARK, ONE)
        await sender.enqueue("b", TO, b"", ONE)
        async with sender.held() as sending:
            await sending.step()
            assert await status(sender, "b") is Status.SENT
            for _ in range(3):
                await sending.step()
            found = await sender.find("a")
            assert found is not None
            assert (found.status, found.error_code) == (Status.FAILED, "transaction-cancelled")
            assert await status(sender, "b") is Status.MINED
            yard.anvil.mine(FINAL_BLOCKS)
            await sending.step()
            settled = await sender.find("a")
            assert settled is not None and settled.is_settled

    with lying_node(yard.node_url) as node:
        node.heard = heard
        yard.through(node.url).run(work, replace(TERMS, stuck_seconds=0.0))
    assert (yard.count(), yard.held()) == (2, 1)


def test_what_cannot_be_tried_keeps_no_other_waiting(yard: Yard) -> None:
    """A stranger's contract can take so long that the node gives up."""

    def gives_up(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_estimateGas" and MARK.hex() in str(request["params"]):
            error = {"code": -32000, "message": "execution aborted (timeout = 5s)"}
            return {"jsonrpc": "2.0", "id": reply["id"], "error": error}
        return reply

    async def work(sender: Sender) -> None:
        for number in range(MOST_IN_FLIGHT):
            await sender.enqueue(f"bad {number}", TO, MARK)
        await sender.enqueue("good", TO, b"", ONE)
        async with sender.held() as sending:
            for _ in range(3):
                await sending.step()
        assert await status(sender, "bad 0") is Status.QUEUED
        assert await status(sender, "good") is Status.MINED

    with lying_node(yard.node_url) as node:
        node.twist = gives_up
        yard.through(node.url).run(work)
