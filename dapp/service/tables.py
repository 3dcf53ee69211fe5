"""Tables as CSV (RFC 4180) that a spreadsheet takes for what they are."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
"""What a cell may begin with to be read as a formula, in full width too."""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """With a line of names; text that could be a formula is marked as text by an apostrophe."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
