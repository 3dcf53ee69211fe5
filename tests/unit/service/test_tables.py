"""Tables that a spreadsheet opens without running anything."""

import csv
import io

import pytest

from dapp.service.tables import csv_text


def test_rows_come_back_as_they_were() -> None:
    rows: list[list[object]] = [
        ["plain", 7, -3],
        ['a "quoted", one', 0, 2.5],
        ["two\nlines", "", "naïve, 你好"],
    ]
    text = csv_text(["name", "count", "other"], rows)
    assert text.startswith("name,count,other\r\n")
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found[1:] == [[str(cell) for cell in row] for row in rows]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", '=HYPERLINK("x")'],
)
def test_text_that_could_be_a_formula_is_marked_as_text(cell: str) -> None:
    (found,) = list(csv.reader(io.StringIO(csv_text(["name"], [[cell]]), newline="")))[1:]
    assert found == ["'" + cell]


def test_names_of_columns_are_text_too_and_nothing_is_empty() -> None:
    assert csv_text(["=name"], [[None]]) == '\'=name\r\n""\r\n'
