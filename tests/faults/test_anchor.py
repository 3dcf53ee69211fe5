"""What anchors killed between any two steps: nothing is lost, and no batch is anchored twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dapp.service.parts import Parts
from tests.anchoring import AnchorHouse, house, one_house
from tests.api_player import until
from tests.lying_node import Reply, Request
from tests.patience import PATIENCE_SECONDS

__all__ = ["house", "one_house"]

_SEND = b"eth_sendRawTransaction"


def test_killed_before_the_receipt_is_stored(house: AnchorHouse) -> None:
    """As rows tell it: it was taken, and nothing was promised."""
    leaf, before = house.taken(house.order()), house.anchored_on_chain()
    _goes_on(house, leaf, before)


def test_killed_between_the_batch_and_its_file(house: AnchorHouse) -> None:
    leaf, before = house.taken(house.order()), house.anchored_on_chain()
    _until_made(house)
    assert house.rows("SELECT digest FROM anchor_batch") == [(None,)]
    _goes_on(house, leaf, before)


def test_killed_between_the_file_and_what_is_known_of_it(house: AnchorHouse) -> None:
    leaf, before = house.taken(house.order()), house.anchored_on_chain()
    _until_made(house)

    async def work(parts: Parts) -> None:
        async with parts.sender(house.sender.address) as sender:
            anchorer = parts.anchoring.anchorer(sender, parts.evidence, parts.outbox)
            (batch,) = await parts.anchoring.rows.open(sender.address)
            digests = {await anchorer._stored(batch) for _ in range(2)}
            assert len(digests) == 1
            house.rows("UPDATE anchor_batch SET digest = NULL")

    house.within(work)
    _goes_on(house, leaf, before)


def test_killed_between_the_file_and_its_transaction(house: AnchorHouse) -> None:
    leaf, before = house.taken(house.order()), house.anchored_on_chain()
    _until_made(house)

    async def work(parts: Parts) -> None:
        async with parts.sender(house.sender.address) as sender:
            anchorer = parts.anchoring.anchorer(sender, parts.evidence, parts.outbox)
            (batch,) = await parts.anchoring.rows.open(sender.address)
            await anchorer._stored(batch)

    house.within(work)
    assert house.rows("SELECT count(*) FROM outgoing") == [(0,)]
    _goes_on(house, leaf, before)


def test_killed_after_it_stored_and_before_it_sent(house: AnchorHouse) -> None:
    leaf, before = house.taken(house.order()), house.anchored_on_chain()
    with _held(house, after=False) as reached, house.process() as anchor:
        assert reached.wait(PATIENCE_SECONDS)
        anchor.kill()
        anchor.wait()
    assert house.anchored_on_chain() == before
    _goes_on(house, leaf, before)
    assert house.rows("SELECT count(*) FROM outgoing_attempt") == [(1,)]


def test_killed_after_the_node_took_it_and_before_it_knew(house: AnchorHouse) -> None:
    leaf, before = house.taken(house.order()), house.anchored_on_chain()
    with _held(house, after=True) as reached, house.process() as anchor:
        assert reached.wait(PATIENCE_SECONDS)
        anchor.kill()
        anchor.wait()
    assert house.rows("SELECT status FROM outgoing") == [("signed",)]
    _goes_on(house, leaf, before)


def test_killed_between_sent_and_mined(house: AnchorHouse) -> None:
    leaf, before = house.taken(house.order()), house.anchored_on_chain()
    house.world.rpc("evm_setAutomine", False)
    with house.process() as anchor:
        sent = "SELECT count(*) FROM outgoing WHERE status = 'sent'"
        until(lambda: house.rows(sent) == [(1,)], "sent")
        anchor.kill()
        anchor.wait()
    house.world.rpc("evm_setAutomine", True)
    house.world.mine()
    _goes_on(house, leaf, before)


def test_two_processes_with_one_key_and_one_killed(house: AnchorHouse) -> None:
    before = house.anchored_on_chain()
    with house.process("first") as first, house.process("second") as second:
        leaves = [house.taken(house.order()) for _ in range(2)]
        for leaf in leaves:
            house.becomes(leaf, "anchored")
        first.kill()
        first.wait()
        last = house.taken(house.order())
        house.becomes(last, "anchored")
        assert second.poll() is None
    _is_each_once(house, before)


def test_the_database_drops_its_connections(house: AnchorHouse) -> None:
    before = house.anchored_on_chain()
    with house.process() as anchor:
        house.becomes(house.taken(house.order()), "anchored")
        house.rows(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        until(lambda: all(house.service.http.get("/v1/status").is_success for _ in range(30)), "up")
        house.becomes(house.taken(house.order()), "anchored")
        assert anchor.poll() is None
    _is_each_once(house, before)


def _until_made(house: AnchorHouse) -> None:
    """A batch is made, and nothing more is done."""

    async def work(parts: Parts) -> None:
        async with parts.sender(house.sender.address) as sender:
            anchorer = parts.anchoring.anchorer(sender, parts.evidence, parts.outbox)
            await anchorer._promise()
            rows = parts.anchoring.rows
            now = (await parts.clock.moment()).now
            leaves = await rows.waiting(sender.address, now, 10)
            assert await rows.make(sender.address, leaves[0], {leaves[0]: []}) is not None

    house.within(work)


def _goes_on(house: AnchorHouse, leaf: str, before: int) -> None:
    with house.process():
        shown = house.becomes(leaf, "anchored")
        manifest = house.service.get(f"/v1/evidence/{shown['batch']['digest']}")
        assert manifest["items"][0]["stored"] == ["vault"]
    _is_each_once(house, before)
    assert house.rows("SELECT count(*) FROM outgoing") == [(1,)]


def _is_each_once(house: AnchorHouse, before: int) -> None:
    """Every leaf is in one batch, and every batch is on chain once."""
    ((batches,),) = house.rows("SELECT count(*) FROM anchor_batch")
    assert house.anchored_on_chain() == before + batches
    assert house.rows("SELECT count(DISTINCT leaf) = count(*) FROM anchor_leaf") == [(True,)]


@contextmanager
def _held(house: AnchorHouse, *, after: bool) -> Iterator[threading.Event]:
    """A transaction comes to the node, or its answer back, only when the test is over."""
    reached, go = threading.Event(), threading.Event()

    def heard(body: bytes) -> bytes:
        if _SEND not in body:
            return body
        reached.set()
        go.wait(PATIENCE_SECONDS)
        raise ConnectionResetError

    def twist(asked: Request, reply: Reply) -> Reply:
        if asked["method"] == _SEND.decode():
            reached.set()
            go.wait(PATIENCE_SECONDS)
            raise ConnectionResetError
        return reply

    if after:
        house.lying.twist = twist
    else:
        house.lying.heard = heard
    try:
        yield reached
    finally:
        go.set()
        house.lying.heard = house.lying.twist = None
