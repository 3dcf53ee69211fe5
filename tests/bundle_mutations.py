"""Damaged bundles, made of the committed ones, and the codes that they must be refused with.

`python -m tests.bundle_mutations FOLDER` writes each as NAME.zip, and `expected.json` with the
block to trust, the verdict and, for increments, the earlier verdict's file.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import (
    mutations_anchored,
    mutations_events,
    mutations_evidence,
    mutations_form,
    mutations_proofs,
    mutations_receipts,
    mutations_whole,
)
from tests.bundle_parts import FOLDER
from tests.mutation import Mutation

PARTS = (
    mutations_form,
    mutations_proofs,
    mutations_events,
    mutations_receipts,
    mutations_whole,
    mutations_evidence,
    mutations_anchored,
)


def mutations() -> Iterator[Mutation]:
    """All of them; some are valid, to show that the forger's tools are."""
    for part in PARTS:
        yield from part.mutations()


def write(folder: Path) -> None:
    """Write them."""
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    for one in mutations():
        (folder / f"{one.name}.zip").write_bytes(one.data)
        expected[one.name] = {"block_hash": one.block_hash, "verdict": one.verdict}
        if one.previous is not None:
            (folder / one.previous).write_bytes((FOLDER / one.previous).read_bytes())
            expected[one.name]["previous"] = one.previous
    (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
