"""What a form chooses: days as people write them, times as links name them."""

import pytest

from dapp.errors import InvalidInput
from dapp.web.pages.spans import chosen

DAY = 86_400
NEW_YEAR = 1_767_225_600  # 2026-01-01 00:00 UTC


def test_a_day_is_all_of_that_day() -> None:
    found = chosen("7", "2026-01-01", "2026-01-01")
    assert found.span.organisations == (7,)
    assert (found.span.filed_from, found.span.filed_to) == (NEW_YEAR, NEW_YEAR + DAY - 1)
    assert (found.organisation, found.first, found.last) == ("7", "2026-01-01", "2026-01-01")


def test_what_a_link_names_comes_back_as_it_was() -> None:
    found = chosen("7", "2026-01-01", "2026-01-31")
    again = chosen("7", str(found.span.filed_from), str(found.span.filed_to))
    assert again == found
    assert (
        found.query() == f"?organisation=7&filed_from={NEW_YEAR}&filed_to={NEW_YEAR + 31 * DAY - 1}"
    )


def test_an_empty_form_chooses_everything() -> None:
    found = chosen("", "", "")
    assert found.is_all
    assert found.query() == ""


def test_a_time_beyond_all_times_is_the_last() -> None:
    assert chosen("", "", "9999-12-31").span.filed_to == 2**32 - 1
    assert chosen("", "1800-01-01", "").span.filed_from == 0


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-02-30", ""),
        ("", "yesterday"),
        ("2026-01-02", "2026-01-01"),
        ("\u0662\u0660\u0662\u0666-01-01", ""),
    ],
)
def test_what_is_no_time_and_what_is_turned_around_is_refused(first: str, last: str) -> None:
    with pytest.raises(InvalidInput):
        chosen("", first, last)
