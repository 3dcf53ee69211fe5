"""`make faults` for a short while: nothing that was acknowledged is lost, and nothing is twice."""

import pytest

from scripts.faults import kills

_SECONDS, _SEED = (40, 80, 160), 7
"""The next where a slow machine came to too little in the former."""
_KINDS = {
    "complaints",
    "parts of uploads",
    "relayed actions",
    "sealed submissions",
    "signed complaints",
    "submissions of evidence",
    "writes of drafts",
}


def test_all_processes_are_killed_and_nothing_is_lost() -> None:
    for seconds in _SECONDS:
        result = kills.run(seconds, _SEED, lambda _: None)
        assert result.is_good, result.shown()
        # Else it says nothing that none of it was lost.
        if result.kills >= 5 and set(result.acknowledged) >= _KINDS:
            return
    pytest.fail(f"too little came to pass: {result.shown()}")
