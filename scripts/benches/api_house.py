"""The real service over a large index: our server on one core, everything else on another."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from scripts.benches import api_rows
from scripts.toolchain import anvil, postgres, process
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import Refusal
from tests import every_case
from tests.api_player import environment, redress, until
from tests.indexing import Indexed
from tests.world import World

_PATIENCE_SECONDS = 60.0
_FINAL_BLOCKS = 100


@dataclass(frozen=True)
class House:
    """A chain, its index with many complaints, and an indexer that follows.

    Attributes:
        copies: complaints beside those that were played.
        server_core, other_core: where servers are measured, and where all else runs.
        env: what tells our commands where everything is.
    """

    world: World
    database_url: str
    folder: Path
    copies: int
    server_core: int
    other_core: int
    env: Mapping[str, str]

    @property
    def numbers(self) -> range:
        """Of the copies."""
        return range(api_rows.FIRST, api_rows.FIRST + self.copies)


@dataclass(frozen=True)
class Server:
    """One process with one worker."""

    url: str
    pid: int
    http: httpx.Client


@contextmanager
def house(copies: int, folder: Path) -> Iterator[House]:
    """Play every kind of case, copy the rows, and let the indexer follow.

    Raises Refusal where there are no two cores to pin to.
    """
    server_core, other_core = cores()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        server = stack.enter_context(postgres.running())
        os.sched_setaffinity(server.process.pid, {other_core})
        node = stack.enter_context(anvil.running())
        os.sched_setaffinity(node.process.pid, {other_core})
        url = stack.enter_context(postgres.database(server))
        deployments = folder / "deployments"
        world = stack.enter_context(closing(World.deployed(node.url, deployments)))
        every_case.play(world)
        # All of it is final: no answer changes because a block becomes so.
        world.mine(_FINAL_BLOCKS)
        Indexed(world, deployments, url).index()
        api_rows.fill(url, copies)
        env = environment(node.url, url, deployments, folder / "data")
        indexer = stack.enter_context(redress(folder / "index.log", env, "index", "run"))
        os.sched_setaffinity(indexer.pid, {other_core})
        yield House(world, url, folder, copies, server_core, other_core, env)


def cores() -> tuple[int, int]:
    """One for the server and one for all else. Raises Refusal."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(allowed) < 2:
        raise Refusal("two cores that a process can be pinned to are needed", "Use such a Linux")
    return allowed[0], allowed[-1]


@contextmanager
def serving(found: House) -> Iterator[Server]:
    """`redress serve`, ready."""
    log = found.folder / "serve.log"
    log.unlink(missing_ok=True)
    with redress(log, found.env, "serve", "--port", "0") as child:
        os.sched_setaffinity(child.pid, {found.server_core})
        shown: list[str] = []

        def announced() -> bool:
            if child.poll() is not None:
                raise RuntimeError(f"the server ended: {process.last_line(log)}")
            shown.extend(re.findall(r"http://\S+", log.read_text(encoding="utf-8")))
            return bool(shown)

        until(announced, "the server's address", _PATIENCE_SECONDS)
        yield from _ready(shown[0], "/readyz", child)


@contextmanager
def bare(found: House, answers: Path) -> Iterator[Server]:
    """The bare routes, with bodies from a file."""
    port = process.free_port()
    words: Sequence[str | Path] = [sys.executable, "-m", "scripts.benches.bare", str(port), answers]
    words = [*words, found.database_url, str(found.world.chain_id)]
    child = process.start(words, log=found.folder / "bare.log", cwd=ROOT)
    try:
        os.sched_setaffinity(child.pid, {found.server_core})
        yield from _ready(f"http://127.0.0.1:{port}", "/same/1", child)
    finally:
        process.stop(child)


def _ready(url: str, path: str, child: subprocess.Popen[bytes]) -> Iterator[Server]:
    with httpx.Client(base_url=url, timeout=30) as http:

        def answers() -> bool:
            try:
                return http.get(path).status_code < 400
            except httpx.TransportError:
                return False

        until(answers, f"{url} is ready", _PATIENCE_SECONDS)
        yield Server(url, child.pid, http)
