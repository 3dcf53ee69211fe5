"""Several versions of the contracts, and several chains, in one process and one database."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from dapp.bootstrap.indexer import build_indexers
from dapp.bootstrap.parts import build
from dapp.domain.types import BlockNumber
from dapp.errors import FinalityBroken, WrongChain
from dapp.indexer import several
from dapp.indexer.loop import Indexer
from dapp.settings import Settings
from dapp.store.database import schema_of
from tests import chains
from tests.indexing import Indexed
from tests.patience import PATIENCE_SECONDS
from tests.world import World

OTHER_CHAIN = 4242


@pytest.fixture
def new(indexed: Indexed) -> Iterator[World]:
    """Another deployment to the same chain, in `CHAINID-v2.json`."""
    first, folder = indexed.world, indexed.deployments
    path = folder / f"{first.chain_id}.json"
    aside = path.rename(folder / "aside")
    world = World.deployed(first.url, folder)
    path.rename(folder / f"{first.chain_id}-v2.json")
    aside.rename(path)
    with world:
        yield world


@contextmanager
def _other_chain(indexed: Indexed) -> Iterator[World]:
    with (
        chains.running(chain_id=OTHER_CHAIN) as node,
        World.deployed(node.url, indexed.deployments) as world,
    ):
        yield world


def _settings(indexed: Indexed, *urls: str) -> Settings:
    return Settings(
        node_url=";".join(urls),
        database_url=indexed.database_url,
        deployments_dir=indexed.deployments,
        poll_seconds=0.02,
    )


def _run(settings: Settings, until: BlockNumber | None = None) -> list[tuple[str, int, int]]:
    told: list[tuple[str, int, int]] = []

    async def work() -> None:
        async with build_indexers(settings) as indexers:
            await several.run(indexers, lambda *said: told.append(said), until or BlockNumber(0))

    asyncio.run(work())
    return told


def _alone(indexed: Indexed, version: str) -> Indexed:
    return replace(indexed, database_url=schema_of(indexed.database_url, version))


def test_two_versions_on_one_chain_are_apart(indexed: Indexed, new: World) -> None:
    old = indexed.world
    old.file(old.pay(old.register()))
    for _ in range(2):
        new.file(new.pay(new.register()))
    told = _run(_settings(indexed, old.url))

    head = old.block_number()
    chain = f"eip155:{old.chain_id}"
    assert {said for said in told if said[1] == said[2]} >= {
        (chain, head, head),
        (f"{chain} v2", head, head),
    }
    counts = [
        _alone(indexed, version).sql("SELECT count(*) FROM complaint") for version in ("", "v2")
    ]
    assert counts == [[(1,)], [(2,)]]
    # Indexed by itself from nothing it is the same, row by row.
    together = _alone(indexed, "v2").read_model()
    indexed.sql("DROP SCHEMA contracts_v2 CASCADE")
    _run(_settings(indexed, old.url))
    assert _alone(indexed, "v2").read_model() == together


def test_pages_show_the_version_that_is_named(indexed: Indexed, new: World) -> None:
    new.file(new.pay(new.register()))
    settings = _settings(indexed, new.url)
    _run(settings)

    async def complaints(version: str) -> int:
        named = settings.model_copy(update={"contracts_version": version})
        async with build(named) as parts:
            return int((await parts.status.show())["complaints"])

    assert [asyncio.run(complaints(version)) for version in ("", "v2")] == [0, 1]


def test_one_that_stops_does_not_stop_the_others(indexed: Indexed) -> None:
    """The chain of one leaves a final block; the other's goes on."""
    first = indexed.world
    with _other_chain(indexed) as second:
        snapshot = first.rpc("evm_snapshot")
        first.register()
        first.mine(150)
        settings = _settings(indexed, first.url, second.url)
        _run(settings)
        assert first.rpc("evm_revert", snapshot) is True
        first.mine(300)
        filed = second.file(second.pay(second.register()))
        with pytest.raises(FinalityBroken):
            _run(settings, second.block_number())
        rows = indexed.sql("SELECT chain_id, id FROM complaint")
        assert rows == [(OTHER_CHAIN, filed)]
        halted = indexed.sql("SELECT chain_id, halted IS NOT NULL FROM checkpoint ORDER BY 1")
        assert halted == [(OTHER_CHAIN, False), (first.chain_id, True)]


def test_pages_show_the_chain_that_is_named(indexed: Indexed) -> None:
    first = indexed.world
    with _other_chain(indexed) as second:
        settings = _settings(indexed, first.url, second.url)
        _run(settings)

        async def chain(named: int | None) -> str:
            chosen = settings.model_copy(update={"chain_id": named})
            async with build(chosen) as parts:
                return str((await parts.status.show())["chain"])

        shown = [asyncio.run(chain(named)) for named in (None, first.chain_id, OTHER_CHAIN)]
        assert shown == [f"eip155:{n}" for n in (first.chain_id, first.chain_id, OTHER_CHAIN)]


def test_a_version_of_another_chain_is_refused(indexed: Indexed) -> None:
    """Its file says another genesis: one clear refusal, and nothing is written."""
    folder, chain_id = indexed.deployments, indexed.world.chain_id
    known = json.loads((folder / f"{chain_id}.json").read_text())
    known["genesisHash"] = "0x" + "11" * 32
    (folder / f"{chain_id}-v2.json").write_text(json.dumps(known))
    with pytest.raises(WrongChain):
        _run(_settings(indexed, indexed.world.url))
    assert (
        indexed.sql(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        == []
    )


@pytest.mark.usefixtures("new")
def test_all_are_stopped_by_one_word(indexed: Indexed) -> None:
    async def work() -> None:
        async with build_indexers(_settings(indexed, indexed.world.url)) as indexers:
            seen: set[str] = set()

            def tell(name: str, done: int, of: int) -> None:
                if done == of:
                    seen.add(name)
                if len(seen) == len(indexers) == 2:
                    _stop(indexers)

            await asyncio.wait_for(several.run(indexers, tell), PATIENCE_SECONDS)

    asyncio.run(work())


def _stop(indexers: Sequence[Indexer]) -> None:
    for indexer in indexers:
        indexer.stop()
