"""A node that leaves out one log, and never gives it: no such index is wrong in silence."""

import random
from collections import Counter

from dapp.chain import abi, artifacts
from dapp.errors import IntegrityBroken
from tests.faults import workload
from tests.faults.faults import without_log
from tests.faults.stage import Stage
from tests.indexing import Indexed

_CHOICES = 200
_NAMES = {
    "0x" + abi.topic0(event).hex(): event["name"]
    for contract in artifacts.CONTRACTS
    for event in abi.entries(artifacts.load(contract).abi, "event")
}
_PLAIN_DEEDS = ("pay", "bond", "stake", "key", "release", "freeze", "claim", "file")


def test_a_dropped_log_is_found_200_of_200(stage: Stage) -> None:
    stage.begin(from_nothing=False)
    places = _many_events(stage)
    truth = stage.fresh(from_nothing=False).log()
    chosen = random.Random(0).sample(places, _CHOICES)
    outcomes = Counter((_outcome(stage, truth, place), place[2]) for place in chosen)
    # The node has receipts, and they have the log.
    stored = sum(count for (outcome, _), count in outcomes.items() if outcome == "stored")
    assert stored == _CHOICES, f"{stored} of {_CHOICES} stored; {outcomes}"


def _outcome(stage: Stage, truth: object, place: tuple[str, str, str]) -> str:
    """What came of leaving the log out."""
    block, index, _ = place
    stage.clear(from_nothing=False)
    stage.lying.twist = without_log(block, index)
    error = stage.follow()
    if isinstance(error, IntegrityBroken):
        return "stopped"
    if error is not None:
        return f"crashed: {error!r}"
    indexed = stage.index()
    if indexed.log() == truth:
        return "stored"
    return "reported" if _is_reported(indexed) else "silent"


def _is_reported(indexed: Indexed) -> bool:
    status = indexed.ask(lambda queries: queries.status())
    return bool(status.mismatches) or status.complaints != status.complaints_on_chain


def _many_events(stage: Stage) -> list[tuple[str, str, str]]:
    """At least 200 events of many kinds; the block, index and name of each."""
    world, lots = stage.story.world, random.Random(0)
    beginning = world.block_number() + 1
    for votes in ([4000, 5000, 6000], [0, 10_000, 7000]):
        world.dispute(workload.HOUSE, votes)
    for name in 2 * _PLAIN_DEEDS:
        workload.DEEDS[name](world, 1, lots)
    open_dispute = world.file(world.pay(workload.HOUSE))
    world.offer(open_dispute, 1000)
    world.escalate(open_dispute)
    while len(found := _logs_from(stage, beginning)) < _CHOICES:
        workload.DEEDS["crowd"](world, open_dispute, lots)
    return found


def _logs_from(stage: Stage, first: int) -> list[tuple[str, str, str]]:
    world = stage.story.world
    which = {"fromBlock": hex(first), "toBlock": "latest"}
    logs = world.rpc("eth_getLogs", {**which, "address": list(world.contracts.values())})
    return [(log["blockHash"], log["logIndex"], _NAMES[log["topics"][0]]) for log in logs]
