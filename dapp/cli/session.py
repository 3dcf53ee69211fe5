"""Runs a command's work on the real parts, which the entry point knows how to build."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from dapp.settings import Settings

if TYPE_CHECKING:
    from dapp.indexer.loop import Indexer
    from dapp.service.parts import Parts
    from evidence import Vault

Answer = TypeVar("Answer")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as the API gives it.")]


@dataclass(frozen=True, slots=True)
class Builders:
    """What `dapp.bootstrap` offers; it stands above the commands and hands itself down."""

    parts: "Callable[[Settings], AbstractAsyncContextManager[Parts]]"
    indexers: "Callable[[Settings], AbstractAsyncContextManager[list[Indexer]]]"
    vault: "Callable[[Settings], Vault]"


def builders(context: typer.Context) -> Builders:
    """Those that the entry point gave to the running command."""
    found = context.find_object(Builders)
    if found is None:
        raise RuntimeError("the command was started without its builders; use dapp.__main__")
    return found


def with_parts(context: typer.Context, work: "Callable[[Parts], Awaitable[Answer]]") -> Answer:
    """Builds the parts, does the work, and takes them down again."""
    build = builders(context).parts

    async def session() -> Answer:
        async with build(Settings()) as parts:
            return await work(parts)

    return asyncio.run(session())
