"""Verifies a bundle in a process of its own: FILE HASH. Says how many records are genuine.

The evidence of a busy chain was never written, so it is missing; all else must hold.
"""

import json
import sys
from pathlib import Path

from dapp.audit.verify import verify
from dapp.domain.types import Hash32

_GENUINE = ("verified", "evidence-missing")


def _main(file: str, block_hash: str) -> None:
    with Path(file).open("rb") as stream:
        verdict = verify(stream, Hash32(block_hash))
    whole = verdict.verdict in _GENUINE
    genuine = sum(one.verdict in _GENUINE for one in verdict.entries)
    print(json.dumps({"genuine": genuine if whole else 0, "verdict": verdict.verdict}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
