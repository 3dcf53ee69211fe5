"""`make bench-audit`: how quickly a history is proven and verified, beside others.

On a local chain of some 100 000 events in 2 400 cases the real command makes the bundle of the
whole history, and another process verifies it, three times. A block of 300 receipts, each with an
event of ours, is proven and verified event by event; the same proofs, and those of 300 words of
storage, each by itself, are given to PyPI's trie and npm's @ethereumjs/mpt as well. Medians count.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from dapp.domain.types import OrganisationId
from scripts.benches import busy_chain, contenders, histories, mutations, proofs, provers
from scripts.benches.audit_tables import provers_table, sizes, targets
from scripts.benches.contenders import Bench
from scripts.benches.histories import Told
from scripts.toolchain import anvil, postgres
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of
from tests.world import World

RESULT = ROOT / "build" / "bench" / "audit.json"
_CASES = 2400
_ROUNDS = 3
_WIDTH = 120  # columns
_CHAIN = ("--timestamp", "1767600000", "--gas-limit", "200000000")


@dataclass(frozen=True)
class Measured:
    """What all rounds gave.

    Attributes:
        told: the histories, of `cases` and one dispute.
        seconds: for an event or a proof, of each round, by what was done.
        bytes: of proof for an event, by where it stands.
        mutations: how many damaged bundles were tried, and how many of them were verified.
    """

    cases: int
    told: Sequence[Told]
    dispute: Told
    seconds: Mapping[str, Sequence[float]]
    bytes: Mapping[str, float]
    mutations: tuple[int, int]


def measure(cases: int = _CASES, rounds: int = _ROUNDS) -> Measured:
    """Fill a chain, and let everyone prove and verify. Raises RuntimeError where one is wrong."""
    with _bench(cases) as (bench, house), postgres.database(bench.server) as database:
        world = bench.world
        contenders.ours(bench, world.url, world.block_number(), database)
        told = [histories.told(bench, database, "history") for _ in range(rounds)]
        dispute = histories.told(bench, database, "case", str(cases + 1))
        bound, events = histories.bound_bytes(bench, database)
        block = proofs.full_block(world, house)
        kinds = {"receipt": proofs.of_receipts(block), "word": proofs.of_words(world)}
        seconds = {
            "prove": _rounds(rounds, lambda: proofs.prove(block)),
            "prove_one": _rounds(rounds, lambda: proofs.prove(block, 1)),
            "verify": _rounds(rounds, lambda: proofs.verify(block)),
            **{
                f"{name}_{kind}": verify(found, rounds)
                for name, verify in provers.ALL.items()
                for kind, found in kinds.items()
            },
        }
        bytes_ = {**proofs.sizes(block), "if_bound": bound / events}
    return Measured(cases, told, dispute, seconds, bytes_, mutations.tried())


def _rounds(rounds: int, work: Callable[[], float]) -> list[float]:
    work()  # a run that does not count
    return [work() for _ in range(rounds)]


@contextmanager
def _bench(cases: int) -> Iterator[tuple[Bench, OrganisationId]]:
    """The servers, and a chain of so many cases."""
    with (
        tempfile.TemporaryDirectory(prefix="redress-bench-") as scratch,
        anvil.running(options=_CHAIN) as node,
        postgres.running() as server,
        World(node.url) as world,
    ):
        folder = Path(scratch)
        world.rpc("anvil_setBlockTimestampInterval", 1)
        world.deploy(folder / "deployments")
        house = busy_chain.fill(world, cases)
        world.stake()
        world.dispute(house, (4000, 5000, 6000))
        yield Bench(world, server, folder, folder / "deployments"), house


def result(measured: Measured) -> dict[str, Any]:
    """What build/bench/audit.json holds: medians, and the least and the most of each."""
    ms = {f"{name}_ms": [1e3 * one for one in all_] for name, all_ in measured.seconds.items()}
    told = measured.told
    each = {
        "prove_ms": ms["prove_ms"],
        "prove_one_ms": ms["prove_one_ms"],
        "verify_ms": ms["verify_ms"],
        "ours_verify_ms": ms["ours_receipt_ms"],
        "trie_verify_ms": ms["trie_receipt_ms"],
        "ethereumjs_verify_ms": ms["ethereumjs_receipt_ms"],
        "ours_verify_word_ms": ms["ours_word_ms"],
        "trie_verify_word_ms": ms["trie_word_ms"],
        "ethereumjs_verify_word_ms": ms["ethereumjs_word_ms"],
        "history_1000_cases_s": [1000 * one.verifying.seconds / measured.cases for one in told],
        "history_1000_cases_make_s": [1000 * one.making.seconds / measured.cases for one in told],
        "peak_mb": [one.making.peak_bytes / 1e6 for one in told],
        "verify_peak_mb": [one.verifying.peak_bytes / 1e6 for one in told],
    }
    tried, accepted = measured.mutations
    return {
        **{name: round(median(values), 4) for name, values in each.items()},
        "bytes_per_event": round(told[0].bytes / told[0].events),
        "dispute_bytes_per_event": round(measured.dispute.bytes / measured.dispute.events),
        "packed_bytes_per_event": round(told[0].packed_bytes / told[0].events),
        "receipt_bytes_in_full_block": round(measured.bytes["in_full_block"]),
        "receipt_bytes_alone_in_block": round(measured.bytes["alone_in_block"]),
        "receipt_bytes_if_bound": round(measured.bytes["if_bound"]),
        "mutations": tried,
        "mutations_accepted": accepted,
        "cases": measured.cases,
        "events": told[0].events,
        "rounds": len(told),
        "spread": {n: [round(min(v), 4), round(max(v), 4)] for n, v in each.items()},
    }


def main(words: Sequence[str]) -> int:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(prog="python -m scripts.benches.audit")
    parser.add_argument("--cases", type=int, default=_CASES)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    found = result(measure(**vars(parser.parse_args(words))))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    # A table is not worth reading when its numbers are broken in two.
    console = Console(width=max(_WIDTH, Console().width))
    for table in (provers_table(found), sizes(found), targets(found)):
        console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(lambda: main(sys.argv[1:])))
