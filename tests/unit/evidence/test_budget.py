"""Who may leave how much: the table of docs/adr/0020."""

import pytest

from evidence import Budget, Holder
from evidence.budget import Held
from evidence.errors import BudgetSpent, EvidenceError, ShareFull

BUDGET = Budget(client_bytes=100, account_bytes=300)
ANN, BOB = "0xann", "0xbob"


def held(client: str, account: str | None, size: int) -> Held:
    return Held(Holder(client, account), size)


OTHERS = [held("b", None, 90), held("c", None, 90), held("d", ANN, 290)]


@pytest.mark.parametrize(
    ("before", "new", "outcome"),
    [
        ([], held("a", None, 100), None),
        ([], held("a", None, 101), "client"),
        ([held("a", None, 60)], held("a", None, 40), None),
        ([held("a", None, 60)], held("a", None, 41), "client"),
        ([held("b", None, 100)], held("a", None, 100), None),
        # Whoever signs in has more, and what came before that counts too.
        ([held("a", None, 100)], held("a", ANN, 200), None),
        ([held("a", None, 100)], held("a", ANN, 201), "client"),
        # An account is one, wherever it comes from.
        ([held("a", ANN, 200)], held("b", ANN, 100), None),
        ([held("a", ANN, 200)], held("b", ANN, 101), "account"),
        # Accounts cost nothing to make.
        ([held("a", ANN, 200)], held("a", BOB, 100), None),
        ([held("a", ANN, 200)], held("a", BOB, 101), "client"),
        # Who is signed in beside somebody takes nothing of what anybody has, up to the client's.
        ([held("a", ANN, 200)], held("a", None, 100), None),
        ([held("a", ANN, 250)], held("a", None, 51), "client"),
        # All together.
        (
            [held("b", None, 90), held("c", None, 90), held("d", ANN, 290)],
            held("a", None, 30),
            None,
        ),
        (
            [held("b", None, 90), held("c", None, 90), held("d", ANN, 290)],
            held("a", None, 31),
            "share",
        ),
    ],
)
def test_the_table(before: list[Held], new: Held, outcome: str | None) -> None:
    if outcome is None:
        BUDGET.check(before, new, 500)
        return
    with pytest.raises(EvidenceError) as refused:
        BUDGET.check(before, new, 500)
    error = refused.value
    if outcome == "share":
        assert isinstance(error, ShareFull)
        assert error.fields == {"used": 470, "limit": 500, "bytes": 31}
    else:
        assert isinstance(error, BudgetSpent)
        assert error.fields["holder"] == outcome


def test_no_quota_is_no_share() -> None:
    BUDGET.check([held("b", None, 10**15)], held("a", None, 1), None)


def test_a_vault_that_is_over_its_quota_takes_no_newcomer() -> None:
    with pytest.raises(ShareFull) as refused:
        BUDGET.check([], held("a", None, 1), -5)
    assert refused.value.fields["limit"] == 0
