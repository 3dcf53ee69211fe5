"""`make bench-index`: how quickly the chain becomes an index, beside curl and the naive loop.

On one local chain of about 200 000 events three readers take turns, three times: curl fetches the
logs of as many blocks at once as the indexer reads and throws them away, which is the limit (and
the receipts that prove them, the nearer limit of whoever verifies); the indexer, a process of its
own, stores and verifies them all; web3.py's `get_logs` with an INSERT an event reads a tenth of the
blocks, being so much slower. Medians count. After that the chain goes on with a block a second, and
the indexer follows it.
"""

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from dapp import native
from dapp.domain.types import OrganisationId
from scripts.benches import busy_chain, contenders, head, ranges
from scripts.benches.contenders import Bench, Read
from scripts.benches.index_tables import readers, targets
from scripts.benches.ranges import Range
from scripts.toolchain import anvil, postgres
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of
from tests.world import World

RESULT = ROOT / "build" / "bench" / "index.json"
_BLOCKS = 2500
_ROUNDS = 3
_HEAD_BLOCKS = 60
_WIDTH = 120  # columns
_NAIVE_PART = 10  # the naive loop reads one block in so many
_CHAIN = ("--timestamp", "1767600000", "--gas-limit", "200000000")


@dataclass(frozen=True)
class Measured:
    """What all rounds gave.

    Attributes:
        asked: the ranges that curl and the naive loop ask for.
        events: that the node has in them.
        blocks: from the deployment to the head.
        curl, receipts, ours, naive: of each round; `receipts` is curl, too.
        delays: seconds from a block to its rows.
    """

    asked: Sequence[Range]
    events: int
    blocks: int
    curl: Sequence[Read]
    receipts: Sequence[Read]
    ours: Sequence[Read]
    naive: Sequence[Read]
    naive_blocks: int
    delays: Sequence[float]


def measure(
    blocks: int = _BLOCKS, rounds: int = _ROUNDS, head_blocks: int = _HEAD_BLOCKS
) -> Measured:
    """Fill a chain and let everyone read it. Raises RuntimeError where events are lost."""
    with _bench(blocks) as (bench, house):
        world = bench.world
        last = world.block_number()
        asked = ranges.tiles(world.deployed_at, last)
        events = ranges.count(world, asked)
        # A run that does not count: the bytecode is made.
        with postgres.database(bench.server) as database:
            _complete(contenders.ours(bench, world.url, last, database), events)
        some = ranges.part(asked, max(1, blocks // _NAIVE_PART))
        curl, receipts, ours, naive = [], [], [], []
        for _ in range(rounds):
            curl.append(contenders.curl(bench, asked, events))
            receipts.append(contenders.curl_receipts(bench, asked, events))
            with postgres.database(bench.server) as database:
                ours.append(_complete(contenders.ours(bench, world.url, last, database), events))
            naive.append(_complete(contenders.naive(bench, some), ranges.count(world, some)))
        with postgres.database(bench.server) as database:
            contenders.ours(bench, world.url, last, database)
            with contenders.following(bench, database):
                delays = head.delays(world, house, database, head_blocks)
    return Measured(
        asked=asked,
        events=events,
        blocks=last - world.deployed_at + 1,
        curl=curl,
        receipts=receipts,
        ours=ours,
        naive=naive,
        naive_blocks=sum(one.blocks for one in some),
        delays=delays,
    )


@contextmanager
def _bench(blocks: int) -> Iterator[tuple[Bench, OrganisationId]]:
    """The servers, and a chain of so many busy blocks."""
    with (
        tempfile.TemporaryDirectory(prefix="redress-bench-") as scratch,
        anvil.running(options=_CHAIN) as node,
        postgres.running() as server,
        World(node.url) as world,
    ):
        folder = Path(scratch)
        world.rpc("anvil_setBlockTimestampInterval", 1)
        world.deploy(folder / "deployments")
        house = busy_chain.fill(world, blocks)
        yield Bench(world, server, folder, folder / "deployments"), house


def _complete(read: Read, events: int) -> Read:
    if read.events != events:
        raise RuntimeError(f"{read.events} events were stored, and the node has {events}")
    return read


def result(measured: Measured) -> dict[str, Any]:
    """What build/bench/index.json holds: medians, and the least and the most of each."""
    each = {
        "curl_events_s": [read.events / read.seconds for read in measured.curl],
        "curl_receipts_events_s": [read.events / read.seconds for read in measured.receipts],
        "events_s": [read.events / read.seconds for read in measured.ours],
        "naive_events_s": [read.events / read.seconds for read in measured.naive],
        "cpu_us_per_event": [1e6 * read.cpu_seconds / read.events for read in measured.ours],
        "rss_mb": [read.peak_bytes / 1e6 for read in measured.ours],
    }
    found = {name: _rounded(name, median(values)) for name, values in each.items()}
    delays = sorted(1000 * seconds for seconds in measured.delays)
    return {
        **found,
        "ratio_to_curl": round(found["events_s"] / found["curl_events_s"], 3),
        "ratio_to_curl_receipts": round(found["events_s"] / found["curl_receipts_events_s"], 3),
        "ratio_to_naive": round(found["events_s"] / found["naive_events_s"], 1),
        "head_p99_ms": round(_percentile(delays, 99), 1),
        "head_p50_ms": round(_percentile(delays, 50), 1),
        "head_blocks": len(delays),
        "blocks": measured.blocks,
        "events": measured.events,
        "rounds": len(measured.ours),
        # Ours runs in the same environment as this.
        "path": native.path(),
        "naive_blocks": measured.naive_blocks,
        "ranges": {
            "count": len(measured.asked),
            "longest": max(one.blocks for one in measured.asked),
            "median": median(one.blocks for one in measured.asked),
        },
        "spread": {
            **{n: [_rounded(n, min(v)), _rounded(n, max(v))] for n, v in each.items()},
            "head_ms": [round(delays[0], 1), round(delays[-1], 1)],
        },
    }


def _rounded(name: str, value: float) -> float:
    return round(value) if name.endswith("events_s") else round(value, 1)


def _percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of ordered values that so many percent do not exceed."""
    return values[math.ceil(len(values) * percent / 100) - 1]


def main(words: Sequence[str]) -> int:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(prog="python -m scripts.benches.index")
    parser.add_argument("--blocks", type=int, default=_BLOCKS)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--head-blocks", type=int, default=_HEAD_BLOCKS)
    found = result(measure(**vars(parser.parse_args(words))))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    # A table is not worth reading when its numbers are broken in two.
    console = Console(width=max(_WIDTH, Console().width))
    for table in (readers(found), targets(found)):
        console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
