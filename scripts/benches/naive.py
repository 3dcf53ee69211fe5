"""The loop that everyone writes first: web3.py's `get_logs`, event by event, and an INSERT each.

Run as a process of its own with a task in a file; prints how many events it stored and in how many
seconds, its own start not counted.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from web3 import HTTPProvider, Web3
from web3.contract.contract import ContractEvent

from dapp.chain import abi, artifacts

_TABLE = (
    "CREATE TABLE event (block bigint, log_index bigint, transaction bytea, address text,"
    " name text, args json, PRIMARY KEY (block, log_index))"
)
_INSERT = "INSERT INTO event VALUES (%s, %s, %s, %s, %s, %s)"


def _main() -> None:
    task: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    events = list(_events(Web3(HTTPProvider(task["node_url"])), task["contracts"]))
    stored = 0
    with psycopg.connect(task["database_url"], autocommit=True) as connection:
        connection.execute(_TABLE)
        began = time.monotonic()
        for first, last in task["ranges"]:
            with connection.transaction():
                stored += sum(_store(connection, event, first, last) for event in events)
        seconds = time.monotonic() - began
    print(json.dumps({"events": stored, "seconds": seconds}))


def _events(web3: Web3, contracts: dict[str, str]) -> Iterator[ContractEvent]:
    for name, address in contracts.items():
        entries = artifacts.load(name).abi
        contract = web3.eth.contract(address=Web3.to_checksum_address(address), abi=entries)
        yield from (contract.events[one["name"]] for one in abi.entries(entries, "event"))


def _store(connection: psycopg.Connection[Any], event: ContractEvent, first: int, last: int) -> int:
    found = list(event.get_logs(from_block=first, to_block=last))
    for log in found:
        where = (log["blockNumber"], log["logIndex"], bytes(log["transactionHash"]))
        args = Web3.to_json(log["args"])
        connection.execute(_INSERT, (*where, log["address"], log["event"], args))
    return len(found)


if __name__ == "__main__":
    _main()
