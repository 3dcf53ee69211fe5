"""What a deployment makes of a chain's answers; the real chains are in the integration tests."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from scripts.deploy_chain import GWEI, RELEASE, Chain, Refused, part_name
from scripts.toolchain import networks
from scripts.toolchain.networks import CONFIRMATIONS, MAX_FEE, Network

DEPLOYER = "0x" + "aa" * 20
NETWORK = Network("here", "Here", 7, 3, 50)


class TransactionNotFound(Exception):
    """As web3's is called, wherever it lies."""


@dataclass
class Eth:
    """A chain of the test's own, as web3's `eth` shows it.

    Attributes:
        blocks: of each transaction; a list is used up, one for each question.
    """

    chain_id: int = 7
    block_number: int = 20_000
    base_fee: int = 10 * GWEI
    max_priority_fee: int = GWEI
    blocks: dict[str, list[int | None]] = field(default_factory=dict)
    logs: list[dict[str, Any]] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)

    def get_block(self, _at: str) -> dict[str, int]:
        return {"baseFeePerGas": self.base_fee}

    def get_transaction_count(self, _account: str, at: str) -> int:
        return self.waiting.pop(0) if at == "pending" and self.waiting else 5

    def get_transaction(self, which: str) -> dict[str, Any]:
        if which in self.inputs:
            return {"input": self.inputs[which]}
        found = self.blocks[which]
        block = found.pop(0) if len(found) > 1 else found[0]
        if block == -1:
            raise TransactionNotFound(which)
        return {"blockNumber": block}

    def get_logs(self, which: dict[str, Any]) -> list[dict[str, Any]]:
        first, last = int(which["fromBlock"], 16), int(which["toBlock"], 16)
        self.asked.append((first, last))
        return [log for log in self.logs if first <= log["blockNumber"] <= last]


class Web3:
    def __init__(self, eth: Eth) -> None:
        self.eth = eth


def _chain(eth: Eth, network: Network = NETWORK, patience_seconds: float = 5) -> Chain:
    return Chain(Web3(eth), network, patience_seconds)


def _log(name: str, block: int, transaction: bytes) -> dict[str, Any]:
    topics = [b"", b"", RELEASE, part_name(name)]
    return {"blockNumber": block, "topics": topics, "transactionHash": transaction}


def test_a_network_takes_what_the_environment_says() -> None:
    plain = networks.chosen("sepolia", {})
    assert plain.chain_id == 11_155_111
    told = networks.chosen("sepolia", {CONFIRMATIONS: "9", MAX_FEE: "2.5"})
    assert (told.confirmations, told.max_fee_gwei) == (9, 2.5)


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("mainnet", {}),
        ("sepolia", {CONFIRMATIONS: "0"}),
        ("sepolia", {CONFIRMATIONS: "1.5"}),
        ("sepolia", {MAX_FEE: "-1"}),
        ("sepolia", {MAX_FEE: "nan"}),
        ("sepolia", {MAX_FEE: "many"}),
    ],
)
def test_what_makes_no_sense_is_named(name: str, environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(environment), name)):
        networks.chosen(name, environment)


def test_another_chains_node_is_refused() -> None:
    with pytest.raises(Refused, match="of chain 8, and here is 7"):
        _chain(Eth(chain_id=8)).check()
    _chain(Eth()).check()


def test_fees_leave_room_for_a_rise_up_to_the_limit() -> None:
    assert _chain(Eth()).fees() == {"max_fee": 21 * GWEI, "priority_fee": GWEI}
    assert _chain(Eth(base_fee=40 * GWEI)).fees()["max_fee"] == 50 * GWEI
    with pytest.raises(Refused, match=r"costs 51\.000 gwei now"):
        _chain(Eth(base_fee=50 * GWEI)).fees()


def test_a_transaction_is_waited_for_that_a_reorganisation_took_out() -> None:
    eth = Eth(blocks={"0x1": [20_000, -1, None, 19_998]})
    assert _chain(eth).confirm("0x1") == 19_998


def test_too_few_confirmations_are_said_in_the_end() -> None:
    with pytest.raises(Refused, match="does not have 3 confirmations"):
        _chain(Eth(blocks={"0x1": [19_999]}), patience_seconds=0).confirm("0x1")


def test_what_the_deployer_sent_before_is_waited_for() -> None:
    _chain(Eth(waiting=[7, 6])).wait_for_earlier(DEPLOYER)
    with pytest.raises(Refused, match="are not mined"):
        _chain(Eth(waiting=[7] * 9), patience_seconds=0).wait_for_earlier(DEPLOYER)


def test_parts_of_an_earlier_run_are_found_however_long_ago() -> None:
    logs = [_log("Old", 100, b"\1" * 32), _log("New", 19_000, b"\2" * 32)]
    old, new = "0x" + "01" * 32, "0x" + "02" * 32
    eth = Eth(logs=logs, inputs={old: "0xffc0de01ff", new: "0xffc0de02ff"})
    found = _chain(eth).creations("0xfac", DEPLOYER, {"Old": "0xc0de01", "New": "0xc0de02"})
    assert found == {"Old": old, "New": new}
    # Without gaps, and none asked twice.
    assert [first for first, _ in eth.asked[:-1]] == [last + 1 for _, last in eth.asked[1:]]
    assert (eth.asked[0][1], eth.asked[-1][0]) == (20_000, 0)


def test_a_part_made_from_other_sources_is_refused() -> None:
    one = "0x" + "01" * 32
    eth = Eth(logs=[_log("Part", 19_999, b"\1" * 32)], inputs={one: "0xffc0de01ff"})
    with pytest.raises(Refused, match="Part is on the chain already"):
        _chain(eth).creations("0xfac", DEPLOYER, {"Part": "0xc0de09"})


def test_a_node_without_the_logs_is_named() -> None:
    with pytest.raises(Refused, match="no logs of the factory"):
        _chain(Eth()).creations("0xfac", DEPLOYER, {"Part": "0xc0de09"})
