"""Two forms of every answer: JSON for programs, words and tables for people."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from dapp.errors import InvalidInput
from dapp.service import words

_STEERS = (*range(127, 160), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
"""Controls above ASCII's, ends of lines, and what turns the direction of text round."""
_UNSAFE = dict.fromkeys((*range(32), *_STEERS), "\ufffd")
_ESCAPES = {code: f"\\u{code:04x}" for code in _STEERS}


def as_json(value: Mapping[str, Any]) -> None:
    """What the API would give, indented; what steers a terminal is escaped."""
    sys.stdout.write(json_text(value, indent=2) + "\n")


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON that cannot steer a terminal either."""
    return json.dumps(value, indent=indent, ensure_ascii=False).translate(_ESCAPES)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*(plain(cell) for cell in row))
    Console().print(shown)


def facts(pairs: Sequence[tuple[str, object]], *, to_stderr: bool = False) -> None:
    """Names and values, one a line; a value of None is left out."""
    shown = Table(box=None, pad_edge=False, show_header=False)
    shown.add_column(style="bold")
    shown.add_column(overflow="fold")
    for name, value in pairs:
        if value is not None:
            shown.add_row(name, plain(value))
    Console(stderr=to_stderr).print(shown)


@contextmanager
def new_file(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file that is not there yet, and is gone again if what writes it fails."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise InvalidInput(
            f"{path} exists already", remedy="Name another file, or remove it"
        ) from error
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written: {error.strerror}", remedy="Name another file"
        ) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def whole_file(output: Path, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """A new file that appears under its name only once it is whole."""
    if output.exists():
        raise InvalidInput(f"{output} exists already", remedy="Name another file, or remove it")
    if not output.parent.is_dir():
        raise InvalidInput(f"there is no folder {output.parent}", remedy="Make it first")
    number, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    part = Path(name)
    try:
        with os.fdopen(number, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
        part.rename(output)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """On the error stream of a terminal: how far things are, and how long they will take.

    What it gives is told what is done, how much of it, and of how much; what is done is not shown.
    """
    console = Console(stderr=True)
    tasks: dict[str, TaskID] = {}
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:

        def tell(text: str, done: int, of: int) -> None:
            if text not in tasks:
                # From where it was found: what was done before says nothing of the pace.
                tasks[text] = bar.add_task(text, start=True, completed=done)
            bar.update(tasks[text], completed=done, total=of, visible=done < of)

        yield tell


def plain(value: object) -> str:
    """Text that cannot steer the terminal, whoever wrote it, as rich takes it."""
    return escape(escaped("" if value is None else value))


def escaped(value: object) -> str:
    """The same for a plain print."""
    return str(value).translate(_UNSAFE)


def short(address: str) -> str:
    """`0x1234…abcd`; whole ones are in the JSON."""
    return f"{address[:6]}…{address[-4:]}"


def utc(unix: int) -> str:
    """`1767600000` as `2026-01-05 08:00:00 UTC`."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def ether(wei: str) -> str:
    """`1500000000000000000` as `1.5 ETH`."""
    return words.ether(int(wei))


def share(basis_points: int | None) -> str:
    """`4000` as `40 %`."""
    return "" if basis_points is None else words.percent(basis_points)
