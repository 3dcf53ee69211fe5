"""A service that takes signed complaints, and what anchors them as a process of its own."""

import json
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from dapp.domain.events import ANCHOR, ESCROW
from dapp.domain.intents.call import order_args
from dapp.domain.parts import Order
from dapp.domain.types import OrganisationId
from dapp.service.parts import Parts
from scripts.toolchain.postgres import Postgres
from tests.api_player import View, until
from tests.sending_house import SendingHouse, ground

INTERVAL_SECONDS, MARGIN_SECONDS, PROMISE_SECONDS = 0, 60, 3600
CUSTOMER_WAITING, ORGANISATION_WAITING, ALL_WAITING = 4, 6, 8
_TABLES = ("anchored_complaint", "anchor_batch", "anchor_leaf")


@dataclass(frozen=True)
class AnchorHouse(SendingHouse):
    """With what anchors.

    Attributes:
        organisation: whose orders are paid.
    """

    organisation: OrganisationId

    def order(self, customer: Any = None) -> Order:
        """Paid, and known to the index."""
        paid = self.world.pay(self.organisation, customer=customer)
        self.service.wait_for(self.world.block_number())
        return paid

    def prepared(self, order: Order, demand: int = 5000, **more: object) -> View:
        """What `file` answers."""
        values = {"actor": order.customer, "order": order.key, "demand": demand, "category": 2}
        answer = self.service.http.post("/v1/actions/file", json={**values, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def signed(self, order: Order, demand: int = 5000, **more: object) -> View:
        """What its customer posts."""
        typed_data = self.prepared(order, demand, **more)["anchored"]["typed_data"]
        return {"typed_data": typed_data, "signature": self.sign(order.customer, typed_data)}

    def sign(self, account: str, typed_data: View) -> str:
        """By the local node, which holds the key."""
        found = self.world.rpc("eth_signTypedData_v4", account, json.dumps(typed_data))
        return str(found)

    def post(self, signed: View, **query: Any) -> httpx.Response:
        return self.service.http.post("/v1/anchored", json=signed, params=query)

    def taken(self, order: Order, demand: int = 5000) -> str:
        """Its leaf."""
        answer = self.post(self.signed(order, demand))
        assert answer.status_code == 202, answer.text
        leaf = str(answer.json()["anchored"]["leaf"])
        assert answer.headers["location"] == f"/v1/anchored/{leaf}"
        return leaf

    def shown(self, leaf: str) -> View:
        return dict(self.service.get(f"/v1/anchored/{leaf}")["anchored"])

    def becomes(self, leaf: str, status: str) -> View:
        until(lambda: self.shown(leaf)["status"] == status, f"{leaf} {status}")
        return self.shown(leaf)

    def batches(self) -> list[View]:
        """On chain, as the index has them."""
        return list(self.service.get("/v1/batches", sender=self.sender.address)["batches"])

    def anchored_on_chain(self) -> int:
        """How often the account's batches were put on chain."""
        topics = [None, "0x" + self.sender.address[2:].rjust(64, "0")]
        which = {"address": self.world.contracts[ANCHOR], "fromBlock": "0x0", "topics": topics}
        return len(self.world.rpc("eth_getLogs", which))

    def refund(self, order: Order) -> None:
        """The organisation gives its money back."""
        self.world.send(self.world.organisation, ESCROW, "refund", (order_args(order),))
        self.service.wait_for(self.world.block_number())

    def process(
        self, name: str = "anchor", **env: str
    ) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return self.run(name, ("anchor", "run"), "anchoring as", **env)

    def empty(self) -> None:
        self.forget(*_TABLES)

    def within(self, work: Callable[[Parts], Awaitable[None]], **settings: Any) -> None:
        anchor = {
            "anchor_address": self.sender.address,
            "anchor_interval_seconds": INTERVAL_SECONDS,
            "anchor_margin_seconds": MARGIN_SECONDS,
        }
        super().within(work, **{**anchor, **settings})


def settings_of(address: str) -> dict[str, str]:
    """What a service that anchors as somebody is told."""
    return {
        "REDRESS_ANCHOR_ADDRESS": address,
        "REDRESS_ANCHOR_INTERVAL_SECONDS": str(INTERVAL_SECONDS),
        "REDRESS_ANCHOR_MARGIN_SECONDS": str(MARGIN_SECONDS),
        "REDRESS_ANCHOR_PROMISE_SECONDS": str(PROMISE_SECONDS),
        "REDRESS_ANCHOR_CUSTOMER_WAITING": str(CUSTOMER_WAITING),
        "REDRESS_ANCHOR_ORGANISATION_WAITING": str(ORGANISATION_WAITING),
        "REDRESS_ANCHOR_WAITING": str(ALL_WAITING),
    }


@contextmanager
def anchor_house(postgres: Postgres, folder: Path, **more: str) -> Iterator[AnchorHouse]:
    with ground(postgres, folder) as found:
        organisation = found.world.register()
        named = settings_of(found.sender.address)
        named |= {"REDRESS_ANCHOR_OPENER": found.world.bystander, **more}
        with found.served(folder, **named) as (service, env):
            parts = (found.world, service, found.lying, env, found.sender, folder, organisation)
            yield AnchorHouse(*parts)


@pytest.fixture(scope="module")
def one_house(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AnchorHouse]:
    with anchor_house(postgres, tmp_path_factory.mktemp("anchor")) as found:
        yield found


@pytest.fixture
def house(one_house: AnchorHouse) -> Iterator[AnchorHouse]:
    """With nothing in the queue, and a proxy that hides nothing."""
    yield one_house
    one_house.empty()
