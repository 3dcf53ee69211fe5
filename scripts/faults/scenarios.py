"""The other faults, each by itself: what fails, what is promised then, and the tests that play it.

They are tests of the suite as well, so that what is said here is looked at with every change.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.toolchain.paths import ROOT

_FAULTS, _PARTS = "tests/faults", "tests/integration"
# Ten stories each; `make simulate-index` tells as many as one likes.
_STORIES = (
    f"{_FAULTS}/test_simulation.py::test_the_index_ends_as_one_that_heard_nothing_but_the_truth"
)


@dataclass(frozen=True)
class Outcome:
    """What came of one scenario, as build/faults.json has it.

    Attributes:
        played: how many tests of it ended as promised.
        reasons: why some were not played, or the last words of those that failed.
    """

    name: str
    promise: str
    played: int
    failed: int
    skipped: int
    seconds: float
    reasons: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """None failed; what cannot be played on this machine is said, and is no failure."""
        return self.failed == 0

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


Scenario = Callable[[], Outcome]


def a_node_that_stalls() -> Outcome:
    return _played(
        "a node that stalls", "it is waited for; the index ends as a fresh one",
        f"{_FAULTS}/test_outages.py", "-k", "hang or cut or huge or every_third",
    )  # fmt: skip


def a_node_that_lies() -> Outcome:
    return _played(
        "a node that lies", "no lie is stored; it stops for good only where it was lied to",
        *(f"{_STORIES}[{first}]" for first in (0, 10)), f"{_FAULTS}/test_finality.py",
    )  # fmt: skip


def a_fork_64_deep() -> Outcome:
    return _played(
        "a fork 64 deep", "it is followed; the index ends as a fresh one",
        f"{_FAULTS}/test_forks.py",
    )  # fmt: skip


def a_node_that_drops_logs() -> Outcome:
    return _played(
        "a node that drops logs", "the receipts have them: none is missing",
        f"{_FAULTS}/test_dropped_logs.py",
    )  # fmt: skip


def a_node_that_limits_rates() -> Outcome:
    return _played(
        "a node that limits rates and ranges", "it is asked for less, and when it says so",
        f"{_FAULTS}/test_outages.py", "-k", "too_large or says_for_how_long or 429 or 503",
    )  # fmt: skip


def postgresql_restarted() -> Outcome:
    return _played(
        "PostgreSQL restarted, gone, frozen", "it is waited for; readers get 503 meanwhile",
        f"{_FAULTS}/test_servers.py", f"{_PARTS}/test_api_outages.py", "-k", "postgres or database",
    )  # fmt: skip


def a_full_disk() -> Outcome:
    return _played(
        "a full disk", "nothing is half stored; it goes on when there is room",
        *(f"{_FAULTS}/test_{name}.py" for name in ("servers", "vault_full", "uploads")),
        "-k", "full",
    )  # fmt: skip


def kubo_gone() -> Outcome:
    return _played(
        "Kubo gone", "evidence is taken all the same, and reaches it when it is back",
        f"{_PARTS}/test_replication_targets.py", "-k", "down or dies or unpinned",
    )  # fmt: skip


def clocks_that_jump() -> Outcome:
    return _played(
        "clocks that jump, the chain's and the machine's", "nothing is lost, and nothing stops",
        f"{_FAULTS}/test_clocks.py",
    )  # fmt: skip


def two_indexers_at_once() -> Outcome:
    return _played(
        "two indexers at once", "one writes",
        f"{_FAULTS}/test_servers.py", f"{_PARTS}/test_indexer_faults.py",
        "-k", "second_indexer or only_one",
    )  # fmt: skip


def two_relays_with_one_key() -> Outcome:
    return _played(
        "a relay killed between any two steps, two with one key", "each action is done once",
        f"{_FAULTS}/test_relay.py",
    )  # fmt: skip


def a_new_version_under_traffic() -> Outcome:
    return _played(
        "a new version under traffic", "no request fails but by 503 with Retry-After",
        f"{_FAULTS}/test_deploys.py",
    )  # fmt: skip


def a_replica_that_lags() -> Outcome:
    return _played(
        "a replica of PostgreSQL that lags", "who has done something sees what they did",
        f"{_PARTS}/test_replica.py",
    )  # fmt: skip


ALL: dict[str, Scenario] = {
    one.__name__.replace("_", "-"): one
    for one in (
        a_node_that_stalls, a_node_that_lies, a_fork_64_deep, a_node_that_drops_logs,
        a_node_that_limits_rates, postgresql_restarted, a_full_disk, kubo_gone, clocks_that_jump,
        two_indexers_at_once, two_relays_with_one_key, a_new_version_under_traffic,
        a_replica_that_lags,
    )
}  # fmt: skip


def _played(name: str, promise: str, *words: str) -> Outcome:
    """Runs tests in a process of its own, on servers of their own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="redress-scenario-") as scratch:
        report = Path(scratch) / "report.xml"
        options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        subprocess.run(
            [sys.executable, "-m", "pytest", *options, *words],
            cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL,
        )  # fmt: skip
        cases = [] if not report.exists() else list(ET.parse(report).iter("testcase"))  # noqa: S314
    seconds = round(time.monotonic() - began, 1)
    failed = _of(cases, "failure") + _of(cases, "error")
    skipped = _of(cases, "skipped")
    played = len(cases) - len(failed) - len(skipped)
    if not cases:
        failed = ["the tests could not be run"]
    reasons = tuple(dict.fromkeys([*failed, *skipped]))
    return Outcome(name, promise, played, len(failed), len(skipped), seconds, reasons)


def _of(cases: Sequence[ET.Element], what: str) -> list[str]:
    found = [(case.get("name"), case.find(what)) for case in cases]
    return [f"{name}: {one.get('message', '')[:300]}" for name, one in found if one is not None]
