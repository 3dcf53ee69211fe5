"""Bundles where neither node nor index are asked: how many at once, and which block is meant."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from dapp.audit.format import CaseScope
from dapp.chain.node import Node
from dapp.domain.deployment import Deployment
from dapp.errors import InvalidInput, NodeUnavailable, Retryable
from dapp.service.bundles import Asked, Bundles, at_of
from dapp.service.bundles.bundles import MOST_MAKERS
from dapp.store.histories import Histories
from dapp.store.queries import Queries
from evidence import Vault


class _Waiting:
    """An index that keeps everybody waiting, and then is not there."""

    def __init__(self) -> None:
        self.waiting = 0
        self.go = asyncio.Event()

    @asynccontextmanager
    async def histories(self) -> AsyncIterator[Histories]:
        self.waiting += 1
        await self.go.wait()
        raise NodeUnavailable("gone")
        yield


def test_only_a_few_are_made_at_once() -> None:
    async def work() -> None:
        index = _Waiting()
        bundles = Bundles(
            cast(Queries, index), cast(Node, None), cast(Vault, None), cast(Deployment, None)
        )

        async def make() -> None:
            await bundles.make(Asked(CaseScope(complaint=1)), io.BytesIO())

        for _ in range(2):
            index.go.clear()
            makers = [asyncio.ensure_future(make()) for _ in range(MOST_MAKERS)]
            await asyncio.sleep(0)
            assert index.waiting == MOST_MAKERS
            with pytest.raises(Retryable) as busy:
                await make()
            assert busy.value.code == "bundle-busy"
            # Whoever fails leaves a place.
            index.go.set()
            index.waiting = 0
            for maker in makers:
                with pytest.raises(NodeUnavailable):
                    await maker

    asyncio.run(work())


@pytest.mark.parametrize("text", ["", "Latest", "-1", "1.0", "0x10", "\u0661", "9" * 16])
def test_what_is_no_block_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        at_of(text)


def test_blocks_have_names_or_numbers() -> None:
    named = [at_of(text) for text in (None, "finalized", "latest", "0", "17")]
    assert named == [None, "finalized", "latest", 0, 17]
