"""The running service as people use it: indexer and server are processes, keys stay with people."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from eth_account import Account
from eth_account.signers.local import LocalAccount

from scripts.toolchain import process
from tests.local_chain import LocalChain, Receipt
from tests.patience import PATIENCE_SECONDS

PURSE_WEI = 100 * 10**18
_OURS = (sys.executable, "-m", "dapp")

View = dict[str, Any]


def until(ready: Callable[[], bool], what: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Waits until `ready()`; a test that waits too long fails with `what`."""
    deadline = time.monotonic() + patience_seconds
    while not ready():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patience_seconds:.0f} s")
        time.sleep(0.02)


@dataclass(frozen=True)
class Person:
    """Somebody with a key of their own."""

    account: LocalAccount = field(default_factory=Account.create)

    @property
    def address(self) -> str:
        return str(self.account.address)


@dataclass(frozen=True)
class Service:
    """The API at `url`, and the chain that its transactions go to."""

    url: str
    chain: LocalChain
    http: httpx.Client

    def person(self) -> Person:
        """Somebody new, with money."""
        person = Person()
        self.chain.rpc("anvil_setBalance", person.address, hex(PURSE_WEI))
        return person

    def get(self, path: str, **query: object) -> View:
        response = self.http.get(path, params={key: str(value) for key, value in query.items()})
        assert response.status_code == 200, response.text
        return dict(response.json())

    def prepare(self, person: Person, action: str, **params: object) -> View:
        response = self.ask(person, action, **params)
        assert response.status_code == 200, f"{action}: {response.text}"
        return dict(response.json())

    def ask(self, person: Person, action: str, **params: object) -> httpx.Response:
        return self.http.post(f"/v1/actions/{action}", json={"actor": person.address, **params})

    def open_order(self, customer: str) -> str:
        """The key of one that nobody complained about: two may be paid in the same second."""
        orders = self.get("/v1/orders", customer=customer)["orders"]
        return str(next(one["key"] for one in orders if one["complaint"] is None))

    def act(self, person: Person, action: str, **params: object) -> Receipt:
        """Prepares, signs, sends, and waits until the index holds it."""
        receipt = self.send(person, self.prepare(person, action, **params)["transaction"])
        self.wait_for(int(receipt["blockNumber"], 16))
        return receipt

    def send(self, person: Person, transaction: Mapping[str, Any]) -> Receipt:
        """Signs what the API prepared, as a wallet would, and has it mined."""
        receipt = self.chain.receipt(self.hand_in(person, transaction))
        assert receipt["status"] == "0x1", receipt
        return receipt

    def hand_in(
        self, person: Person, transaction: Mapping[str, Any], gas: int = 0, **other: Any
    ) -> str:
        """Signs it, and gives it to the node; its hash. `other` says what else it is to have."""
        assert transaction["from"] == person.address
        call = {
            "from": person.address,
            "to": transaction["to"],
            "data": transaction["data"],
            "value": hex(int(transaction["value"])),
        }
        signed = person.account.sign_transaction(
            {
                "to": transaction["to"],
                "data": transaction["data"],
                "value": int(transaction["value"]),
                "chainId": transaction["chainId"],
                "nonce": int(
                    self.chain.rpc("eth_getTransactionCount", person.address, "pending"), 16
                ),
                "gas": gas or int(self.chain.rpc("eth_estimateGas", call), 16) * 5 // 4,
                **self.chain.fees(),
                **other,
            }
        )
        return str(self.chain.rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex()))

    def wait_for(self, block: int) -> None:
        until(lambda: int(self.get("/v1/status")["as_of_block"]) >= block, f"block {block} indexed")

    def pass_time(self, seconds: int) -> None:
        self.chain.warp(seconds)
        self.wait_for(self.chain.block_number())

    def digest(self, person: Person, text: str, **more: Any) -> str:
        """Stores a statement and returns its digest."""
        data = {"author": person.address, "text": text, **more.pop("data", {})}
        response = self.http.post("/v1/evidence", data=data, **more)
        assert response.status_code == 201, response.text
        return str(response.json()["digest"])


def environment(url: str, database_url: str, deployments: Path, data: Path) -> dict[str, str]:
    """The variables that tell the service where everything is."""
    return {
        **os.environ,
        "REDRESS_NODE_URL": url,
        "DATABASE_URL": database_url,
        "REDRESS_DEPLOYMENTS": str(deployments),
        "REDRESS_DATA_DIR": str(data),
        "REDRESS_POLL_SECONDS": "0.05",
    }


@contextmanager
def redress(
    log: Path, env: Mapping[str, str], *words: str, program: Sequence[str | Path] = _OURS
) -> Iterator[subprocess.Popen[bytes]]:
    """A command of ours as a process of its own, ended on the way out."""
    child = process.start([*program, *words], log=log, env=env)
    try:
        yield child
    finally:
        process.stop(child)


@contextmanager
def running(
    chain: LocalChain, env: Mapping[str, str], folder: Path, program: Sequence[str | Path] = _OURS
) -> Iterator[Service]:
    """Indexer and server on free ports, with an index that has caught up."""
    with (
        redress(folder / "index.log", env, "index", "run", program=program),
        serving(chain, env, folder, program) as service,
    ):
        yield service


@contextmanager
def serving(
    chain: LocalChain, env: Mapping[str, str], folder: Path, program: Sequence[str | Path] = _OURS
) -> Iterator[Service]:
    """The server alone, once whoever indexes has caught up."""
    log = folder / "serve.log"
    with redress(log, env, "serve", "--port", "0", program=program) as server:
        shown: list[str] = []

        def announced() -> bool:
            assert server.poll() is None, log.read_text()
            shown.extend(re.findall(r"http://\S+", log.read_text()))
            return bool(shown)

        until(announced, "the server's address")
        with httpx.Client(base_url=shown[0], timeout=PATIENCE_SECONDS) as http:
            until(lambda: http.get("/readyz").status_code == 200, "ready")
            service = Service(shown[0], chain, http)
            service.wait_for(chain.block_number())
            yield service
