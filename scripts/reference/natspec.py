"""The `///` comments of the contracts' sources.

They are read from the sources, since the compiler's output is not there on a fresh clone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_CONTAINER = re.compile(r"(?:abstract )?(?:contract|interface|library) (\w+)(?: is ([\w, ]+))?")
_DECLARATION = re.compile(r" {4}(event|error) (\w+)")
_PARAM = re.compile(r"@param (\w+) ")


@dataclass(frozen=True)
class Declaration:
    """An event or error as it stands in a source.

    Attributes:
        kind: `event` or `error`.
        meaning: its comment in one line; empty if it has none.
    """

    kind: str
    name: str
    meaning: str


@dataclass(frozen=True)
class Container:
    """A contract, interface or library.

    Attributes:
        bases: what it inherits, as written.
        meaning: its comment, a line a paragraph.
        declarations: of events and errors, in order.
    """

    name: str
    bases: Sequence[str]
    meaning: Sequence[str]
    declarations: Sequence[Declaration]


def read(sources: Iterable[str]) -> dict[str, Container]:
    """The containers in the texts of some sources, by name."""
    return {one.name: one for text in sources for one in _containers(text)}


def lineage(name: str, known: Mapping[str, Container]) -> list[Container]:
    """A container and all that it inherits and that is ours, the interface of its name first."""
    found: dict[str, Container] = {}
    waiting = [f"I{name}", name]
    while waiting:
        one = known.get(waiting.pop(0))
        if one is not None and one.name not in found:
            found[one.name] = one
            waiting += one.bases
    return list(found.values())


def _containers(text: str) -> Iterator[Container]:
    current: Container | None = None
    comment: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith("///"):
            comment.append(line.lstrip()[3:].strip())
            continue
        if opened := _CONTAINER.match(line):
            if current is not None:
                yield current
            bases = [base.strip() for base in (opened[2] or "").split(",") if base.strip()]
            current = Container(opened[1], bases, _paragraphs(comment), [])
        elif current is not None and (declared := _DECLARATION.match(line)):
            said = Declaration(declared[1], declared[2], _one_line(comment))
            current = _with(current, said)
        comment = []
    if current is not None:
        yield current


def _with(container: Container, said: Declaration) -> Container:
    declarations = [*container.declarations, said]
    return Container(container.name, container.bases, container.meaning, declarations)


def _one_line(comment: Sequence[str]) -> str:
    return _PARAM.sub(r"`\1`: ", " ".join(comment))


def _paragraphs(comment: Sequence[str]) -> list[str]:
    whole = "\n".join(comment)
    return [_one_line(part.splitlines()) for part in whole.split("\n\n") if part]
