"""`redress export`: cases for spreadsheets, scripts and data tools; a page at a time, never all."""

import csv
import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Annotated, Any, Protocol

import typer

from dapp.cli.inbox import every
from dapp.cli.output import progress_bars, whole_file
from dapp.cli.source import Query, Service, Source, View, read
from dapp.service.case_tables import COLUMNS, flat

_ROWS_AT_ONCE = 1000
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell must not begin with, or spreadsheets run it."""


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    BUNDLE = "bundle"


class Writer(Protocol):
    def write(self, rows: Sequence[Mapping[str, Any]]) -> None: ...
    def close(self) -> None: ...


def export(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format", help="bundle is for auditors.")] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new file; default: stdout.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="Only this customer's.")] = None,
    arbitrator: Annotated[str | None, typer.Option(help="Only where this one was drawn.")] = None,
    organisation: Annotated[int | None, typer.Option(min=1, help="Only against this one.")] = None,
    state: Annotated[str | None, typer.Option(help="Such as filed,offered,escalated.")] = None,
    service: Service = None,
) -> None:
    """Write cases, the newest first, one a row.

    A bundle is of one organisation, or of all there is, and has no other filters.
    """
    query = {
        "customer": customer,
        "arbitrator": arbitrator,
        "organisation": organisation,
        "state": state,
    }
    if form is Format.BUNDLE:
        _bundle(context, output, query, service)
        return
    if output is None and form is Format.PARQUET:
        raise typer.BadParameter("parquet goes into a file: name one", param_hint="--output")
    with _target(output) as file, progress_bars() as tell:

        async def work(source: Source) -> None:
            done = 0
            writer = _writer(form, file)
            async for rows in _flat(source, query):
                writer.write(rows)
                done += len(rows)
                tell("cases", done, done + 1)
            writer.close()

        read(context, service, work)


def _bundle(context: typer.Context, output: Path | None, query: Query, service: str | None) -> None:
    # Here, so that no other command waits for it.
    from dapp.cli import bundle

    if output is None:
        raise typer.BadParameter("a bundle goes into a file: name one", param_hint="--output")
    if any(value is not None for name, value in query.items() if name != "organisation"):
        raise typer.BadParameter("a bundle is of an organisation, or of all: use no other filter")
    if service:
        raise typer.BadParameter("a bundle is made from the database: see GET …/bundle instead")
    number = query["organisation"]
    if number is None:
        bundle.history(context, output)
    else:
        bundle.organisation(context, int(number), output)


async def _flat(source: Source, query: Query) -> AsyncIterator[list[View]]:
    rows: list[View] = []
    async for case in every(source, query):
        rows.append(flat(case))
        if len(rows) == _ROWS_AT_ONCE:
            yield rows
            rows = []
    yield rows


def _writer(form: Format, file: IO[bytes]) -> Writer:
    if form is Format.CSV:
        return _Csv(file)
    return _Parquet(file) if form is Format.PARQUET else _Lines(file)


class _Csv:
    """RFC 4180, in UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
        self._csv = csv.writer(self._text)
        self._csv.writerow(COLUMNS)

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._csv.writerows([_harmless(row[name]) for name in COLUMNS] for row in rows)

    def close(self) -> None:
        self._text.detach()


class _Lines:
    """One JSON object a line."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        self._file.flush()


class _Parquet:
    """A row group for each batch."""

    def __init__(self, file: IO[bytes]) -> None:
        # Here, so that no other command waits for it.
        import pyarrow as arrow
        from pyarrow import parquet

        kinds = {int: arrow.int64(), str: arrow.string()}
        self._schema = arrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
        self._arrow = arrow
        self._writer = parquet.ParquetWriter(file, self._schema)

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(list(rows), self._schema))

    def close(self) -> None:
        self._writer.close()


def _harmless(value: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return value


@contextmanager
def _target(output: Path | None) -> Iterator[IO[bytes]]:
    if output is not None:
        with whole_file(output) as file:
            yield file
        return
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()
