"""An organisation's queue, and many first replies with one signature, on a real chain."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.types import OrganisationId, UnixTime
from dapp.domain.urgency import next_due
from dapp.store.database import pool
from dapp.store.desk_queue import QueueFilter
from dapp.store.queries import Queries
from tests.api_player import View
from tests.api_scene import is_problem
from tests.indexing import decoder
from tests.terminal import Terminal, refusal
from tests.town import Town, paid, shop, town
from tests.world import DAYS, ETHER, HOURS

__all__ = ["shop", "town"]

QUEUE = "/v1/organisations/1/queue"
MINUTE = 60


def filed(town: Town, customer: Terminal, category: str = "order") -> int:
    done = customer.act(
        "file", paid(town, customer), "--demand", "80%", "--category", category, "--text", "Broken."
    )
    return int(done["complaint"])


def numbers(found: View) -> list[int]:
    return [one["id"] for one in found["cases"]]


def ask(town: Town, who: Terminal, action: str, **params: object) -> Any:
    body = {"actor": who.address, **params}
    return town.service.http.post(f"/v1/actions/{action}", json=body)


def test_the_queue_is_by_what_is_due_next(town: Town, shop: Terminal) -> None:
    customer = town.terminal()
    assert town.service.get(QUEUE)["cases"] == []
    asked, offered, answered, promised = (filed(town, customer) for _ in range(4))
    new = filed(town, customer, "security")
    shop.act("ack", answered, "--text", "We look at it.")
    shop.act("ask", asked, "--text", "Which lamp?")
    shop.act("offer", offered, "--share", "40%", "--text", "It is old.")
    shop.act(
        "pledge", promised, "--kind", "send-again", "--within", 48, "--refund", "50%",
        "--text", "A new one.",
    )  # fmt: skip
    customer.act("accept", promised, "--offer", 1)
    found = town.service.get(QUEUE)
    assert numbers(found) == [new, promised, answered, asked, offered]
    dues = [(one["due"]["what"], one["due"]["organisation_must_act"]) for one in found["cases"]]
    assert dues == [
        ("acknowledge", True),
        ("deliver", True),
        ("answer", True),
        ("inform", False),
        ("decide", False),
    ]
    assert (found["open"], found["organisation_must_act"], found["found"]) == (5, 3, 5)
    assert found["cases"][0]["first_reply_owed"] is True
    assert found["cases"][2]["operator"] == shop.address
    assert numbers(town.service.get(QUEUE, page=2, limit=2)) == [answered, asked]
    assert numbers(town.service.get(QUEUE, page=9)) == []
    assert numbers(town.service.get(QUEUE, within=HOURS)) == [new]
    assert numbers(town.service.get(QUEUE, category="security,account")) == [new]
    assert numbers(town.service.get(QUEUE, state="asked,offered")) == [asked, offered]
    assert numbers(town.service.get(QUEUE, unheard="true")) == [new]
    mine = town.service.get(QUEUE, operator=shop.address)
    assert numbers(mine) == [promised, answered, asked, offered]
    # A promise that is broken: what is late is no deadline, but it can still be given.
    town.service.pass_time(HOURS)
    late = town.service.get(QUEUE)
    assert numbers(late) == [promised, answered, new, asked, offered]
    row = next(one for one in late["cases"] if one["id"] == new)
    assert (row["due"]["what"], row["first_reply_late"]) == ("answer", True)
    shop.act("ack", new, "--text", "Late.")
    town.service.pass_time(3 * DAYS)
    over = town.service.get(QUEUE)
    assert over["organisation_must_act"] == 0
    by_number = {one["id"]: one["due"] for one in over["cases"]}
    assert by_number[new] is None
    assert by_number[promised] is None


def test_the_order_of_the_database_is_that_of_the_rules(town: Town, shop: Terminal) -> None:
    """Whatever the time: the statement and `next_due` say the same of every case."""
    now = town.world.now()

    async def work() -> None:
        async with asking(town) as queries:
            for later in (0, 5 * MINUTE, HOURS, 2 * DAYS, 4 * DAYS, 30 * DAYS):
                await same(queries, UnixTime(now + later))

    asyncio.run(work())


@asynccontextmanager
async def asking(town: Town) -> AsyncIterator[Queries]:
    """The town's own index."""
    async with Rpc(town.world.url) as rpc, pool(town.database_url) as connections:
        deployment = await connect(Node(rpc), town.folder / "deployments")
        yield Queries(connections, deployment, decoder(deployment))


async def same(queries: Queries, now: UnixTime) -> None:
    head = await queries.head()
    assert head is not None
    found = await queries.queue.find(QueueFilter(OrganisationId(1)), now, 0, 100)
    _, rows = await queries.cases_now(list(found.cases))
    cases = {row.case.id: row.case for row in rows}
    keys = []
    for number in found.cases:
        due = next_due(cases[number], now, head.block_number)
        keys.append((2, 0) if due is None else (0 if due.is_promise else 1, due.until))
    assert [rank for rank, _ in keys] == sorted(rank for rank, _ in keys)
    timed = [key for key in keys if key[0] < 2]
    assert timed == sorted(timed)
    assert found.ours == sum(1 for rank, _ in keys if rank == 0)


def test_many_first_replies_are_one_transaction(town: Town, shop: Terminal) -> None:
    customer = town.terminal()
    three = [filed(town, customer) for _ in range(3)]
    done = shop.act("ack", *three, "--text", "We have it, and look at it today.")
    assert [one["name"] for one in done["events"]] == ["Acknowledged"] * 3
    assert [one["args"]["complaint"] for one in done["events"]] == three
    assert done["call"].count("ComplaintDesk.acknowledge(") == 3
    replies = [town.case(number)["acknowledgement"] for number in three]
    assert {one["digest"] for one in replies} == {done["events"][0]["args"]["digest"]}
    assert all(one["on_time"] for one in replies)


def test_of_many_those_that_cannot_be_are_named(town: Town, shop: Terminal) -> None:
    customer = town.terminal()
    answered, fresh = filed(town, customer), filed(town, customer)
    shop.act("ack", answered, "--text", "Hello.")
    problem = is_problem(
        ask(town, shop, "acknowledge-many", complaints=[answered, fresh, 99_999]),
        409,
        "some-refused",
    )
    refused = problem["fields"]["refused"]
    assert {number: one["code"] for number, one in refused.items()} == {
        str(answered): "action-not-available",
        "99999": "complaint-unknown",
    }
    prepared = ask(town, shop, "acknowledge-many", complaints=[fresh]).json()
    assert prepared["typed_data"] is None
    strangers = ask(town, customer, "acknowledge-many", complaints=[fresh])
    problem = is_problem(strangers, 409, "some-refused")
    assert problem["fields"]["refused"][str(fresh)]["code"] == "not-your-case"
    refusal(shop.run("ack", fresh, answered, "--text", "Both.", "--yes"), "some-refused")
    refusal(shop.run("ack", fresh, 99_999, "--relay", "--yes"), "some-refused")
    refusal(shop.run("ack", fresh, filed(town, customer), "--relay", "--yes"), "not-relayed")


def test_lists_of_cases_are_read_strictly(town: Town, shop: Terminal) -> None:
    for wrong in ([], [1, 1], [0], ["x"], "1,2", 7, list(range(1, 102)), [[1]], [True]):
        is_problem(ask(town, shop, "acknowledge-many", complaints=wrong), 422, "parameter-invalid")
    is_problem(ask(town, shop, "acknowledge-many"), 422, "parameter-missing")


def test_a_hundred_fit_a_transaction(town: Town, shop: Terminal) -> None:
    """By the gas of three: a transaction has 2^24 at most (EIP-7825)."""
    customer = town.terminal()
    three = [filed(town, customer) for _ in range(3)]
    gas = ask(town, shop, "acknowledge-many", complaints=three).json()["cost"]["gas"]
    one = ask(town, shop, "acknowledge", complaint=three[0]).json()["cost"]["gas"]
    each = (gas - one) / 2
    assert one + 99 * each < 2**24 * 9 // 10


def test_the_queue_as_a_table(town: Town, shop: Terminal) -> None:
    answer = town.service.http.get(f"{QUEUE}.csv", params={"unheard": "true"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    found = town.service.get(QUEUE, unheard="true")
    assert [int(row["complaint"]) for row in rows] == numbers(found)
    assert rows
    assert rows[0]["amount"] == str(ETHER)
    assert rows[0]["due"] in ("acknowledge", "answer")


def test_what_makes_no_sense_is_refused(town: Town, shop: Terminal) -> None:
    for query in ("within=0", "page=0", "state=lost", "category=x", "operator=0x1", "limit=101"):
        answer = town.service.http.get(f"{QUEUE}?{query}")
        assert answer.status_code == 422, query
