"""A long history is verified as a stream."""

import subprocess
import sys
from pathlib import Path

from tests.bundle_masses import Masses

ROOT = Path(__file__).parents[2]
MOST_MIB = 256
_CHECK = """
import re, sys
from pathlib import Path
from dapp.audit.verify import verify
with open(sys.argv[1], "rb") as file:
    found = verify(file, sys.argv[2])
# Not the resource usage: it begins with what the process that started this one had.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(found.verdict, len(found.entries), int(peak[1]) // 1024)
"""


def test_a_hundred_thousand_events_take_little_memory(tmp_path: Path) -> None:
    made, trusted = Masses(cases=5_000, events=20).bundle()
    path = tmp_path / "history.zip"
    path.write_bytes(made.zipped())
    # A process of its own: what the test needs to make the bundle does not count.
    words = [sys.executable, "-c", _CHECK, str(path), trusted]
    done = subprocess.run(words, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    verdict, entries, peak = done.stdout.split()
    assert (verdict, entries) == ("verified", "5000")
    assert int(peak) < MOST_MIB
