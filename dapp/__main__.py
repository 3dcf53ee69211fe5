"""The `redress` command, also as `python -m dapp`."""

import sys
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from dapp.cli import Builders, app, run
from dapp.settings import Settings

if TYPE_CHECKING:
    from dapp.indexer.loop import Indexer
    from dapp.service.parts import Parts
    from evidence import Vault

# Each command loads what it needs and no more: the indexer keeps none of the pages in memory.


def _parts(settings: Settings) -> "AbstractAsyncContextManager[Parts]":
    from dapp.bootstrap.parts import build

    return build(settings)


def _indexers(settings: Settings) -> "AbstractAsyncContextManager[list[Indexer]]":
    from dapp.bootstrap.indexer import build_indexers

    return build_indexers(settings)


def _vault(settings: Settings) -> "Vault":
    from dapp.bootstrap.parts import build_vault

    return build_vault(settings)


BUILDERS = Builders(_parts, _indexers, _vault)


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(app, sys.argv[1:], BUILDERS))


if __name__ == "__main__":
    main()
