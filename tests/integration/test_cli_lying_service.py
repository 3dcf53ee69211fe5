"""A service that lies gets nothing else signed than what was asked for."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dapp.chain import encode
from dapp.domain.events import DESK, ESCROW, FORWARDER
from scripts.toolchain import postgres as postgres_tool
from scripts.toolchain.postgres import Postgres
from tests import chains
from tests.api_player import PURSE_WEI, Service, environment, running
from tests.lying_service import Liar, lying
from tests.terminal import Terminal, refusal
from tests.world import ETHER, World

THIEF = "0x000000000000000000000000000000000000dEaD"
DIGEST = "0x" + "22" * 32


class Scene:
    """A customer with a case that has an offer, a second order, and a service between."""

    def __init__(self, world: World, service: Service, liar: Liar, folder: Path) -> None:
        self.world, self.service, self.liar, self.folder = world, service, liar, folder
        self.shop_number = world.register()
        world.bond(self.shop_number)
        self.customer = self.person()
        self.order, self.other_order = self._pay(), self._pay()
        third = self._pay()
        done = self.customer.act("file", third, "--demand", "80%", "--category", "order")
        self.complaint = done["complaint"]
        world.offer(self.complaint, 1000)
        service.wait_for(world.block_number())

    def person(self) -> Terminal:
        env = {
            "REDRESS_SERVICE_URL": self.liar.url,
            "REDRESS_NODE_URL": self.world.url,
            "REDRESS_DEPLOYMENTS": str(self.folder / "deployments"),
            "REDRESS_DATA_DIR": str(self.folder / "mine"),
            "DATABASE_URL": "",
            "COLUMNS": "300",
        }
        found = Terminal(env)
        self.world.rpc("anvil_setBalance", found.address, hex(PURSE_WEI))
        return found

    def _pay(self) -> str:
        ref = "0x" + secrets.token_hex(32)
        self.customer.act("pay", self.shop_number, "--version", 1, "--amount", "1eth", "--ref", ref)
        found = self.service.get("/v1/orders", customer=self.customer.address)["orders"]
        return next(str(one["key"]) for one in found if one["ref"] == ref)

    def sent(self) -> int:
        """How many transactions the customer has sent."""
        count = self.world.rpc("eth_getTransactionCount", self.customer.address, "latest")
        return int(count, 16)


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("liar")
    with (
        chains.running() as node,
        postgres_tool.database(postgres) as url,
        closing(World.deployed(node.url, folder / "deployments")) as world,
    ):
        env = environment(node.url, url, folder / "deployments", folder / "data")
        with running(world, env, folder) as service, lying(service.url) as liar:
            yield Scene(world, service, liar, folder)


@pytest.fixture(autouse=True)
def honest_again(scene: Scene) -> Iterator[None]:
    yield
    scene.liar.lies.clear()


def change(**fields: object) -> Callable[[dict[str, Any]], None]:
    def lie(told: dict[str, Any]) -> None:
        told["transaction"].update(fields)

    return lie


def recall(contract: str, function: str, *args: Any) -> Callable[..., None]:
    """Another call of the same contract."""
    return change(data="0x" + encode.calldata(contract, function, args).hex())


def lies_about_evidence(scene: Scene) -> dict[str, Callable[[dict[str, Any]], object]]:
    case = scene.complaint

    def append(told: dict[str, Any]) -> None:
        told["transaction"]["data"] += "00" * 32

    def no_transaction(told: dict[str, Any]) -> None:
        del told["transaction"]

    return {
        "money along": change(value=str(ETHER)),
        "a negative value": change(value="-1"),
        "no number": change(value=None),
        "to the thief": change(to=THIEF),
        "to another contract of ours": change(to=scene.world.contracts[ESCROW]),
        "another chain": change(chainId=1),
        "as somebody else": change(**{"from": THIEF}),
        "another case": recall(DESK, "submitEvidence", case + 1, DIGEST),
        "another statement": recall(DESK, "submitEvidence", case, "0x" + "11" * 32),
        "another function": recall(DESK, "confirm", case),
        "a hidden call": recall(DESK, "multicall", [b"\x00" * 4]),
        "bytes behind the arguments": append,
        "no bytes": change(data="0xzz"),
        "no call": change(data="0x"),
        "nothing": no_transaction,
    }


NAMES = [
    "money along", "a negative value", "no number", "to the thief", "to another contract of ours",
    "another chain", "as somebody else", "another case", "another statement",
    "another function", "a hidden call", "bytes behind the arguments", "no bytes", "no call",
    "nothing",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_was_not_asked_for_is_not_signed(scene: Scene, name: str) -> None:
    lies = lies_about_evidence(scene)
    assert list(lies) == NAMES
    scene.liar.lies["/v1/actions/evidence"] = lies[name]
    before = scene.sent()
    words = ("evidence", "submit", scene.complaint, "--digest", DIGEST, "--yes")
    refusal(scene.customer.run(*words), "prepared-otherwise")
    assert scene.sent() == before


def test_a_price_of_its_own_is_not_paid(scene: Scene) -> None:
    def dearer(told: dict[str, Any]) -> None:
        told["transaction"]["value"] = str(2 * int(told["transaction"]["value"]))

    scene.liar.lies["/v1/actions/escalate"] = dearer
    words = ("escalate", scene.complaint, "--offer", 1, "--demand", "80%", "--yes")
    before = scene.sent()
    refusal(scene.customer.run(*words), "prepared-otherwise")
    assert scene.sent() == before


def test_another_order_is_not_released(scene: Scene) -> None:
    def swapped(told: dict[str, Any]) -> None:
        honest = scene.service.http.post(
            "/v1/actions/release",
            json={"actor": scene.customer.address, "order": scene.other_order},
        )
        told.update(honest.json())

    scene.liar.lies["/v1/actions/release"] = swapped
    before = scene.sent()
    words = ("release", scene.order, "--yes")
    assert "another order" in refusal(scene.customer.run(*words), "prepared-otherwise")
    assert scene.sent() == before


def test_a_statement_that_was_changed_is_not_signed(scene: Scene) -> None:
    def other(told: dict[str, Any]) -> None:
        told["digest"] = "0x" + "11" * 32

    scene.liar.lies["/v1/evidence"] = other
    before = scene.sent()
    words = ("evidence", "submit", scene.complaint, "--text", "Broken.", "--yes")
    refusal(scene.customer.run(*words), "prepared-otherwise")
    assert scene.sent() == before


def test_the_chain_tells_what_is_accepted(scene: Scene) -> None:
    done = scene.customer.run("accept", scene.complaint, "--offer", 1, "--dry-run")
    assert b"by your node, offer 1 is 10 %" in done.stderr
    refusal(scene.customer.run("accept", scene.complaint, "--offer", 2), "offer-changed")


def test_words_of_a_service_do_not_steer_the_terminal(scene: Scene) -> None:
    def escape(told: dict[str, Any]) -> None:
        told["summary"] = "\x1b[2J\x1b]0;owned\x07[red]free money[/red]"

    scene.liar.lies["/v1/actions/accept"] = escape
    done = scene.customer.run("accept", scene.complaint, "--offer", 1, "--dry-run")
    assert b"\x1b" not in done.stdout
    assert b"[red]free money" in done.stdout


def test_nor_do_its_refusals_and_its_json(scene: Scene) -> None:
    """Many terminals take U+009B as they take ESC [, and turn text round at a mark."""
    steers = "\x1b]0;owned\x07\x9b2J\u200f\u202e\u2066"

    def refuse(told: dict[str, Any]) -> object:
        return 409, {"code": "no", "detail": f"no{steers}", "remedy": steers}

    scene.liar.lies["/v1/cases"] = refuse
    line = refusal(scene.customer.run("case", "show", scene.complaint), "no")
    assert not (set(steers) - set("]0;owned2J")) & set(line)
    scene.liar.lies["/v1/cases"] = lambda told: told["case"].update(state=steers)
    done = scene.customer.run("case", "show", scene.complaint, "--json")
    assert not (set(steers) - set("]0;owned2J")) & set(done.stdout.decode())
    assert json.loads(done.stdout)["case"]["state"] == steers


def test_a_vote_is_told_to_nobody_before_it_may_be_revealed(scene: Scene) -> None:
    """Whoever learns it too early takes the arbitrator's stake (`reportLeak`)."""
    opening = ("seat=0", "vote=5000", f"salt={DIGEST}")
    words = ("act", "reveal", f"complaint={scene.complaint}", *opening)
    for more in ((), ("--dry-run",)):
        refusal(scene.customer.run(*words, *more, "--yes"), "reveal-not-open")
    assert scene.liar.paths.count("/v1/actions/reveal") == 0


@pytest.mark.parametrize(
    "answer", [b"", b"<html>", b"[]", b"[" * 100_000, b'{"case": ' + b" " * (33 << 20) + b"1}"]
)
def test_answers_that_make_no_sense(scene: Scene, answer: bytes) -> None:
    scene.liar.lies["/v1/cases"] = lambda told: answer
    refusal(scene.customer.run("case", "show", scene.complaint), "service-senseless")


def test_a_round_of_its_own_costs_no_vote(scene: Scene) -> None:
    """What is signed for a relay is made here: round, nonce and deadline are ours."""

    def forged(told: dict[str, Any]) -> None:
        told["typed_data"] = {"primaryType": "Unstake", "message": {"to": THIEF}}

    scene.liar.lies["/v1/actions/evidence"] = forged
    done = scene.customer.act("evidence", "submit", scene.complaint, "--digest", DIGEST, "--relay")
    assert done["relayed"] == {"state": "queued"}
    (posted,) = scene.liar.posted
    told = posted["typed_data"]
    assert told["primaryType"] == "SubmitEvidence"
    assert told["message"]["complaint"] == str(scene.complaint)
    receipt = _send(scene, told, posted["signature"])
    assert receipt["status"] == "0x1"


def _send(scene: Scene, told: dict[str, Any], signature: str) -> dict[str, Any]:
    """As a relay does."""
    message = told["message"]
    call = encode.calldata(DESK, "submitEvidence", (int(message["complaint"]), message["digest"]))
    signed = (
        message["target"], "0x" + call.hex(), message["actor"], int(message["nonce"]),
        int(message["deadline"]), signature,
    )  # fmt: skip
    return scene.world.send(scene.world.accounts[9], FORWARDER, "actWithSig", (signed,))


def test_a_service_that_is_away(scene: Scene) -> None:
    line = refusal(
        scene.customer.run("case", "list", "--service", "http://u:hunter2@127.0.0.1:1"),
        "service-unavailable",
    )
    assert "hunter2" not in line
    refusal(scene.customer.run("case", "list", "--service", "nonsense"), "invalid-input")


def test_a_deployment_that_is_not_known_signs_nothing(scene: Scene, tmp_path: Path) -> None:
    done = scene.customer.run(
        "confirm", scene.complaint, "--yes", REDRESS_DEPLOYMENTS=str(tmp_path)
    )
    refusal(done, "deployment-missing")
