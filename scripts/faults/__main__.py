"""`make faults`: kills under load, then one fault after the other; writes build/faults.json.

python -m scripts.faults --seconds 600 --seed 9 --only kills --only a-full-disk
"""

import argparse
import json
import os
import platform
import random
import sys
import time
from pathlib import Path
from typing import Any

from scripts.faults import kills, scenarios
from scripts.toolchain.paths import ROOT
from scripts.toolchain.refusal import exit_code_of

_RESULT = ROOT / "build" / "faults.json"
_KILLS = "kills"


def main() -> int:
    """Everything, or what `--only` names; 1 if anything was not as promised."""
    told = _arguments()
    seed = random.randrange(10**6) if told.seed is None else told.seed
    wanted = told.only or [_KILLS, *scenarios.ALL]
    found: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_before": round(os.getloadavg()[0], 1),
    }
    good = True
    if _KILLS in wanted:
        _say(f"kills for {told.seconds} s, seed {seed}")
        result = kills.run(told.seconds, seed, _say)
        found |= {"good": result.is_good, **result.shown()}
        good = result.is_good
        _say(f"{result.kills} kills, {result.lost} lost, {result.duplicated} twice")
    outcomes = []
    for name in wanted:
        if name != _KILLS:
            outcome = scenarios.ALL[name]()
            outcomes.append(outcome.shown())
            good = good and outcome.is_good
            _say(f"{outcome.name}: {outcome.played} as promised, {outcome.failed} not")
    found["scenarios"] = outcomes
    told.out.parent.mkdir(parents=True, exist_ok=True)
    told.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    _say(f"{'all as promised' if good else 'NOT as promised'}: {told.out}")
    return 0 if good else 1


def _say(line: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {line}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.faults")
    parser.add_argument("--seconds", type=int, default=600, help="how long processes are killed")
    parser.add_argument("--seed", type=int, help="else drawn by lot, and said")
    parser.add_argument(
        "--only", action="append", choices=[_KILLS, *scenarios.ALL], help="else everything"
    )
    parser.add_argument("--out", type=Path, default=_RESULT)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(exit_code_of(main))
