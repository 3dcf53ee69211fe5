"""By what organisations can be put in order."""

import pytest

from dapp.domain.ranking import By, Sorting
from dapp.errors import InvalidInput
from dapp.service.scorecards import sorting_of


@pytest.mark.parametrize("by", By)
def test_every_number_can_be_asked_for(by: By) -> None:
    assert sorting_of(by) == Sorting(by)
    assert str(Sorting(by)) == by


def test_without_a_wish_the_oldest_come_first() -> None:
    assert sorting_of(None) == sorting_of("") == Sorting(By.ORGANISATION)


@pytest.mark.parametrize("asked", ["-organisation", "price", "--on-time", "on-time,cases", "-"])
def test_what_is_nothing_to_sort_by_is_refused(asked: str) -> None:
    with pytest.raises(InvalidInput, match="nothing to sort by"):
        sorting_of(asked)
