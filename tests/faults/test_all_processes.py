"""`make faults` for a short while: nothing that was acknowledged is lost, and nothing is twice."""

from scripts.faults import kills

_SECONDS, _SEED = 40, 7


def test_all_processes_are_killed_and_nothing_is_lost() -> None:
    result = kills.run(_SECONDS, _SEED, lambda _: None)
    assert result.is_good, result.shown()
    assert result.kills >= 5
    # Else it says nothing that none of it was lost.
    assert set(result.acknowledged) >= {
        "complaints",
        "parts of uploads",
        "relayed actions",
        "sealed submissions",
        "signed complaints",
        "submissions of evidence",
        "writes of drafts",
    }, result.shown()
