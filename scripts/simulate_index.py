"""`make simulate-index`: stories of an indexer among liars, on and on.

    python -m scripts.simulate_index 1000 --first 200 --without "past finalized" --without lie

Each seed that fails is told with what happened in it; it belongs into KEPT of
tests/faults/test_simulation.py.
"""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from scripts.toolchain import postgres
from scripts.toolchain.refusal import exit_code_of
from tests.faults.simulation import play
from tests.faults.stage import staged


def main() -> int:
    """Tell the stories; 1 if any failed."""
    told = _arguments()
    # The indexer's own words would drown the stories.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    failed: list[int] = []
    began = time.monotonic()
    with (
        postgres.running() as server,
        tempfile.TemporaryDirectory(prefix="redress-faults-") as folder,
        staged(server, Path(folder)) as stage,
    ):
        for seed in range(told.first, told.first + told.seeds):
            try:
                play(stage, seed, told.without)
            except AssertionError as error:
                failed.append(seed)
                print(f"{error}\n", flush=True)
    seconds = time.monotonic() - began
    print(f"{told.seeds} seeds in {seconds:.0f} s; failed: {failed or 'none'}")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.simulate_index")
    parser.add_argument("seeds", type=int, nargs="?", default=1000)
    parser.add_argument("--first", type=int, default=200, help="the first seed")
    parser.add_argument(
        "--without", action="append", default=[], help="a step or fault to leave out"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
