"""What one client asks of the real server, and how long it waits."""

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from scripts.benches.long_chain import LongChain
from scripts.benches.used import cpu_seconds
from tests.api_player import redress, until

_PATIENCE_SECONDS = 60.0
_SEED = 9
_SLOW_REQUESTS = 8
"""Of what adds up many cases."""
_STATES = ("filed", "offered", "escalated", "paid", "confirmed", "withdrawn")


@dataclass(frozen=True)
class Latency:
    """Of so many requests, milliseconds.

    Attributes:
        cpu_ms: of processors, each request: the server's and PostgreSQL's. Unlike the others it
            says the same however busy the machine is.
        refused: so many were not answered with 200.
    """

    requests: int
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    refused: int


@dataclass(frozen=True)
class Asked:
    """The server, and the processes that work for it."""

    http: httpx.Client
    pids: tuple[int, ...]


@contextmanager
def serving(env: Mapping[str, str], folder: Path, database: int) -> Iterator[Asked]:
    """`redress serve` that keeps no answers, ready; `database` is PostgreSQL's process."""
    log = folder / "serve.log"
    log.unlink(missing_ok=True)
    own = {"REDRESS_ANSWERS_MEMORY_BYTES": "0", "REDRESS_READS_PER_MINUTE": "0"}
    with redress(log, {**env, **own}, "serve", "--port", "0") as child:
        shown: list[str] = []

        def announced() -> bool:
            assert child.poll() is None, log.read_text(encoding="utf-8")
            shown.extend(re.findall(r"http://\S+", log.read_text(encoding="utf-8")))
            return bool(shown)

        until(announced, "the server's address", _PATIENCE_SECONDS)
        with httpx.Client(base_url=shown[0], timeout=60) as http:
            until(lambda: http.get("/readyz").status_code == 200, "ready", _PATIENCE_SECONDS)
            yield Asked(http, (child.pid, database))


def latencies(chain: LongChain, server: Asked, requests: int) -> dict[str, Latency]:
    """Of each kind of request; what is asked for differs from one to the next."""
    found = {}
    for name, path in _paths(chain).items():
        lot = Random(_SEED)  # noqa: S311 (no secret is drawn)
        count = min(requests, _SLOW_REQUESTS) if name in _SUMS else requests
        found[name] = _timed(server, [path(lot) for _ in range(count + 1)])
    return found


_SUMS = ("statistics", "scorecards", "ranking", "status", "orgs_page", "stats_page", "home_page")


def _paths(chain: LongChain) -> dict[str, Callable[[Random], str]]:
    most, houses = chain.complaints, chain.houses

    def number(lot: Random) -> int:
        return lot.randint(1, most)

    def words(lot: Random) -> Mapping[str, bytes]:
        return chain.copy_of(number(lot) - 1).words

    return {
        "case": lambda lot: f"/v1/cases/{number(lot)}",
        "timeline": lambda lot: f"/v1/cases/{number(lot)}/timeline",
        "case_page": lambda lot: f"/c/{number(lot)}",
        "list": lambda lot: f"/v1/cases?cursor={number(lot)}",
        "newest": lambda _: "/v1/cases",
        "by_state": lambda lot: f"/v1/cases?cursor={number(lot)}&state={lot.choice(_STATES)}",
        "by_house": lambda lot: (
            f"/v1/cases?cursor={number(lot)}&organisation={lot.randint(1, houses)}"
        ),
        "by_customer": lambda lot: f"/v1/cases?customer=0x{words(lot)['customer'][12:].hex()}",
        "by_house_and_state": lambda lot: (
            f"/v1/cases?organisation={lot.randint(1, 100)}&state={lot.choice(_STATES)}"
        ),
        "late": lambda lot: f"/v1/cases?cursor={number(lot)}&breach=answer",
        "search": lambda lot: f"/v1/search?q=0x{words(lot)['key'].hex()}",
        "search_person": lambda lot: f"/v1/search?q=0x{words(lot)['customer'][12:].hex()}",
        "orders": lambda lot: f"/v1/orders?organisation={lot.randint(1, houses)}",
        "house": lambda lot: f"/v1/organisations/{lot.randint(1, houses)}",
        "large_house": lambda lot: f"/v1/organisations/{lot.randint(1, 10)}",
        "houses": lambda lot: f"/v1/organisations?cursor={lot.randint(1, houses)}",
        "scorecard": lambda lot: f"/v1/organisations/{lot.randint(1, houses)}/scorecard",
        "large_scorecard": lambda lot: f"/v1/organisations/{lot.randint(1, 10)}/scorecard",
        "house_page": lambda lot: f"/orgs/{lot.randint(1, houses)}",
        "arbitrator": lambda lot: f"/v1/arbitrators?cursor={lot.randint(1, chain.arbitrators)}",
        "status": lambda _: "/v1/status",
        "home_page": lambda _: "/",
        "orgs_page": lambda _: "/orgs",
        "stats_page": lambda _: "/stats",
        # Never the same twice, and always all: what is added up is not what was added up before.
        "statistics": lambda lot: f"/v1/stats/overall?filed_from={lot.randint(1, 10**9)}",
        "scorecards": lambda lot: f"/v1/scorecards?cursor={lot.randint(1, houses)}",
        "ranking": lambda lot: f"/v1/scorecards?sort=-on-time&filed_from={lot.randint(1, 10**9)}",
    }


def _timed(server: Asked, paths: Sequence[str]) -> Latency:
    # What is made once is made: connections, templates, plans.
    server.http.get(paths[0])
    paths = paths[1:]
    times, refused = [], 0
    before = sum(map(cpu_seconds, server.pids))
    for path in paths:
        began = time.perf_counter()
        answer = server.http.get(path)
        times.append(1000 * (time.perf_counter() - began))
        refused += answer.status_code != 200
    used = sum(map(cpu_seconds, server.pids)) - before
    times.sort()
    middle, most = (times[math.ceil(len(times) * part) - 1] for part in (0.5, 0.99))
    return Latency(len(times), middle, most, 1000 * used / len(times), refused)
