"""A chain's story in the index: every fact of it equals what the contracts say."""

import asyncio
import json

import psycopg
import pytest

from dapp.audit.case import differences, fold_case
from dapp.chain.keccak import keccak
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.case import Case
from dapp.domain.events import COURT, DESK, ESCROW, REGISTRY
from dapp.domain.parts import ComplaintState, Outcome
from dapp.domain.payment import OrderState
from dapp.domain.types import NATIVE_COIN, ComplaintId
from dapp.store.queries import Queries
from dapp.store.views import CaseFilter
from tests.indexing import Indexed
from tests.patience import PATIENCE_SECONDS
from tests.world import ETHER, HOURS, POLICY, digest

STATE_SHIFT = 244


def test_whole_dispute_equals_chain(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.bond(organisation)
    world.stake(16)
    number = world.dispute(organisation, [3000, 7000, 7200])
    indexed.index()

    row = indexed.ask(lambda q: q.case_row(ComplaintId(number)))
    assert row is not None and row.verification is not None
    case = row.case
    assert case.trail == world.call(DESK, "trail", number)
    assert row.verification.matches
    word = world.call(DESK, "complaints", number)
    assert case.state == word >> STATE_SHIFT & 0xF == ComplaintState.CONFIRMED
    assert case.deadline == word >> 184 & 0xFFFFFFFF
    assert case.policy == POLICY
    assert [seat.owner for seat in case.rounds[0].seats] == [
        world.seat_owner(number, seat) for seat in range(3)
    ]
    assert case.ruling is not None and case.ruling.share == 7000
    assert case.payment is not None and case.payment.outcome is Outcome.RULED
    assert [rating.stars for rating in case.ratings] == [4, 5]
    assert [item.event for item in case.evidence] == [
        "Filed",
        "InformationRequested",
        "Informed",
        "Offered",
        "EvidenceSubmitted",
        "Rated",
    ]


def test_timeline_folds_to_the_same_case_without_the_database(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.stake(5)
    number = world.dispute(organisation, [0, 10_000, 4000])
    indexed.index()

    events = indexed.ask(lambda q: q.timeline(ComplaintId(number)))
    case = indexed.ask(lambda q: q.case(ComplaintId(number)))
    folded = fold_case(events, keccak)
    on_chain = world.call(DESK, "trail", number)
    assert case is not None
    assert (folded.trail, folded.payment, folded.ruling) == (on_chain, case.payment, case.ruling)
    assert folded.order == case.order
    assert differences(events, on_chain, keccak) == []
    # Leave one out, and it shows.
    for left_out in ("Acknowledged", "Offered", "Committed", "Split"):
        place = next(n for n, event in enumerate(events) if event.name == left_out)
        assert differences(events[:place] + events[place + 1 :], on_chain, keccak)


def test_organisation_order_and_positions_equal_chain(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.bond(organisation, 3 * ETHER)
    world.send(world.organisation, REGISTRY, "nominateOperator", (organisation, world.operator, 1))
    world.send(world.operator, REGISTRY, "acceptOperator", (organisation,))
    world.stake(5, tickets=3)
    world.dispute(organisation, [1000, 5000, 9000])
    kept = world.pay(organisation)
    world.release(kept)
    open_order = world.pay(organisation, customer=world.other_customer)
    open_complaint = world.file(open_order)
    indexed.index()

    row = indexed.ask(lambda q: q.organisation(organisation))
    assert row is not None
    assert row.organisation.trail == world.call(REGISTRY, "trail", organisation)
    assert (row.organisation.bond, row.organisation.locked) == world.call(
        REGISTRY, "bond", organisation
    )
    assert row.balance == world.call(ESCROW, "organisationBalance", organisation, NATIVE_COIN)
    assert (row.complaints, row.open_complaints) == (2, 1)
    assert row.organisation.roles_of(world.operator) == 1
    acts_for = indexed.ask(lambda q: q.organisations_of(world.operator))
    assert [one.organisation.id for one in acts_for] == [organisation]

    order = indexed.ask(lambda q: q.order(open_order.key))
    assert order is not None and order.state is OrderState.DISPUTED
    assert order.complaint == open_complaint
    released = indexed.ask(lambda q: q.order(kept.key))
    assert released is not None and released.state is OrderState.RELEASED
    facts = (kept.organisation, kept.version, kept.customer, kept.token, kept.ref)
    assert released.paid.trail == world.call(ESCROW, "orderTrail", facts)

    staked = indexed.ask(lambda q: q.arbitrators(None, 10))
    for position in staked.items:
        word = world.call(COURT, "positions", position.position.id)
        assert position.balance == (word >> 208) * 10**9
        assert position.position.owner.lower() == f"0x{word & (1 << 160) - 1:040x}"
        assert position.open_seats == word >> 168 & 0xFF == 0


def test_lists_page_and_filter(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    other = world.register(actor=world.operator)
    world.stake(4)
    disputed = world.dispute(organisation, [5000, 5000, 5000])
    filed = [world.file(world.pay(other)) for _ in range(3)]
    world.withdraw(filed[1])
    indexed.index()

    async def all_pages(queries: Queries) -> list[int]:
        found: list[int] = []
        cursor = None
        while True:
            page = await queries.cases(CaseFilter(), cursor, 2)
            found += [row.case.id for row in page.items]
            cursor = page.cursor
            if cursor is None:
                return found

    assert indexed.ask(all_pages) == [4, 3, 2, 1]

    def ids(which: CaseFilter) -> list[int]:
        page = indexed.ask(lambda q: q.cases(which, None, 10))
        return [row.case.id for row in page.items]

    assert ids(CaseFilter(organisation=organisation)) == [disputed]
    assert ids(CaseFilter(customer=world.customer)) == [4, 3, 2, 1]
    assert ids(CaseFilter(customer=world.bystander)) == []
    assert ids(CaseFilter(states=frozenset({ComplaintState.WITHDRAWN}))) == [filed[1]]
    seat_owner = world.seat_owner(disputed, 0)
    assert ids(CaseFilter(arbitrator=seat_owner)) == [disputed]
    assert [seat.case.id for seat in indexed.ask(lambda q: q.seats(seat_owner))] == [disputed]
    first = indexed.ask(lambda q: q.orders(None, 3, organisation=other))
    assert len(first.items) == 3 and first.cursor is None


def test_void_rounds_and_a_refusal_equal_chain(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.stake(8)
    number = world.file(world.pay(organisation))
    world.offer(number, 2000)
    world.escalate(number, demand=9000)
    for _ in range(2):
        world.draw(number)
        world.vote(number, [5000, None, None])
        world.void(number)
    world.execute(number)
    indexed.index()

    case = _case(indexed, number)
    assert case.ruling is not None and case.ruling.refused and case.ruling.share == 5500
    assert [round_.number for round_ in case.rounds] == [0, 1, 2]
    assert all(round_.voided_at is not None for round_ in case.rounds[:2])
    events = indexed.ask(lambda q: q.timeline(ComplaintId(number)))
    assert differences(events, world.call(DESK, "trail", number), keccak) == []


def test_information_request_keeps_the_desks_clock(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    number = world.file(world.pay(organisation))
    world.warp(10 * HOURS + 17)
    world.ask(number, digest("first"))
    indexed.index()
    asked = _case(indexed, number)
    assert asked.state is ComplaintState.ASKED
    world.warp(80 * HOURS)
    # Nobody replied: the clock runs again, and the next question stops it once more.
    world.ask(number, digest("second"))
    world.warp(HOURS)
    world.inform(number)
    indexed.index()
    case = _case(indexed, number)
    word = world.call(DESK, "complaints", number)
    assert case.answer_deadline == word >> 184 & 0xFFFFFFFF
    assert case.trail == world.call(DESK, "trail", number)


def test_backfill_by_ranges_and_head_by_hash_give_the_same(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.stake(4)
    for _ in range(2):
        world.dispute(organisation, [4000, 5000, 6000])
        indexed.index()
    followed, log = indexed.read_model(), indexed.log()
    world.mine(300)
    indexed.sql("DROP SCHEMA public CASCADE")
    indexed.sql("CREATE SCHEMA public")
    indexed.index()
    assert indexed.read_model() == followed
    again = indexed.log()
    assert again["log"] == log["log"]
    assert set(log["block"]) <= set(again["block"])
    status = indexed.ask(lambda q: q.status())
    assert (status.mismatches, status.unverified, status.unknown_logs) == ((), 0, 0)
    assert status.complaints == status.complaints_on_chain == 2


def test_rebuild_is_byte_identical(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.bond(organisation)
    world.stake(6)
    world.dispute(organisation, [1, 2, 3])
    world.withdraw(world.file(world.pay(organisation)))
    indexed.index()
    before = indexed.read_model()
    assert before["complaint"] and before["seat"] and before["operator"]
    indexed.sql("UPDATE complaint SET body = '{}', trail = ''")
    indexed.sql("DELETE FROM paid_order")
    indexed.rebuild()
    assert indexed.read_model() == before


def test_readers_are_told_after_each_commit_until_it_is_stopped(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    number = world.file(world.pay(organisation))
    head = world.block_number()

    async def work() -> list[dict[str, object]]:
        heard: list[dict[str, object]] = []
        listener = await psycopg.AsyncConnection.connect(indexed.database_url, autocommit=True)
        async with Rpc(world.url) as rpc, listener:
            await listener.execute("LISTEN redress_public")
            indexer = await indexed.indexer(Node(rpc))
            running = asyncio.create_task(indexer.run())
            async for notice in listener.notifies(timeout=PATIENCE_SECONDS):
                heard.append(json.loads(notice.payload))
                if len(heard) == 2:
                    break
                # Something new while it follows the head.
                await asyncio.to_thread(world.acknowledge, number)
            indexer.stop()
            await asyncio.wait_for(running, PATIENCE_SECONDS)
        return heard

    first, second = asyncio.run(work())
    told = {"chain": world.chain_id, "complaints": [number]}
    assert first == {**told, "block": head, "hash": world.header(head).block.hash}
    assert second == {**told, "block": head + 1, "hash": world.header(head + 1).block.hash}


@pytest.mark.needs("code")
def test_money_that_could_not_be_delivered_is_a_credit(indexed: Indexed) -> None:
    world = indexed.world
    number = world.file(world.pay(world.register()))
    world.offer(number, 4000)
    world.warp(7 * 24 * HOURS)
    # While the customer's account reverts, nothing can be pushed to it.
    world.rpc("anvil_setCode", world.customer, "0x60006000fd")
    world.execute(number)
    world.rpc("anvil_setCode", world.customer, "0x")
    indexed.index()
    found = indexed.ask(lambda q: q.credits(world.customer))
    held = world.call(ESCROW, "credits", world.customer)
    assert [(one.contract, one.amount) for one in found] == [(ESCROW, held)]
    assert held == 4 * ETHER // 10
    world.send(world.customer, ESCROW, "withdrawTo", (world.bystander,))
    indexed.index()
    assert indexed.ask(lambda q: q.credits(world.customer)) == []


def test_rewards_exits_and_the_escrows_balance(indexed: Indexed) -> None:
    world = indexed.world
    organisation = world.register()
    world.stake(3, tickets=8)
    number = world.dispute(organisation, [5000, 5000, 5000])
    indexed.index()
    position = _case(indexed, number).rounds[0].seats[0].position
    owner = world.seat_owner(number, 0)
    world.send(owner, COURT, "withdrawRewards", (position, world.bystander))
    world.send(owner, COURT, "requestExit", (position,))
    args = (organisation, NATIVE_COIN, world.bystander)
    world.send(world.organisation, ESCROW, "withdrawOrganisation", args)
    indexed.index()
    mine = indexed.ask(lambda q: q.positions(owner))
    word = world.call(COURT, "positions", position)
    assert [one.balance for one in mine] == [(word >> 208) * 10**9]
    assert mine[0].position.exit_block == world.call(COURT, "exitBlock", position)
    row = indexed.ask(lambda q: q.organisation(organisation))
    assert row is not None and row.balances == ()
    assert row.organisation.withdrawn_of(NATIVE_COIN) > 0
    assert row.organisation.trail == world.call(REGISTRY, "trail", organisation)


def _case(indexed: Indexed, number: int) -> Case:
    case = indexed.ask(lambda q: q.case(ComplaintId(number)))
    assert case is not None
    return case
