"""The long run: with Atheris, which goes by what the code reaches, where it is installed; else with
Hypothesis. `pip install atheris` into the environment by hand: the locks do not have it."""

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

_CORPUS = Path("build/fuzz/evidence")
_ROUND = 2000


def main() -> None:
    """Exit 0 when the time is over; anything that is found ends it with a traceback."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    seconds: int = parser.parse_args().seconds
    if importlib.util.find_spec("atheris"):
        _with_atheris(seconds)
    else:
        _with_hypothesis(seconds)


def _with_hypothesis(seconds: int) -> None:
    from tests.fuzz.valid import VALID, try_many

    end = time.monotonic() + seconds
    tried = taken = 0
    while time.monotonic() < end:
        for check in VALID:
            more, of_them = try_many(check, _ROUND)
            tried, taken = tried + more, taken + of_them
    print(f"hypothesis: {tried} tries, {taken} of them taken, nothing found")


def _with_atheris(seconds: int) -> None:
    """The first byte says which decoder."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["evidence", "tests.fuzz"]):
        from tests.fuzz.decoders import holds
        from tests.fuzz.valid import VALID

    checks = list(VALID)
    _CORPUS.mkdir(parents=True, exist_ok=True)
    for at, check in enumerate(checks):
        for number, data in enumerate(VALID[check]):
            (_CORPUS / f"valid-{at}-{number}").write_bytes(bytes([at]) + data)

    def one(data: bytes) -> None:
        if data:
            holds(checks[data[0] % len(checks)], data[1:])

    findings = f"-artifact_prefix={_CORPUS.parent}/"
    limits = [f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=1024"]
    atheris.Setup([sys.argv[0], *limits, findings, str(_CORPUS)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
