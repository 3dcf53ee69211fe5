"""What became of a transaction: in every state, by the API and by the command."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode

from dapp.chain import artifacts
from dapp.chain.keccak import keccak
from dapp.domain.events import DESK
from dapp.domain.types import caip2
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain import process
from scripts.toolchain.anvil import Anvil
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import Person, Service, environment, running, until
from tests.api_scene import is_problem
from tests.world import ETHER, World

UNKNOWN = "0x" + "ab" * 32


@dataclass(frozen=True)
class Stage:
    service: Service
    world: World
    env: dict[str, str]
    node: Anvil

    def path(self, name: str) -> str:
        return f"/v1/tx/{caip2(self.world.chain_id)}/{name}"

    def ask(self, name: str) -> dict[str, Any]:
        return self.service.get(self.path(name))

    def page(self, name: str, where: str = "/file", field: str = "tx") -> str:
        """What the pages make of it."""
        answer = self.service.http.get(where, params={field: name})
        assert answer.status_code == 200, answer.text
        return answer.text

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dapp", "tx", *words]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)

    def send(self, person: Person, **changes: Any) -> str:
        """Sends as a wallet would that asks nobody whether it works."""
        wanted: dict[str, Any] = {
            "to": person.address,
            "data": "0x",
            "value": 1,
            "chainId": self.world.chain_id,
            "nonce": int(self.world.rpc("eth_getTransactionCount", person.address, "latest"), 16),
            "gas": 500_000,
            **self.world.fees(),
            **changes,
        }
        signed = person.account.sign_transaction(wanted)
        return str(self.world.rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex()))


@pytest.fixture(scope="module")
def stage(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("transactions")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service:
            yield Stage(service, world, env, node)


def call(name: str, *args: object) -> str:
    """Data for the desk, as a wallet would send them."""
    functions = [one for one in artifacts.load(DESK).abi if one["type"] == "function"]
    entry = next(one for one in functions if one["name"] == name)
    types = [item["type"] for item in entry["inputs"]]
    return "0x" + (keccak(f"{name}({','.join(types)})".encode())[:4] + encode(types, args)).hex()


def test_a_filing_is_confirmed_with_its_events_and_what_they_are_about(stage: Stage) -> None:
    world = stage.world
    order = world.pay(world.register())
    number = world.file(order)
    receipt = world.acknowledge(number)
    filed = next(
        event
        for event in _timeline(stage, number, world.block_number())
        if event["name"] == "Filed"
    )
    found = stage.ask(filed["transaction"])
    assert found["status"] == "confirmed"
    assert found["node"] is None
    assert found["from"] == world.customer
    assert found["to"] == world.contracts[DESK]
    assert found["block"] == filed["block"]
    assert found["confirmations"] == found["as_of_block"] - filed["block"] + 1
    assert found["block_finality"] == "latest"
    assert int(found["cost"]) > 0
    told = next(one for one in found["events"] if one["name"] == "Filed")
    assert told["links"] == [f"/v1/cases/{number}"]
    assert stage.ask(str(receipt["transactionHash"]))["events"][0]["name"] == "Acknowledged"
    paid = _timeline(stage, number, 0)[0]
    assert stage.ask(paid["transaction"])["events"][0]["links"] == [f"/v1/orders/{order.key}"]
    assert f'href="/c/{number}"' in stage.page(filed["transaction"])
    assert "It was carried out." in stage.page(filed["transaction"], "/help", "q")
    shown = stage.command(filed["transaction"])
    assert shown.returncode == 0, shown.stderr
    assert "confirmed" in shown.stdout and f"/v1/cases/{number}" in shown.stdout


def _timeline(stage: Stage, number: int, block: int) -> list[dict[str, Any]]:
    stage.service.wait_for(block)
    return list(stage.service.get(f"/v1/cases/{number}/timeline")["events"])


def test_the_kind_of_problem_may_be_chosen_by_the_link(stage: Stage) -> None:
    world = stage.world
    world.pay(world.register())
    stage.service.wait_for(world.block_number())
    for name, number in (("conduct", 5), ("ACCOUNT", 0), ("nonsense", 2), ("", 2)):
        asked = {"account": world.customer, "category": name}
        page = stage.service.http.get("/file", params=asked)
        assert f'<option value="{number}" selected' in page.text, name
        assert page.text.count(" selected") == 1


def test_one_that_failed_says_why(stage: Stage) -> None:
    world, person = stage.world, stage.service.person()
    number = world.file(world.pay(world.register()))
    name = stage.send(person, to=world.contracts[DESK], value=0, data=call("confirm", number))
    stage.service.wait_for(int(world.receipt(name)["blockNumber"], 16))
    found = stage.ask(name)
    assert (found["status"], found["events"]) == ("failed", [])
    failure = found["failure"]
    assert failure["code"].startswith("contract-")
    assert failure["is_ours"] is True
    assert failure["fields"]["error"]
    assert found["indexed"] is True
    assert "It failed: nothing was changed or paid but the fee." in stage.page(name)
    shown = stage.command(name)
    assert failure["code"] in shown.stdout.replace("\n", "")
    assert json.loads(stage.command(name, "--json").stdout)["failure"] == failure


def test_one_without_gas_says_so(stage: Stage) -> None:
    world, person = stage.world, stage.service.person()
    name = stage.send(
        person, to=world.contracts[DESK], value=0, data=call("confirm", 1), gas=24_000
    )
    until(lambda: stage.ask(name)["status"] == "failed", "mined")
    assert stage.ask(name)["failure"]["code"] == "out-of-gas"


def test_one_that_something_earlier_in_the_block_spoilt_says_so(stage: Stage) -> None:
    world = stage.world
    number = world.file(world.pay(world.register()))
    world.rpc("evm_setAutomine", False)
    try:
        data = call("acknowledge", number, bytes(32))
        asked = {"from": world.organisation, "to": world.contracts[DESK], "data": data}
        first = {**asked, "gas": hex(500_000)}
        names = [str(world.rpc("eth_sendTransaction", first)) for _ in range(2)]
        world.mine(1)
    finally:
        world.rpc("evm_setAutomine", True)
    stage.service.wait_for(world.block_number())
    assert stage.ask(names[0])["status"] == "confirmed"
    assert stage.ask(names[1])["failure"]["code"] == "overtaken"


@pytest.mark.needs("base_fee")
def test_one_that_waits_says_for_what_and_what_to_pay(stage: Stage) -> None:
    world, person = stage.world, stage.service.person()
    nonce = int(world.rpc("eth_getTransactionCount", person.address, "latest"), 16)
    world.rpc("evm_setAutomine", False)
    try:
        far = stage.send(person, nonce=nonce + 2)
        found = stage.ask(far)
        assert found["status"] == "pending"
        waiting = found["waiting"]
        assert [one["code"] for one in waiting["reasons"]] == ["nonce-gap"]
        assert (waiting["ahead"], waiting["next_nonce"]) == (2, nonce)
        assert waiting["resend"]["nonce"] == nonce + 2
        # The base fee rises above what it offers.
        world.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**12))
        world.mine(1)
        waiting = stage.ask(far)["waiting"]
        assert [one["code"] for one in waiting["reasons"]] == ["nonce-gap", "fee-too-low"]
        better = waiting["resend"]
        assert int(better["max_fee_per_gas"]) >= 2 * int(waiting["base_fee"]) > 10**12
        page = stage.page(far)
        assert "2 earlier transactions of the same account must come first." in page
        assert "speed it up in your wallet" in page
        shown = stage.command(far)
        assert "base fee" in shown.stdout
        assert better["max_fee_per_gas"] in shown.stdout
        again = stage.send(
            person,
            nonce=better["nonce"],
            maxFeePerGas=int(better["max_fee_per_gas"]),
            maxPriorityFeePerGas=int(better["max_priority_fee_per_gas"]),
        )
        reasons = stage.ask(again)["waiting"]["reasons"]
        assert [one["code"] for one in reasons] == ["nonce-gap"]
    finally:
        world.rpc("evm_setAutomine", True)
        world.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**9))
        world.rpc("anvil_dropAllTransactions")


def test_one_that_nobody_knows_is_no_error(stage: Stage) -> None:
    found = stage.ask(UNKNOWN)
    assert (found["status"], found["events"], found["node"]) == ("unknown", [], None)
    assert "block" not in found


@pytest.mark.parametrize("chain", ["eip155:1", "31337", "bip122:000000000019d6689c085ae165831e93"])
def test_other_chains_are_refused_with_those_that_are_known(stage: Stage, chain: str) -> None:
    problem = is_problem(stage.service.http.get(f"/v1/tx/{chain}/{UNKNOWN}"), 404, "chain-unknown")
    assert problem["fields"]["chains"] == [caip2(stage.world.chain_id)]
    assert caip2(stage.world.chain_id) in problem["remedy"]


@pytest.mark.parametrize("name", ["0x12", "0x" + "zz" * 32, "%00"])
def test_what_is_no_hash_is_refused(stage: Stage, name: str) -> None:
    is_problem(stage.service.http.get(stage.path(name)), 422, "invalid-input")


def test_without_the_node_the_index_says_what_it_knows(stage: Stage) -> None:
    """Last: it ends the node."""
    world = stage.world
    number = world.file(world.pay(world.register(), amount=ETHER))
    filed = _timeline(stage, number, world.block_number())[-1]
    process.stop(stage.node.process)
    found = stage.ask(filed["transaction"])
    assert found["status"] == "confirmed"
    assert found["node"]["code"] == "node-unavailable"
    assert found["block"] == filed["block"]
    assert [one["name"] for one in found["events"]] == ["Filed"]
    assert f'href="/c/{number}"' in stage.page(filed["transaction"])
    assert "The chain cannot be asked at the moment" in stage.page(UNKNOWN)
    other = stage.ask(UNKNOWN)
    assert (other["status"], other["node"]["code"]) == ("unknown", "node-unavailable")
