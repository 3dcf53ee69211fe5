"""What must be well before requests are sent here."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dapp.domain.types import BlockNumber, ChainId, Hash32, UnixTime
from dapp.errors import DatabaseUnavailable, NodeUnavailable, RedressError
from dapp.service.status import Status
from dapp.store.views import Head

HEAD = Head(
    ChainId(1), BlockNumber(100), Hash32("0x" + "11" * 32), UnixTime(1), 1.0, BlockNumber(0)
)
LAG = 5


def said(answer: Any) -> Any:
    """What answers with it, or fails with it."""

    async def head() -> Any:
        if isinstance(answer, RedressError):
            raise answer
        return answer

    return SimpleNamespace(head=head)


def ready(index: Any, node: Any) -> dict[str, bool]:
    number = SimpleNamespace(block=SimpleNamespace(number=node)) if isinstance(node, int) else node
    nothing = cast(Any, None)
    status = Status(said(index), nothing, nothing, said(number), LAG)
    return {name: bool(check["ok"]) for name, check in asyncio.run(status.ready()).items()}


@pytest.mark.parametrize(
    ("index", "node", "found"),
    [
        (HEAD, 100, {"database": True, "index": True}),
        (HEAD, 100 + LAG, {"database": True, "index": True}),
        (HEAD, 101 + LAG, {"database": True, "index": False}),
        # A node that lags itself, or is away, keeps nobody from reading.
        (HEAD, 90, {"database": True, "index": True}),
        (HEAD, NodeUnavailable("away"), {"database": True, "index": True}),
        (None, 100, {"database": True, "index": False}),
        (DatabaseUnavailable("away"), 100, {"database": False}),
    ],
)
def test_an_index_that_lags_too_far_is_not_ready(
    index: Any, node: Any, found: dict[str, bool]
) -> None:
    assert ready(index, node) == found
