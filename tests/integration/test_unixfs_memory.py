"""Files of any size stream: what a process of its own takes at its peak, not how long."""

import sys
from pathlib import Path

from scripts.benches import metered

MIB = 1 << 20


def test_512_mib_are_imported_and_read_back_in_64(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.benches.streamed", str(512 * MIB)]
    used = metered.run(command, log=tmp_path / "log")
    assert used.peak_bytes <= 64 * MIB
