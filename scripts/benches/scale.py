"""`make bench-load`: what a complaint costs among ten thousand, and among a million.

A chain of moulded complaints (`long_chain`) grows from size to size. At each the real indexer, a
process of its own, stores what is new and proves all of it by its receipts; the real server is then
asked, by one client, for what people ask for, and keeps no answers meanwhile: so each is made anew
out of the database. The chain is written to a file before it is read, and what it costs to answer
for it is counted apart.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from dapp import native
from scripts.benches import asked, lives, metered, scale_tables
from scripts.benches.asked import Latency
from scripts.benches.long_chain import EACH, Court, LongChain
from scripts.benches.used import Stored, cpu_seconds, stored
from scripts.toolchain import anvil, postgres, process
from scripts.toolchain.paths import ROOT
from scripts.toolchain.postgres import Postgres
from scripts.toolchain.refusal import exit_code_of
from tests.api_player import environment, until
from tests.world import World

RESULT = ROOT / "build" / "bench" / "load.json"
_SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_REQUESTS = 100
_WIDTH = 150  # columns
_PATIENCE_SECONDS = 30.0
_LONGEST_SECONDS = 4 * 3600.0
_TICK_MS = 0.1
"""What the kernel's clock of processors can tell, a request."""
_CHAIN = ("--timestamp", "1767600000")


@dataclass(frozen=True)
class Grown:
    """What the indexer did between one size and the next, or before the first complaint.

    Attributes:
        events: that were new; blocks as well.
        seconds: from the command's start to its end; `cpu_seconds` of its process.
        database_seconds, source_seconds: of CPU, of PostgreSQL and of what stands for the node.
        peak_bytes: of the indexer's memory.
    """

    events: int
    blocks: int
    seconds: float
    cpu_seconds: float
    database_seconds: float
    source_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Size:
    """How it stands with so many complaints; `latencies` by what is asked for."""

    complaints: int
    events: int
    grown: Grown
    stored: Stored
    latencies: dict[str, Latency]


@dataclass(frozen=True)
class Bench:
    """
    Attributes:
        chain: that grows; `url` is where it is served, by the process `source`.
    """

    chain: LongChain
    server: Postgres
    database_url: str
    url: str
    source: int
    folder: Path
    env: dict[str, str]


def measure(
    sizes: Sequence[int] = _SIZES,
    requests: int = _REQUESTS,
    court: Court | None = None,
    keep: Callable[[Bench, Size], None] | None = None,
) -> tuple[Grown, list[Size]]:
    """What came before the first complaint, and each size. Raises RuntimeError."""
    with _bench(court or Court()) as bench:
        before, found = _grown(bench, (0, 0)), []
        for wanted in sizes:
            known = bench.chain.blocks, bench.chain.events
            bench.chain.grow(wanted)
            found.append(_size(bench, _grown(bench, known), requests))
            if keep is not None:
                keep(bench, found[-1])
            # It takes long: whoever waits sees how far it is.
            print(json.dumps(asdict(found[-1])), file=sys.stderr, flush=True)
    return before, found


def _size(bench: Bench, grown: Grown, requests: int) -> Size:
    chain = bench.chain
    with asked.serving(bench.env, bench.folder, bench.server.process.pid) as server:
        _check(chain, server.http.get("/v1/status").json())
        latencies = asked.latencies(chain, server, requests)
    return Size(chain.complaints, chain.events, grown, stored(bench.database_url), latencies)


@contextmanager
def _bench(court: Court) -> Iterator[Bench]:
    with ExitStack() as stack:
        scratch = tempfile.TemporaryDirectory(prefix="redress-bench-", dir=os.environ.get("TMPDIR"))
        folder = Path(stack.enter_context(scratch))
        node = stack.enter_context(anvil.running(options=_CHAIN))
        server = stack.enter_context(postgres.running())
        world = stack.enter_context(World(node.url))
        world.rpc("anvil_setBlockTimestampInterval", 1)
        world.deploy(folder / "deployments")
        chain = LongChain(world, lives.play(world), folder, court)
        stack.callback(chain.close)
        url, source = stack.enter_context(_served(folder, world))
        database_url = stack.enter_context(postgres.database(server))
        env = environment(url, database_url, folder / "deployments", folder / "data")
        yield Bench(chain, server, database_url, url, source, folder, env)


@contextmanager
def _served(folder: Path, world: World) -> Iterator[tuple[str, int]]:
    """Where the chain is served, and by which process."""
    port = process.free_port()
    words: list[str | Path] = ["scripts.benches.chain_server", str(port), folder, world.url]
    words.append(world.contracts["ComplaintDesk"])
    child = process.start([sys.executable, "-m", *words], log=folder / "chain.log", cwd=ROOT)
    try:
        until(lambda: process.port_is_taken(port), "the chain is served", _PATIENCE_SECONDS)
        yield f"http://127.0.0.1:{port}", child.pid
    finally:
        process.stop(child)


def _grown(bench: Bench, known: tuple[int, int]) -> Grown:
    """Index what there is beyond so many blocks and events."""
    blocks, events = known
    before = _used(bench)
    last = str(bench.chain.blocks - 1)
    command = [sys.executable, "-m", "dapp", "index", "run", "--until-block", last]
    log = bench.folder / "index.log"
    used = metered.run(command, log=log, env=bench.env, patience_seconds=_LONGEST_SECONDS)
    database, source = (now - then for now, then in zip(_used(bench), before, strict=True))
    return Grown(
        events=bench.chain.events - events,
        blocks=bench.chain.blocks - blocks,
        seconds=used.seconds,
        cpu_seconds=used.cpu_seconds,
        database_seconds=database,
        source_seconds=source,
        peak_bytes=used.peak_bytes,
    )


def _used(bench: Bench) -> tuple[float, float]:
    return cpu_seconds(bench.server.process.pid), cpu_seconds(bench.source)


def _check(chain: LongChain, told: dict[str, Any]) -> None:
    """All of it is stored, proven, and agrees with the desk's trails."""
    wanted = {
        "as_of_block": chain.blocks - 1,
        "complaints": chain.complaints,
        "complaints_on_chain": chain.complaints,
        "events": chain.events,
        "mismatches": [],
        "unverified": 0,
        "unknown_logs": 0,
        "unproven_blocks": 0,
    }
    if differ := {name: told[name] for name in wanted if told[name] != wanted[name]}:
        raise RuntimeError(f"the index says {differ}, and the chain {wanted}")


def result(before: Grown, sizes: Sequence[Size]) -> dict[str, Any]:
    """What build/bench/load.json holds; `cost_ratio` is the last size's cost over the first's."""
    found = [_told(one) for one in sizes]
    first, last = found[0], found[-1]
    return {
        "complaints": last["complaints"],
        "events": last["events"],
        "before": _grown_told(before),
        "sizes": found,
        "cost_ratio": {
            name: round(last[name] / first[name], 2)
            for name in ("index_cpu_us_per_event", "index_us_per_event", "bytes_per_event")
        },
        "cpu_ratio": {
            name: round(last["cpu_ms"][name] / max(first["cpu_ms"][name], _TICK_MS), 2)
            for name in first["cpu_ms"]
        },
        "path": native.path(),
    }


def _told(one: Size) -> dict[str, Any]:
    return {
        "complaints": one.complaints,
        "events": one.events,
        **_grown_told(one.grown),
        "bytes_per_event": round(one.stored.bytes / one.events),
        "database_mb": round(one.stored.bytes / 1e6),
        "tables_mb": {name: round(size / 1e6, 1) for name, size in one.stored.tables.items()},
        "p50_ms": {name: round(found.p50_ms, 2) for name, found in one.latencies.items()},
        "p99_ms": {name: round(found.p99_ms, 2) for name, found in one.latencies.items()},
        "cpu_ms": {name: round(found.cpu_ms, 2) for name, found in one.latencies.items()},
        "refused": {name: found.refused for name, found in one.latencies.items() if found.refused},
    }


def _grown_told(one: Grown) -> dict[str, Any]:
    return {
        "new_events": one.events,
        "new_blocks": one.blocks,
        "events_s": round(one.events / one.seconds),
        "index_us_per_event": round(1e6 * one.seconds / one.events, 1),
        "index_cpu_us_per_event": round(1e6 * one.cpu_seconds / one.events, 1),
        "database_cpu_us_per_event": round(1e6 * one.database_seconds / one.events, 1),
        "source_cpu_us_per_event": round(1e6 * one.source_seconds / one.events, 1),
        "rss_mb": round(one.peak_bytes / 1e6, 1),
    }


def main(words: Sequence[str]) -> int:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(prog="python -m scripts.benches.scale")
    parser.add_argument("--complaints", type=int, default=_SIZES[-1], help="of the largest size")
    parser.add_argument("--requests", type=int, default=_REQUESTS, help="of each kind")
    parser.add_argument("--houses", type=int, default=Court.houses)
    parser.add_argument("--arbitrators", type=int, default=Court.arbitrators)
    asked_for = parser.parse_args(words)
    most = -(-asked_for.complaints // EACH) * EACH
    sizes = [*(size for size in _SIZES if size < most), most]
    court = Court(asked_for.houses, asked_for.arbitrators)
    before, found = measure(sizes, asked_for.requests, court)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    told = result(before, found)
    RESULT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    RESULT.with_suffix(".md").write_text(scale_tables.markdown(told), encoding="utf-8")
    console = Console(width=max(_WIDTH, Console().width))
    for table in scale_tables.tables(told):
        console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
