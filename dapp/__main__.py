"""The `redress` command, also as `python -m dapp`."""

import sys

from dapp.bootstrap import build, build_indexer, build_vault
from dapp.cli import Builders, app, run

BUILDERS = Builders(build, build_indexer, build_vault)


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(app, sys.argv[1:], BUILDERS))


if __name__ == "__main__":
    main()
