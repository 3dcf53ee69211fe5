"""A world whose history is bundled: index, vault, and short ways to make and open bundles."""

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dapp.audit.format import CaseScope, HistoryScope, OrganisationScope
from dapp.chain.deployment import connect
from dapp.chain.node import Node
from dapp.chain.rpc import Rpc
from dapp.domain.types import Address, Digest, hash32
from dapp.service.bundles import Asked, At, Bundles, Made
from dapp.store.database import pool
from dapp.store.queries import Queries
from evidence import Item, Kind, Manifest, Vault, Visibility, encode
from tests.indexing import Indexed, decoder
from tests.world import World


@dataclass(frozen=True)
class Bundled:
    """What a bundle is made of; `folder` is the vault's."""

    indexed: Indexed
    vault: Vault
    folder: Path

    @property
    def world(self) -> World:
        return self.indexed.world

    def case(self, complaint: int, at: At = None, node_url: str | None = None) -> "Opened":
        """The bundle of a case."""
        return self.make(Asked(CaseScope(complaint=complaint), at), node_url)

    def organisation(self, number: int, at: At = None) -> "Opened":
        """The bundle of an organisation."""
        return self.make(Asked(OrganisationScope(organisation=number), at))

    def history(self, since: int | None = None, at: At = None) -> "Opened":
        """The bundle of everything."""
        return self.make(Asked(HistoryScope(since=since), at))

    def say(self, author: Address, text: str, *files: tuple[str, bytes]) -> Digest:
        """Store a manifest; its digest."""
        items = []
        for name, content in files:
            stored = self.vault.put_file(io.BytesIO(content))
            kind = ("application/octet-stream", stored.size, stored.cid)
            items.append(Item(name, *kind, Kind.FILE, Visibility.PUBLIC))
        manifest = Manifest(
            salt=bytes(32),
            chain=f"eip155:{self.world.chain_id}",
            desk=self.world.contracts["ComplaintDesk"].lower(),
            author=author.lower(),
            items=tuple(items),
            text=text,
        )
        return Digest(hash32(self.vault.put_manifest(encode(manifest))))

    def make(self, asked: Asked, node_url: str | None = None) -> "Opened":
        """A bundle, by way of another address of the node if given."""
        out = io.BytesIO()

        async def work() -> Made:
            url = self.indexed.database_url
            async with Rpc(node_url or self.world.url) as rpc, pool(url, size=2) as readers:
                node = Node(rpc)
                deployment = await connect(node, self.indexed.deployments)
                queries = Queries(readers, deployment, decoder(deployment))
                return await Bundles(queries, node, self.vault, deployment).make(asked, out)

        return Opened(asyncio.run(work()), out.getvalue())


@dataclass(frozen=True)
class Opened:
    """A bundle, and what its maker said of it."""

    made: Made
    data: bytes

    def member(self, name: str) -> bytes:
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return archive.read(name)

    @property
    def names(self) -> list[str]:
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return archive.namelist()

    @property
    def claims(self) -> dict[str, Any]:
        return dict(json.loads(self.member("bundle.json")))

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.member("records.jsonl").splitlines()]


@pytest.fixture
def bundled(indexed: Indexed, tmp_path: Path) -> Iterator[Bundled]:
    """A fresh world, an empty index, an empty vault."""
    folder = tmp_path / "vault"
    yield Bundled(indexed, Vault(folder), folder)
