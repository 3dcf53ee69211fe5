"""A node that lies, refuses or goes away: nothing wrong is stored in silence."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import pytest

from dapp.chain.deployment import connect
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.proof import Level
from dapp.domain.types import ChainId, ComplaintId
from dapp.errors import (
    DeploymentMismatch,
    DeploymentMissing,
    IndexerRunning,
    IntegrityBroken,
    NodeUnavailable,
    WrongChain,
)
from dapp.store.database import connect as connect_database
from tests.indexing import Indexed
from tests.lying_node import Fault, Reply, Request, Twist, lying_node
from tests.patience import PATIENCE_SECONDS

ACKNOWLEDGED = "0x" + keccak(b"Acknowledged(uint64,address,bool,bytes32)").hex()


def _story(indexed: Indexed) -> int:
    world = indexed.world
    organisation = world.register()
    number = world.file(world.pay(organisation))
    world.acknowledge(number)
    world.offer(number, 4000)
    return number


def _of_logs(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Twist:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getLogs" and "result" in reply:
            return {**reply, "result": change(reply["result"])}
        return reply

    return twist


def _without_receipts(also: Twist) -> Twist:
    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getBlockReceipts":
            error = {"code": -32601, "message": "the method does not exist"}
            return {"jsonrpc": "2.0", "id": reply["id"], "error": error}
        return also(request, reply)

    return twist


DROPPED = _of_logs(lambda logs: [x for x in logs if x["topics"][0] != ACKNOWLEDGED])


def _changed(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**x, "data": x["data"].replace("00000fa0", "00001000", 1)}
        if "00000fa0" in x["data"]
        else x
        for x in logs
    ]


def _levels(indexed: Indexed) -> set[int]:
    return {cast(int, level) for (level,) in indexed.sql("SELECT DISTINCT level FROM block")}


@pytest.mark.parametrize("empty_blocks", [0, 200])
@pytest.mark.parametrize("twist", [DROPPED, _of_logs(_changed), _of_logs(lambda _: [])])
def test_what_the_receipts_say_is_taken(indexed: Indexed, empty_blocks: int, twist: Twist) -> None:
    """A log that is dropped or changed, or a block's logs that are all left out."""
    number = _story(indexed)
    indexed.world.mine(empty_blocks)
    with lying_node(indexed.world.url) as lying:
        lying.twist = twist
        indexed.index(node_url=lying.url)
    status = indexed.ask(lambda q: q.status())
    assert (status.complaints, status.mismatches, status.unknown_logs) == (1, (), 0)
    row = indexed.ask(lambda q: q.case_row(ComplaintId(number)))
    assert row is not None and row.verification is not None and row.verification.matches
    assert _levels(indexed) == {Level.RECEIPTS}


@pytest.mark.parametrize("empty_blocks", [0, 200])
@pytest.mark.parametrize("twist", [DROPPED, _of_logs(_changed)])
def test_without_receipts_a_wrong_log_is_found(
    indexed: Indexed, empty_blocks: int, twist: Twist
) -> None:
    number = _story(indexed)
    indexed.world.mine(empty_blocks)
    with lying_node(indexed.world.url) as lying:
        lying.twist = _without_receipts(twist)
        indexed.index(node_url=lying.url)
    status = indexed.ask(lambda q: q.status())
    assert status.mismatches == (ComplaintId(number),)
    row = indexed.ask(lambda q: q.case_row(ComplaintId(number)))
    assert row is not None and row.verification is not None and not row.verification.matches
    # What a bloom clears needs no receipts.
    assert _levels(indexed) == {Level.BLOOM, Level.RECEIPTS}


def test_without_receipts_a_dropped_filing_is_found(indexed: Indexed) -> None:
    _story(indexed)
    desk = indexed.world.contracts["ComplaintDesk"].lower()
    with lying_node(indexed.world.url) as lying:
        lying.twist = _without_receipts(
            _of_logs(lambda logs: [x for x in logs if x["address"] != desk])
        )
        indexed.index(node_url=lying.url)
    status = indexed.ask(lambda q: q.status())
    assert (status.complaints, status.complaints_on_chain) == (0, 1)


def test_what_could_not_be_proven_is_proven_once_it_is_final(indexed: Indexed) -> None:
    """And what was wrong is read anew: receipts came too late, and say something else."""
    _story(indexed)
    with lying_node(indexed.world.url) as lying:
        lying.twist = _without_receipts(DROPPED)
        indexed.index(node_url=lying.url)
        assert Level.BLOOM in _levels(indexed)
        lying.twist = None
        # Far enough that the story is final.
        indexed.world.mine(200)
        indexed.index(node_url=lying.url)
        indexed.world.mine(1)
        indexed.index(node_url=lying.url)
    assert _levels(indexed) == {Level.RECEIPTS}
    status = indexed.ask(lambda q: q.status())
    assert (status.complaints, status.mismatches) == (1, ())


def test_receipts_that_do_not_give_the_root_are_refused(indexed: Indexed) -> None:
    _story(indexed)

    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getBlockReceipts" and reply.get("result"):
            short = [{**one, "logs": one["logs"][1:]} for one in reply["result"]]
            return {**reply, "result": short}
        return reply

    with lying_node(indexed.world.url) as lying:
        lying.twist = twist
        with pytest.raises(IntegrityBroken):
            indexed.index(node_url=lying.url)
    assert indexed.sql("SELECT 1 FROM log") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda logs: [*logs, {**logs[0], "topics": ["0x" + "77" * 32], "logIndex": "0x63"}],
        # A known event whose data is cut short.
        lambda logs: [*logs, {**logs[0], "data": "0x01", "logIndex": "0x63"}],
    ],
)
def test_a_log_that_no_abi_explains_is_kept_and_reported(
    indexed: Indexed, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    _story(indexed)
    with lying_node(indexed.world.url) as lying:
        lying.twist = _without_receipts(_of_logs(lambda logs: change(logs) if logs else logs))
        indexed.index(node_url=lying.url)
    status = indexed.ask(lambda q: q.status())
    assert status.unknown_logs > 0
    assert (status.complaints, status.mismatches) == (1, ())
    assert min(_levels(indexed)) < Level.RECEIPTS


def test_a_header_that_does_not_hash_is_refused(indexed: Indexed) -> None:
    _story(indexed)

    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getBlockByHash":
            return {**reply, "result": {**reply["result"], "timestamp": "0x1"}}
        return reply

    with lying_node(indexed.world.url) as lying:
        lying.twist = twist
        with pytest.raises(IntegrityBroken):
            indexed.index(node_url=lying.url)
    assert indexed.sql("SELECT 1 FROM block") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda logs: [*logs, logs[0]],
        lambda logs: [{**logs[0], "address": "0x" + "11" * 20}, *logs[1:]],
    ],
)
def test_contradictions_stop_the_indexer(
    indexed: Indexed, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    _story(indexed)
    with lying_node(indexed.world.url) as lying:
        lying.twist = _of_logs(lambda logs: change(logs) if logs else logs)
        with pytest.raises(IntegrityBroken):
            indexed.index(node_url=lying.url)
    assert indexed.sql("SELECT 1 FROM log") == []


def test_a_removed_log_and_disorder_do_no_harm(indexed: Indexed) -> None:
    _story(indexed)
    indexed.world.mine(150)
    removed = {"removed": True, "logIndex": "0x63"}
    with lying_node(indexed.world.url) as lying:
        lying.twist = _of_logs(lambda logs: [*logs[::-1], {**logs[0], **removed}] if logs else logs)
        indexed.index(node_url=lying.url)
    assert indexed.ask(lambda q: q.status()).mismatches == ()


def test_a_range_that_is_too_large_is_split(indexed: Indexed) -> None:
    _story(indexed)
    indexed.world.mine(200)

    def twist(request: Request, reply: Reply) -> Reply:
        which = request["params"][0] if request["params"] else {}
        if request["method"] == "eth_getLogs" and "fromBlock" in which:
            size = int(which["toBlock"], 16) - int(which["fromBlock"], 16)
            if size > 7:
                error = {"code": -32602, "message": "please keep the range below 8"}
                return {"jsonrpc": "2.0", "id": reply["id"], "error": error}
        return reply

    with lying_node(indexed.world.url) as lying:
        lying.twist = twist
        indexed.index(node_url=lying.url)
    status = indexed.ask(lambda q: q.status())
    assert (status.complaints, status.mismatches, status.unverified) == (1, (), 0)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429, b"{}", {"Retry-After": "1"}),
        Fault(503, b"busy"),
        Fault(403, b"{}"),
        Fault(200, b"<html>"),
        Fault(200, b'{"jsonrpc":"2.0","id":0,"error":{"code":-32005,"message":"limit"}}'),
        Fault(200, b'{"jsonrpc":"2.0","id":0,"result":17}'),
        Fault(200, b" " * (65 * 1024**2)),
        Fault(200, b'{"jsonrpc":"2.0","id":0,"result":' + b"[" * 100_000),
    ],
    ids=lambda fault: f"{fault.status} {fault.body[:12]!r}",
)
def test_outages_are_waited_out(indexed: Indexed, fault: Fault) -> None:
    _story(indexed)

    async def work(url: str, faults: list[Fault]) -> None:
        async with Rpc(url) as rpc:
            indexer = await indexed.indexer(Node(rpc))
            faults += [fault] * 2
            await indexer.run(until_block=indexed.world.block_number())

    with lying_node(indexed.world.url) as lying:
        asyncio.run(asyncio.wait_for(work(lying.url, lying.faults), PATIENCE_SECONDS))
        assert lying.faults == []
    assert indexed.ask(lambda q: q.status()).mismatches == ()


def test_a_lost_database_connection_is_made_again(indexed: Indexed) -> None:
    world = indexed.world
    number = _story(indexed)

    async def work() -> None:
        connection = await connect_database(indexed.database_url)
        async with Rpc(world.url) as rpc, connection:
            await connection.execute("LISTEN redress_public")
            indexer = await indexed.indexer(Node(rpc))
            running = asyncio.create_task(indexer.run())
            async for notice in connection.notifies(timeout=PATIENCE_SECONDS):
                if json.loads(notice.payload)["block"] == world.block_number():
                    break
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await asyncio.to_thread(world.accept, number)
            async for _notice in connection.notifies(timeout=PATIENCE_SECONDS):
                break
            indexer.stop()
            await running

    asyncio.run(work())
    case = indexed.ask(lambda q: q.case(ComplaintId(number)))
    assert case is not None and case.payment is not None


def test_only_one_writes(indexed: Indexed) -> None:
    _story(indexed)

    async def work() -> None:
        connection = await connect_database(indexed.database_url)
        async with Rpc(indexed.world.url) as rpc, connection:
            await connection.execute("LISTEN redress_public")
            first, second = [await indexed.indexer(Node(rpc)) for _ in range(2)]
            running = asyncio.create_task(first.run())
            async for _ in connection.notifies(timeout=PATIENCE_SECONDS):
                break
            with pytest.raises(IndexerRunning):
                await second.run()
            first.stop()
            await running
            await second.run(until_block=indexed.world.block_number())

    asyncio.run(work())


def test_wrong_chain_and_wrong_deployment_are_refused(indexed: Indexed) -> None:
    folder, world = indexed.deployments, indexed.world
    path = folder / f"{world.chain_id}.json"
    known = json.loads(path.read_text())

    async def attempt(expected: int | None = None) -> None:
        async with Rpc(world.url) as rpc:
            await connect(Node(rpc), folder, None if expected is None else ChainId(expected))

    asyncio.run(attempt(world.chain_id))
    with pytest.raises(WrongChain, match="not eip155:1"):
        asyncio.run(attempt(1))
    path.write_text(json.dumps({**known, "genesisHash": "0x" + "00" * 32}))
    with pytest.raises(WrongChain):
        asyncio.run(attempt())
    known["contracts"]["OrderEscrow"]["codeHash"] = "0x" + "00" * 32
    path.write_text(json.dumps(known))
    with pytest.raises(DeploymentMismatch, match="OrderEscrow"):
        asyncio.run(attempt())
    path.write_text("{")
    with pytest.raises(DeploymentMismatch):
        asyncio.run(attempt())
    path.unlink()
    with pytest.raises(DeploymentMissing):
        asyncio.run(attempt())


def test_another_chain_of_the_same_id_is_refused_before_anything_is_written(
    indexed: Indexed,
) -> None:
    _story(indexed)

    def twist(request: Request, reply: Reply) -> Reply:
        if request["method"] == "eth_getBlockByNumber" and request["params"][0] == "0x0":
            return {**reply, "result": {**reply["result"], "hash": "0x" + "12" * 32}}
        return reply

    async def work(url: str) -> None:
        async with Rpc(indexed.world.url) as rpc:
            deployment = await connect(Node(rpc), indexed.deployments)
        async with Rpc(url) as rpc:
            indexer = indexed.indexer_of(Node(rpc), deployment)
            await indexer.run(until_block=indexed.world.block_number())

    with lying_node(indexed.world.url) as lying:
        lying.twist = twist
        with pytest.raises(WrongChain):
            asyncio.run(work(lying.url))
    assert indexed.sql("SELECT 1 FROM block UNION ALL SELECT 1 FROM deployment") == []


def test_no_error_shows_the_nodes_url() -> None:
    async def work() -> None:
        async with Rpc("http://user:secret@127.0.0.1:1/v1/key") as rpc:
            await Node(rpc).chain_id()

    with pytest.raises(NodeUnavailable) as caught:
        asyncio.run(work())
    chain: BaseException | None = caught.value
    while chain is not None:
        assert "secret" not in str(chain) and "key" not in str(chain)
        chain = chain.__cause__


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM log WHERE log_index = 0 AND block_number = 20", "block 20 holds other logs"),
        ("UPDATE log SET data = '' WHERE block_number = 20", "block 20 holds other logs"),
        ("UPDATE block SET timestamp = 1 WHERE number = 20", "block 20 is another one"),
        ("DELETE FROM complaint", "0 complaints are stored, the desk has 1"),
        ("UPDATE complaint SET trail = '0x' || repeat('11', 32)", "complaint 1 folds to 0x11"),
    ],
)
def test_what_somebody_changed_in_the_database_is_found(
    indexed: Indexed, statement: str, words: str
) -> None:
    _story(indexed)
    indexed.index()
    assert indexed.verify() == []
    place = indexed.sql("SELECT max(block_number) FROM log")[0][0]
    indexed.sql(statement.replace("20", str(place)) if "20" in statement else statement)
    assert any(words.replace("20", str(place)) in fault for fault in indexed.verify())


def test_what_does_not_follow_from_what_was_given_stops_the_indexer(indexed: Indexed) -> None:
    """Without receipts, a question that was left out makes its answer impossible."""
    world = indexed.world
    number = world.file(world.pay(world.register()))
    world.ask(number)
    world.inform(number)
    asked = "0x" + keccak(b"InformationRequested(uint64,address,uint32,bytes32)").hex()
    with lying_node(indexed.world.url) as lying:
        lying.twist = _without_receipts(
            _of_logs(lambda logs: [x for x in logs if x["topics"][0] != asked])
        )
        with pytest.raises(IntegrityBroken, match="does not follow"):
            indexed.index(node_url=lying.url)
    assert indexed.sql("SELECT 1 FROM log") == []
