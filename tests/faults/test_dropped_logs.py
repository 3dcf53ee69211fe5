"""A node that leaves out one log, and never gives it: no such index is wrong in silence."""

import random

from dapp.errors import IntegrityBroken
from tests.faults import workload
from tests.faults.faults import without_log
from tests.faults.stage import Stage
from tests.indexing import Indexed

_CHOICES = 200
_PLAIN_DEEDS = ("pay", "bond", "stake", "key", "release", "freeze", "claim", "file")


def test_a_dropped_log_is_found_200_of_200(stage: Stage) -> None:
    stage.begin(from_nothing=False)
    places = _many_events(stage)
    truth = stage.fresh(from_nothing=False).log()
    chosen = random.Random(0).sample(places, _CHOICES)
    silent = [place for place in chosen if not _is_found(stage, truth, place)]
    found = _CHOICES - len(silent)
    events = sorted({event for *_, event in silent})
    assert not silent, f"{found} of {_CHOICES} found; never found: {events}"


def _is_found(stage: Stage, truth: object, place: tuple[str, str, str]) -> bool:
    """Whether the log is stored all the same, or that something is wrong is said."""
    block, index, _ = place
    stage.clear(from_nothing=False)
    lie = stage.lying.twist = without_log(block, index)
    error = stage.follow()
    if isinstance(error, IntegrityBroken):
        return True
    assert error is None, error
    indexed = stage.index()
    return indexed.log() == truth or (lie.told > 0 and _is_reported(indexed))


def _is_reported(indexed: Indexed) -> bool:
    status = indexed.ask(lambda queries: queries.status())
    return bool(status.mismatches) or status.complaints != status.complaints_on_chain


def _many_events(stage: Stage) -> list[tuple[str, str, str]]:
    """More than 200 events of many kinds; the block, index and signature of each."""
    world, lots = stage.story.world, random.Random(0)
    beginning = world.block_number() + 1
    number = world.dispute(workload.HOUSE, [4000, 5000, 6000])
    for name in _PLAIN_DEEDS:
        workload.DEEDS[name](world, 1, lots)
    while len(found := _logs_from(stage, beginning)) < _CHOICES:
        workload.DEEDS["crowd"](world, number, lots)
    return found


def _logs_from(stage: Stage, first: int) -> list[tuple[str, str, str]]:
    world = stage.story.world
    which = {"fromBlock": hex(first), "toBlock": "latest"}
    logs = world.rpc("eth_getLogs", {**which, "address": list(world.contracts.values())})
    return [(log["blockHash"], log["logIndex"], log["topics"][0][:10]) for log in logs]
