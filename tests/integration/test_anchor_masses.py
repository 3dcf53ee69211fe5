"""Thousands of complaints in one batch: one file, one transaction, a few gas each."""

import asyncio
from functools import partial
from typing import Any

from dapp.chain.keccak import keccak
from dapp.domain import anchor_file
from dapp.domain.anchor_file import Signed
from dapp.domain.anchoring import AnchoredComplaint, order_key
from dapp.domain.merkle import root_of
from dapp.domain.parts import Category, Order
from dapp.domain.types import (
    NATIVE_COIN,
    BasisPoints,
    Digest,
    Hash32,
    UnixTime,
    hash32,
    word,
)
from dapp.service.parts import Parts
from dapp.store.anchored import Limits
from scripts.toolchain.kubo import Kubo
from scripts.toolchain.postgres import Postgres
from tests import anchored
from tests.anchoring import AnchorHouse, anchor_house
from tests.api_player import until
from tests.world import World, digest

MANY = 5_000
_REST = range(1, MANY + 1)
_MOST_GAS = 12.7
"""Of one complaint; a prototype's, at 4 096."""
_PLENTY = Limits(10**6, 10**6, 10**6)


def test_thousands_are_one_file_and_one_transaction(
    postgres: Postgres, kubo: Kubo, tmp_path_factory: Any
) -> None:
    folder = tmp_path_factory.mktemp("masses")
    with anchor_house(postgres, folder, REDRESS_KUBO_URL=kubo.api_url) as house:
        few, many = ([made(house.world, n) for n in numbers] for numbers in (range(1), _REST))
        # The first batch of a sender pays for its list.
        for some in (few, many):
            house.within(partial(_anchored, house, some), kubo_url=kubo.api_url)
        batch = house.batches()[0]
        assert (batch["leaves"], batch["held"]) == (MANY, MANY)
        receipt = house.world.rpc("eth_getTransactionReceipt", batch["transaction"])
        each = int(receipt["gasUsed"], 16) / MANY
        assert each < _MOST_GAS, each
        for one in (many[0], many[-1]):
            shown = house.shown(one.leaf)
            proof = [Hash32(each) for each in shown["proof"]]
            assert root_of(keccak, one.leaf, proof) == batch["root"]
        _is_kept_by_kubo(house, batch)


async def _anchored(house: AnchorHouse, some: list[Signed], parts: Parts) -> None:
    rows, now = parts.anchoring.rows, (await parts.clock.moment()).now
    sender = parts.anchoring.sender()
    turns = asyncio.Semaphore(6)

    async def take(one: Signed) -> None:
        async with turns:
            assert await rows.take(one, sender, _PLENTY, now) == one.leaf

    await asyncio.gather(*map(take, some))
    # Promises take a while, and are tested elsewhere.
    house.rows("UPDATE anchored_complaint SET receipt = '\\x11'")
    async with parts.sender(sender) as account, account.held() as sending:
        anchorer = parts.anchoring.anchorer(account, parts.evidence, parts.outbox)
        await anchorer.once(sending)
    house.service.wait_for(house.world.block_number())


def made(world: World, number: int) -> Signed:
    """One that was signed: nobody looks at the signature before it is opened."""
    terms = (1, 1, world.customer, NATIVE_COIN, hash32(keccak(word(number))))
    order = Order(*terms, order_key(keccak, *terms))  # type: ignore[arg-type]
    by = UnixTime(world.now() + 3600)
    one = AnchoredComplaint(order, BasisPoints(5000), Category.ORDER, Digest(digest("m")), by)
    return Signed(anchored.leaf(world, one), one, "0x" + "1b" * 65)


def _is_kept_by_kubo(house: AnchorHouse, batch: dict[str, Any]) -> None:
    def shown() -> dict[str, Any]:
        return house.service.get(f"/v1/evidence/{batch['digest']}")

    until(lambda: "kubo" in str(shown()["items"][0]["stored"]), "kept by Kubo", 60)
    (item,) = shown()["items"]
    content = house.service.http.get(f"/ipfs/{item['cid']}").content
    _, complaints = anchor_file.read(keccak, content)
    assert len(complaints) == MANY
    assert len(content) > 1024**2  # more than one block
    car = house.service.http.get(f"/ipfs/{item['cid']}", params={"format": "car"})
    assert len(car.content) > len(content)
