"""The service's own gateway over a vault, by itself: no chain, no database."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import uvicorn
from fastapi import FastAPI

from dapp.domain.types import Address, ChainId
from dapp.service.evidence import Evidence
from dapp.web import problems
from dapp.web.api import gateway
from dapp.web.limits import SecurityHeaders
from evidence import CarReader, Vault, parse_cid, write_car
from evidence.cid import CID
from evidence.wire import decode_varint

DESK = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
PROBE = parse_cid("bafkqaaa")


@dataclass(frozen=True, slots=True)
class _Parts:
    """As much of `dapp.service.parts.Parts` as the gateway's route asks for."""

    evidence: Evidence


@contextmanager
def serving(vault: Vault, refused: Callable[[CID], int | None] = lambda cid: None) -> Iterator[str]:
    """The address of a running server, which ends with the block."""
    app = FastAPI()
    evidence = Evidence(vault, lambda digest: None, ChainId(31337), DESK, 1 << 30, refused)
    app.state.parts = _Parts(evidence)
    app.include_router(gateway.router)
    problems.install(app)
    app.add_middleware(SecurityHeaders)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server ended before it began"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def put_blocks(vault: Vault, car: bytes) -> None:
    """Every block of a CAR with whatever roots, and whether or not its DAGs are whole."""
    size, start = decode_varint(car)
    header = next(write_car(PROBE, vault.get))
    for cid, block in CarReader(BytesIO(header + car[start + size :])).blocks():
        vault.put(cid, block)
