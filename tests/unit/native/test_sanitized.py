"""The tests beside this one once more, under the sanitizers of the compiler."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
_TESTS = [_HERE / f"test_{name}.py" for name in ("extension", "memory", "receipts_in_c")]
_FLAGS = "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -U_FORTIFY_SOURCE"


def _library(name: str) -> str:
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("no gcc")
    command = [compiler, f"-print-file-name={name}"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(found).is_absolute():
        pytest.skip("the compiler has no sanitizers")
    return found


def test_no_byte_is_read_or_written_out_of_place() -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env = {
        **own,
        "CC": "gcc",
        "CFLAGS": _FLAGS,
        "LD_PRELOAD": f"{_library('libasan.so')} {_library('libubsan.so')}",
        # Python itself gives back too little at its end.
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(_ROOT),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    # Those of each event are many, and any event has all that is in them.
    command += ["-k", "not test_events_are_read_as_python_reads_them"]
    done = subprocess.run([*command, *_TESTS], cwd=_ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
