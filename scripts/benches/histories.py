"""The bundle of a whole history: made by the real command, verified, weighed."""

import asyncio
import json
import sys
from dataclasses import dataclass
from zipfile import ZipFile

import psycopg

from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.types import BlockNumber
from scripts.benches import contenders, metered
from scripts.benches.contenders import Bench
from scripts.benches.metered import Used
from scripts.benches.proofs import in_bundle
from scripts.toolchain import process


@dataclass(frozen=True)
class Told:
    """What a bundle was, how it was made and how verified.

    Attributes:
        bytes: of records and proofs, before the zip packs them; `packed_bytes` of the file.
    """

    records: int
    events: int
    bytes: int
    packed_bytes: int
    making: Used
    verifying: Used


def told(bench: Bench, database_url: str, *scope: str) -> Told:
    """Make a bundle and verify it. Raises RuntimeError where it is not genuine."""
    file, log = bench.folder / "bench.zip", bench.folder / "making.log"
    file.unlink(missing_ok=True)
    env = contenders.environment(bench, bench.world.url, database_url)
    words = [sys.executable, "-m", "dapp", "bundle", *scope, "--block", "latest", "--json"]
    making = metered.run([*words, "-o", file], log=log, env=env)
    made = json.loads(log.read_text(encoding="utf-8"))
    log = bench.folder / "verifying.log"
    words = [sys.executable, "-m", "scripts.benches.verifying", str(file), made["block"]["hash"]]
    verifying = metered.run(words, log=log, env=env)
    said = json.loads(process.last_line(log))
    if said["genuine"] != made["records"]:
        raise RuntimeError(f"of {made['records']} records {said['genuine']} are genuine")
    with ZipFile(file) as archive:
        size = sum(member.file_size for member in archive.infolist())
    events, packed = made["events"], file.stat().st_size
    return Told(made["records"], events, size, packed, making, verifying)


def bound_bytes(bench: Bench, database_url: str) -> tuple[int, int]:
    """What it would take to prove every event by its receipt: headers and nodes, for how many.

    What ties the headers to the trusted one is not counted.
    """
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT block_number, array_agg(transaction_index), count(*) FROM log WHERE known"
            " GROUP BY block_number"
        ).fetchall()
    addresses = list(bench.world.contracts.values())

    async def work() -> int:
        size = 0
        async with Rpc(bench.world.url) as rpc:
            node = Node(rpc)
            for number, transactions, _ in rows:
                header = await node.header_at(BlockNumber(number))
                proof = await node.prove(header, addresses, set(transactions))
                size += in_bundle([header.encoded, *proof.nodes])
        return size

    return asyncio.run(work()), sum(count for *_, count in rows)
