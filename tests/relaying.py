"""A service whose relay is a process of its own, behind a proxy that a test may cut."""

import json
import secrets
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from eth_account.messages import encode_typed_data

from dapp.domain.events import KEYS
from dapp.service.parts import Parts
from scripts.toolchain.postgres import Postgres
from tests.api_player import Person, View, until
from tests.sending_house import SendingHouse, ground

_TABLES = ("relay_action", "relay_batch", "relay_budget")


@dataclass(frozen=True)
class RelayHouse(SendingHouse):
    """With a relay."""

    def signed(self, person: Person, **params: object) -> View:
        """What a person posts: a key of theirs on chain, which costs them nothing."""
        values = {"actor": person.address, "key": key(), **params}
        return self.prepared(person, "encryption-key", values)

    def prepared(self, person: Person, action: str, values: View) -> View:
        answer = self.service.http.post(f"/v1/actions/{action}", json=values)
        assert answer.status_code == 200, answer.text
        body = dict(answer.json())
        return {**body, "signature": sign(person, body["typed_data"])}

    def post(self, signed: View) -> httpx.Response:
        return self.service.http.post("/v1/relay", json=signed)

    def taken(self, signed: View) -> str:
        answer = self.post(signed)
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"/v1/relay/{answer.json()['id']}"
        return str(answer.json()["id"])

    def status(self, id_: str) -> str:
        return str(self.shown(id_)["status"])

    def shown(self, id_: str) -> View:
        return self.service.get(f"/v1/relay/{id_}")

    def becomes(self, id_: str, status: str) -> View:
        until(lambda: self.status(id_) == status, f"{id_} {status}")
        return self.shown(id_)

    def has_key(self, address: str) -> bool:
        """Whether the account has said, once, what its key is."""
        topics = [None, "0x" + address[2:].rjust(64, "0")]
        which = {"address": self.world.contracts[KEYS], "fromBlock": "0x0", "topics": topics}
        return len(self.world.rpc("eth_getLogs", which)) == 1

    def count(self) -> int:
        """Transactions of the relay that are mined."""
        return int(self.world.rpc("eth_getTransactionCount", self.sender.address, "latest"), 16)

    def process(
        self, name: str = "relay", **env: str
    ) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return self.run(name, ("relay", "run"), "the relay sends", **env)

    def empty(self) -> None:
        self.forget(*_TABLES)

    def within(self, work: Callable[[Parts], Awaitable[None]], **settings: Any) -> None:
        relay = {"relay_address": self.sender.address, "relay_batch_seconds": 0}
        super().within(work, **{**relay, **settings})


def sign(person: Person, typed_data: View) -> str:
    found = person.account.sign_message(encode_typed_data(full_message=typed_data))
    return "0x" + bytes(found.signature).hex()


def key() -> str:
    return "0x" + secrets.token_hex(32)


def changed(signed: View, **parts: Any) -> View:
    """A deep copy with other values at `typed_data`'s `domain__x` or `message__x`."""
    copy: View = json.loads(json.dumps(signed))
    for path, value in parts.items():
        part, _, name = path.partition("__")
        if name:
            copy["typed_data"][part][name] = value
        else:
            copy["typed_data"][part] = value
    return copy


@pytest.fixture(scope="module")
def one_house(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayHouse]:
    folder = tmp_path_factory.mktemp("relay")
    with ground(postgres, folder) as found:
        relay = {
            "REDRESS_RELAY_ADDRESS": found.sender.address,
            "REDRESS_RELAY_BATCH_SECONDS": "0.2",
        }
        with found.served(folder, **relay) as (service, env):
            yield RelayHouse(found.world, service, found.lying, env, found.sender, folder)


@pytest.fixture
def house(one_house: RelayHouse) -> Iterator[RelayHouse]:
    """With nothing in the queue, and a proxy that hides nothing."""
    yield one_house
    one_house.empty()
