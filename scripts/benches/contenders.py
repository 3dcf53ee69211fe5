"""Three ways to read the same events: curl that throws them away, our indexer, the naive loop."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from scripts.benches import metered, ranges
from scripts.benches.ranges import Range
from scripts.toolchain import postgres, process
from scripts.toolchain.paths import ROOT
from scripts.toolchain.postgres import Postgres
from scripts.toolchain.refusal import Refusal
from tests.world import World

# Of a log as JSON: the names of its fields, four hashes and one topic.
_LEAST_LOG_BYTES = 500


@dataclass(frozen=True)
class Bench:
    """What all of them share.

    Attributes:
        folder: for logs and whatever else they leave.
        deployments: the folder of CHAINID.json.
    """

    world: World
    server: Postgres
    folder: Path
    deployments: Path


@dataclass(frozen=True)
class Read:
    """What one reader did.

    Attributes:
        events: how many it read.
        cpu_seconds: of its own process; 0 where it is not known.
        peak_bytes: of its memory; 0 where it is not known.
    """

    events: int
    seconds: float
    cpu_seconds: float = 0.0
    peak_bytes: int = 0


def curl(bench: Bench, asked: Sequence[Range], events: int) -> Read:
    """Fetch the logs of all ranges, in which there are so many, into nothing: a call of curl each.

    Raises:
        RuntimeError: the node answered otherwise, or with less than so many logs can take.
    """
    return _curl(bench, [_logs(bench.world, one) for one in asked], events)


def curl_receipts(bench: Bench, asked: Sequence[Range], events: int) -> Read:
    """As `curl`, but the receipts that prove these logs: what no reader that verifies can spare."""
    return _curl(bench, [_receipts(one) for one in asked], events)


def _curl(bench: Bench, bodies: Sequence[object], events: int) -> Read:
    program = shutil.which("curl")
    if program is None:
        raise Refusal("curl is not installed", "Install it")
    configs = [bench.folder / f"curl.{number}" for number in range(len(bodies))]
    for config, body in zip(configs, bodies, strict=True):
        config.write_text(_request(bench.world.url, body), encoding="utf-8")
    began = time.monotonic()
    said = [subprocess.check_output([program, "-q", "-K", config]) for config in configs]
    seconds = time.monotonic() - began
    answers = [one.decode().split() for one in said]
    size = sum(int(size) for _, size in answers)
    if [code for code, _ in answers] != ["200"] * len(bodies) or size < events * _LEAST_LOG_BYTES:
        raise RuntimeError(f"curl got {len(answers)} answers of {size} bytes for {events} events")
    return Read(events, seconds)


def _logs(world: World, asked: Range) -> object:
    return _call(1, "eth_getLogs", ranges.which(world, asked))


def _receipts(asked: Range) -> object:
    numbers = range(asked.first, asked.last + 1)
    return [_call(number, "eth_getBlockReceipts", hex(number)) for number in numbers]


def _call(number: int, method: str, parameter: object) -> object:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": [parameter]}


def _request(url: str, body: object) -> str:
    # A quoted word of curl's escapes what JSON escapes.
    return (
        f'silent\nurl = "{url}"\nheader = "Content-Type: application/json"\n'
        f'data = {json.dumps(json.dumps(body))}\noutput = "/dev/null"\n'
        'write-out = "%{http_code} %{size_download}\\n"\n'
    )


def ours(bench: Bench, node_url: str, until_block: int, database_url: str) -> Read:
    """The real command, from its start to its end, into an empty database."""
    command = [*_command(), "--until-block", str(until_block)]
    env = environment(bench, node_url, database_url)
    used = metered.run(command, log=bench.folder / "ours.log", env=env)
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM log").fetchone()
    assert row is not None
    return Read(row[0], used.seconds, used.cpu_seconds, used.peak_bytes)


@contextmanager
def following(bench: Bench, database_url: str) -> Iterator[None]:
    """The real command while it follows the chain, told of blocks over a websocket."""
    url = bench.world.url
    env = {
        **environment(bench, url, database_url),
        "REDRESS_NODE_WS_URL": url.replace("http", "ws", 1),
    }
    child = process.start(_command(), log=bench.folder / "head.log", env=env, cwd=ROOT)
    try:
        yield
    finally:
        process.stop(child)


def naive(bench: Bench, asked: Sequence[Range]) -> Read:
    """The loop with web3.py, into an empty database of the same server."""
    log = bench.folder / "naive.log"
    with postgres.database(bench.server) as database_url:
        task: dict[str, Any] = {
            "node_url": bench.world.url,
            "database_url": database_url,
            "contracts": bench.world.contracts,
            "ranges": [(one.first, one.last) for one in asked],
        }
        told = bench.folder / "naive.json"
        told.write_text(json.dumps(task), encoding="utf-8")
        metered.run([sys.executable, "-m", "scripts.benches.naive", told], log=log)
    return Read(**json.loads(process.last_line(log)))


def _command() -> list[str]:
    return [sys.executable, "-m", "dapp", "index", "run"]


def environment(bench: Bench, node_url: str, database_url: str) -> dict[str, str]:
    """Of the caller's own settings none counts.

    Bytecode is kept beside the bench, so that the first run, which does not count, makes it once
    wherever the packages lie; a service that is started again finds its own.
    """
    others = {name: value for name, value in os.environ.items() if not name.startswith("REDRESS_")}
    others.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **others,
        "PYTHONPYCACHEPREFIX": str(bench.folder / "bytecode"),
        "REDRESS_NODE_URL": node_url,
        "REDRESS_DATABASE_URL": database_url,
        "REDRESS_DEPLOYMENTS_DIR": str(bench.deployments),
        "REDRESS_DATA_DIR": str(bench.folder / "data"),
    }
