"""The relay killed between any two steps, its node gone, two of it: each action is done once."""

import re
import threading
from pathlib import Path

import httpx

from scripts.toolchain import process
from tests.api_player import Person, redress, until
from tests.lying_node import Reply, Request
from tests.patience import PATIENCE_SECONDS
from tests.relaying import RelayHouse, house, one_house
from tests.sending_house import PURSE_WEI

__all__ = ["house", "one_house"]

_SEND = b"eth_sendRawTransaction"


def test_killed_after_it_stored_and_before_it_sent(house: RelayHouse) -> None:
    person = Person()
    id_ = house.taken(house.signed(person))
    before = house.count()
    with house.process() as relay, _held_at_send(house) as held:
        assert held.reached.wait(PATIENCE_SECONDS)
        relay.kill()
        relay.wait()
    assert house.count() == before
    ((first,),) = house.rows("SELECT hash FROM outgoing_attempt")
    _goes_on(house, person, id_, before)
    assert house.rows("SELECT hash FROM outgoing_attempt") == [(first,)]


def test_killed_after_the_node_took_it_and_before_it_knew(house: RelayHouse) -> None:
    person = Person()
    id_ = house.taken(house.signed(person))
    before = house.count()
    with house.process() as relay, _held_after_send(house) as held:
        assert held.reached.wait(PATIENCE_SECONDS)
        relay.kill()
        relay.wait()
    assert house.rows("SELECT status FROM outgoing") == [("signed",)]
    _goes_on(house, person, id_, before)
    assert house.rows("SELECT count(*) FROM outgoing_attempt") == [(1,)]


def test_killed_between_sent_and_mined(house: RelayHouse) -> None:
    person = Person()
    id_ = house.taken(house.signed(person))
    before = house.count()
    house.world.rpc("evm_setAutomine", False)
    with house.process() as relay:
        house.becomes(id_, "sent")
        relay.kill()
        relay.wait()
    house.world.rpc("evm_setAutomine", True)
    house.world.mine()
    _goes_on(house, person, id_, before)
    assert house.rows("SELECT count(*) FROM outgoing_attempt") == [(1,)]


def test_killed_between_the_batch_and_its_transaction(house: RelayHouse) -> None:
    """As rows tell it: the batch is there, and nothing was enqueued for it."""
    person = Person()
    id_ = house.taken(house.signed(person))
    before = house.count()
    house.rows(
        "WITH made AS (INSERT INTO relay_batch (chain_id, gas_each) VALUES (31337, 500000)"
        " RETURNING number) UPDATE relay_action SET batch = made.number, position = 0 FROM made"
        " RETURNING 1"
    )
    _goes_on(house, person, id_, before)


def test_the_nodes_answer_is_lost(house: RelayHouse) -> None:
    """It took the transaction, and said so to nobody; the relay lives on."""
    person = Person()
    before = house.count()
    lost: list[Request] = []

    def twist(asked: Request, reply: Reply) -> Reply:
        if asked["method"] == _SEND.decode() and not lost:
            lost.append(asked)
            return {"id": reply["id"], "jsonrpc": "2.0", "error": {"code": -32603, "message": "?"}}
        return reply

    house.lying.twist = twist
    id_ = house.taken(house.signed(person))
    _goes_on(house, person, id_, before)
    assert lost
    assert house.rows("SELECT count(*) FROM outgoing_attempt") == [(1,)]


def test_a_node_that_is_gone_for_a_while(house: RelayHouse) -> None:
    people = [Person(), Person()]
    before = house.count()
    with house.process() as relay:
        house.lying.heard = _refused
        ids = [house.taken(house.signed(person)) for person in people]
        asked = len(house.lying.asked)
        until(lambda: len(house.lying.asked) > asked + 3, "it asks on")
        assert {house.status(id_) for id_ in ids} == {"queued"}
        assert relay.poll() is None
        house.lying.heard = None
        for id_ in ids:
            house.becomes(id_, "mined")
    assert all(house.has_key(person.address) for person in people)
    assert house.count() <= before + 2


def test_the_database_drops_its_connections(house: RelayHouse) -> None:
    """The lock goes with its connection: nothing is sent until it is ours again."""
    people = [Person(), Person()]
    before = house.count()
    signed = house.signed(people[1])
    with house.process() as relay:
        house.becomes(house.taken(house.signed(people[0])), "mined")
        house.rows(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        # Each of the pool's connections is found dead once.
        statuses = {house.service.http.get("/v1/status").status_code for _ in range(30)}
        assert statuses <= {200, 503}
        until(lambda: house.post(signed).status_code == 202, "the API goes on")
        house.becomes(house.taken(signed), "mined")
        assert relay.poll() is None
    assert all(house.has_key(person.address) for person in people)
    assert house.count() == before + 2


def test_two_processes_with_one_key(house: RelayHouse) -> None:
    """The second waits, says so, and takes over when the first is gone."""
    people = [Person() for _ in range(3)]
    before = house.count()
    with house.process("first") as first, house.process("second") as second:
        ids = [house.taken(house.signed(person)) for person in people[:2]]
        for id_ in ids:
            house.becomes(id_, "mined")
        assert _said(house.folder, "sender-running") == 1
        first.kill()
        first.wait()
        last = house.taken(house.signed(people[2]))
        house.becomes(last, "mined")
        assert second.poll() is None
    assert all(house.has_key(person.address) for person in people)
    assert house.count() <= before + 3
    assert house.rows("SELECT count(DISTINCT nonce) = count(*) FROM outgoing_attempt") == [(True,)]


def test_what_keeps_it_from_starting_is_said(house: RelayHouse, tmp_path: Path) -> None:
    for change, code in [
        ({"REDRESS_RELAY_ADDRESS": ""}, "relay-off"),
        ({"REDRESS_RELAY_ADDRESS": "0x" + "12" * 20}, "signer-unusable"),
        ({"REDRESS_SENDER_PASSWORD_FILE": "/nowhere"}, "signer-unusable"),
        ({"REDRESS_SENDER_KEYSTORE": str(Path(__file__))}, "signer-unusable"),
    ]:
        log = tmp_path / "refused.log"
        with redress(log, {**house.env, **change}, "relay", "run") as child:
            assert child.wait(PATIENCE_SECONDS) == 1
        assert f"({code})" in log.read_text()
        assert "Traceback" not in log.read_text()
        log.unlink()


def test_how_it_stands(house: RelayHouse, tmp_path: Path) -> None:
    house.taken(house.signed(Person()))
    log = tmp_path / "status.log"
    with redress(log, house.env, "relay", "status") as child:
        assert child.wait(PATIENCE_SECONDS) == 0
    shown = log.read_text()
    assert house.sender.address in shown
    assert re.search(r"actions queued\s+1\s", shown)
    assert re.search(r"balance in wei\s+[1-9]\d*\s", shown)


def test_meters(house: RelayHouse) -> None:
    port = process.free_port()
    id_ = house.taken(house.signed(Person()))
    with house.process(REDRESS_METRICS_PORT=str(port)):
        house.becomes(id_, "mined")

        def told() -> dict[str, float]:
            text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_SECONDS).text
            lines = [line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#"]
            return {name.partition("{")[0]: float(value) for name, value in lines}

        until(lambda: told().get("redress_relay_spent_today_wei", 0) > 0, "what was spent")
        found = told()
        assert found["redress_relay_queue"] == 0
        assert found["redress_sender_spent_wei_total"] > 0
        assert 0 < found["redress_sender_balance_wei"] < PURSE_WEI


def _goes_on(house: RelayHouse, person: Person, id_: str, before: int) -> None:
    with house.process():
        house.becomes(id_, "mined")
    assert house.has_key(person.address)
    assert house.count() == before + 1
    assert house.rows("SELECT count(*) FROM outgoing") == [(1,)]


class _Held:
    """Where a request waits until the test lets it end in nothing."""

    def __init__(self, house: RelayHouse, *, after: bool) -> None:
        self.reached, self._go = threading.Event(), threading.Event()
        self._lying = house.lying
        if after:
            self._lying.twist = self._twist
        else:
            self._lying.heard = self._heard

    def __enter__(self) -> "_Held":
        return self

    def __exit__(self, *_: object) -> None:
        self._go.set()
        self._lying.heard = self._lying.twist = None

    def _heard(self, body: bytes) -> bytes:
        if _SEND not in body:
            return body
        self.reached.set()
        self._go.wait(PATIENCE_SECONDS)
        raise ConnectionResetError

    def _twist(self, asked: Request, reply: Reply) -> Reply:
        if asked["method"] == _SEND.decode():
            self.reached.set()
            self._go.wait(PATIENCE_SECONDS)
            raise ConnectionResetError
        return reply


def _held_at_send(house: RelayHouse) -> _Held:
    return _Held(house, after=False)


def _held_after_send(house: RelayHouse) -> _Held:
    return _Held(house, after=True)


def _refused(body: bytes) -> bytes:
    raise ConnectionResetError


def _said(folder: Path, code: str) -> int:
    return sum(code in log.read_text() for log in folder.glob("*.log") if "-" in log.name)
